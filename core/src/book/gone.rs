//! Those who are forgotten, here or in a book that is merged with this one: what goes with them, and
//! what becomes of entries about others that name them.

use std::collections::{BTreeMap, BTreeSet};

use super::annotation::Introduction;
#[cfg(feature = "backup")]
use super::entry::person_of;
use super::entry::{Happening, Target};
use super::outcome::Link;
use super::register::Stamp;
use super::tombstone::{Hidden, Hider, Tombstone};
use super::write::Write;
use crate::identity::{Identity, PersonId};
use crate::ledger::Entry;

/// All tombstones.
pub(super) struct Gone {
    hider: Hider,
    people: BTreeMap<Hidden, (u64, Introduction)>,
    known: BTreeMap<Hidden, Hidden>,
}

impl Gone {
    pub(super) fn new(identity: &Identity) -> Self {
        Self { hider: Hider::of(identity), people: BTreeMap::new(), known: BTreeMap::new() }
    }

    /// Takes a tombstone in. Order doesn't matter, and the same again changes nothing.
    pub(super) fn add(&mut self, stone: &Tombstone) {
        let bytes = |trace: &Introduction| crate::cbor::write(|w| trace.encode(w));
        match self.people.get(&stone.person) {
            Some((clock, trace))
                if (*clock, bytes(trace)) >= (stone.clock, bytes(&stone.trace)) => {}
            _ => drop(self.people.insert(stone.person, (stone.clock, stone.trace))),
        }
        self.known.extend(stone.known.iter().map(|hidden| (*hidden, stone.person)));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.people.is_empty()
    }

    /// So many hashes are held in memory.
    #[cfg(feature = "backup")]
    pub(super) fn len(&self) -> usize {
        self.people.len() + self.known.len()
    }

    pub(super) fn hider(&self) -> &Hider {
        &self.hider
    }

    /// Whether an entry was known of somebody when they were forgotten.
    #[cfg(feature = "backup")]
    pub(super) fn covers(&self, entry: &Entry, says: Option<&Happening>) -> bool {
        if self.is_empty() {
            return false;
        }
        let is_known = |hidden| self.known.contains_key(&hidden);
        match says {
            Some(Happening::Met { receipt, .. }) => {
                is_known(self.hider.encounter(&receipt.transcript()))
            }
            Some(Happening::Confirmed { transcript, .. }) => {
                is_known(self.hider.encounter(transcript))
            }
            Some(Happening::Set { target, stamp, .. }) => {
                target.person().is_some_and(|person| self.had(&person, stamp.clock).is_some())
            }
            Some(Happening::Noted { target, version, .. }) => target
                .person()
                .is_some_and(|person| self.had(&person, version.stamp.clock).is_some()),
            Some(Happening::Linked { stamp, link }) => {
                let keys = [link.old_key(), link.new_key()];
                keys.iter().any(|key| self.had(key, stamp.clock).is_some())
            }
            Some(Happening::Forgotten(_) | Happening::Restored(_) | Happening::Counted(_)) => false,
            Some(Happening::Updated(_)) => is_known(self.hider.entry(entry)),
            None => {
                entry.subjects.iter().any(|subject| person_of(subject).is_some())
                    && is_known(self.hider.entry(entry))
            }
        }
    }

    /// An entry that isn't covered, without those who are gone; `None` if nothing is left of it.
    pub(super) fn without(&self, entry: Entry, says: Option<Happening>) -> Option<Entry> {
        let left = match says {
            _ if self.is_empty() => return Some(entry),
            Some(Happening::Set { target, stamp, writes }) => {
                let kept = writes.iter().filter_map(|write| self.instead_of(target, write, stamp));
                let writes: Vec<Write> = kept.collect();
                if writes.is_empty() {
                    return None;
                }
                Happening::Set { target, stamp, writes }
            }
            Some(Happening::Forgotten(stone)) => {
                let trace = self.seen_from(stone.trace, stone.clock);
                Happening::Forgotten(Tombstone { trace, ..stone })
            }
            _ => return Some(entry),
        };
        Some(Entry { payload: left.payload(), ..entry })
    }

    /// When somebody was forgotten of whom something is said that is as old as `clock`.
    fn had(&self, person: &PersonId, clock: u64) -> Option<&(u64, Introduction)> {
        self.people.get(&self.hider.person(person)).filter(|(forgotten, _)| clock <= *forgotten)
    }

    /// The same chain of people, as of `clock`, without those at its near end who are gone.
    fn seen_from(&self, chain: Introduction, clock: u64) -> Introduction {
        let (mut chain, mut clock, mut seen) = (chain, clock, BTreeSet::new());
        while let Some(by) = chain.by
            && let Some((at, trace)) = self.had(&by, clock)
        {
            if !seen.insert(by) {
                // A circle, which a merge can bring in, ends where it began.
                chain.by = None;
                break;
            }
            let forgotten = chain.forgotten.saturating_add(trace.forgotten);
            (chain, clock) = (Introduction { forgotten, by: trace.by }, *at);
        }
        chain
    }

    fn instead_of(
        &self,
        target: Target,
        write: &Write,
        Stamp { clock, .. }: Stamp,
    ) -> Option<Write> {
        let (link, on) = match write {
            Write::Introduced(Some(introduction)) => {
                return Some(Write::Introduced(Some(self.seen_from(*introduction, clock))));
            }
            Write::SameAs(Some(other)) if self.had(other, clock).is_some() => {
                return Some(Write::SameAs(None));
            }
            Write::Link(link, on) => (*link, *on),
            other => return Some(other.clone()),
        };
        let somebody = |by| self.seen_from(Introduction { forgotten: 0, by: Some(by) }, clock);
        let trace = match link {
            Link::Contact(person) if self.had(&person, clock).is_some() => somebody(person),
            Link::Encounter(transcript) => {
                let person = self.known.get(&self.hider.encounter(&transcript));
                match person.and_then(|person| self.people.get(person)) {
                    Some((at, trace)) => self.seen_from(*trace, *at),
                    None => return Some(write.clone()),
                }
            }
            Link::Forgotten(before) => match self.seen_from(before, clock) {
                same if same == before => return Some(write.clone()),
                trace => trace,
            },
            _ => return Some(write.clone()),
        };
        let taken_away = target
            .outcome()
            .is_some_and(|outcome| self.known.contains_key(&self.hider.unlinked(outcome, link)));
        // That it was taken away says only whom it was about.
        (on && !taken_away).then_some(Write::Link(Link::Forgotten(trace), true))
    }
}
