//! Forgetting people for good, where others point at them too: whom they introduced, and what they
//! led to, keep that somebody was there, and who had introduced that somebody.

use std::collections::{BTreeMap, BTreeSet};

use rand_core::CryptoRng;

use super::annotation::Introduction;
use super::entry::{Happening, Listed, Target, about};
use super::gone::Gone;
use super::outcome::Link;
use super::tombstone::Tombstone;
use super::written::Written;
use super::{Book, BookError, Change, ReadError, Rewritten, unless_lost};
use crate::identity::PersonId;
use crate::ledger::Entry;
use crate::store::Take;

impl Book {
    /// Forgets people for good, encounters, receipts, blocks and all: what is kept is written anew
    /// under a new key, and the old key is destroyed, so that no remnant of the old files can be
    /// opened. Where they introduced someone or led to an outcome, it stays known that there was
    /// someone who was forgotten. What was written about them in notes on others stays. Keyed hashes
    /// stay as well, so that no merge brings back what was known of them by now; who is met again
    /// comes back with that encounter only.
    pub fn forget(
        &mut self,
        people: &[PersonId],
        rng: &mut dyn CryptoRng,
    ) -> Result<Rewritten, BookError> {
        let mut gone = Gone::new(self.identity());
        let (mut stones, mut subjects) = (Vec::new(), BTreeSet::new());
        let outcomes = self.written_in(Listed::Outcomes)?;
        for person in people.iter().collect::<BTreeSet<_>>() {
            let of_them = self.tombstones(person, &outcomes, &gone)?;
            if !of_them.is_empty() {
                subjects.extend(about(person));
            }
            stones.extend(of_them);
        }
        if stones.is_empty() {
            return Ok(Rewritten::default());
        }
        stones.iter().for_each(|stone| gone.add(stone));
        let mut pour = |entry: Option<Entry>, take: &mut Take<'_>| {
            let Some(entry) = entry else {
                let stones = stones.iter().map(|stone| Happening::Forgotten(stone.clone()));
                return stones
                    .filter_map(|says| gone.without(Entry::saying(&says), Some(says)))
                    .try_for_each(|entry| take(&entry));
            };
            let is_theirs = entry.subjects.iter().any(|subject| subjects.contains(subject));
            let says = Happening::of(&entry);
            let kept = if is_theirs { None } else { gone.without(entry, says) };
            kept.iter().try_for_each(take)
        };
        let done = self.pour(0, &mut pour, rng)?;
        self.listeners.tell(Change::All);
        Ok(Rewritten { people: subjects.len(), ..done })
    }

    /// What stays of `person`, whom some of `outcomes` may name; nothing if the book doesn't know them.
    fn tombstones(
        &self,
        person: &PersonId,
        outcomes: &BTreeMap<Target, Written>,
        gone: &Gone,
    ) -> Result<Vec<Tombstone>, ReadError> {
        let Some(subject) = about(person) else { return Ok(Vec::new()) };
        let (mut known, mut written, mut is_known) = (Vec::new(), Written::default(), false);
        let mut theirs = BTreeSet::from([Link::Contact(*person)]);
        for entry in self.store()?.entries_of(&subject)? {
            is_known = true;
            let Some(entry) = unless_lost(entry)? else { continue };
            match Happening::of(&entry) {
                Some(Happening::Met { receipt, .. }) => {
                    known.push(gone.hider().encounter(&receipt.transcript()));
                    theirs.insert(Link::Encounter(receipt.transcript()));
                }
                None | Some(Happening::Updated(_)) => known.push(gone.hider().entry(&entry)),
                // Their stamps, or the encounter, say that they are covered.
                Some(happening) => written.take(happening),
            }
        }
        if !is_known {
            return Ok(Vec::new());
        }
        // Who is forgotten can't be told from others in what they led to, so what they didn't is noted.
        for (target, written) in outcomes {
            let Target::Outcome(outcome) = *target else { continue };
            let taken_away = written.links_that_are(false).filter(|link| theirs.contains(link));
            known.extend(taken_away.map(|link| gone.hider().unlinked(outcome, link)));
        }
        let before = written.introduced().map(|(by, _)| by);
        let before = before.unwrap_or(Introduction { forgotten: 0, by: None });
        let trace = Introduction { forgotten: before.forgotten.saturating_add(1), ..before };
        let (clock, person) = (self.clock()?, gone.hider().person(person));
        let stone = |known: &[_]| Tombstone { person, clock, trace, known: known.to_vec() };
        // One at least.
        let parts = known.chunks(Tombstone::MOST).map(stone);
        Ok(if known.is_empty() { vec![stone(&[])] } else { parts.collect() })
    }
}
