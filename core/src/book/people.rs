//! Going through people: everyone one by one, and whoever was met last.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use super::entry::{Listed, about, person_of};
use super::{Book, Contact, ReadError, happening, unless_lost};
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
        let store = self.store()?;
        let is_all_about = store.only_entries()?;
        let mut people = BTreeSet::new();
        for entry in store.entries_of(&encounters)? {
            let Some(entry) = unless_lost(entry)? else { continue };
            let Some(person) = person_met(&entry) else { continue };
            let contact = if about(&person).is_some_and(|person| is_all_about(&person)) {
                Contact::fold(person, happening(&entry)?)
            } else if people.insert(person) {
                self.contact(&person)?
            } else {
                None
            };
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
            match unless_lost(entry) {
                Ok(entry) => {
                    let person = entry.as_ref().and_then(person_met);
                    people.extend(person.filter(|person| met.insert(*person)));
                }
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

/// Whom an entry is about, without reading what it says.
fn person_met(entry: &Entry) -> Option<PersonId> {
    entry.subjects.iter().find_map(person_of)
}
