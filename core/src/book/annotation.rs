//! What the owner writes down about people.

use rand_core::CryptoRng;

use super::entry::{Happening, Target};
use super::note::{NoteId, Version};
use super::register::Write;
use super::written::Written;
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
    ) -> Result<NoteId, BookError> {
        let written = self.written_about(person)?;
        let text = checked(note)?;
        let stamp = self.stamp(&written)?;
        let version = Version { stamp, seen: Vec::new(), text };
        self.append_version(person, NoteId(stamp), version, rng)?;
        Ok(NoteId(stamp))
    }

    /// Writes a note anew, with all its texts where it has several after a conflict.
    pub fn rewrite_note(
        &mut self,
        person: &PersonId,
        note: NoteId,
        text: &str,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), BookError> {
        let text = checked(text)?;
        self.change_note(person, note, text, rng)
    }

    /// Takes a note away.
    pub fn remove_note(
        &mut self,
        person: &PersonId,
        note: NoteId,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), BookError> {
        self.change_note(person, note, String::new(), rng)
    }

    fn change_note(
        &mut self,
        person: &PersonId,
        note: NoteId,
        text: String,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), BookError> {
        let written = self.written_about(person)?;
        let there = written.notes().into_iter().find(|there| there.id() == note);
        let there = there.ok_or(BookError::NoSuchNote)?;
        if there.texts() == [text.as_str()] {
            return Ok(());
        }
        let stamp = self.stamp(&written)?;
        self.append_version(person, note, Version { stamp, seen: there.seen, text }, rng)
    }

    fn append_version(
        &mut self,
        person: &PersonId,
        note: NoteId,
        version: Version,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), BookError> {
        self.append(&Happening::Noted { target: Target::Person(*person), note, version }, rng)
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
        let written = self.written_about(person)?;
        let tag = text::tidy(tag);
        text::check(&tag, MAX_TAG_BYTES).map_err(BookError::Tag)?;
        if written.tags().contains(&tag) == on {
            return Ok(());
        }
        self.set(Target::Person(*person), &written, vec![Write::Tag(tag, on)], rng)
    }

    /// What was written about someone who was met.
    fn written_about(&self, person: &PersonId) -> Result<Written, BookError> {
        let (contact, written) = self.fold(person)?;
        contact.map(|_| written).ok_or(BookError::NotMet)
    }
}

/// A note brought into form.
fn checked(note: &str) -> Result<String, BookError> {
    let text = text::tidy(&note.replace("\r\n", "\n"));
    text::check_lines(&text, MAX_NOTE_BYTES).map_err(BookError::Note)?;
    Ok(text)
}
