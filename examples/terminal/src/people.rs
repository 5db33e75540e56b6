//! The people in the book: listing, finding, writing about, blocking, forgetting.

use std::num::NonZeroUsize;

use lapel::book::{Book, Contact, Note, NoteId, Order, Query, Rating};
use serde_json::json;

use crate::args::{ContactsArgs, NoteArgs, OrderArg, PersonCommand};
use crate::failure::{Code, Failure, Outcome};
use crate::home::{Home, rng};
use crate::say::Say;
use crate::stdin::{Interrupt, Stdin};
use crate::{pick, view};

/// `lapel contacts`.
pub(crate) fn contacts(home: &Home, args: ContactsArgs, say: &Say) -> Outcome {
    let book = home.open(say)?;
    let introducer = match &args.introduced_by {
        Some(id) => Some(pick::contact(&book, id)?.person()),
        None => None,
    };
    let query = Query {
        text: args.search.clone().unwrap_or_default(),
        event: args.event.clone(),
        tag: args.tag.clone(),
        introduced_by: introducer,
        confirmed: args.confirmed,
        order: match args.order {
            OrderArg::Latest => Order::Latest,
            OrderArg::Name => Order::Name,
        },
        ..Query::default()
    };
    let page = book.list(&query, None, args.limit.map_or(usize::MAX, NonZeroUsize::get))?;
    let more = match page.next {
        Some(_) => book.count(&query)?.saturating_sub(page.people.len()),
        None => 0,
    };
    let (mut lines, mut documents) = (Vec::new(), Vec::new());
    for line in page.people {
        let Some(contact) = book.contact(&line.person)? else { continue };
        lines.push(view::summary(&contact, say));
        documents.push(view::contact(&book, &contact)?);
    }
    if more > 0 {
        lines.push(say.dim(&format!("And {more} more.")));
    }
    if let (true, Some(event)) = (lines.is_empty(), &args.event) {
        must_know_event(&book, event)?;
    }
    let is_everybody = query == Query { order: query.order, ..Query::default() };
    let text = match (lines.is_empty(), &args.search) {
        (false, _) => lines.join("\n"),
        (true, _) if is_everybody => {
            "Nobody is in the book yet. Meet someone with `lapel shake`.".into()
        }
        (true, Some(words)) => format!("Nobody in the book fits \"{words}\"."),
        (true, None) => "Nobody in the book fits.".into(),
    };
    say.answer(&text, &json!({ "contacts": documents, "more": more }))
}

fn events(contact: &Contact) -> impl Iterator<Item = &str> {
    contact.meetings().iter().filter_map(|meeting| view::event(meeting.event()))
}

fn same(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.trim().to_lowercase()
}

/// Fails unless someone was met at this event.
pub(crate) fn must_know_event(book: &Book, event: &str) -> Outcome {
    let contacts = book.contacts()?;
    let mut known: Vec<&str> = contacts.iter().flat_map(events).collect();
    if known.iter().any(|there| same(there, event)) {
        return Ok(());
    }
    known.sort_unstable();
    known.dedup();
    let list = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
    let message = format!("Nobody was met at \"{event}\". Events in the book: {list}.");
    Err(Failure::new(Code::NoSuchEvent, message))
}

/// `lapel contact`.
pub(crate) fn contact(home: &Home, id: &str, say: &Say) -> Outcome {
    let book = home.open(say)?;
    let contact = pick::contact(&book, id)?;
    say.answer(&view::whole(&book, &contact, say)?, &view::contact(&book, &contact)?)
}

/// `lapel note`.
pub(crate) fn note(home: &Home, args: NoteArgs, say: &Say) -> Outcome {
    change(home, &args.who.id, say, |book, contact| {
        let (person, name) = (contact.person(), contact.name());
        let text = args.text.unwrap_or_default();
        match (args.remove, args.replace) {
            (Some(number), _) => {
                book.remove_note(&person, numbered(contact, number)?, &mut rng())?;
                Ok(format!("Note {number} about {name} is not in the book any more."))
            }
            (None, Some(number)) => {
                book.rewrite_note(&person, numbered(contact, number)?, &text, &mut rng())?;
                Ok(format!("Note {number} about {name} is written anew."))
            }
            (None, None) => {
                book.note(&person, &text, &mut rng())?;
                Ok(format!("The note about {name} is in the book."))
            }
        }
    })
}

/// The note of this number, counted from 1 as a contact is shown.
fn numbered(contact: &Contact, number: usize) -> Outcome<NoteId> {
    let note = number.checked_sub(1).and_then(|at| contact.notes().get(at));
    note.map(Note::id).ok_or_else(|| {
        let (name, print) = (contact.name(), contact.person().fingerprint());
        let message =
            format!("There is no note {number} about {name}. `lapel contact {print}` lists them.");
        Failure::new(Code::NoSuchNote, message)
    })
}

/// `lapel tag`.
pub(crate) fn tag(home: &Home, id: &str, tag: &str, remove: bool, say: &Say) -> Outcome {
    change(home, id, say, |book, contact| {
        let (person, name) = (contact.person(), contact.name());
        if remove {
            book.untag(&person, tag, &mut rng())?;
            Ok(format!("{name} doesn't have the tag \"{tag}\" any more."))
        } else {
            book.tag(&person, tag, &mut rng())?;
            Ok(format!("{name} has the tag \"{tag}\"."))
        }
    })
}

/// `lapel rate`.
pub(crate) fn rate(home: &Home, id: &str, points: u8, say: &Say) -> Outcome {
    change(home, id, say, |book, contact| {
        let name = contact.name();
        let rating = Rating::new(points).ok();
        book.rate(&contact.person(), rating, &mut rng())?;
        Ok(match rating {
            Some(_) => format!("{name} has {points} of 5 points."),
            None => format!("{name} has no points."),
        })
    })
}

/// `lapel place`.
pub(crate) fn place(home: &Home, id: &str, place: &str, say: &Say) -> Outcome {
    change(home, id, say, |book, contact| {
        book.set_place(&contact.person(), place, &mut rng())?;
        let name = contact.name();
        Ok(match place.trim() {
            "" => format!("Where you met {name} isn't in the book any more."),
            place => format!("You met {name} here: {place}."),
        })
    })
}

/// `lapel introduced`. A contact called "nobody" can be named by their fingerprint.
pub(crate) fn introduced(home: &Home, id: &str, by: &str, say: &Say) -> Outcome {
    change(home, id, say, |book, contact| {
        let by = match by {
            "nobody" => None,
            by => Some(pick::contact(book, by)?),
        };
        book.set_introducer(&contact.person(), by.as_ref().map(Contact::person), &mut rng())?;
        let name = contact.name();
        Ok(match by {
            Some(by) => format!("{} introduced {name}.", by.name()),
            None => format!("Nobody introduced {name}."),
        })
    })
}

/// `lapel person …`.
pub(crate) fn person(home: &Home, command: &PersonCommand, say: &Say) -> Outcome {
    match command {
        PersonCommand::Merge { one, other } => change(home, one, say, |book, contact| {
            let other = pick::contact(book, other)?;
            book.merge_people(&contact.person(), &other.person(), &mut rng())?;
            let [one, other] = [contact, &other].map(view::named);
            Ok(format!("{one} and {other} are one person. Each keeps their own encounters."))
        }),
        PersonCommand::Split { who } => change(home, &who.id, say, |book, contact| {
            book.split_person(&contact.person(), &mut rng())?;
            Ok(format!("{} is a person of their own.", view::named(contact)))
        }),
    }
}

/// Changes something about a contact, and shows the contact as it is then.
pub(crate) fn change(
    home: &Home,
    id: &str,
    say: &Say,
    change: impl FnOnce(&mut Book, &Contact) -> Outcome<String>,
) -> Outcome {
    let mut book = home.open(say)?;
    let contact = pick::contact(&book, id)?;
    let text = change(&mut book, &contact)?;
    let contact = book.contact(&contact.person())?.unwrap_or(contact);
    say.done(&text, &view::contact(&book, &contact)?)
}

/// `lapel block` and `lapel unblock`.
pub(crate) fn set_blocked(home: &Home, id: &str, blocked: bool, say: &Say) -> Outcome {
    let mut book = home.open(say)?;
    let person = if blocked { pick::anyone(&book, id)? } else { pick::person(&book, id)? };
    if person == book.identity().person() {
        let message = "That is you. Nobody needs to block themselves.";
        return Err(Failure::new(Code::PersonBlocked, message));
    }
    if blocked {
        book.block(&person, &mut rng())?;
    } else {
        book.unblock(&person, &mut rng())?;
    }
    let contact = book.contact(&person)?;
    let name = contact
        .as_ref()
        .map_or_else(|| format!("[{}]", person.fingerprint()), |contact| contact.name().to_owned());
    let text = if blocked {
        format!("{name} is blocked: no encounter with them is recorded, and nothing tells them.")
    } else {
        format!("{name} isn't blocked any more.")
    };
    let document = json!({
        "id": person.to_string(),
        "fingerprint": person.fingerprint().to_string(),
        "name": contact.as_ref().map(Contact::name),
        "blocked": blocked,
    });
    say.done(&text, &document)
}

/// `lapel forget`. Nobody is forgotten unless all who were named are known.
pub(crate) fn forget(home: &Home, ids: &[String], yes: bool, say: &Say) -> Outcome {
    let interrupt = Interrupt::watch();
    let mut book = home.open(say)?;
    let mut people = Vec::new();
    for id in ids {
        let person = pick::person(&book, id)?;
        if !people.contains(&person) {
            people.push(person);
        }
    }
    let mut names = Vec::new();
    for person in &people {
        let contact = book.contact(person)?;
        names.push(contact.map_or_else(
            || format!("[{}]", person.fingerprint()),
            |contact| contact.name().to_owned(),
        ));
    }
    let names = names.join(", ");
    if !yes {
        say.insist(&format!(
            "Forget {names} for good, with every encounter, receipt, note and block? [y/n]"
        ));
        if !Stdin::start().answer(&interrupt)? {
            let message = "Nobody was forgotten.";
            return Err(Failure::new(Code::NothingRecorded, message));
        }
    }
    let forgotten = book.forget(&people, &mut rng())?;
    let mut text = format!("{names}: forgotten. Receipts you gave away still verify.");
    if forgotten.old_key_remains {
        text.push_str(
            "\nThe old key could not be destroyed yet, so remnants of the old files could still be \
             opened. The next command tries again.",
        );
    }
    let document = json!({
        "forgotten": people.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "old_key_remains": forgotten.old_key_remains,
    });
    say.done(&text, &document)
}
