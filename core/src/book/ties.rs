//! Who points at whom: people at whoever introduced them, contacts at the one that is the same
//! person. Nobody makes a circle in one book; a merge of two books can, and it is broken where it was
//! written first.

use std::collections::{BTreeMap, BTreeSet};

use super::register::Stamp;
use crate::identity::PersonId;

/// At whom each person points, without circles.
#[derive(Debug, Default)]
pub(super) struct Ties {
    to: BTreeMap<PersonId, PersonId>,
    /// Whose pointing was passed over, since it closed a circle.
    pub(super) broken: Vec<PersonId>,
}

impl Ties {
    pub(super) fn new(pointing: BTreeMap<PersonId, (PersonId, Stamp)>) -> Self {
        let mut to: BTreeMap<PersonId, PersonId> =
            pointing.iter().map(|(from, (at, _))| (*from, *at)).collect();
        let (mut settled, mut broken) = (BTreeSet::new(), Vec::new());
        for start in pointing.keys() {
            let (mut path, mut person) = (Vec::new(), *start);
            // Until it comes to where one has been before, or to somebody who points at nobody.
            while settled.insert(person) {
                path.push(person);
                match to.get(&person) {
                    Some(next) => person = *next,
                    None => break,
                }
            }
            if let Some(from) = path.iter().position(|p| *p == person)
                && to.contains_key(&person)
                && let Some(first) = path
                    .iter()
                    .skip(from)
                    .min_by_key(|p| (pointing.get(p).map(|(_, stamp)| *stamp), **p))
            {
                to.remove(first);
                broken.push(*first);
            }
        }
        broken.sort_unstable();
        Self { to, broken }
    }

    /// At whom `person` points.
    pub(super) fn of(&self, person: &PersonId) -> Option<PersonId> {
        self.to.get(person).copied()
    }

    /// Who points at `person`.
    pub(super) fn at(&self, person: &PersonId) -> Vec<PersonId> {
        self.to.iter().filter(|(_, to)| *to == person).map(|(from, _)| *from).collect()
    }

    /// Everyone who points at somebody.
    pub(super) fn all(&self) -> impl Iterator<Item = PersonId> {
        self.to.keys().copied()
    }

    /// Where pointing from `person` on ends.
    pub(super) fn end(&self, person: &PersonId) -> PersonId {
        let mut end = *person;
        while let Some(next) = self.of(&end) {
            end = next;
        }
        end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(number: u8) -> PersonId {
        PersonId::unchecked([number; 32])
    }

    fn ties(pointing: &[(u8, u8, u64)]) -> Ties {
        let stamp = |clock| Stamp { clock, replica: [0; 8] };
        let pointing =
            pointing.iter().map(|(from, to, clock)| (person(*from), (person(*to), stamp(*clock))));
        Ties::new(pointing.collect())
    }

    #[test]
    fn a_chain_ends_where_nobody_is_pointed_at() {
        let ties = ties(&[(1, 2, 9), (2, 3, 8), (4, 3, 1), (5, 4, 2)]);
        assert!(ties.broken.is_empty());
        for from in 1..=5 {
            assert_eq!(ties.end(&person(from)), person(3));
        }
        assert_eq!(ties.end(&person(9)), person(9));
    }

    #[test]
    fn a_circle_is_broken_where_it_was_written_first() {
        // Whatever hangs on it stays, and so does the circle's rest.
        let ties =
            ties(&[(1, 2, 5), (2, 3, 3), (3, 1, 4), (0, 1, 1), (9, 9, 7), (7, 8, 2), (8, 7, 2)]);
        assert_eq!(ties.broken, [person(2), person(7), person(9)]);
        assert_eq!((ties.of(&person(2)), ties.of(&person(9))), (None, None));
        assert_eq!((ties.end(&person(0)), ties.end(&person(3))), (person(2), person(2)));
        assert_eq!(ties.end(&person(8)), person(7), "of equal ones the lower person's");
    }
}
