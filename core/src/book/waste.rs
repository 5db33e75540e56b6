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
            Happening::Met { .. } | Happening::Confirmed { .. } => {}
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
    use rand_core::{Rng, SeedableRng};

    use super::*;
    use crate::badge::{Badge, BadgeFields};
    use crate::book::write::Write;
    use crate::book::written::Written;
    use crate::identity::PersonId;

    /// What two books wrote that know of each other's writing now and then.
    fn history(rng: &mut ChaCha20Rng) -> Vec<Happening> {
        let mut all: Vec<Happening> = Vec::new();
        let mut below = |n: u32| rng.next_u32() % n;
        for round in 2..60 {
            let replica = [u8::try_from(round % 2).unwrap(); 8];
            let clock = round / 2;
            let stamp = Stamp { clock, replica };
            let target = match below(3) {
                0 => Target::Owner,
                n => Target::Person(PersonId::unchecked([u8::try_from(n).unwrap(); 32])),
            };
            let label = format!("{}", below(3));
            let badge = Badge::new(BadgeFields::named(format!("Ada {clock}"))).unwrap();
            let write = match below(6) {
                0 => Write::Blocked(below(2) == 0),
                1 => Write::Shown(label),
                2 => Write::Badge(label, (below(3) > 0).then(|| badge.into()), clock),
                3 => Write::Unknown(vec![0x81, 0x18, u8::try_from(100 + below(9)).unwrap()]),
                _ => Write::Tag(label, below(2) == 0),
            };
            if below(3) > 0 {
                all.push(Happening::Set { target, stamp, writes: vec![write] });
                continue;
            }
            let there = all.iter().filter_map(|h| match h {
                Happening::Noted { target: of, note, version } if *of == target => {
                    Some((*note, version.clone()))
                }
                _ => None,
            });
            let there: Vec<_> = there.collect();
            let (note, seen) = match there.len() {
                n if n > 0 && below(4) > 0 => {
                    let (note, _) = there[below(u32::try_from(n).unwrap()) as usize];
                    let of = there.iter().filter(|(n, _)| *n == note).map(|(_, v)| v);
                    // Of the other book's, perhaps none.
                    let known: Vec<_> =
                        of.filter(|v| v.stamp.replica == replica || below(2) == 0).collect();
                    let seen = known.iter().flat_map(|v| v.seen.iter().copied().chain([v.stamp]));
                    (note, seen.collect())
                }
                _ => (NoteId(stamp), Vec::new()),
            };
            let text = if below(5) > 0 { format!("text {clock}") } else { String::new() };
            let version = Version { stamp, seen, text };
            all.push(Happening::Noted { target, note, version });
        }
        all
    }

    fn copy(happening: &Happening) -> Happening {
        Happening::read(happening.kind(), &happening.payload()).unwrap().unwrap()
    }

    fn target(happening: &Happening) -> Target {
        match happening {
            Happening::Set { target, .. } | Happening::Noted { target, .. } => *target,
            _ => unreachable!("nobody is met here"),
        }
    }

    /// All that is written about each target.
    fn folded<'a>(all: impl Iterator<Item = &'a Happening>) -> BTreeMap<Target, String> {
        let mut folded = BTreeMap::<Target, Written>::new();
        all.for_each(|h| folded.entry(target(h)).or_default().take(copy(h)));
        let said = |w: &Written| {
            let badges: Vec<_> = w.badges().collect();
            format!("{:?} {:?} {} {badges:?} {:?}", w.tags(), w.notes(), w.is_blocked(), w.shown())
        };
        folded.iter().map(|(target, written)| (*target, said(written))).collect()
    }

    #[test]
    fn without_the_waste_everything_reads_as_before_in_whatever_order_it_came() {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let mut wasted = 0;
        for _ in 0..300 {
            let mut all = history(&mut rng);
            let expected = folded(all.iter());
            for _ in 0..4 {
                let mut waste = Waste::default();
                (0..).zip(&all).for_each(|(seq, h)| waste.take(seq, 1, copy(h)));
                let kept = (0..).zip(&all).filter(|(seq, _)| !waste.has(*seq)).map(|(_, h)| h);
                let kept: Vec<_> = kept.collect();
                wasted += all.len() - kept.len();
                assert_eq!(folded(kept.iter().copied()), expected);
                // Once more, some of them twice.
                let twice = all.iter().take(9).map(copy).collect::<Vec<_>>();
                assert_eq!(folded(all.iter().chain(&twice)), expected);
                for i in (1..all.len()).rev() {
                    all.swap(i, rng.next_u32() as usize % (i + 1));
                }
            }
        }
        assert!(wasted > 10_000, "{wasted}");
    }
}
