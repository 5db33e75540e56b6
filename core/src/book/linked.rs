//! One person under an old key and a new one, by their own word: links that both keys signed.
//!
//! A link says of the old key's contact what [`Book::merge_people`] does, once both were met, and the
//! owner can take it back by [`Book::split_person`]: of the two the later counts.

use std::collections::{BTreeMap, BTreeSet};

use rand_core::CryptoRng;

use super::entry::{Happening, Listed};
use super::register::Stamp;
use super::{Book, BookError, ReadError};
use crate::identity::PersonId;
use crate::statement::IdentityLink;

impl Book {
    /// Keeps a person's word that their old key and their new one are one. Durable when it returns;
    /// the same again changes nothing. It makes nobody a contact. Where both were met, they are one
    /// person from now on, for whom the new key stands, and the old one's contact keeps its proofs;
    /// where only the old one was, they will be once the new one is met, and
    /// [`Book::known_as`] tells so before that.
    ///
    /// # Errors
    /// [`BookError::NotMet`] if neither was met, nor anyone whom links lead from to either;
    /// [`BookError::OwnKey`]; [`BookError::Blocked`] of either; [`BookError::LinkConflict`] where the
    /// old key was linked to another one before, or the new one to the old one;
    /// [`BookError::Circle`] if one of them introduced the other.
    pub fn apply_link(
        &mut self,
        link: &IdentityLink,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), BookError> {
        let (old, new) = (link.old_key(), link.new_key());
        if [old, new].contains(&self.identity.person()) {
            return Err(BookError::OwnKey);
        }
        let ((was, written), (is, about_new)) = (self.fold(&old)?, self.fold(&new)?);
        if written.is_blocked() || about_new.is_blocked() {
            return Err(BookError::Blocked);
        }
        let links = self.links()?;
        if was.is_none() && is.is_none() && self.known_by(&links, &old)?.is_none() {
            return Err(BookError::NotMet);
        }
        match links.next(&old) {
            Some(there) if there == new => return Ok(self.store()?.lasts()?),
            Some(there) => return Err(BookError::LinkConflict(there)),
            None if links.behind(&old).contains(&new) => {
                return Err(BookError::LinkConflict(old));
            }
            None => {}
        }
        let ties = self.same_people()?;
        let are_one = ties.end(&old) == ties.end(&new);
        if was.is_some()
            && is.is_some()
            && !are_one
            && (self.was_introduced_through(&old, &new)?
                || self.was_introduced_through(&new, &old)?)
        {
            return Err(BookError::Circle);
        }
        let stamp = self.stamp(&written)?;
        self.append(&Happening::Linked { stamp, link: link.clone() }, rng)
    }

    /// Whom the owner knows under another key, if links lead from it to `new`: "same person, new key".
    /// Ask before showing `new` for acceptance. Of several, the one who was met last.
    pub fn known_as(&self, new: &PersonId) -> Result<Option<PersonId>, ReadError> {
        self.known_by(&self.links()?, new)
    }

    /// Which contacts are taken for which by links, and when that was kept: the nearest key on the
    /// way that was met. What the owner said later is not in it.
    pub(super) fn linked(&self) -> Result<BTreeMap<PersonId, (PersonId, Stamp)>, ReadError> {
        let (links, mut linked) = (self.links()?, BTreeMap::new());
        for (old, (_, stamp)) in &links.0 {
            for key in links.ahead(old) {
                if self.contact(&key)?.is_some() && self.contact(old)?.is_some() {
                    linked.insert(*old, (key, *stamp));
                    break;
                }
            }
        }
        Ok(linked)
    }

    fn known_by(&self, links: &Links, new: &PersonId) -> Result<Option<PersonId>, ReadError> {
        let mut last = None;
        for key in links.behind(new) {
            if let Some(contact) = self.contact(&key)? {
                last = last.max(Some((contact.latest(), key)));
            }
        }
        Ok(last.map(|(_, person)| person))
    }

    fn links(&self) -> Result<Links, ReadError> {
        let mut links = Links::default();
        for (_, happening) in self.happenings(Listed::Same.subject())? {
            if let Happening::Linked { stamp, link } = happening {
                links.put(stamp, &link);
            }
        }
        Ok(links)
    }
}

/// The new key of each old one, and since when. A merge of books can bring a second one in, and a
/// circle: of several the first one counts, and whoever walks stops where they have been.
#[derive(Debug, Default, PartialEq, Eq)]
struct Links(BTreeMap<PersonId, (PersonId, Stamp)>);

impl Links {
    /// Takes a link in. Order doesn't matter, and the same again changes nothing.
    fn put(&mut self, stamp: Stamp, link: &IdentityLink) {
        let (to, since) = self.0.entry(link.old_key()).or_insert((link.new_key(), stamp));
        if (stamp, link.new_key()) < (*since, *to) {
            (*to, *since) = (link.new_key(), stamp);
        }
    }

    fn next(&self, old: &PersonId) -> Option<PersonId> {
        self.0.get(old).map(|(new, _)| *new)
    }

    /// The keys to which links lead from `old`, the nearest first.
    fn ahead(&self, old: &PersonId) -> Vec<PersonId> {
        let (mut ahead, mut key) = (Vec::new(), *old);
        while let Some(next) = self.next(&key).filter(|next| next != old && !ahead.contains(next)) {
            ahead.push(next);
            key = next;
        }
        ahead
    }

    /// The keys from which links lead to `new`.
    fn behind(&self, new: &PersonId) -> BTreeSet<PersonId> {
        self.0.keys().filter(|old| self.ahead(old).contains(new)).copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha20Rng;
    use rand_core::{Rng, SeedableRng};

    use super::*;
    use crate::identity::Identity;
    use crate::time::UnixTime;

    fn people<const N: usize>() -> [Identity; N] {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        [(); N].map(|()| Identity::generate(&mut rng))
    }

    fn links(all: &[(u64, &Identity, &Identity)]) -> Links {
        let mut links = Links::default();
        for (clock, old, new) in all {
            let link = IdentityLink::sign(old, new, UnixTime::MIN).unwrap();
            links.put(Stamp { clock: *clock, replica: [0; 8] }, &link);
        }
        links
    }

    #[test]
    fn links_say_the_same_in_whatever_order_they_come() {
        let mut rng = ChaCha20Rng::seed_from_u64(2);
        let people = people::<5>();
        for _ in 0..50 {
            let mut below = |n: usize| rng.next_u32() as usize % n;
            let mut all = Vec::new();
            for _ in 0..8 {
                let (old, by) = (below(5), 1 + below(4));
                all.push((below(4) as u64, &people[old], &people[(old + by) % 5]));
            }
            let expected = links(&all);
            for _ in 0..4 {
                let (one, other) = (below(8), below(8));
                all.swap(one, other);
                let twice = all[below(8)];
                all.push(twice);
                assert_eq!(links(&all), expected);
                all.pop();
            }
        }
    }

    #[test]
    fn the_first_link_of_a_key_counts_and_a_circle_ends_where_it_began() {
        let [a, b, c, d] = &people::<4>();
        let [ia, ib, ic] = [a, b, c].map(Identity::person);
        let links = links(&[(5, a, d), (2, a, b), (3, b, c), (4, c, a)]);
        assert_eq!(links.ahead(&ia), [ib, ic]);
        assert_eq!(links.behind(&ia), [ib, ic].into());
        assert!(links.ahead(&d.person()).is_empty());
    }
}
