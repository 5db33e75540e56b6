//! Forgetting people for good, where others point at them too: whom they introduced, and what they
//! led to, keep that somebody was there, and who had introduced that somebody.

use std::collections::{BTreeMap, BTreeSet};

use rand_core::CryptoRng;

use super::annotation::Introduction;
use super::entry::{Happening, about};
use super::outcome::Link;
use super::write::Write;
use super::{Book, BookError, Change, ReadError, Rewritten};
use crate::identity::PersonId;
use crate::ledger::Entry;
use crate::transcript::Transcript;

impl Book {
    /// Forgets people for good, encounters, receipts, blocks and all: what is kept is written anew
    /// under a new key, and the old key is destroyed, so that no remnant of the old files can be
    /// opened. Where they introduced someone or led to an outcome, it stays known that there was
    /// someone who was forgotten. What was written about them in notes on others stays.
    pub fn forget(
        &mut self,
        people: &[PersonId],
        rng: &mut dyn CryptoRng,
    ) -> Result<Rewritten, BookError> {
        let gone = Gone::of(self, people)?;
        if gone.people.is_empty() {
            return Ok(Rewritten::default());
        }
        let subjects: BTreeSet<_> = gone.people.keys().filter_map(about).collect();
        let mut keep = |entry: Entry| {
            let is_theirs = entry.subjects.iter().any(|subject| subjects.contains(subject));
            if is_theirs { None } else { gone.without(entry) }
        };
        let done = self.rewrite(&mut keep, rng)?;
        self.listeners.tell(Change::All);
        Ok(Rewritten { people: gone.people.len(), ..done })
    }
}

/// Those who are forgotten, and who had introduced them.
struct Gone {
    people: BTreeMap<PersonId, Option<Introduction>>,
    encounters: BTreeMap<Transcript, PersonId>,
}

impl Gone {
    /// Those of `people` whom the book knows.
    fn of(book: &Book, people: &[PersonId]) -> Result<Self, ReadError> {
        let mut gone = Self { people: BTreeMap::new(), encounters: BTreeMap::new() };
        for person in people {
            let is_known = match about(person) {
                Some(subject) => book.store()?.knows(&subject)?,
                None => false,
            };
            if !is_known {
                continue;
            }
            let (contact, written) = book.fold(person)?;
            gone.people.insert(*person, written.introduced().map(|(by, _)| by));
            let meetings = contact.iter().flat_map(|contact| contact.meetings());
            let encounters = meetings.flat_map(|meeting| meeting.transcripts());
            gone.encounters.extend(encounters.map(|transcript| (transcript, *person)));
        }
        Ok(gone)
    }

    /// How somebody who is gone is remembered.
    fn trace(&self, person: &PersonId) -> Introduction {
        let (mut trace, mut next) = (Introduction { forgotten: 0, by: None }, Some(*person));
        let mut seen = BTreeSet::new();
        while let Some(person) = next {
            let Some(introduced) = self.people.get(&person).filter(|_| seen.insert(person)) else {
                // A circle, which a merge can bring in, ends where it began.
                trace.by = Some(person).filter(|person| !self.people.contains_key(person));
                break;
            };
            let before = introduced.unwrap_or(Introduction { forgotten: 0, by: None });
            trace.forgotten = trace.forgotten.saturating_add(1).saturating_add(before.forgotten);
            next = before.by;
        }
        trace
    }

    /// An entry about someone else, without those who are gone; `None` if nothing is left of it.
    fn without(&self, entry: Entry) -> Option<Entry> {
        let Some(Ok(Happening::Set { target, stamp, writes })) =
            Happening::read(entry.kind, &entry.payload)
        else {
            return Some(entry);
        };
        let kept: Vec<Write> = writes.iter().filter_map(|write| self.instead_of(write)).collect();
        if kept.is_empty() {
            return None;
        }
        let payload = Happening::Set { target, stamp, writes: kept }.payload();
        Some(Entry { payload, ..entry })
    }

    fn instead_of(&self, write: &Write) -> Option<Write> {
        let gone = |person: &PersonId| self.people.contains_key(person);
        let (link, on) = match write {
            Write::Introduced(Some(Introduction { forgotten, by: Some(by) })) if gone(by) => {
                let trace = self.trace(by);
                let forgotten = forgotten.saturating_add(trace.forgotten);
                return Some(Write::Introduced(Some(Introduction { forgotten, ..trace })));
            }
            Write::SameAs(Some(other)) if gone(other) => return Some(Write::SameAs(None)),
            Write::Link(link, on) => (link, *on),
            other => return Some(other.clone()),
        };
        let trace = match link {
            Link::Contact(person) if gone(person) => self.trace(person),
            Link::Encounter(transcript) => match self.encounters.get(transcript) {
                Some(person) => self.trace(person),
                None => return Some(write.clone()),
            },
            Link::Forgotten(Introduction { forgotten, by: Some(by) }) if gone(by) => {
                let trace = self.trace(by);
                Introduction { forgotten: forgotten.saturating_add(trace.forgotten), ..trace }
            }
            _ => return Some(write.clone()),
        };
        // That it was taken away says only whom it was about.
        on.then_some(Write::Link(Link::Forgotten(trace), true))
    }
}
