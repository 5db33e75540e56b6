//! What in the ledger says nothing any more, since something later was set in its place. Once there
//! is too much of it the book is written anew without.

use std::collections::BTreeMap;

use super::entry::{Happening, Target};
use super::note::{NoteId, Version};
use super::register::Stamp;
use super::write::Slot;
use super::{Book, ReadError, happening};

/// A ledger with fewer bytes of entries than this is left as it is.
pub(super) const SMALL: u64 = 512 * 1024;
/// One in so many bytes may be waste.
const SHARE: u64 = 9;

/// What is known of the ledger's waste.
#[derive(Default)]
pub(super) struct Waste {
    /// The last entry that was looked at.
    seen: u64,
    /// Bytes of all entries that were looked at.
    bytes: u64,
    /// Some entry is lost. A rewrite would drop the trace of that.
    any_lost: bool,
    /// The write that counts, for each slot.
    slots: BTreeMap<(Target, Slot), (Stamp, u64)>,
    /// The versions that count, of each note, without their texts.
    notes: BTreeMap<(Target, NoteId), Vec<(Version, u64)>>,
    /// How much still counts in each entry of the owner's, and its bytes.
    counting: BTreeMap<u64, (usize, u64)>,
}

impl Waste {
    /// Looks at no more than `budget` entries that it hasn't seen. Gives how many are left.
    pub(super) fn go_on(&mut self, book: &Book, budget: u64) -> Result<u64, ReadError> {
        let store = book.store()?;
        let last = store.last();
        for seq in self.seen + 1..=last.min(self.seen.saturating_add(budget)) {
            match store.entry(seq) {
                Ok(entry) => {
                    self.bytes += entry.size();
                    if let Some((_, happening)) = happening(&entry)? {
                        self.take(seq, entry.size(), happening);
                    }
                }
                Err(ReadError::Lost(_)) => self.any_lost = true,
                Err(error) => return Err(error),
            }
            self.seen = seq;
        }
        Ok(last - self.seen)
    }

    fn take(&mut self, seq: u64, bytes: u64, happening: Happening) {
        match happening {
            Happening::Set { target, stamp, writes } => {
                self.counting.insert(seq, (0, bytes));
                for write in writes {
                    let slot = (target, write.slot());
                    // Two with one stamp are both kept: which counts is not for here.
                    match self.slots.get(&slot) {
                        Some((there, _)) if *there > stamp => continue,
                        Some(&(there, of)) if there < stamp => self.counts_less(of),
                        _ => {}
                    }
                    self.slots.insert(slot, (stamp, seq));
                    if let Some((count, _)) = self.counting.get_mut(&seq) {
                        *count += 1;
                    }
                }
            }
            Happening::Noted { target, note, version } => {
                let versions = self.notes.entry((target, note)).or_default();
                let is_seen = versions.iter().any(|(v, _)| v.has_seen(version.stamp));
                self.counting.insert(seq, (usize::from(!is_seen), bytes));
                if is_seen {
                    return;
                }
                let old = versions.extract_if(.., |(v, _)| version.has_seen(v.stamp));
                let old: Vec<u64> = old.map(|(_, of)| of).collect();
                versions.push((Version { text: String::new(), ..version }, seq));
                old.into_iter().for_each(|of| self.counts_less(of));
            }
            Happening::Met { .. }
            | Happening::Confirmed { .. }
            | Happening::Linked { .. }
            | Happening::Updated(_) => {}
        }
    }

    fn counts_less(&mut self, seq: u64) {
        if let Some((count, _)) = self.counting.get_mut(&seq) {
            *count = count.saturating_sub(1);
        }
    }

    /// Whether nothing in this entry counts any more.
    pub(super) fn has(&self, seq: u64) -> bool {
        matches!(self.counting.get(&seq), Some((0, _)))
    }

    /// Whether the book is to be written anew without it.
    pub(super) fn is_too_much(&self) -> bool {
        let waste: u64 =
            self.counting.values().filter(|(count, _)| *count == 0).map(|(_, bytes)| bytes).sum();
        !self.any_lost && waste > self.bytes / SHARE
    }
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng;

    use super::*;
    use crate::book::histories::{copy, folded, history, shuffle};

    #[test]
    fn without_the_waste_everything_reads_as_before_in_whatever_order_it_came() {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let mut wasted = 0;
        for _ in 0..300 {
            let mut all = history(&mut rng);
            let expected = folded(&all);
            for _ in 0..4 {
                let mut waste = Waste::default();
                (0..).zip(&all).for_each(|(seq, h)| waste.take(seq, 1, copy(h)));
                let kept = (0..).zip(&all).filter(|(seq, _)| !waste.has(*seq)).map(|(_, h)| h);
                let kept: Vec<_> = kept.collect();
                wasted += all.len() - kept.len();
                assert_eq!(folded(kept), expected);
                shuffle(&mut all, &mut rng);
            }
        }
        assert!(wasted > 10_000, "{wasted}");
    }
}
