//! What the owner sets: values that can be set again, and on two phones at once.
//!
//! Each value has a slot of its own, and of the writes to a slot the one with the highest stamp
//! counts, in whatever order they come: a last-writer-wins register (Shapiro, Preguiça, Baquero and
//! Zawirski, *A comprehensive study of convergent and commutative replicated data types*, 2011).
//! Books that took in the same writes therefore say the same.

use std::collections::BTreeMap;

use minicbor::Decoder;

use super::write::{Slot, Write};
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
        self.stamped(slot).map(|(_, write)| write)
    }

    /// The same, with its stamp.
    pub(super) fn stamped(&self, slot: &Slot) -> Option<(Stamp, &Write)> {
        self.counting.get(slot).map(|(stamp, write)| (*stamp, write))
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
