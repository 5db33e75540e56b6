//! How people, encounters and badges look, to a reader and to a program.

use std::fmt::Write as _;

use lapel::badge::{Badge, BadgeFields, Field};
use lapel::book::{Contact, Meeting, Note};
use lapel::event::Event;
use lapel::identity::PersonId;
use lapel::receipt::{Comparison, State};
use serde_json::{Value, json};

use crate::say::Say;

/// The document of a contact; the README lists its keys.
pub(crate) fn contact(contact: &Contact) -> Value {
    json!({
        "id": contact.person().to_string(),
        "fingerprint": contact.person().fingerprint().to_string(),
        "name": contact.name(),
        "badge": contact.badge().fields(),
        "state": contact.state(),
        "blocked": contact.is_blocked(),
        "tags": contact.tags(),
        "notes": contact.notes().iter().map(Note::texts).collect::<Vec<_>>().concat(),
        "encounters": contact.meetings().iter().map(encounter).collect::<Vec<_>>(),
    })
}

fn encounter(meeting: &Meeting) -> Value {
    json!({
        "id": meeting.transcript().to_string(),
        "met_at": meeting.met_at().to_string(),
        "event": event(meeting.event()),
        "claimed_time": meeting.claimed_time().to_string(),
        "claimed_event": event(meeting.claimed_event()),
        "state": meeting.state(),
        "check_code": meeting.comparison(),
    })
}

/// An event's name, or `null` for none.
pub(crate) fn event(event: &Event) -> Option<&str> {
    (!event.is_none()).then(|| event.as_str())
}

/// A person by name, as documents mention them.
pub(crate) fn person(person: &PersonId, name: &str) -> Value {
    json!({
        "id": person.to_string(),
        "fingerprint": person.fingerprint().to_string(),
        "name": name,
    })
}

/// A contact in one or two lines, for a list.
pub(crate) fn summary(contact: &Contact, say: &Say) -> String {
    let mut line = say.bold(contact.name());
    let fields = contact.badge().fields();
    let place = [&fields.title, &fields.organisation];
    let place: Vec<&str> = place.into_iter().flatten().map(String::as_str).collect();
    if !place.is_empty() {
        let _ = write!(line, ", {}", place.join(", "));
    }
    for tag in contact.tags() {
        let _ = write!(line, " #{tag}");
    }
    if contact.is_blocked() {
        line.push_str(" (blocked)");
    }
    let latest = contact.meetings().last();
    let again = match contact.meetings().len() {
        0 | 1 => String::new(),
        times => format!(", {times} encounters"),
    };
    let _ = write!(
        line,
        "\n    {}{}{again}",
        say.dim(&contact.person().fingerprint().to_string()),
        latest.map(|meeting| format!("  {}", when_and_where(meeting))).unwrap_or_default(),
    );
    line
}

/// A contact with everything that the book has of them.
pub(crate) fn whole(contact: &Contact, say: &Say) -> String {
    let mut text = say.bold(contact.name());
    if contact.is_blocked() {
        text.push_str("  (blocked)");
    }
    let _ = write!(text, "\n  fingerprint   {}", contact.person().fingerprint());
    let _ = write!(text, "\n  id            {}", say.dim(&contact.person().to_string()));
    text.push_str(&fields(contact.badge().fields(), "  "));
    if !contact.tags().is_empty() {
        let _ = write!(text, "\n  tags          {}", contact.tags().join(", "));
    }
    for note in contact.notes().iter().flat_map(Note::texts) {
        let _ = write!(text, "\n  note          {}", note.replace('\n', "\n                "));
    }
    for meeting in contact.meetings() {
        let _ = write!(text, "\n  encounter     {}", when_and_where(meeting));
        if meeting.claimed_event() != meeting.event() {
            let theirs = event(meeting.claimed_event()).unwrap_or("no event");
            let _ = write!(text, "\n                they named {theirs}");
        }
        let _ = write!(text, "\n                {}", say.dim(&meeting.transcript().to_string()));
    }
    text
}

/// One line of an encounter. A peer who only offered was not met, as far as anything shows.
fn when_and_where(meeting: &Meeting) -> String {
    let state = match meeting.state() {
        State::Confirmed => "confirmed by them",
        State::Offered => "not confirmed by them",
    };
    let codes = match meeting.comparison() {
        Comparison::NotCompared => "",
        Comparison::Agrees => ", check codes agreed",
        Comparison::Differs => ", CHECK CODES DIFFERED",
    };
    let at = event(meeting.event()).map(|event| format!(" at {event}")).unwrap_or_default();
    format!("{}{at}, {state}{codes}", meeting.met_at())
}

/// The fields of a badge but its name, a line each, each begun by a newline.
pub(crate) fn fields(fields: &BadgeFields, indent: &str) -> String {
    let mut text = String::new();
    for field in Field::ALL.into_iter().filter(|field| *field != Field::Name) {
        for value in fields.values(field) {
            let _ = write!(text, "\n{indent}{:<13} {value}", field.to_string());
        }
    }
    text
}

/// The document of one of the owner's badges.
pub(crate) fn badge(label: &str, badge: &Badge, on_show: bool) -> Value {
    json!({
        "label": label,
        "on_show": on_show,
        "bytes": badge.as_bytes().len(),
        "badge": badge.fields(),
    })
}
