//! Going through people: everyone one by one, and whoever was met last.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use super::entry::{Listed, person_of};
use super::{Book, Contact, ReadError};
use crate::identity::PersonId;
use crate::ledger::Entry;

impl Book {
    /// Visits everyone in the book, in the order they were first met, until `visit` breaks. It holds
    /// one contact at a time, where [`Book::contacts`] holds all of them.
    pub fn each_contact(
        &self,
        visit: &mut dyn FnMut(Contact) -> ControlFlow<()>,
    ) -> Result<(), ReadError> {
        let Some(encounters) = Listed::Encounters.subject() else { return Ok(()) };
        let mut people = BTreeSet::new();
        for entry in self.store()?.entries_of(&encounters)? {
            let new = person_met(entry)?.filter(|person| people.insert(*person));
            let contact = new.map(|person| self.contact(&person)).transpose()?.flatten();
            if contact.is_some_and(|contact| visit(contact).is_break()) {
                break;
            }
        }
        Ok(())
    }

    /// At most `limit` people, each once, in the order of their latest encounters, newest first. It
    /// reads no more encounters than that takes, however large the book is.
    pub fn latest(&self, limit: usize) -> Result<Vec<Contact>, ReadError> {
        let people = self.last_met(limit)?;
        people.iter().filter_map(|person| self.contact(person).transpose()).collect()
    }

    fn last_met(&self, limit: usize) -> Result<Vec<PersonId>, ReadError> {
        let (mut met, mut people, mut read) = (BTreeSet::new(), Vec::new(), Ok(()));
        let mut visit = |entry| {
            match person_met(entry) {
                Ok(person) => people.extend(person.filter(|person| met.insert(*person))),
                Err(error) => read = Err(error),
            }
            let more = read.is_ok() && people.len() < limit;
            if more { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        };
        if let Some(encounters) = Listed::Encounters.subject().filter(|_| limit > 0) {
            self.store()?.newest_of(&encounters, &mut visit)?;
        }
        read.map(|()| people)
    }
}

/// Whom an entry is about, without reading what it says; nobody, if it is lost.
fn person_met(entry: Result<Entry, ReadError>) -> Result<Option<PersonId>, ReadError> {
    match entry {
        // Counted when the book was opened and by every check; the rest is shown.
        Err(ReadError::Lost(_)) => Ok(None),
        entry => Ok(entry?.subjects.iter().find_map(person_of)),
    }
}
