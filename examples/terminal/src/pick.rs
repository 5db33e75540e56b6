//! Finding the one person, or the one encounter, that was meant.

use lapel::book::{self, Book, Contact, Meeting};
use lapel::identity::PersonId;
use lapel::transcript::Transcript;

use crate::failure::{Code, Failure, Outcome};

/// Digits of an id that are enough to name it.
const LEAST_DIGITS: usize = 4;

/// Someone who can be meant.
struct Candidate {
    person: PersonId,
    name: Option<String>,
}

/// The one contact that `meant` names. Where it names several that are one person, it is the one
/// that stands for them.
pub(crate) fn contact(book: &Book, meant: &str) -> Outcome<Contact> {
    let contacts = book.contacts()?;
    let mut candidates: Vec<Candidate> = contacts.iter().map(known).collect();
    let several: Vec<_> = candidates.iter().filter(|c| fits(c, meant)).map(|c| c.person).collect();
    if let [first, _, ..] = several.as_slice() {
        let same = book.same_person(first)?;
        if several.iter().all(|person| same.contains(person)) {
            candidates.retain(|c| !several.contains(&c.person) || same.first() == Some(&c.person));
        }
    }
    let person = one(candidates, meant)?;
    let found = contacts.into_iter().find(|contact| contact.person() == person);
    found.ok_or_else(|| nobody(meant))
}

/// The one person that `meant` names, blocked ones who were never met among them.
pub(crate) fn person(book: &Book, meant: &str) -> Outcome<PersonId> {
    let mut candidates: Vec<Candidate> = book.contacts()?.iter().map(known).collect();
    for person in book.blocked()? {
        if candidates.iter().all(|candidate| candidate.person != person) {
            candidates.push(Candidate { person, name: None });
        }
    }
    one(candidates, meant)
}

/// Anyone at all: someone in the book, or a whole id.
pub(crate) fn anyone(book: &Book, meant: &str) -> Outcome<PersonId> {
    match meant.to_ascii_lowercase().parse() {
        Ok(person) => Ok(person),
        Err(_) => person(book, meant),
    }
}

/// The encounter with this contact that `meant` names, or the latest.
pub(crate) fn encounter<'a>(contact: &'a Contact, meant: Option<&str>) -> Outcome<&'a Meeting> {
    let name = contact.name();
    let none = |message: String| Failure::new(Code::NoSuchEncounter, message);
    let Some(meant) = meant else {
        let latest = contact.meetings().last();
        return latest.ok_or_else(|| none(format!("There is no encounter with {name}.")));
    };
    let fits = |m: &&Meeting| begins(&m.transcript().to_string(), meant);
    let fitting: Vec<&Meeting> = contact.meetings().iter().filter(fits).collect();
    match fitting.as_slice() {
        [one] => Ok(one),
        [] => Err(none(format!(
            "There is no encounter {meant} with {name}. `lapel contact {}` lists them.",
            contact.person().fingerprint()
        ))),
        _ => Err(Failure::new(
            Code::Ambiguous,
            format!("{meant} begins several encounters with {name}; give more of its digits."),
        )),
    }
}

/// The encounter with anyone that `meant` names.
pub(crate) fn encounter_of_anyone(book: &Book, meant: &str) -> Outcome<Transcript> {
    let contacts = book.contacts()?;
    let meetings = contacts.iter().flat_map(|c| c.meetings().iter().map(move |m| (c, m)));
    let fitting: Vec<(&Contact, &Meeting)> =
        meetings.filter(|(_, m)| begins(&m.transcript().to_string(), meant)).collect();
    match fitting.as_slice() {
        [(_, one)] => Ok(one.transcript()),
        [] => Err(Failure::new(
            Code::NoSuchEncounter,
            format!(
                "There is no encounter \"{meant}\". Give the first {LEAST_DIGITS} digits of its id \
                 or more; `lapel contact ID` lists a person's."
            ),
        )),
        several => {
            let with = |(c, m): &(&Contact, &Meeting)| {
                format!("{} with {}, {}", m.transcript(), c.name(), m.met_at())
            };
            let list: Vec<String> = several.iter().map(with).collect();
            let message =
                format!("\"{meant}\" begins {}. Give more of its digits.", list.join(" and "));
            Err(Failure::new(Code::Ambiguous, message))
        }
    }
}

/// The one outcome that `meant` names: the beginning of its id, or its exact title in any case.
pub(crate) fn outcome(book: &Book, meant: &str) -> Outcome<book::Outcome> {
    let named = |outcome: &book::Outcome| {
        outcome.fields.title.to_lowercase() == meant.trim().to_lowercase()
            || begins(&outcome.id.to_string(), meant)
    };
    let mut fitting: Vec<_> = book.outcomes()?.into_iter().filter(named).collect();
    match (fitting.pop(), fitting.as_slice()) {
        (Some(one), []) => Ok(one),
        (None, _) => Err(Failure::new(
            Code::NoSuchOutcome,
            format!(
                "There is no outcome \"{meant}\". Give its title as it is in the book, or the \
                 first {LEAST_DIGITS} digits of its id or more; `lapel outcome list` lists them."
            ),
        )),
        (Some(last), others) => {
            let told =
                |o: &book::Outcome| format!("{} of {} [{}]", o.fields.title, o.fields.date, o.id);
            let list: Vec<String> = others.iter().chain([&last]).map(told).collect();
            let message = format!("\"{meant}\" could be {}. Say which by id.", list.join(" or "));
            Err(Failure::new(Code::Ambiguous, message))
        }
    }
}

fn known(contact: &Contact) -> Candidate {
    Candidate { person: contact.person(), name: Some(contact.name().to_owned()) }
}

fn one(candidates: Vec<Candidate>, meant: &str) -> Outcome<PersonId> {
    let (fitting, others): (Vec<_>, Vec<_>) = candidates.into_iter().partition(|c| fits(c, meant));
    match fitting.as_slice() {
        [candidate] => Ok(candidate.person),
        [] => {
            let mut failure = nobody(meant);
            let near: Vec<String> = others.iter().filter(|c| is_near(c, meant)).map(told).collect();
            if !near.is_empty() {
                failure.message += &format!("\nPerhaps you mean {}.", near.join(" or "));
            }
            Err(failure)
        }
        several => {
            let list: Vec<String> = several.iter().map(told).collect();
            let message =
                format!("\"{meant}\" could be {}. Say which by fingerprint.", list.join(" or "));
            Err(Failure::new(Code::Ambiguous, message))
        }
    }
}

fn fits(candidate: &Candidate, meant: &str) -> bool {
    let named = candidate
        .name
        .as_ref()
        .is_some_and(|name| name.to_lowercase() == meant.trim().to_lowercase());
    named
        || begins(&candidate.person.to_string(), meant)
        || plain(&candidate.person.fingerprint().to_string()) == plain(meant)
}

/// Whether part of their name was given. Good for a hint, and not for acting on.
fn is_near(candidate: &Candidate, meant: &str) -> bool {
    let meant = meant.trim().to_lowercase();
    let name = candidate.name.as_ref().map(|name| name.to_lowercase());
    !meant.is_empty() && name.is_some_and(|name| name.contains(&meant))
}

fn told(candidate: &Candidate) -> String {
    let fingerprint = candidate.person.fingerprint();
    match &candidate.name {
        Some(name) => format!("{name} [{fingerprint}]"),
        None => format!("[{fingerprint}]"),
    }
}

fn nobody(meant: &str) -> Failure {
    let message = format!(
        "Nobody in the book is \"{meant}\". Give a name as it is in the book, a fingerprint, or the \
         first {LEAST_DIGITS} digits of an id or more; `lapel contacts` lists everybody."
    );
    Failure::new(Code::NoSuchContact, message)
}

/// Whether enough digits of a hexadecimal id were given, in any case.
pub(crate) fn begins(id: &str, meant: &str) -> bool {
    meant.len() >= LEAST_DIGITS && id.starts_with(&meant.to_ascii_lowercase())
}

/// A fingerprint without dashes, with the letters that Crockford's base 32 leaves out read as the
/// digits they look like.
fn plain(fingerprint: &str) -> String {
    let kept = fingerprint.chars().filter(|c| *c != '-' && !c.is_whitespace());
    kept.map(|c| match c.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    })
    .collect()
}
