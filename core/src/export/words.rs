//! A card in sentences, for the note of an address book.

use std::fmt::Write as _;

use super::card::{Card, Encountered, Written, headline};
use crate::badge::Field;
use crate::book::Note;
use crate::receipt::{Comparison, State};

/// What the card says beside the values that are `elsewhere`, and the fingerprint.
pub(super) fn about(
    card: &Card,
    has_categories: bool,
    elsewhere: impl Fn(Field, usize) -> bool,
) -> String {
    signed(said(card, has_categories, elsewhere), card)
}

/// What was said, and of which key.
pub(super) fn signed(said: String, card: &Card) -> String {
    format!("{said}Lapel fingerprint {}.", card.person.fingerprint())
}

/// The same without the fingerprint: their own line on top, encounters, latest first, the owner's words if
/// they leave. Tags only where there are no categories to hold them. What is theirs says so, or a badge
/// could speak as if it were this program.
pub(super) fn said(
    card: &Card,
    has_categories: bool,
    elsewhere: impl Fn(Field, usize) -> bool,
) -> String {
    let mut note = String::new();
    for line in card.fields.values(Field::Line) {
        let _ = writeln!(note, "Their line: {line}");
    }
    for (field, one) in [
        (Field::Email, "E-mail"),
        (Field::Phone, "Phone"),
        (Field::Url, "Web"),
        (Field::Handle, "Handle"),
        (Field::Pronouns, "Pronouns"),
    ] {
        for (number, value) in card.fields.values(field).iter().enumerate() {
            if !elsewhere(field, number) {
                let _ = writeln!(note, "{one}: {value}");
            }
        }
    }
    for met in card.encounters.iter().rev() {
        let _ = writeln!(note, "{}", encounter(met));
    }
    if !has_categories && !card.tags().is_empty() {
        let _ = writeln!(note, "Tags: {}", card.tags().join(", "));
    }
    if let Some(written) = &card.written {
        let _ = write!(note, "{}", words(written));
    }
    for outcome in card.outcomes.iter().flatten() {
        let _ = writeln!(note, "What came of it: {}", headline(&outcome.fields));
        for text in outcome.notes.iter().flat_map(Note::texts) {
            let _ = writeln!(note, "{text}");
        }
    }
    note
}

fn encounter(met: &Encountered) -> String {
    let event = met.event.as_str();
    let at = if event.is_empty() { String::new() } else { format!(" at {event}") };
    let (what, state) = match met.state {
        State::Confirmed => ("Met", "confirmed by them"),
        State::Offered => ("Accepted", "not confirmed by them"),
    };
    let codes = match met.comparison {
        Comparison::NotCompared => "",
        Comparison::Agrees => ", check codes agreed",
        Comparison::Differs => ", CHECK CODES DIFFERED",
    };
    format!("{what} {}{at}, {state}{codes}.", met.met_at)
}

fn words(written: &Written) -> String {
    let mut words = String::new();
    if let Some(place) = &written.place {
        let _ = writeln!(words, "Where: {place}");
    }
    if let Some(introducer) = introducer(written) {
        let _ = writeln!(words, "Introduced by: {introducer}");
    }
    if let Some(rating) = written.rating {
        let _ = writeln!(words, "Points: {} of 5", rating.points());
    }
    if let Some(follow_up) = written.follow_up {
        let done = if follow_up.done { ", done" } else { "" };
        let _ = writeln!(words, "To follow up by: {}{done}", follow_up.on);
    }
    for note in &written.notes {
        let _ = writeln!(words, "{note}");
    }
    words
}

/// Whoever introduced them, by name, or in words where nobody has one.
pub(super) fn introducer(written: &Written) -> Option<String> {
    let introduced = written.introduced.as_ref()?;
    let between = match introduced.introduction.forgotten {
        0 => None,
        1 => Some("someone who was forgotten".to_owned()),
        people => Some(format!("{people} people who were forgotten")),
    };
    let by = introduced
        .introduction
        .by
        .map(|by| introduced.name.clone().unwrap_or_else(|| format!("[{}]", by.fingerprint())));
    match (by, between) {
        (Some(by), None) => Some(by),
        (Some(by), Some(between)) => Some(format!("{by}, through {between}")),
        (None, between) => between,
    }
}
