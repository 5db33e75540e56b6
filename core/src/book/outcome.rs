//! Outcomes: what a handshake led to in life.

use core::fmt;
use core::str::FromStr;
use std::collections::BTreeSet;

use rand_core::CryptoRng;

use super::amount::Amount;
use super::annotation::{Introduction, checked_note};
use super::entry::{Happening, Listed, Target};
use super::note::{Note, NoteId, Version};
use super::write::Write;
use super::written::Written;
use super::{Book, BookError, ReadError};
use crate::date::Date;
use crate::hex;
use crate::identity::PersonId;
use crate::text::{self, TextFlaw};
use crate::transcript::Transcript;

/// The most bytes of an outcome's title.
pub const MAX_TITLE_BYTES: usize = 200;
/// The most bytes of an outcome's kind.
pub const MAX_KIND_BYTES: usize = 48;
/// The most links of an outcome.
pub const MAX_LINKS: usize = 64;

/// Names an outcome, in this book and in every one that it was merged with: 16 random bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OutcomeId([u8; 16]);

impl OutcomeId {
    /// The outcome of these bytes.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// Its bytes.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

/// 32 hexadecimal digits.
impl fmt::Display for OutcomeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        hex::write(f, &self.0)
    }
}

impl fmt::Debug for OutcomeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OutcomeId({self})")
    }
}

impl FromStr for OutcomeId {
    type Err = NotAnOutcome;

    fn from_str(text: &str) -> Result<Self, NotAnOutcome> {
        hex::read(text).map(Self).ok_or(NotAnOutcome)
    }
}

/// The text doesn't name an outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an outcome's name: it must be 32 hexadecimal digits")]
pub struct NotAnOutcome;

/// What something that happened is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum OutcomeKind {
    /// A job found or filled.
    Job,
    /// Something sold or bought.
    Deal,
    /// A talk given.
    Talk,
    /// Something made together.
    Project,
    /// A friendship.
    Friendship,
    /// A kind of the owner's own: one line of at most [`MAX_KIND_BYTES`].
    Other(String),
}

impl OutcomeKind {
    /// The kinds that there are by themselves.
    pub const KNOWN: [Self; 5] =
        [Self::Job, Self::Deal, Self::Talk, Self::Project, Self::Friendship];

    /// The kind of this name: a known one in whatever case, or one of the owner's own.
    ///
    /// # Errors
    /// It breaks the character rule or its bound.
    pub fn new(name: &str) -> Result<Self, TextFlaw> {
        let name = text::tidy(name);
        let known = Self::KNOWN.into_iter().find(|kind| kind.as_str().eq_ignore_ascii_case(&name));
        known.map_or_else(
            || text::check(&name, MAX_KIND_BYTES).map(|()| Self::Other(name.clone())),
            Ok,
        )
    }

    /// Its name.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Job => "job",
            Self::Deal => "deal",
            Self::Talk => "talk",
            Self::Project => "project",
            Self::Friendship => "friendship",
            Self::Other(name) => name,
        }
    }
}

/// What led to an outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Link {
    /// A person who was met.
    Contact(PersonId),
    /// One encounter.
    Encounter(Transcript),
    /// An earlier outcome.
    Outcome(OutcomeId),
    /// Someone whom the owner chose to forget, and who had introduced them.
    Forgotten(Introduction),
}

/// What an outcome is, when and how much.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutcomeFields {
    /// What it is.
    pub kind: OutcomeKind,
    /// What it is called: one line of at most [`MAX_TITLE_BYTES`].
    pub title: String,
    /// The day it happened.
    pub date: Date,
    /// What it was worth.
    pub amount: Option<Amount>,
}

/// Something that handshakes led to.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Outcome {
    /// Its name.
    pub id: OutcomeId,
    /// What it is, when and how much.
    pub fields: OutcomeFields,
    /// What led to it.
    pub links: Vec<Link>,
    /// The owner's notes on it.
    pub notes: Vec<Note>,
    /// A number that grows with everything that the owner writes about it.
    pub revision: u64,
}

impl Outcome {
    /// `None` if it was taken away, or damage took what it was.
    fn of(id: OutcomeId, written: &Written) -> Option<Self> {
        let (kind, title, date, amount) = written.outcome()?;
        let kind = OutcomeKind::new(kind).ok()?;
        let fields = OutcomeFields { kind, title: title.to_owned(), date, amount };
        let (links, notes, revision) = (written.links(), written.notes(), written.clock());
        Some(Self { id, fields, links, notes, revision })
    }
}

impl Book {
    /// Writes down something that happened on a day not after `today`, and what led to it.
    ///
    /// # Errors
    /// [`BookError`]: a title or kind that breaks its rule, a day that is still to come, a link to
    /// someone or something that isn't in the book, too many links.
    pub fn add_outcome(
        &mut self,
        fields: &OutcomeFields,
        links: &[Link],
        today: Date,
        rng: &mut dyn CryptoRng,
    ) -> Result<OutcomeId, BookError> {
        let writes = checked(fields, today)?;
        let links: BTreeSet<Link> = links.iter().copied().collect();
        if links.len() > MAX_LINKS {
            return Err(BookError::TooManyLinks);
        }
        links.iter().try_for_each(|link| self.must_have(link))?;
        let mut id = OutcomeId([0; 16]);
        rng.fill_bytes(&mut id.0);
        let links = links.into_iter().map(|link| Write::Link(link, true));
        let writes = writes.into_iter().chain(links).collect();
        self.set(Target::Outcome(id), &Written::default(), writes, rng)?;
        Ok(id)
    }

    /// Changes what an outcome is, when and how much.
    ///
    /// # Errors
    /// As [`Book::add_outcome`], and [`BookError::NoSuchOutcome`].
    pub fn change_outcome(
        &mut self,
        id: OutcomeId,
        fields: &OutcomeFields,
        today: Date,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), BookError> {
        let (there, written) = self.outcome_and_written(id)?;
        let before = checked(&there.fields, there.fields.date)?;
        let writes = checked(fields, today)?;
        let writes: Vec<_> = writes.into_iter().filter(|write| !before.contains(write)).collect();
        if writes.is_empty() {
            return Ok(());
        }
        self.set(Target::Outcome(id), &written, writes, rng)
    }

    /// Says that something led to an outcome.
    ///
    /// # Errors
    /// As [`Book::add_outcome`], [`BookError::NoSuchOutcome`], and [`BookError::Circle`] for an
    /// outcome that this one led to.
    pub fn link_outcome(
        &mut self,
        id: OutcomeId,
        link: Link,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), BookError> {
        let (there, written) = self.outcome_and_written(id)?;
        self.must_have(&link)?;
        if there.links.contains(&link) {
            return Ok(());
        }
        if there.links.len() >= MAX_LINKS {
            return Err(BookError::TooManyLinks);
        }
        if let Link::Outcome(earlier) = link
            && self.leads_back_to(earlier, id)?
        {
            return Err(BookError::Circle);
        }
        self.set(Target::Outcome(id), &written, vec![Write::Link(link, true)], rng)
    }

    /// Takes a link away from an outcome.
    ///
    /// # Errors
    /// [`BookError::NoSuchOutcome`], [`BookError::NoSuchLink`].
    pub fn unlink_outcome(
        &mut self,
        id: OutcomeId,
        link: Link,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), BookError> {
        let (there, written) = self.outcome_and_written(id)?;
        if !there.links.contains(&link) {
            return Err(BookError::NoSuchLink);
        }
        self.set(Target::Outcome(id), &written, vec![Write::Link(link, false)], rng)
    }

    /// Writes a note on an outcome, beside those there are.
    ///
    /// # Errors
    /// [`BookError::NoSuchOutcome`], [`BookError::Note`].
    pub fn note_on_outcome(
        &mut self,
        id: OutcomeId,
        note: &str,
        rng: &mut dyn CryptoRng,
    ) -> Result<NoteId, BookError> {
        let (_, written) = self.outcome_and_written(id)?;
        let text = checked_note(note)?;
        let stamp = self.stamp(&written)?;
        let version = Version { stamp, seen: Vec::new(), text };
        let (target, note) = (Target::Outcome(id), NoteId(stamp));
        self.append(&Happening::Noted { target, note, version }, rng)?;
        Ok(note)
    }

    /// Takes an outcome away. Those that it led to keep their link to it, which leads nowhere.
    ///
    /// # Errors
    /// [`BookError::NoSuchOutcome`].
    pub fn remove_outcome(
        &mut self,
        id: OutcomeId,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), BookError> {
        let (_, written) = self.outcome_and_written(id)?;
        self.set(Target::Outcome(id), &written, vec![Write::Removed(true)], rng)
    }

    /// One outcome, unless it was taken away.
    pub fn outcome(&self, id: OutcomeId) -> Result<Option<Outcome>, ReadError> {
        Ok(Outcome::of(id, &self.written(Target::Outcome(id))?))
    }

    /// Every outcome, by the day it happened, oldest first.
    pub fn outcomes(&self) -> Result<Vec<Outcome>, ReadError> {
        let all = self.written_in(Listed::Outcomes)?;
        let there = all.iter().filter_map(|(target, written)| match target {
            Target::Outcome(id) => Outcome::of(*id, written),
            Target::Person(_) | Target::Owner => None,
        });
        let mut there: Vec<Outcome> = there.collect();
        there.sort_by_key(|outcome| (outcome.fields.date, outcome.id));
        Ok(there)
    }

    fn outcome_and_written(&self, id: OutcomeId) -> Result<(Outcome, Written), BookError> {
        let written = self.written(Target::Outcome(id))?;
        let outcome = Outcome::of(id, &written).ok_or(BookError::NoSuchOutcome)?;
        Ok((outcome, written))
    }

    fn must_have(&self, link: &Link) -> Result<(), BookError> {
        match link {
            Link::Contact(person) => self.contact(person)?.map(drop).ok_or(BookError::NotMet),
            Link::Encounter(th) => self.meeting(th)?.map(drop).ok_or(BookError::NoSuchEncounter),
            Link::Outcome(id) => self.outcome(*id)?.map(drop).ok_or(BookError::NoSuchOutcome),
            Link::Forgotten(_) => Err(BookError::NotMet),
        }
    }

    /// Whether `from` is `to`, or `to` led to it.
    fn leads_back_to(&self, from: OutcomeId, to: OutcomeId) -> Result<bool, ReadError> {
        let (mut seen, mut open) = (BTreeSet::new(), vec![from]);
        while let Some(id) = open.pop() {
            if id == to {
                return Ok(true);
            }
            if !seen.insert(id) {
                continue;
            }
            let links = self.outcome(id)?.map(|outcome| outcome.links).unwrap_or_default();
            open.extend(links.iter().filter_map(|link| match link {
                Link::Outcome(earlier) => Some(*earlier),
                _ => None,
            }));
        }
        Ok(false)
    }
}

/// The writes that make these fields, if they may be.
fn checked(fields: &OutcomeFields, today: Date) -> Result<Vec<Write>, BookError> {
    let kind = OutcomeKind::new(fields.kind.as_str()).map_err(BookError::OutcomeKind)?;
    let title = text::tidy(&fields.title);
    text::check(&title, MAX_TITLE_BYTES).map_err(BookError::Title)?;
    if fields.date > today {
        return Err(BookError::StillToCome(fields.date));
    }
    Ok(vec![
        Write::Kind(kind.as_str().to_owned()),
        Write::Title(title),
        Write::Happened(fields.date),
        Write::Amount(fields.amount),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_a_known_one_or_ones_own() {
        assert_eq!(OutcomeKind::new(" Job "), Ok(OutcomeKind::Job));
        assert_eq!(OutcomeKind::new("Doctorate"), Ok(OutcomeKind::Other("Doctorate".into())));
        assert_eq!(OutcomeKind::new(""), Err(TextFlaw::Empty));
        assert!(OutcomeKind::new(&"x".repeat(49)).is_err() && OutcomeKind::new("a\nb").is_err());
    }
}
