//! Notes: texts that can be rewritten, on two phones at once, without one of them being lost.
//!
//! Each version says which ones its writer had seen, as the highest clock of each book among them (a
//! version vector: Parker et al., *Detection of mutual inconsistency in distributed systems*, 1983).
//! What nobody has seen who wrote later is there: one text, or several after a conflict.

use core::fmt;
use core::str::FromStr;
use std::collections::{BTreeMap, BTreeSet};

use super::register::Stamp;
use crate::hex;

/// Names a note, in this book and in every one that it was merged with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct NoteId(pub(super) Stamp);

/// A number and 16 hexadecimal digits: `17-0123456789abcdef`.
impl fmt::Display for NoteId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-", self.0.clock)?;
        hex::write(f, &self.0.replica)
    }
}

impl FromStr for NoteId {
    type Err = NotANote;

    fn from_str(text: &str) -> Result<Self, NotANote> {
        let (clock, replica) = text.split_once('-').ok_or(NotANote)?;
        let clock = clock.parse().map_err(|_| NotANote)?;
        Ok(Self(Stamp { clock, replica: hex::read(replica).ok_or(NotANote)? }))
    }
}

/// The text doesn't name a note.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a note's name: it must be as 17-0123456789abcdef")]
pub struct NotANote;

/// Something the owner wrote down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    pub(super) id: NoteId,
    pub(super) texts: Vec<String>,
    /// For whoever rewrites it.
    pub(super) seen: Vec<Stamp>,
}

impl Note {
    /// Which note it is.
    pub fn id(&self) -> NoteId {
        self.id
    }

    /// Its text: one, or several where it was rewritten in two books that were then merged, in an
    /// order that is the same in both.
    pub fn texts(&self) -> &[String] {
        &self.texts
    }
}

/// A text that a note had.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Version {
    pub(super) stamp: Stamp,
    /// The versions that its writer had seen, by the highest clock of each book.
    pub(super) seen: Vec<Stamp>,
    /// Empty where the note was taken away.
    pub(super) text: String,
}

impl Version {
    /// Whether whoever wrote this one had seen `other`.
    pub(super) fn has_seen(&self, other: Stamp) -> bool {
        self.seen.iter().any(|s| s.replica == other.replica && s.clock >= other.clock)
    }
}

/// All versions of some notes.
#[derive(Debug, Default)]
pub(super) struct Versions(BTreeMap<NoteId, BTreeSet<Version>>);

impl Versions {
    /// Takes a version in. Order doesn't matter, and the same again changes nothing.
    pub(super) fn put(&mut self, note: NoteId, version: Version) {
        self.0.entry(note).or_default().insert(version);
    }

    /// The highest clock that was seen.
    pub(super) fn clock(&self) -> u64 {
        self.0.values().flatten().map(|version| version.stamp.clock).max().unwrap_or(0)
    }

    /// The notes there are, oldest first.
    pub(super) fn notes(&self) -> Vec<Note> {
        let notes = self.0.iter().map(|(id, versions)| {
            let last = last_of(versions);
            let texts = last.map(|version| version.text.clone());
            let texts = texts.filter(|text| !text.is_empty()).collect();
            let mut seen = BTreeMap::<[u8; 8], u64>::new();
            for stamp in versions.iter().flat_map(|v| v.seen.iter().chain([&v.stamp])) {
                let clock = seen.entry(stamp.replica).or_default();
                *clock = stamp.clock.max(*clock);
            }
            let seen = seen.into_iter().map(|(replica, clock)| Stamp { clock, replica });
            Note { id: *id, texts, seen: seen.collect() }
        });
        notes.filter(|note| !note.texts.is_empty()).collect()
    }
}

/// Those that nobody has seen who wrote later, oldest first.
fn last_of(versions: &BTreeSet<Version>) -> impl Iterator<Item = &Version> {
    versions.iter().filter(|v| !versions.iter().any(|other| other.has_seen(v.stamp)))
}
