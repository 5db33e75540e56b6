//! The people in the book: listing, finding, writing about, blocking, forgetting.

use lapel::book::{Book, Contact};
use serde_json::{Value, json};

use crate::args::ContactsArgs;
use crate::failure::{Code, Failure, Outcome};
use crate::home::{Home, rng};
use crate::say::Say;
use crate::stdin::{Interrupt, Stdin};
use crate::{pick, view};

/// `lapel contacts`.
pub(crate) fn contacts(home: &Home, args: ContactsArgs, say: &Say) -> Outcome {
    let book = home.open(say)?;
    let mut found = match &args.search {
        None => book.contacts()?,
        Some(words) => with_these(&book, words)?,
    };
    if let Some(event) = &args.event {
        must_know_event(&book, event)?;
        found.retain(|contact| events(contact).any(|there| same(there, event)));
    }
    let documents: Vec<Value> = found.iter().map(view::contact).collect();
    let text = match (found.is_empty(), &args.search) {
        (false, _) => found.iter().map(|c| view::summary(c, say)).collect::<Vec<_>>().join("\n"),
        (true, None) => "Nobody is in the book yet. Meet someone with `lapel shake`.".into(),
        (true, Some(words)) => format!("Nobody in the book fits \"{words}\"."),
    };
    say.answer(&text, &json!({ "contacts": documents }))
}

/// Whoever fits the words; the one met last comes first.
fn with_these(book: &Book, words: &str) -> Outcome<Vec<Contact>> {
    let mut found = Vec::new();
    for line in book.search(words)? {
        found.extend(book.contact(&line.person)?);
    }
    Ok(found)
}

fn events(contact: &Contact) -> impl Iterator<Item = &str> {
    contact.meetings().iter().filter_map(|meeting| view::event(meeting.event()))
}

fn same(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.trim().to_lowercase()
}

fn must_know_event(book: &Book, event: &str) -> Outcome {
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
    let contact = pick::contact(&*home.open(say)?, id)?;
    say.answer(&view::whole(&contact, say), &view::contact(&contact))
}

/// `lapel note`.
pub(crate) fn note(home: &Home, id: &str, text: &str, say: &Say) -> Outcome {
    change(home, id, say, |book, contact| {
        book.note(&contact.person(), text, &mut rng())?;
        Ok(format!("The note about {} is in the book.", contact.name()))
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

/// Changes something about a contact, and shows the contact as it is then.
fn change(
    home: &Home,
    id: &str,
    say: &Say,
    change: impl FnOnce(&mut Book, &Contact) -> Outcome<String>,
) -> Outcome {
    let mut book = home.open(say)?;
    let contact = pick::contact(&book, id)?;
    let text = change(&mut book, &contact)?;
    let contact = book.contact(&contact.person())?.unwrap_or(contact);
    say.done(&text, &view::contact(&contact))
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
