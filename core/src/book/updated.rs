//! Badges that people signed outside of a meeting, and which of all their badges counts.

use rand_core::CryptoRng;

use super::entry::Happening;
use super::{Book, BookError, Contact, Meeting};
use crate::badge::Badge;
use crate::statement::BadgeUpdate;

impl Book {
    /// Keeps a badge that someone who was met signed since. Durable when it returns; the same again
    /// changes nothing. It is their [`Contact::badge`] from now on, and what they showed before stays
    /// readable in [`Contact::meetings`] and [`Contact::updates`]. It makes nobody a contact.
    ///
    /// # Errors
    /// [`BookError::NotMet`], [`BookError::OwnKey`], [`BookError::Blocked`];
    /// [`BookError::OlderBadge`] unless it is later than everything that their clock claimed before,
    /// so that nobody who kept an old one can bring it back.
    pub fn apply_badge(
        &mut self,
        update: &BadgeUpdate,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), BookError> {
        let (person, made_at) = (update.person(), update.made_at());
        if person == self.identity.person() {
            return Err(BookError::OwnKey);
        }
        let contact = self.contact(&person)?.ok_or(BookError::NotMet)?;
        if contact.is_blocked() {
            return Err(BookError::Blocked);
        }
        if contact.updates().contains(update) {
            return Ok(self.store()?.lasts()?);
        }
        let claimed = contact.meetings().iter().flat_map(Meeting::claimed_times);
        let known = claimed.chain(contact.updates().iter().map(BadgeUpdate::made_at)).max();
        if let Some(known) = known.filter(|known| made_at <= *known) {
            return Err(BookError::OlderBadge { made_at, known });
        }
        self.append(&Happening::Updated(update.clone()), rng)
    }
}

/// Brings updates in the order of their times, each once, in whatever order they came.
pub(super) fn in_order(updates: &mut Vec<BadgeUpdate>) {
    updates.sort_by_cached_key(|update| (update.made_at(), update.to_bytes()));
    updates.dedup();
}

/// The badge that counts: the one shown last, unless one of the updates, which are in order, is later
/// than that meeting by their person's own clock.
pub(super) fn current<'a>(last: &'a Meeting, updates: &'a [BadgeUpdate]) -> Option<&'a Badge> {
    let shown_at = last.claimed_times().max();
    let update = updates.last().filter(|update| Some(update.made_at()) > shown_at);
    update.map(BadgeUpdate::badge).or(last.badge())
}

impl Contact {
    /// The badges that they signed outside of a meeting, in the order of their clock.
    pub fn updates(&self) -> &[BadgeUpdate] {
        &self.updates
    }
}

#[cfg(test)]
mod tests {
    use core::time::Duration;

    use rand_chacha::ChaCha20Rng;
    use rand_core::{Rng, SeedableRng};

    use super::*;
    use crate::badge::BadgeFields;
    use crate::book::histories::copy;
    use crate::book::register::Stamp;
    use crate::exchange::{Exchange, Options, Scanned};
    use crate::identity::Identity;
    use crate::time::UnixTime;

    fn badge(name: &str) -> Badge {
        Badge::new(BadgeFields::named(name)).unwrap()
    }

    /// The entry of a meeting at which `theirs` showed a badge of that name by that clock.
    fn met(
        mine: &Identity,
        theirs: &Identity,
        at: UnixTime,
        name: &str,
        rng: &mut ChaCha20Rng,
    ) -> Happening {
        let (now, options) = (Duration::ZERO, Options::default());
        let mut begin = |who, badge: &Badge| {
            Exchange::begin(who, badge, options.clone(), now, at, 1, rng).unwrap()
        };
        let (mut one, mut other) = (begin(mine, &badge("Ada")), begin(theirs, &badge(name)));
        other.scan(&one.frame(now).unwrap().text, now);
        match one.scan(&other.frame(now).unwrap().text, now) {
            Scanned::Verified(seen) => {
                let stamp = Stamp { clock: 1, replica: [1; 8] };
                Happening::met(&one.accept(&seen.transcript).unwrap(), stamp)
            }
            other => panic!("nobody was verified: {other}"),
        }
    }

    #[test]
    fn whatever_order_updates_come_in_the_same_badge_counts() {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let [ada, grace] = [(); 2].map(|()| Identity::generate(&mut rng));
        let at = |after: u32| UnixTime::clamped(i64::from(1_795_458_300 + after));
        let mut by_meeting = 0;
        for _ in 0..40 {
            let mut below = |n: u32| rng.next_u32() % n;
            let times = [below(9), below(9), below(9), below(9), below(9)].map(at);
            let updates = (0..5).zip(times).map(|(i, time)| {
                Happening::Updated(BadgeUpdate::sign(&grace, badge(&format!("{i}")), time))
            });
            let mut all: Vec<Happening> = updates.collect();
            let last = at(below(9));
            all.push(met(&ada, &grace, last, "met", &mut rng));
            let fold = |all: &[Happening]| {
                let all = (1..).zip(all.iter().map(copy));
                let contact = Contact::fold(grace.person(), all).0.unwrap();
                (contact.badge().clone(), contact.updates().to_vec())
            };
            let (current, updates) = fold(&all);
            let newest = *times.iter().max().unwrap();
            by_meeting += usize::from(current.name() == "met");
            assert_eq!(current.name() == "met", newest <= last);
            assert!(updates.is_sorted_by_key(|update| update.made_at()));
            for _ in 0..5 {
                crate::book::histories::shuffle(&mut all, &mut rng);
                all.push(copy(&all[0]));
                assert_eq!(fold(&all), (current.clone(), updates.clone()));
                all.pop();
            }
        }
        assert!((4..36).contains(&by_meeting), "{by_meeting}");
    }

    #[test]
    fn without_a_meeting_no_badge_makes_a_contact() {
        let mut rng = ChaCha20Rng::seed_from_u64(2);
        let grace = Identity::generate(&mut rng);
        let update = BadgeUpdate::sign(&grace, badge("Grace"), UnixTime::MIN);
        let all = [(1, Happening::Updated(update))];
        assert!(Contact::fold(grace.person(), all).0.is_none());
    }
}
