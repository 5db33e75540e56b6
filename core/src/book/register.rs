//! What the owner sets: values that can be set again, and on two phones at once.
//!
//! Each value has a slot of its own, and of the writes to a slot the one with the highest stamp
//! counts, in whatever order they come: a last-writer-wins register (Shapiro, Preguiça, Baquero and
//! Zawirski, *A comprehensive study of convergent and commutative replicated data types*, 2011).
//! Books that took in the same writes therefore say the same.

use std::collections::BTreeMap;

use minicbor::Decoder;

use crate::badge::Badge;
use crate::cbor::{self, NotCanonical, Writer, Written};

/// When something was written, as books count: higher than anything that whoever wrote it had seen
/// of the same target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Stamp {
    /// A logical clock.
    pub(super) clock: u64,
    /// Which book wrote it: the first bytes of its store id. Decides between equal clocks.
    pub(super) replica: [u8; 8],
}

impl Stamp {
    pub(super) fn encode(&self, w: &mut Writer<'_>) -> Written {
        w.array(2)?.u64(self.clock)?.bytes(&self.replica)?;
        Ok(())
    }

    pub(super) fn decode(d: &mut Decoder<'_>) -> Result<Self, NotCanonical> {
        cbor::array(d, 2)?;
        Ok(Self { clock: d.u64()?, replica: cbor::fixed(d)? })
    }
}

/// A value for a slot. What takes something away is a write like any other, and stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Write {
    /// A person is blocked.
    Blocked(bool),
    /// A person has this tag.
    Tag(String, bool),
    /// The owner's badge with this label, and the clock at which there came to be one.
    Badge(String, Option<Box<Badge>>, u64),
    /// The label of the badge on show.
    Shown(String),
    /// The encoding of what a later version writes.
    Unknown(Vec<u8>),
}

/// What a write is to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Slot {
    Blocked,
    Tag(String),
    Badge(String),
    Shown,
    Unknown(Vec<u8>),
}

impl Write {
    pub(super) fn slot(&self) -> Slot {
        match self {
            Self::Blocked(_) => Slot::Blocked,
            Self::Tag(tag, _) => Slot::Tag(tag.clone()),
            Self::Badge(label, ..) => Slot::Badge(label.clone()),
            Self::Shown(_) => Slot::Shown,
            Self::Unknown(bytes) => Slot::Unknown(bytes.clone()),
        }
    }

    /// An array that begins with a number. Numbers are never used again for something else.
    pub(super) fn encode(&self, w: &mut Writer<'_>) -> Written {
        match self {
            Self::Blocked(blocked) => w.array(2)?.u8(0)?.bool(*blocked)?,
            Self::Tag(tag, on) => w.array(3)?.u8(1)?.str(tag)?.bool(*on)?,
            Self::Badge(label, badge, since) => {
                let bytes = badge.as_ref().map(|badge| badge.as_bytes()).unwrap_or_default();
                w.array(4)?.u8(2)?.str(label)?.bytes(bytes)?.u64(*since)?
            }
            Self::Shown(label) => w.array(2)?.u8(3)?.str(label)?,
            Self::Unknown(bytes) => {
                w.writer_mut().extend_from_slice(bytes);
                w
            }
        };
        Ok(())
    }

    pub(super) fn decode(d: &mut Decoder<'_>) -> Result<Self, NotCanonical> {
        let start = d.position();
        let items = d.array()?.ok_or(NotCanonical)?;
        Ok(match (items, d.u64()?) {
            (2, 0) => Self::Blocked(d.bool()?),
            (3, 1) => Self::Tag(d.str()?.to_owned(), d.bool()?),
            (4, 2) => {
                let label = d.str()?.to_owned();
                let badge = match d.bytes()? {
                    [] => None,
                    bytes => Some(Badge::from_bytes(bytes).map_err(|_| NotCanonical)?.into()),
                };
                Self::Badge(label, badge, d.u64()?)
            }
            (2, 3) => Self::Shown(d.str()?.to_owned()),
            (_, 0..=3) => return Err(NotCanonical),
            _ => {
                d.set_position(start);
                d.skip()?;
                let bytes = d.input().get(start..d.position()).ok_or(NotCanonical)?;
                Self::Unknown(bytes.to_vec())
            }
        })
    }
}

/// The writes that count, of all there were.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Registers {
    counting: BTreeMap<Slot, (Stamp, Write)>,
    clock: u64,
}

impl Registers {
    /// Takes a write in. Order doesn't matter, and the same again changes nothing.
    pub(super) fn put(&mut self, stamp: Stamp, write: Write) {
        self.clock = self.clock.max(stamp.clock);
        let slot = write.slot();
        match self.counting.get(&slot) {
            Some(there) if !is_newer((stamp, &write), (there.0, &there.1)) => {}
            _ => drop(self.counting.insert(slot, (stamp, write))),
        }
    }

    /// The highest clock that was seen.
    pub(super) fn clock(&self) -> u64 {
        self.clock
    }

    pub(super) fn get(&self, slot: &Slot) -> Option<&Write> {
        self.counting.get(slot).map(|(_, write)| write)
    }

    /// Everything that counts, by slot.
    pub(super) fn all(&self) -> impl Iterator<Item = (Stamp, &Write)> {
        self.counting.values().map(|(stamp, write)| (*stamp, write))
    }
}

/// Whether the first counts beside the second. Equal stamps are from a book that went on in two
/// places: the encodings decide then.
pub(super) fn is_newer(one: (Stamp, &Write), other: (Stamp, &Write)) -> bool {
    let bytes = |write: &Write| cbor::write(|w| write.encode(w));
    match one.0.cmp(&other.0) {
        core::cmp::Ordering::Equal => bytes(one.1) > bytes(other.1),
        order => order.is_gt(),
    }
}
