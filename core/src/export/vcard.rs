//! vCard 4.0 (RFC 6350, RFC 9554), written by `calcard`, which folds and escapes.

use std::fmt::Write as _;

use calcard::common::PartialDateTime;
use calcard::vcard::{
    VCard, VCardEntry, VCardParameter, VCardProperty, VCardValue, VCardValueType, VCardVersion,
};

use crate::badge::{BadgeFields, Field};
use crate::book::{Contact, Meeting};
use crate::receipt::{Comparison, State};
use crate::time::UnixTime;

/// A contact as a vCard 4.0, in UTF-8 with CRLF line ends.
///
/// `UID` is the person's id and `REV` the owner's time of the latest encounter, so that importing
/// again updates a card and makes no second one. `NOTE` says in words when and where they met and
/// what that shows; `CATEGORIES` holds the events. No field can break a line or begin another.
pub fn vcard4(contact: &Contact) -> String {
    let mut card = VCard { entries: entries(contact) };
    card.entries.retain(|entry| !entry.values.is_empty());
    let mut text = String::new();
    // Writing to a String has no way to fail.
    let _ = card.write_to(&mut text, VCardVersion::V4_0);
    text
}

fn entries(contact: &Contact) -> Vec<VCardEntry> {
    let fields = contact.badge().fields();
    let mut entries = vec![
        text(VCardProperty::Uid, &contact.person().to_string()).with_param(as_text()),
        text(VCardProperty::Fn, contact.name()),
    ];
    for (field, property) in [
        (Field::Title, VCardProperty::Title),
        (Field::Organisation, VCardProperty::Org),
        (Field::Email, VCardProperty::Email),
        (Field::Phone, VCardProperty::Tel),
        (Field::Url, VCardProperty::Url),
        (Field::Pronouns, VCardProperty::Pronouns),
    ] {
        entries.extend(fields.values(field).iter().map(|value| text(property.clone(), value)));
    }
    entries.extend(handles(fields));
    let events: Vec<&str> = distinct_events(contact.meetings());
    let events = events.into_iter().map(|event| VCardValue::Text(event.to_owned())).collect();
    entries.push(VCardEntry::new(VCardProperty::Categories).with_values(events));
    entries.push(text(VCardProperty::Note, &note(contact)));
    if let Some(latest) = contact.meetings().iter().map(Meeting::met_at).max() {
        entries.push(VCardEntry::new(VCardProperty::Rev).with_value(timestamp(latest)));
    }
    entries
}

/// Social handles name no service, so they are text and not addresses (RFC 9554 §3.5).
fn handles(fields: &BadgeFields) -> impl Iterator<Item = VCardEntry> + '_ {
    fields
        .values(Field::Handle)
        .iter()
        .map(|handle| text(VCardProperty::Socialprofile, handle).with_param(as_text()))
}

fn distinct_events(meetings: &[Meeting]) -> Vec<&str> {
    let mut events = Vec::new();
    for event in meetings.iter().map(|meeting| meeting.event().as_str()) {
        if !event.is_empty() && !events.contains(&event) {
            events.push(event);
        }
    }
    events
}

/// What the book knows, in words, latest encounter first; and their own line on top.
fn note(contact: &Contact) -> String {
    let mut note = String::new();
    for line in contact.badge().fields().values(Field::Line) {
        let _ = writeln!(note, "{line}");
    }
    for meeting in contact.meetings().iter().rev() {
        let event = meeting.event().as_str();
        let at = if event.is_empty() { String::new() } else { format!(" at {event}") };
        let (what, state) = match meeting.state() {
            State::Confirmed => ("Met", "confirmed by them"),
            State::Offered => ("Accepted", "not confirmed by them"),
        };
        let codes = match meeting.comparison() {
            Comparison::NotCompared => "",
            Comparison::Agrees => ", check codes agreed",
            Comparison::Differs => ", CHECK CODES DIFFERED",
        };
        let _ = writeln!(note, "{what} {}{at}, {state}{codes}.", meeting.met_at());
    }
    let _ = write!(note, "Lapel fingerprint {}.", contact.person().fingerprint());
    note
}

fn text(property: VCardProperty, value: &str) -> VCardEntry {
    VCardEntry::new(property).with_value(VCardValue::Text(value.to_owned()))
}

fn as_text() -> VCardParameter {
    VCardParameter::value(VCardValueType::Text)
}

fn timestamp(time: UnixTime) -> VCardValue {
    VCardValue::PartialDateTime(PartialDateTime::from_utc_timestamp(i64::from(time.seconds())))
}
