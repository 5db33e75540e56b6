//! What came of meeting people.

use std::fmt::Write as _;

use lapel::book::{
    self, Amount, Book, BookError, Introduction, Link, Note, OutcomeFields, OutcomeKind,
};
use serde_json::{Value, json};

use crate::args::{LinkArgs, OutcomeArgs, OutcomeCommand};
use crate::failure::{Code, Failure, Outcome};
use crate::home::{Home, rng, today};
use crate::say::Say;
use crate::{pick, view};

/// `lapel outcome …`.
pub(crate) fn outcome(home: &Home, command: OutcomeCommand, say: &Say) -> Outcome {
    match command {
        OutcomeCommand::Add(args) => add(home, args, say),
        OutcomeCommand::List => list(&*home.open(say)?, say),
        OutcomeCommand::Link { which, links, remove } => {
            link(home, &which.outcome, &links, remove, say)
        }
        OutcomeCommand::Remove { which } => {
            let mut book = home.open(say)?;
            let there = pick::outcome(&book, &which.outcome)?;
            book.remove_outcome(there.id, &mut rng())?;
            let (id, title) = (there.id.to_string(), there.fields.title);
            let text = format!("\"{title}\" is not in the book any more.");
            say.done(&text, &json!({ "id": id, "title": title, "removed": true }))
        }
    }
}

fn add(home: &Home, args: OutcomeArgs, say: &Say) -> Outcome {
    let mut book = home.open(say)?;
    let kind = OutcomeKind::new(&args.kind).map_err(BookError::OutcomeKind)?;
    let date = args.date.unwrap_or_else(today);
    let fields = OutcomeFields { kind, title: args.title, date, amount: args.amount };
    let links = links(&book, &args.links, &[])?;
    let id = book.add_outcome(&fields, &links, today(), &mut rng())?;
    if let Some(note) = &args.note {
        book.note_on_outcome(id, note, &mut rng()).map_err(|error| {
            let failure = Failure::from(error);
            let message = format!("{} The outcome itself is in the book.", failure.message);
            Failure { message, ..failure }
        })?;
    }
    let there = book.outcome(id)?.ok_or(BookError::NoSuchOutcome)?;
    let text = format!("\"{}\" is in the book: {id}.", there.fields.title);
    say.done(&text, &document(&book, &there)?)
}

fn list(book: &Book, say: &Say) -> Outcome {
    let (mut entries, mut documents) = (Vec::new(), Vec::new());
    for outcome in book.outcomes()? {
        entries.push(told(book, &outcome, say)?);
        documents.push(document(book, &outcome)?);
    }
    if entries.is_empty() {
        entries.push("Nothing is in the book yet. Write it down with `lapel outcome add`.".into());
    }
    say.answer(&entries.join("\n"), &json!({ "outcomes": documents }))
}

fn link(home: &Home, which: &str, args: &LinkArgs, remove: bool, say: &Say) -> Outcome {
    if args.is_empty() {
        let message = "Say what led to it, with --contact, --encounter or --after.";
        return Err(Failure::new(Code::Usage, message));
    }
    let mut book = home.open(say)?;
    let there = pick::outcome(&book, which)?;
    let linked = if remove { there.links.as_slice() } else { &[] };
    for link in links(&book, args, linked)? {
        if remove {
            book.unlink_outcome(there.id, link, &mut rng())?;
        } else {
            book.link_outcome(there.id, link, &mut rng())?;
        }
    }
    let there = book.outcome(there.id)?.unwrap_or(there);
    let more_or_less =
        if remove { "doesn't go back to that any more" } else { "goes back to that" };
    let text = format!("\"{}\" {more_or_less}.", there.fields.title);
    say.done(&text, &document(&book, &there)?)
}

/// The links that are meant. What is `linked` already is looked at first: it may be gone itself, or
/// be about another contact of the same person.
fn links(book: &Book, args: &LinkArgs, linked: &[Link]) -> Outcome<Vec<Link>> {
    let mut links = Vec::new();
    let there = |is_it: &dyn Fn(&Link) -> bool| linked.iter().copied().find(is_it);
    for meant in &args.contact {
        let person = pick::contact(book, meant)?.person();
        let mut same = vec![person];
        if !linked.contains(&Link::Contact(person)) {
            same = book.same_person(&person)?;
        }
        let is_it = |link: &Link| matches!(link, Link::Contact(person) if same.contains(person));
        links.push(there(&is_it).unwrap_or(Link::Contact(person)));
    }
    for meant in &args.encounter {
        let is_it = |link: &Link| match link {
            Link::Encounter(transcript) => pick::begins(&transcript.to_string(), meant),
            _ => false,
        };
        links.push(match there(&is_it) {
            Some(link) => link,
            None => Link::Encounter(pick::encounter_of_anyone(book, meant)?),
        });
    }
    for meant in &args.after {
        let is_it =
            |link: &Link| matches!(link, Link::Outcome(id) if pick::begins(&id.to_string(), meant));
        links.push(match there(&is_it) {
            Some(link) => link,
            None => Link::Outcome(pick::outcome(book, meant)?.id),
        });
    }
    Ok(links)
}

/// Day, kind, title and amount.
pub(crate) fn headline(fields: &OutcomeFields, say: &Say) -> String {
    let amount = fields.amount.map(|amount| format!(", {amount}")).unwrap_or_default();
    format!("{}  {}: {}{amount}", fields.date, fields.kind.as_str(), say.bold(&fields.title))
}

/// An outcome in a few lines, for a list.
fn told(book: &Book, outcome: &book::Outcome, say: &Say) -> Outcome<String> {
    let mut text = headline(&outcome.fields, say);
    let _ = write!(text, "\n    {}", say.dim(&outcome.id.to_string()));
    for link in &outcome.links {
        let _ = write!(text, "\n    through {}", way(book, link)?);
    }
    for note in outcome.notes.iter().flat_map(Note::texts) {
        let _ = write!(text, "\n    {}", note.replace('\n', "\n    "));
    }
    Ok(text)
}

fn way(book: &Book, link: &Link) -> Outcome<String> {
    const GONE: &str = "something that isn't in the book any more";
    let named = |person| -> Outcome<Option<String>> {
        Ok(book.contact(person)?.map(|contact| contact.name().to_owned()))
    };
    Ok(match link {
        Link::Contact(person) => named(person)?.unwrap_or_else(|| GONE.into()),
        Link::Encounter(transcript) => match book.meeting(transcript)? {
            Some((person, meeting)) => format!(
                "the encounter of {} with {}",
                meeting.met_at(),
                named(&person)?.unwrap_or_default()
            ),
            None => GONE.into(),
        },
        Link::Outcome(id) => match book.outcome(*id)? {
            Some(outcome) => format!("\"{}\"", outcome.fields.title),
            None => GONE.into(),
        },
        Link::Forgotten(Introduction { forgotten, .. }) => view::forgotten(*forgotten),
    })
}

/// The document of an outcome; the README lists its keys.
pub(crate) fn document(book: &Book, outcome: &book::Outcome) -> Outcome<Value> {
    let mut links = Vec::new();
    for link in &outcome.links {
        links.push(link_document(book, link)?);
    }
    Ok(json!({
        "id": outcome.id.to_string(),
        "kind": outcome.fields.kind.as_str(),
        "title": outcome.fields.title,
        "date": outcome.fields.date,
        "amount": outcome.fields.amount.as_ref().map(amount),
        "links": links,
        "notes": outcome.notes.iter().map(Note::texts).collect::<Vec<_>>().concat(),
    }))
}

fn amount(amount: &Amount) -> Value {
    json!({ "hundredths": amount.hundredths(), "currency": amount.currency() })
}

fn link_document(book: &Book, link: &Link) -> Outcome<Value> {
    let (mut to, mut person, mut encounter, mut earlier, mut forgotten) =
        ("contact", None, None, None, None);
    match link {
        Link::Contact(id) => person = Some(view::someone(book, id)?),
        Link::Encounter(transcript) => {
            (to, encounter) = ("encounter", Some(transcript.to_string()));
            if let Some((id, _)) = book.meeting(transcript)? {
                person = Some(view::someone(book, &id)?);
            }
        }
        Link::Outcome(id) => {
            let title = book.outcome(*id)?.map(|outcome| outcome.fields.title);
            (to, earlier) = ("outcome", Some(json!({ "id": id.to_string(), "title": title })));
        }
        Link::Forgotten(introduction) => {
            (to, forgotten) = ("forgotten", Some(introduction.forgotten));
            person = introduction.by.map(|by| view::someone(book, &by)).transpose()?;
        }
    }
    Ok(json!({
        "to": to,
        "person": person,
        "encounter": encounter,
        "outcome": earlier,
        "forgotten": forgotten,
    }))
}
