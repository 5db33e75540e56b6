//! JSContact (RFC 9553), made of vCard 4.0 by `calcard` as RFC 9555 maps the one to the other.

use calcard::jscontact::JSContact;
use calcard::jscontact::import::ConversionOptions;
use calcard::vcard::{VCardEntry, VCardProperty, VCardVersion};
use serde_json::{Map, Value, json};

use super::ExportError;
use super::card::Card;
use super::vcard::{HANDLE, vcard};

/// A card's document, on one line.
pub(super) fn document(card: &Card) -> Result<String, ExportError> {
    let failed = |error: serde_json::Error| ExportError::Card(error.to_string());
    let options = ConversionOptions::default().include_vcard_parameters(false);
    let mut card4 = vcard(card, VCardVersion::V4_0);
    let names_a_handle = |entry: &&mut VCardEntry| matches!(&entry.name, VCardProperty::Other(name) if name == HANDLE);
    for entry in card4.entries.iter_mut().filter(names_a_handle) {
        entry.name = VCardProperty::Socialprofile;
    }
    let contact: JSContact<'static, String, String> = card4.into_jscontact_with_options(options);
    let mut document = serde_json::to_value(&contact.0).map_err(failed)?;
    mend(&mut document, card);
    serde_json::to_string(&in_order(document)).map_err(failed)
}

/// What the conversion of calcard 0.3 leaves to be mended. A handle is a user's name and no URI (RFC
/// 9555 §2.5.7, where `VALUE=TEXT`); and cards are related by their uids (RFC 9553 §2.1.8), where
/// vCard has a name to read.
fn mend(document: &mut Value, card: &Card) {
    let Some(properties) = document.as_object_mut() else { return };
    let services = properties.get_mut("onlineServices").and_then(Value::as_object_mut);
    for service in services.into_iter().flat_map(Map::values_mut).filter_map(Value::as_object_mut) {
        if let Some(handle) = service.remove("uri") {
            service.insert("user".into(), handle);
        }
    }
    properties.remove("relatedTo");
    let introduced = card.written.as_ref().and_then(|written| written.introduced.as_ref());
    if let Some(by) = introduced.and_then(|introduced| introduced.introduction.by) {
        let related = json!({ by.to_string(): { "relation": { "contact": true } } });
        properties.insert("relatedTo".into(), related);
    }
}

/// The same with the keys of every object in order, which calcard gives in another one each time.
fn in_order(value: Value) -> Value {
    match value {
        Value::Array(values) => values.into_iter().map(in_order).collect(),
        Value::Object(map) => {
            let mut pairs: Vec<(String, Value)> = map.into_iter().collect();
            pairs.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
            Value::Object(pairs.into_iter().map(|(key, value)| (key, in_order(value))).collect())
        }
        value => value,
    }
}
