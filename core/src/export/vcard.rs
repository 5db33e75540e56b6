//! vCard 4.0 (RFC 6350, RFC 9554) and 3.0 (RFC 2426), written by `calcard`, which folds and escapes.

use calcard::common::PartialDateTime;
use calcard::vcard::{
    VCard, VCardEntry, VCardParameter, VCardParameterName, VCardParameterValue, VCardProperty,
    VCardType, VCardValue, VCardValueType, VCardVersion,
};

use super::card::Card;
use super::{name, words};
use crate::badge::Field;
use crate::book::Contact;
use crate::time::UnixTime;

/// A contact by itself as a vCard 4.0, in UTF-8 with CRLF line ends: badge and encounters, and nothing
/// of the owner's words.
///
/// `UID` is the person's id, and `REV` grows with what is known, so that importing again updates a
/// card and makes no second one. `NOTE` says in words when and where they met and what that shows;
/// `CATEGORIES` holds the events. No field can break a line or begin another.
pub fn vcard4(contact: &Contact) -> String {
    text(&Card::plain(contact), VCardVersion::V4_0)
}

/// A card's text.
pub(super) fn text(card: &Card, version: VCardVersion) -> String {
    let mut text = String::new();
    // Writing to a String has no way to fail.
    let _ = vcard(card, version).write_to(&mut text, version);
    text
}

/// The property of a handle.
pub(super) const HANDLE: &str = "X-SOCIALPROFILE";

/// A card as a list of properties.
pub(super) fn vcard(card: &Card, version: VCardVersion) -> VCard {
    let v4 = version == VCardVersion::V4_0;
    let fields = &card.fields;
    let mut entries =
        vec![uid(card, v4), of(VCardProperty::Fn, &fields.name), structured_name(card)];
    let mut all = |field, property: &VCardProperty, parameters: &[VCardParameter]| {
        entries.extend(fields.values(field).iter().map(|value| {
            let mut entry = of(property.clone(), value);
            entry.params.extend_from_slice(parameters);
            entry
        }));
    };
    all(Field::Title, &VCardProperty::Title, &[]);
    all(Field::Organisation, &VCardProperty::Org, &[]);
    if v4 {
        all(Field::Email, &VCardProperty::Email, &[]);
        all(Field::Phone, &VCardProperty::Tel, &[]);
        all(Field::Url, &VCardProperty::Url, &[]);
        all(Field::Pronouns, &VCardProperty::Pronouns, &[]);
    } else {
        all(Field::Email, &VCardProperty::Email, &[typed("INTERNET")]);
        all(Field::Phone, &VCardProperty::Tel, &[typed("VOICE")]);
        // RFC 2426 says that an address isn't escaped, and readers of 3.0 take backslashes off all the same.
        // One (vobject) cuts it at a comma that has none. As another property than its own, it's escaped.
        all(Field::Url, &VCardProperty::Other("URL".into()), &[]);
    }
    // Handles name no service, as text in RFC 9554's own property has to (§3.5).
    all(Field::Handle, &VCardProperty::Other(HANDLE.into()), &[]);
    if let Some(introducer) = card.written.as_ref().and_then(words::introducer).filter(|_| v4) {
        // RFC 6350 §6.6.6.
        let contact = VCardParameter::typ(VCardType::Contact);
        let related = of(VCardProperty::Related, &introducer);
        entries.push(related.with_param(as_text()).with_param(contact));
    }
    let categories = card.categories().into_iter().map(|c| VCardValue::Text(c.to_owned()));
    entries.push(
        VCardEntry::new(VCardProperty::Categories).with_values(categories.collect::<Vec<_>>()),
    );
    // 3.0 has no place for pronouns, and readers of it pass over social profiles.
    let note = words::about(card, true, |field, _| {
        v4 || !matches!(field, Field::Pronouns | Field::Handle)
    });
    entries.push(of(VCardProperty::Note, &note));
    if let Some(revised) = card.revised {
        entries.push(VCardEntry::new(VCardProperty::Rev).with_value(timestamp(revised)));
    }
    entries.retain(|entry| !entry.values.is_empty());
    VCard { entries }
}

/// The person's id, which is no URI.
fn uid(card: &Card, v4: bool) -> VCardEntry {
    let uid = of(VCardProperty::Uid, &card.person.to_string());
    if v4 { uid.with_param(as_text()) } else { uid }
}

/// Apple's readers take the name from here and not from `FN`.
fn structured_name(card: &Card) -> VCardEntry {
    let (given, family) = name::parts(&card.fields.name);
    let parts = [family, given, "", "", ""].map(|part| VCardValue::Text(part.to_owned()));
    VCardEntry::new(VCardProperty::N).with_values(parts.to_vec())
}

fn of(property: VCardProperty, value: &str) -> VCardEntry {
    VCardEntry::new(property).with_value(VCardValue::Text(value.to_owned()))
}

fn as_text() -> VCardParameter {
    VCardParameter::value(VCardValueType::Text)
}

/// A type in capitals, as Outlook and older phones expect it.
fn typed(kind: &str) -> VCardParameter {
    let value = VCardParameterValue::Text(kind.to_owned());
    VCardParameter { name: VCardParameterName::Type, value }
}

fn timestamp(time: UnixTime) -> VCardValue {
    VCardValue::PartialDateTime(PartialDateTime::from_utc_timestamp(i64::from(time.seconds())))
}
