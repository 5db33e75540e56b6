//! One person under several keys: a new phone, a lost key. Each contact keeps its own proofs; one of
//! them stands for all. That they are one the owner says, or a link that both keys signed.

use std::collections::{BTreeMap, BTreeSet};

use rand_core::CryptoRng;

use super::entry::{Listed, Target};
use super::ties::Ties;
use super::write::Write;
use super::written::Written;
use super::{Book, BookError, ReadError};
use crate::identity::PersonId;

impl Book {
    /// Says that two contacts are one person. Lists show the one that was met last from now on, and
    /// search finds it by what is known of either. [`Book::split_person`] undoes it.
    ///
    /// # Errors
    /// [`BookError::NotMet`] of either, [`BookError::OnePerson`] if they are already, and
    /// [`BookError::Circle`] if one of them introduced the other, at however many removes.
    pub fn merge_people(
        &mut self,
        one: &PersonId,
        other: &PersonId,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), BookError> {
        self.written_about(one)?;
        self.written_about(other)?;
        let ties = self.same_people()?;
        let (one, other) = (ties.end(one), ties.end(other));
        if one == other {
            return Err(BookError::OnePerson);
        }
        if self.was_introduced_through(&one, &other)?
            || self.was_introduced_through(&other, &one)?
        {
            return Err(BookError::Circle);
        }
        let latest = |person: &PersonId| {
            self.contact(person).map(|contact| contact.map(|contact| contact.latest()))
        };
        let is_later = latest(&one)? > latest(&other)?;
        let (from, to) = if is_later { (other, one) } else { (one, other) };
        self.set_same_as(&from, Some(to), rng)
    }

    /// Says that a contact isn't the same person as others, which stay together if they are several.
    ///
    /// # Errors
    /// [`BookError::NotMet`]; [`BookError::NotMerged`] if nobody is the same person.
    pub fn split_person(
        &mut self,
        person: &PersonId,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), BookError> {
        self.written_about(person)?;
        let ties = self.same_people()?;
        let (before, behind) = (ties.of(person), ties.at(person));
        let (to, behind) = match (before, behind.split_first()) {
            (Some(to), _) => (Some(to), behind.as_slice()),
            (None, Some((first, rest))) => (Some(*first), rest),
            (None, None) => return Err(BookError::NotMerged),
        };
        // Those behind first: wherever this ends early, nobody is lost from the group by it.
        for member in behind {
            self.set_same_as(member, to, rng)?;
        }
        match before {
            Some(_) => self.set_same_as(person, None, rng),
            None => to.map_or(Ok(()), |first| self.set_same_as(&first, None, rng)),
        }
    }

    /// Everyone who is the same person as `person`, the one who stands for all first.
    pub fn same_person(&self, person: &PersonId) -> Result<Vec<PersonId>, ReadError> {
        let ties = self.same_people()?;
        let first = ties.end(person);
        let all = ties.all().filter(|from| ties.end(from) == first);
        Ok([first].into_iter().chain(all).collect())
    }

    /// All contacts behind which another stands for the person, under that one.
    pub fn standing_behind(&self) -> Result<BTreeMap<PersonId, Vec<PersonId>>, ReadError> {
        let ties = self.same_people()?;
        let mut behind = BTreeMap::<_, Vec<_>>::new();
        for person in ties.all() {
            behind.entry(ties.end(&person)).or_default().push(person);
        }
        Ok(behind)
    }

    /// Whether `person` is `through`, or was introduced by them at however many removes, under
    /// whichever keys.
    pub(super) fn was_introduced_through(
        &self,
        person: &PersonId,
        through: &PersonId,
    ) -> Result<bool, ReadError> {
        let ties = self.same_people()?;
        let (mut next, through) = (Some(*person), ties.end(through));
        // A circle that a merge of books brought in ends here, too.
        let mut seen = BTreeSet::new();
        while let Some(person) = next.map(|p| ties.end(&p)).filter(|person| seen.insert(*person)) {
            if person == through {
                return Ok(true);
            }
            let mut first = None;
            for key in ties.all().filter(|from| ties.end(from) == person).chain([person]) {
                let introduced = self.fold(&key)?.1.introduced();
                let earlier = introduced.map(|(introduction, stamp)| (stamp, introduction.by));
                first = [first, earlier].into_iter().flatten().min();
            }
            next = first.and_then(|(_, by)| by);
        }
        Ok(false)
    }

    fn set_same_as(
        &mut self,
        person: &PersonId,
        to: Option<PersonId>,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), BookError> {
        let written = self.fold(person)?.1;
        self.set(Target::Person(*person), &written, vec![Write::SameAs(to)], rng)
    }

    /// Which contacts stand for which.
    pub(super) fn same_people(&self) -> Result<Ties, ReadError> {
        let all = self.written_in(Listed::Same)?;
        let said = all.iter().filter_map(|(from, w)| Some((from.person()?, w.same_as()?)));
        let mut pointing: BTreeMap<_, _> = said.collect();
        for (old, (new, since)) in self.linked()? {
            let said = all.get(&Target::Person(old)).and_then(Written::same_as_said);
            if said < Some(since) {
                pointing.insert(old, (new, since));
            }
        }
        Ok(Ties::new(pointing))
    }
}
