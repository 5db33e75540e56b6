//! What the owner wrote about one target, folded out of entries in whatever order.

use super::amount::Amount;
use super::annotation::{FollowUp, Introduction, Rating};
use super::entry::Happening;
use super::note::{Note, Versions};
use super::outcome::Link;
use super::register::{Registers, Stamp};
use super::write::{Slot, Write};
use crate::badge::Badge;
use crate::date::Date;
use crate::identity::PersonId;

/// All that was set and noted of a target.
#[derive(Debug, Default)]
pub(super) struct Written {
    registers: Registers,
    versions: Versions,
    /// The highest clock of a link, which the owner may have the last word on.
    linked: u64,
}

impl Written {
    /// Takes a happening in; one that isn't the owner's writing is passed over.
    pub(super) fn take(&mut self, happening: Happening) {
        match happening {
            Happening::Set { stamp, writes, .. } => {
                writes.into_iter().for_each(|write| self.registers.put(stamp, write));
            }
            Happening::Noted { note, version, .. } => self.versions.put(note, version),
            Happening::Linked { stamp, .. } => self.linked = self.linked.max(stamp.clock),
            _ => {}
        }
    }

    /// The highest clock in any of it.
    pub(super) fn clock(&self) -> u64 {
        self.registers.clock().max(self.versions.clock()).max(self.linked)
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

    pub(super) fn rating(&self) -> Option<Rating> {
        match self.registers.get(&Slot::Rating) {
            Some(Write::Rating(rating)) => *rating,
            _ => None,
        }
    }

    pub(super) fn follow_up(&self) -> Option<FollowUp> {
        match self.registers.get(&Slot::FollowUp) {
            Some(Write::FollowUp(follow_up)) => *follow_up,
            _ => None,
        }
    }

    pub(super) fn place(&self) -> Option<&str> {
        match self.registers.get(&Slot::Place) {
            Some(Write::Place(place)) if !place.is_empty() => Some(place),
            _ => None,
        }
    }

    /// Who introduced them, and when that was written.
    pub(super) fn introduced(&self) -> Option<(Introduction, Stamp)> {
        match self.registers.stamped(&Slot::Introduced) {
            Some((stamp, Write::Introduced(Some(introduction)))) => Some((*introduction, stamp)),
            _ => None,
        }
    }

    /// Who is the same person, and when that was written.
    pub(super) fn same_as(&self) -> Option<(PersonId, Stamp)> {
        match self.registers.stamped(&Slot::SameAs) {
            Some((stamp, Write::SameAs(Some(other)))) => Some((*other, stamp)),
            _ => None,
        }
    }

    /// When it was last written who is the same person, or that nobody is.
    pub(super) fn same_as_said(&self) -> Option<Stamp> {
        self.registers.stamped(&Slot::SameAs).map(|(stamp, _)| stamp)
    }

    /// Kind, title, date and amount of an outcome that wasn't taken away.
    pub(super) fn outcome(&self) -> Option<(&str, &str, Date, Option<Amount>)> {
        let get = |slot| self.registers.get(&slot);
        if let Some(Write::Removed(true)) = get(Slot::Removed) {
            return None;
        }
        let (Some(Write::Kind(kind)), Some(Write::Title(title)), Some(Write::Happened(date))) =
            (get(Slot::Kind), get(Slot::Title), get(Slot::Happened))
        else {
            return None;
        };
        let amount = match get(Slot::Amount) {
            Some(Write::Amount(amount)) => *amount,
            _ => None,
        };
        Some((kind, title, *date, amount))
    }

    pub(super) fn links(&self) -> Vec<Link> {
        self.links_that_are(true).collect()
    }

    /// Links that were made, or taken away.
    pub(super) fn links_that_are(&self, there: bool) -> impl Iterator<Item = Link> {
        self.registers.all().filter_map(move |(_, write)| match write {
            Write::Link(link, on) if *on == there => Some(*link),
            _ => None,
        })
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

#[cfg(test)]
impl Written {
    /// Everything it says.
    pub(super) fn in_words(&self) -> String {
        let badges: Vec<_> = self.badges().collect();
        let (person, same) = (self.introduced(), self.same_as());
        let person =
            (self.tags(), self.is_blocked(), self.rating(), self.follow_up(), person, same);
        let outcome = (self.outcome(), self.links(), self.place());
        format!("{person:?} {outcome:?} {badges:?} {:?} {:?}", self.shown(), self.notes())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng;

    use super::*;
    use crate::book::histories::{copy, folded, history, shuffle};

    /// Three parts of a history, as three books hold it before they are merged.
    fn thirds(rng: &mut ChaCha20Rng) -> [Vec<Happening>; 3] {
        let mut all = history(rng);
        shuffle(&mut all, rng);
        let (third, rest) = (all.split_off(40), all);
        let mut rest = rest;
        let second = rest.split_off(20);
        [rest, second, third]
    }

    fn merged(parts: &[&[Happening]]) -> Vec<Happening> {
        parts.iter().flat_map(|part| part.iter().map(copy)).collect()
    }

    #[test]
    fn a_merge_is_commutative_associative_and_idempotent() {
        let mut rng = ChaCha20Rng::seed_from_u64(2);
        for _ in 0..500 {
            let [a, b, c] = thirds(&mut rng);
            let expected = folded(&merged(&[&a, &b, &c]));
            assert_eq!(folded(&merged(&[&c, &b, &a])), expected, "commutative");
            let [first, last] = [merged(&[&a, &b]), merged(&[&b, &c])];
            assert_eq!(folded(&merged(&[&first, &c])), expected, "associative");
            assert_eq!(folded(&merged(&[&a, &last])), expected, "associative");
            let all = merged(&[&first, &last, &c]);
            assert_eq!(folded(&merged(&[&all, &all, &b])), expected, "idempotent");
        }
    }

    #[test]
    fn no_text_is_lost_that_nobody_saw_before_writing_another() {
        let mut rng = ChaCha20Rng::seed_from_u64(3);
        let (mut kept, mut conflicts) = (0, 0);
        for _ in 0..500 {
            let all = history(&mut rng);
            let mut there = BTreeSet::new();
            let targets: BTreeSet<_> = all.iter().map(|h| h.subjects()).collect();
            for target in targets {
                let of = all.iter().filter(|h| h.subjects() == target).map(copy);
                let mut written = Written::default();
                of.for_each(|happening| written.take(happening));
                let notes = written.notes();
                conflicts += notes.iter().filter(|note| note.texts().len() > 1).count();
                there.extend(notes.into_iter().flat_map(|note| note.texts));
            }
            let versions: Vec<_> = all
                .iter()
                .filter_map(|h| match h {
                    Happening::Noted { note, version, .. } => Some((note, version)),
                    _ => None,
                })
                .collect();
            for (note, version) in &versions {
                let was_seen =
                    versions.iter().any(|(of, other)| of == note && other.has_seen(version.stamp));
                assert_eq!(there.contains(&version.text), !was_seen && !version.text.is_empty());
                kept += usize::from(!was_seen);
            }
        }
        assert!(kept > 1_000 && conflicts > 100, "{kept} {conflicts}");
    }
}
