//! What the owner writes down about people.

use rand_core::CryptoRng;

use super::entry::Happening;
use super::{Book, BookError};
use crate::identity::PersonId;
use crate::text;

/// The most bytes of a note.
pub const MAX_NOTE_BYTES: usize = 2_000;
/// The most bytes of a tag.
pub const MAX_TAG_BYTES: usize = 48;

impl Book {
    /// Writes a note about a contact, beside those there are: several lines if need be, at most
    /// [`MAX_NOTE_BYTES`].
    pub fn note(
        &mut self,
        person: &PersonId,
        note: &str,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), BookError> {
        self.contact(person)?.ok_or(BookError::NotMet)?;
        let note = text::tidy(&note.replace("\r\n", "\n"));
        text::check_lines(&note, MAX_NOTE_BYTES).map_err(BookError::Note)?;
        self.append(&Happening::Noted { person: *person, note }, rng)
    }

    /// Puts a tag on a contact, one line of at most [`MAX_TAG_BYTES`].
    pub fn tag(
        &mut self,
        person: &PersonId,
        tag: &str,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), BookError> {
        self.set_tag(person, tag, true, rng)
    }

    /// Takes a tag off a contact.
    pub fn untag(
        &mut self,
        person: &PersonId,
        tag: &str,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), BookError> {
        self.set_tag(person, tag, false, rng)
    }

    fn set_tag(
        &mut self,
        person: &PersonId,
        tag: &str,
        on: bool,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), BookError> {
        let contact = self.contact(person)?.ok_or(BookError::NotMet)?;
        let tag = text::tidy(tag);
        text::check(&tag, MAX_TAG_BYTES).map_err(BookError::Tag)?;
        if contact.tags().contains(&tag) == on {
            return Ok(());
        }
        self.append(&Happening::Tagged { person: *person, tag, on }, rng)
    }
}
