//! Meeting people, finding them, and no longer knowing them.

use std::sync::Arc;

use lapel::Carrier;
use lapel::book::BookError;
use lapel::export::vcard4;
use lapel::identity::PersonId;
use lapel::receipt::Disclosure;

use super::{Book, desk};
use crate::contact::{Contact, ContactPage, ContactQuery, Cursor, Standing};
use crate::encounter::{Confirmation, Encounter, Recorded};
use crate::error::LapelError;
use crate::report::Rewritten;

#[uniffi::export]
impl Book {
    /// What the book knows of a person. Ask before showing them for acceptance.
    pub fn standing(&self, person: String) -> Result<Standing, LapelError> {
        let person = person.parse()?;
        self.desk.with(|book| Ok(book.standing(&person)?.into()))
    }

    /// Keeps an encounter. Durable when it returns; the same again gives the same answer, so it can be
    /// retried.
    pub fn record(&self, encounter: &Encounter) -> Result<Arc<Recorded>, LapelError> {
        let recorded = self.desk.with(|book| Ok(book.record(&encounter.0, &mut desk::rng()?)?))?;
        Ok(Arc::new(Recorded(recorded)))
    }

    /// Keeps the peer's confirmation of a recorded encounter. Durable when it returns.
    pub fn confirm(&self, confirmation: &Confirmation) -> Result<(), LapelError> {
        self.desk.with(|book| Ok(book.confirm(&confirmation.0, &mut desk::rng()?)?))
    }

    /// At most `limit` of the people whom `query` finds, after the place where the last page ended.
    pub fn list(
        &self,
        query: ContactQuery,
        after: Option<Arc<Cursor>>,
        limit: u32,
    ) -> Result<ContactPage, LapelError> {
        let query = query.checked()?;
        let after = after.as_ref().map(|cursor| &cursor.0);
        self.desk.with(|book| Ok(book.list(&query, after, limit as usize)?.into()))
    }

    /// How many people `query` finds.
    pub fn count(&self, query: ContactQuery) -> Result<u64, LapelError> {
        let query = query.checked()?;
        self.desk.with(|book| Ok(book.count(&query)? as u64))
    }

    /// One person with everything that happened, if they were met.
    pub fn contact(&self, person: String) -> Result<Option<Contact>, LapelError> {
        let person = person.parse()?;
        self.desk.with(|book| Ok(book.contact(&person)?.map(Contact::from)))
    }

    /// A contact as a vCard 4.0.
    pub fn vcard(&self, person: String) -> Result<String, LapelError> {
        let person = person.parse()?;
        self.desk.with(|book| Ok(vcard4(&book.contact(&person)?.ok_or(BookError::NotMet)?)))
    }

    /// The receipt of an encounter, for anyone to verify, with the badges that are to be disclosed.
    pub fn receipt(
        &self,
        transcript: String,
        with_own_badge: bool,
        with_their_badge: bool,
    ) -> Result<Vec<u8>, LapelError> {
        let transcript = transcript.parse()?;
        let disclosed = Disclosure { holder: with_own_badge, peer: with_their_badge };
        self.desk.with(|book| {
            let (_, meeting) = book.meeting(&transcript)?.ok_or(BookError::NoSuchEncounter)?;
            Ok(meeting.receipt(disclosed).to_bytes())
        })
    }

    /// The texts of an encounter's confirm codes, to show them again, in turn, to a peer who lost them:
    /// two where a code was renewed in the middle, otherwise one.
    pub fn confirm_codes(
        &self,
        transcript: String,
        carrier: Option<String>,
    ) -> Result<Vec<String>, LapelError> {
        let transcript = transcript.parse()?;
        let carrier = carrier.map_or(Ok(Carrier::lapel()), |url| Carrier::web(&url))?;
        self.desk.with(|book| {
            let (_, meeting) = book.meeting(&transcript)?.ok_or(BookError::NoSuchEncounter)?;
            Ok(meeting.confirm_texts(&carrier))
        })
    }

    /// Blocks a person, met or not: no encounter with them is recorded.
    pub fn block(&self, person: String) -> Result<(), LapelError> {
        let person = person.parse()?;
        self.desk.with(|book| Ok(book.block(&person, &mut desk::rng()?)?))
    }

    /// Takes a block away.
    pub fn unblock(&self, person: String) -> Result<(), LapelError> {
        let person = person.parse()?;
        self.desk.with(|book| Ok(book.unblock(&person, &mut desk::rng()?)?))
    }

    /// Everyone who is blocked.
    pub fn blocked(&self) -> Result<Vec<String>, LapelError> {
        self.desk.with(|book| Ok(book.blocked()?.iter().map(PersonId::to_string).collect()))
    }

    /// Forgets people for good: the book is written anew under a new key, and the old one destroyed.
    pub fn forget(&self, people: Vec<String>) -> Result<Rewritten, LapelError> {
        let people: Vec<PersonId> = people.iter().map(|id| id.parse()).collect::<Result<_, _>>()?;
        self.desk.with(|book| Ok(book.forget(&people, &mut desk::rng()?)?.into()))
    }

    /// Says that two contacts are one person; `split_person` undoes it.
    pub fn merge_people(&self, one: String, other: String) -> Result<(), LapelError> {
        let (one, other) = (one.parse()?, other.parse()?);
        self.desk.with(|book| Ok(book.merge_people(&one, &other, &mut desk::rng()?)?))
    }

    /// Says that a contact isn't the same person as others.
    pub fn split_person(&self, person: String) -> Result<(), LapelError> {
        let person = person.parse()?;
        self.desk.with(|book| Ok(book.split_person(&person, &mut desk::rng()?)?))
    }

    /// Everyone who is the same person, the one who stands for all first.
    pub fn same_person(&self, person: String) -> Result<Vec<String>, LapelError> {
        let person = person.parse()?;
        let same = self.desk.with(|book| Ok(book.same_person(&person)?))?;
        Ok(same.iter().map(PersonId::to_string).collect())
    }
}
