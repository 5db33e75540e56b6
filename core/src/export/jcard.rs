//! jCard (RFC 7095): vCard 4.0 in JSON.

use calcard::common::IanaString as _;
use calcard::vcard::{
    VCardEntry, VCardParameterName, VCardParameterValue, VCardProperty, VCardValue, VCardValueType,
    VCardVersion,
};
use serde_json::{Map, Value, json};

use super::card::Card;
use super::vcard::vcard;

/// A card's document: `["vcard", [property, …]]`.
pub(super) fn document(card: &Card) -> Value {
    let version = json!(["version", {}, "text", "4.0"]);
    let entries = vcard(card, VCardVersion::V4_0).entries;
    let properties: Vec<Value> =
        [version].into_iter().chain(entries.iter().map(|entry| property(entry, card))).collect();
    json!(["vcard", properties])
}

/// Name, parameters, type, and each value (RFC 7095 §3.3).
fn property(entry: &VCardEntry, card: &Card) -> Value {
    let mut parameters = Map::new();
    let mut kind = match entry.name {
        VCardProperty::Url => "uri",
        VCardProperty::Rev => "timestamp",
        _ => "text",
    };
    for parameter in &entry.params {
        match &parameter.value {
            // The type stands in a place of its own (§3.5).
            VCardParameterValue::ValueType(VCardValueType::Text) => kind = "text",
            VCardParameterValue::Type(of) => {
                let name = VCardParameterName::Type.as_str().to_ascii_lowercase();
                parameters.insert(name, of.as_str().to_ascii_lowercase().into());
            }
            _ => {}
        }
    }
    let values = entry.values.iter().map(|value| match value {
        VCardValue::Text(text) => Value::from(text.as_str()),
        // Only the revision is a time, and jCard writes it as RFC 3339 does.
        _ => card.revised.map(|revised| revised.to_string()).into(),
    });
    let mut written = vec![
        entry.name.as_str().to_ascii_lowercase().into(),
        Value::Object(parameters),
        kind.into(),
    ];
    if entry.name == VCardProperty::N {
        // Parts of one value (§3.3.1.3).
        written.push(Value::Array(values.collect()));
    } else {
        written.extend(values);
    }
    Value::Array(written)
}
