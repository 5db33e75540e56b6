//! What changed on a person's badge between one encounter and the next.

use std::fmt;

use lapel::badge::Field;
use lapel::book::{Contact, Meeting};
use lapel::receipt::Quoted;
use lapel::time::UnixTime;
use lapel::transcript::Transcript;
use serde_json::{Value, json};

/// A field that isn't what it was the time before.
#[derive(Debug)]
pub(crate) struct Change {
    /// The encounter at which it was seen.
    pub(crate) encounter: Transcript,
    met_at: UnixTime,
    field: Field,
    before: Vec<String>,
    after: Vec<String>,
}

impl Change {
    /// Its document.
    pub(crate) fn document(&self) -> Value {
        json!({
            "encounter": self.encounter.to_string(),
            "met_at": self.met_at.to_string(),
            "field": self.field.to_string(),
            "before": self.before,
            "after": self.after,
        })
    }
}

/// `title was "Admiral", is "Rear admiral"`.
impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { field, before, after, .. } = self;
        match (before.as_slice(), after.as_slice()) {
            ([], after) => write!(f, "{field} is new: {}", quoted(after)),
            (before, []) => write!(f, "{field} is gone: {}", quoted(before)),
            (before, after) => write!(f, "{field} was {}, is {}", quoted(before), quoted(after)),
        }
    }
}

fn quoted(values: &[String]) -> String {
    let quoted: Vec<String> = values.iter().map(|value| Quoted(value).to_string()).collect();
    quoted.join(" and ")
}

/// Every change, first to last.
pub(crate) fn changes(contact: &Contact) -> Vec<Change> {
    let mut changes = Vec::new();
    let later = contact.meetings().iter().skip(1);
    for (before, after) in contact.meetings().iter().zip(later) {
        changes.extend(Field::ALL.into_iter().filter_map(|field| between(before, after, field)));
    }
    changes
}

fn between(before: &Meeting, after: &Meeting, field: Field) -> Option<Change> {
    let values = |meeting: &Meeting| Some(meeting.badge()?.fields().values(field).to_vec());
    let (was, is) = (values(before)?, values(after)?);
    (was != is).then(|| Change {
        encounter: after.transcript(),
        met_at: after.met_at(),
        field,
        before: was,
        after: is,
    })
}
