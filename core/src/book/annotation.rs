//! What the owner writes down about people.

use rand_core::CryptoRng;

use super::entry::{Happening, Target};
use super::note::{NoteId, Version};

use super::write::Write;
use super::written::Written;
use super::{Book, BookError};
use crate::date::Date;
use crate::identity::PersonId;
use crate::text;

/// The most bytes of a note.
pub const MAX_NOTE_BYTES: usize = 2_000;
/// The most bytes of a tag.
pub const MAX_TAG_BYTES: usize = 48;
/// The most tags of a person.
pub const MAX_TAGS: usize = 64;
/// The most bytes of the words for where someone was met.
pub const MAX_PLACE_BYTES: usize = 96;

/// How much the owner thinks of someone: 1 to 5 points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(transparent)]
pub struct Rating(u8);

/// Why a number isn't a [`Rating`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a rating is 1 to 5 points, not {0}")]
pub struct NotARating(u8);

impl Rating {
    /// So many points.
    ///
    /// # Errors
    /// [`NotARating`] unless there are 1 to 5.
    pub const fn new(points: u8) -> Result<Self, NotARating> {
        if matches!(points, 1..=5) { Ok(Self(points)) } else { Err(NotARating(points)) }
    }

    /// How many points.
    pub const fn points(self) -> u8 {
        self.0
    }
}

/// Getting in touch with someone again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct FollowUp {
    /// By which day.
    pub on: Date,
    /// Whether it is done.
    pub done: bool,
}

/// By whom someone was introduced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Introduction {
    /// So many people in between, whom the owner chose to forget.
    pub forgotten: u32,
    /// Who is behind them, or who introduced them where there is nobody in between. `None` where
    /// nobody had introduced whoever was forgotten.
    pub by: Option<PersonId>,
}

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
        let text = checked_note(note)?;
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
        let text = checked_note(text)?;
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
        let tags = written.tags();
        if tags.contains(&tag) == on {
            return Ok(());
        }
        if on && tags.len() >= MAX_TAGS {
            return Err(BookError::TooManyTags);
        }
        self.set(Target::Person(*person), &written, vec![Write::Tag(tag, on)], rng)
    }

    /// Says how much the owner thinks of a contact, or takes that back.
    pub fn rate(
        &mut self,
        person: &PersonId,
        rating: Option<Rating>,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), BookError> {
        let written = self.written_about(person)?;
        let is_so = written.rating() == rating;
        self.set_unless(is_so, person, &written, Write::Rating(rating), rng)
    }

    /// Says by which day the owner means to get in touch with a contact, or takes that back.
    pub fn follow_up(
        &mut self,
        person: &PersonId,
        on: Option<Date>,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), BookError> {
        let written = self.written_about(person)?;
        let follow_up = on.map(|on| FollowUp { on, done: false });
        let is_so = written.follow_up() == follow_up;
        self.set_unless(is_so, person, &written, Write::FollowUp(follow_up), rng)
    }

    /// Says that the owner got in touch with a contact.
    pub fn followed_up(
        &mut self,
        person: &PersonId,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), BookError> {
        let written = self.written_about(person)?;
        let FollowUp { on, done } = written.follow_up().ok_or(BookError::NoFollowUp)?;
        let write = Write::FollowUp(Some(FollowUp { on, done: true }));
        self.set_unless(done, person, &written, write, rng)
    }

    /// Says where a contact was met, in one line of at most [`MAX_PLACE_BYTES`]; empty for nowhere.
    pub fn set_place(
        &mut self,
        person: &PersonId,
        place: &str,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), BookError> {
        let written = self.written_about(person)?;
        let place = text::tidy(place);
        if !place.is_empty() {
            text::check(&place, MAX_PLACE_BYTES).map_err(BookError::Place)?;
        }
        let is_so = written.place().unwrap_or_default() == place;
        self.set_unless(is_so, person, &written, Write::Place(place), rng)
    }

    /// Says who introduced a contact: another contact, or nobody.
    ///
    /// # Errors
    /// [`BookError::NotMet`] of either, and [`BookError::Circle`] if the person introduced whoever
    /// is to have introduced them, at however many removes.
    pub fn set_introducer(
        &mut self,
        person: &PersonId,
        by: Option<PersonId>,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), BookError> {
        let written = self.written_about(person)?;
        if let Some(by) = by {
            self.written_about(&by)?;
            if self.was_introduced_through(&by, person)? {
                return Err(BookError::Circle);
            }
        }
        let introduction = by.map(|by| Introduction { forgotten: 0, by: Some(by) });
        let is_so = written.introduced().map(|(introduction, _)| introduction) == introduction;
        self.set_unless(is_so, person, &written, Write::Introduced(introduction), rng)
    }

    pub(super) fn set_unless(
        &mut self,
        is_so: bool,
        person: &PersonId,
        written: &Written,
        write: Write,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), BookError> {
        if is_so {
            return Ok(());
        }
        self.set(Target::Person(*person), written, vec![write], rng)
    }

    /// What was written about someone who was met.
    pub(super) fn written_about(&self, person: &PersonId) -> Result<Written, BookError> {
        let (contact, written) = self.fold(person)?;
        contact.map(|_| written).ok_or(BookError::NotMet)
    }
}

/// A note brought into form.
pub(super) fn checked_note(note: &str) -> Result<String, BookError> {
    let text = text::tidy(&note.replace("\r\n", "\n"));
    text::check_lines(&text, MAX_NOTE_BYTES).map_err(BookError::Note)?;
    Ok(text)
}
