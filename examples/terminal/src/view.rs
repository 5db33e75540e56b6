//! How people, encounters and badges look, to a reader and to a program.

use std::fmt::Write as _;

use lapel::badge::{Badge, BadgeFields, Field};
use lapel::book::{Book, Contact, FollowUp, Introduction, Meeting, Note};
use lapel::event::Event;
use lapel::identity::PersonId;
use lapel::receipt::{Comparison, State};
use lapel::statement::BadgeUpdate;
use serde_json::{Value, json};

use crate::failure::Outcome;
use crate::history::{self, Change};
use crate::say::Say;

/// The document of a contact; the README lists its keys.
pub(crate) fn contact(book: &Book, contact: &Contact) -> Outcome<Value> {
    let introduced = match contact.introduction() {
        Some(introduction) => Some(json!({
            "forgotten": introduction.forgotten,
            "by": introduction.by.map(|by| someone(book, &by)).transpose()?,
        })),
        None => None,
    };
    let mut same = Vec::new();
    for other in others(book, contact)? {
        same.push(json!({
            "id": other.contact.person().to_string(),
            "fingerprint": other.contact.person().fingerprint().to_string(),
            "name": other.contact.name(),
            "stands_for_all": other.stands_for_all,
            "state": other.contact.state(),
            "encounters": other.contact.meetings().iter().map(encounter).collect::<Vec<_>>(),
        }));
    }
    Ok(json!({
        "id": contact.person().to_string(),
        "fingerprint": contact.person().fingerprint().to_string(),
        "name": contact.name(),
        "badge": contact.badge().fields(),
        "state": contact.state(),
        "blocked": contact.is_blocked(),
        "tags": contact.tags(),
        "notes": contact.notes().iter().map(Note::texts).collect::<Vec<_>>().concat(),
        "rating": contact.rating(),
        "follow_up": contact.follow_up(),
        "place": contact.place(),
        "introduced": introduced,
        "encounters": contact.meetings().iter().map(encounter).collect::<Vec<_>>(),
        "badge_updates": contact.updates().iter().map(update).collect::<Vec<_>>(),
        "badge_changes": history::changes(contact).iter().map(Change::document).collect::<Vec<_>>(),
        "same_person": same,
    }))
}

/// Another contact that is the same person.
struct Other {
    contact: Contact,
    stands_for_all: bool,
}

fn others(book: &Book, contact: &Contact) -> Outcome<Vec<Other>> {
    let mut others = Vec::new();
    for (i, person) in book.same_person(&contact.person())?.into_iter().enumerate() {
        if person != contact.person()
            && let Some(contact) = book.contact(&person)?
        {
            others.push(Other { contact, stands_for_all: i == 0 });
        }
    }
    Ok(others)
}

/// Someone by name, as documents mention them; the name is `null` for who isn't in the book.
pub(crate) fn someone(book: &Book, id: &PersonId) -> Outcome<Value> {
    Ok(person(id, book.contact(id)?.as_ref().map(Contact::name)))
}

/// A contact in a sentence, where a name alone could be somebody else's.
pub(crate) fn named(contact: &Contact) -> String {
    format!("{} [{}]", contact.name(), contact.person().fingerprint())
}

/// So many people who were forgotten, in words.
pub(crate) fn forgotten(people: u32) -> String {
    match people {
        1 => "someone you chose to forget".into(),
        people => format!("{people} people you chose to forget"),
    }
}

fn update(update: &BadgeUpdate) -> Value {
    json!({ "made_at": update.made_at().to_string(), "badge": update.badge().fields() })
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
pub(crate) fn person<'a>(person: &PersonId, name: impl Into<Option<&'a str>>) -> Value {
    json!({
        "id": person.to_string(),
        "fingerprint": person.fingerprint().to_string(),
        "name": name.into(),
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
pub(crate) fn whole(book: &Book, contact: &Contact, say: &Say) -> Outcome<String> {
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
    if let Some(rating) = contact.rating() {
        let _ = write!(text, "\n  rating        {} of 5", rating.points());
    }
    if let Some(FollowUp { on, done }) = contact.follow_up() {
        let done = if done { ", done" } else { "" };
        let _ = write!(text, "\n  follow-up     {on}{done}");
    }
    if let Some(place) = contact.place() {
        let _ = write!(text, "\n  place         {place}");
    }
    if let Some(introduction) = contact.introduction() {
        let _ = write!(text, "\n  introduced by {}", introducer(book, introduction)?);
    }
    for (i, note) in contact.notes().iter().enumerate() {
        for words in note.texts() {
            let (label, words) =
                (format!("note {}", i + 1), words.replace('\n', "\n                "));
            let _ = write!(text, "\n  {label:<13} {words}");
        }
    }
    let changes = history::changes(contact);
    for meeting in contact.meetings() {
        text.push_str(&encounter_lines(meeting, say));
        for change in changes.iter().filter(|change| change.encounter == meeting.transcript()) {
            let _ = write!(text, "\n                {change}");
        }
    }
    for update in contact.updates() {
        let shown = if update.badge() == contact.badge() { ", and is the one above" } else { "" };
        let _ = write!(text, "\n  signed badge  {}, by their clock{shown}", update.made_at());
    }
    for Other { contact, stands_for_all } in others(book, contact)? {
        let lists = if stands_for_all { ", the one in lists" } else { "" };
        let _ = write!(text, "\n  same person   {}{lists}", named(&contact));
        for meeting in contact.meetings() {
            text.push_str(&encounter_lines(meeting, say));
        }
    }
    Ok(text)
}

fn introducer(
    book: &Book,
    Introduction { forgotten: people, by }: Introduction,
) -> Outcome<String> {
    let by = match by {
        Some(by) => Some(match book.contact(&by)? {
            Some(contact) => contact.name().to_owned(),
            None => format!("[{}]", by.fingerprint()),
        }),
        None => None,
    };
    Ok(match (people, by) {
        (0, Some(by)) => by,
        (0, None) => "nobody".into(),
        (people, None) => forgotten(people),
        (people, Some(by)) => format!("{}, and {by} before", forgotten(people)),
    })
}

fn encounter_lines(meeting: &Meeting, say: &Say) -> String {
    let mut text = format!("\n  encounter     {}", when_and_where(meeting));
    if meeting.claimed_event() != meeting.event() {
        let theirs = event(meeting.claimed_event()).unwrap_or("no event");
        let _ = write!(text, "\n                they named {theirs}");
    }
    let _ = write!(text, "\n                {}", say.dim(&meeting.transcript().to_string()));
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
