//! What the owner wrote about one target, folded out of entries in whatever order.

use super::entry::Happening;
use super::note::{Note, Versions};
use super::register::{Registers, Slot, Write};
use crate::badge::Badge;

/// All that was set and noted of a person, or of the owner.
#[derive(Debug, Default)]
pub(super) struct Written {
    registers: Registers,
    versions: Versions,
}

impl Written {
    /// Folds some happenings; those that aren't the owner's writing are passed over.
    pub(super) fn of(happenings: impl IntoIterator<Item = Happening>) -> Self {
        let mut written = Self::default();
        happenings.into_iter().for_each(|happening| written.take(happening));
        written
    }

    pub(super) fn take(&mut self, happening: Happening) {
        match happening {
            Happening::Set { stamp, writes, .. } => {
                writes.into_iter().for_each(|write| self.registers.put(stamp, write));
            }
            Happening::Noted { note, version, .. } => self.versions.put(note, version),
            Happening::Met { .. } | Happening::Confirmed { .. } => {}
        }
    }

    /// The highest clock in any of it.
    pub(super) fn clock(&self) -> u64 {
        self.registers.clock().max(self.versions.clock())
    }

    pub(super) fn is_blocked(&self) -> bool {
        matches!(self.registers.get(&Slot::Blocked), Some(Write::Blocked(true)))
    }

    /// In the order they were put on.
    pub(super) fn tags(&self) -> Vec<String> {
        let on = self.registers.all().filter_map(|(stamp, write)| match write {
            Write::Tag(tag, true) => Some((stamp, tag)),
            _ => None,
        });
        in_order(on).cloned().collect()
    }

    pub(super) fn notes(&self) -> Vec<Note> {
        self.versions.notes()
    }

    /// By label, in the order they were first set, and since when there is one of this label.
    pub(super) fn badges(&self) -> impl Iterator<Item = (&str, &Badge, u64)> {
        let there = self.registers.all().filter_map(|(_, write)| match write {
            Write::Badge(label, Some(badge), since) => {
                Some(((*since, label), (label.as_str(), &**badge, *since)))
            }
            _ => None,
        });
        in_order(there)
    }

    /// The label of the badge on show, if one was chosen.
    pub(super) fn shown(&self) -> Option<&str> {
        match self.registers.get(&Slot::Shown) {
            Some(Write::Shown(label)) => Some(label),
            _ => None,
        }
    }
}

fn in_order<K: Ord, V>(pairs: impl Iterator<Item = (K, V)>) -> impl Iterator<Item = V> {
    let mut pairs: Vec<(K, V)> = pairs.collect();
    pairs.sort_by(|(one, _), (other, _)| one.cmp(other));
    pairs.into_iter().map(|(_, value)| value)
}
