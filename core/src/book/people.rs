//! Going through people: everyone one by one, and whoever was met last.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use super::entry::{Happening, Listed, person_of};
use super::{Book, Contact, ReadError, happening};
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
            let Some(Happening::Met { receipt, .. }) = happening(entry)? else { continue };
            let person = receipt.peer.opening.person;
            if people.insert(person)
                && let Some(contact) = self.contact(&person)?
                && visit(contact).is_break()
            {
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

    /// Out of what encounters are about, without reading them.
    fn last_met(&self, limit: usize) -> Result<Vec<PersonId>, ReadError> {
        let (mut met, mut people, mut read) = (BTreeSet::new(), Vec::new(), Ok(()));
        let mut visit = |entry: Result<Entry, ReadError>| {
            match entry {
                Ok(entry) => {
                    let mut about = entry.subjects.iter().filter_map(person_of);
                    people.extend(about.find(|person| met.insert(*person)));
                }
                Err(ReadError::Lost(_)) => {}
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
