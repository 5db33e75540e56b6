//! JSON: everything that leaves, without loss, for programs.

use serde::Serialize;

use super::ExportError;
use super::card::{Card, Encountered, Introduced, Written};
use crate::badge::BadgeFields;
use crate::book::{FollowUp, Note, Outcome, Rating};
use crate::receipt::{Comparison, State};

/// The JSON Schema (draft 2020-12) of [`Format::Json`](super::Format::Json). Each line of
/// [`Format::Jsonl`](super::Format::Jsonl) is a `#/$defs/contact` of it.
///
/// What was not asked for has no key; what was asked for and isn't known is `null` or empty.
pub const JSON_SCHEMA: &str = include_str!("schema/contacts.json");

/// What stands before the contacts of a document.
pub(super) const BEGIN: &str = "{\"format\":\"lapel-contacts/1\",\"contacts\":[\n";
/// What stands behind them.
pub(super) const END: &str = "\n]}\n";

/// A card's document, on one line.
pub(super) fn document(card: &Card) -> Result<String, ExportError> {
    let written = card.written.as_ref();
    let contact = Contact {
        id: card.person.to_string(),
        fingerprint: card.person.fingerprint().to_string(),
        badge: &card.fields,
        state: card.state(),
        revision: card.revised.map(|revised| revised.to_string()),
        encounters: card.revised.map(|_| card.encounters.iter().map(Met::of).collect()),
        notes: written.map(Notes::of),
        outcomes: card
            .outcomes
            .as_ref()
            .map(|all| all.iter().map(|outcome| Came::of(outcome, written.is_some())).collect()),
    };
    serde_json::to_string(&contact).map_err(|error| ExportError::Card(error.to_string()))
}

#[derive(Serialize)]
struct Contact<'a> {
    id: String,
    fingerprint: String,
    badge: &'a BadgeFields,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<State>,
    #[serde(skip_serializing_if = "Option::is_none")]
    revision: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    encounters: Option<Vec<Met<'a>>>,
    #[serde(flatten)]
    notes: Option<Notes<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    outcomes: Option<Vec<Came<'a>>>,
}

#[derive(Serialize)]
struct Met<'a> {
    met_at: String,
    event: Option<&'a str>,
    state: State,
    check_code: Comparison,
}

impl<'a> Met<'a> {
    fn of(met: &'a Encountered) -> Self {
        Self {
            met_at: met.met_at.to_string(),
            event: Some(met.event.as_str()).filter(|event| !event.is_empty()),
            state: met.state,
            check_code: met.comparison,
        }
    }
}

#[derive(Serialize)]
struct Notes<'a> {
    notes: &'a [String],
    tags: &'a [String],
    rating: Option<Rating>,
    follow_up: Option<FollowUp>,
    place: Option<&'a str>,
    introduced: Option<By<'a>>,
}

impl<'a> Notes<'a> {
    fn of(written: &'a Written) -> Self {
        Self {
            notes: &written.notes,
            tags: &written.tags,
            rating: written.rating,
            follow_up: written.follow_up,
            place: written.place.as_deref(),
            introduced: written.introduced.as_ref().map(By::of),
        }
    }
}

#[derive(Serialize)]
struct By<'a> {
    forgotten: u32,
    id: Option<String>,
    name: Option<&'a str>,
}

impl<'a> By<'a> {
    fn of(introduced: &'a Introduced) -> Self {
        let introduction = introduced.introduction;
        Self {
            forgotten: introduction.forgotten,
            id: introduction.by.map(|by| by.to_string()),
            name: introduced.name.as_deref(),
        }
    }
}

#[derive(Serialize)]
struct Came<'a> {
    id: String,
    kind: &'a str,
    title: &'a str,
    date: String,
    amount: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    notes: Option<Vec<&'a str>>,
}

impl<'a> Came<'a> {
    fn of(outcome: &'a Outcome, with_notes: bool) -> Self {
        let notes = outcome.notes.iter().flat_map(Note::texts).map(String::as_str);
        Self {
            id: outcome.id.to_string(),
            kind: outcome.fields.kind.as_str(),
            title: &outcome.fields.title,
            date: outcome.fields.date.to_string(),
            amount: outcome.fields.amount.map(|amount| amount.to_string()),
            notes: with_notes.then(|| notes.collect()),
        }
    }
}
