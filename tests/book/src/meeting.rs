//! Meetings: two exchanges, and texts passed between them instead of pictures.

use std::time::Duration;

use lapel::badge::{Badge, BadgeFields};
use lapel::book::Book;
use lapel::encounter::{Confirmation, Encounter, Recorded};
use lapel::exchange::{Exchange, Options, Scanned, Verified};
use lapel::identity::Identity;
use lapel::time::UnixTime;
use lapel::transcript::Transcript;
use rand_chacha::ChaCha20Rng;

use crate::phone::Phone;

/// What a stranger's clock says.
const WALL: UnixTime = UnixTime::MIN;

/// Two people at a table, from the first hello on. The first one is verified first.
pub struct Talk {
    /// The exchange of the one who scans an answer.
    pub first: Exchange,
    /// The exchange of the one who answered.
    pub second: Exchange,
    /// Time at the table.
    pub now: Duration,
}

impl Talk {
    /// They sit down, nothing is scanned yet.
    pub fn between(first: &mut Phone, second: &mut Phone) -> Self {
        let now = first.now.max(second.now) + Duration::from_secs(1);
        (first.now, second.now) = (now, now);
        Self { first: first.begin(), second: second.begin(), now }
    }

    /// The first one's camera reads what is on the second one's screen.
    pub fn first_scans(&mut self) -> Scanned {
        self.now += Duration::from_millis(100);
        let text = self.second.frame(self.now).unwrap().text;
        self.first.scan(&text, self.now)
    }

    /// The second one's camera reads what is on the first one's screen.
    pub fn second_scans(&mut self) -> Scanned {
        self.now += Duration::from_millis(100);
        let text = self.first.frame(self.now).unwrap().text;
        self.second.scan(&text, self.now)
    }

    /// Scans 1 and 2: whom the first one sees.
    pub fn first_sees(&mut self) -> Verified {
        self.second_scans();
        verified(self.first_scans())
    }

    /// And the first one accepts.
    pub fn first_accepts(&mut self) -> Encounter {
        let seen = self.first_sees();
        self.first.accept(&seen.transcript).unwrap()
    }

    /// Once it is in the first one's book: scan 3, and the second one accepts.
    pub fn second_accepts(&mut self, recorded: &Recorded) -> Encounter {
        self.first.acknowledge(recorded).unwrap();
        let seen = verified(self.second_scans());
        assert!(seen.confirmed);
        self.second.accept(&seen.transcript).unwrap()
    }

    /// Once it is in the second one's book: scan 4.
    pub fn first_hears(&mut self, recorded: &Recorded) -> Confirmation {
        self.second.acknowledge(recorded).unwrap();
        confirmed(self.first_scans())
    }
}

/// A whole meeting, after which each has the other's confirmation in the book.
pub fn meet(first: &mut Phone, second: &mut Phone) -> Transcript {
    let mut talk = Talk::between(first, second);
    let recorded = first.record(&talk.first_accepts()).unwrap();
    let recorded = second.record(&talk.second_accepts(&recorded)).unwrap();
    first.confirm(&talk.first_hears(&recorded)).unwrap();
    recorded.transcript()
}

/// Someone without a book, who scans, answers and stops there. They are someone else each time.
pub fn stranger(name: &str, rng: &mut ChaCha20Rng) -> (Identity, Badge) {
    (Identity::generate(rng), Badge::new(BadgeFields::named(name)).unwrap())
}

/// An encounter of `phone`'s owner with someone who offered a badge; accepted, not yet recorded.
pub fn encounter(phone: &mut Phone, someone: &(Identity, Badge)) -> Encounter {
    let mine = phone.begin();
    offered(mine, someone, phone.now, &mut phone.rng)
}

/// The same for a book that is in no phone.
pub fn encounter_of(
    book: &mut Book,
    someone: &(Identity, Badge),
    rng: &mut ChaCha20Rng,
) -> Encounter {
    let (me, counter) = (book.identity().clone(), book.counter());
    let badge = Badge::new(BadgeFields::named("Ada")).unwrap();
    let mine = Exchange::begin(&me, &badge, Options::default(), Duration::ZERO, WALL, counter, rng);
    offered(mine.unwrap(), someone, Duration::ZERO, rng)
}

fn offered(
    mut mine: Exchange,
    (identity, badge): &(Identity, Badge),
    now: Duration,
    rng: &mut ChaCha20Rng,
) -> Encounter {
    let options = Options::default();
    let mut theirs = Exchange::begin(identity, badge, options, now, WALL, 1, rng).unwrap();
    theirs.scan(&mine.frame(now).unwrap().text, now);
    let seen = verified(mine.scan(&theirs.frame(now).unwrap().text, now));
    mine.accept(&seen.transcript).unwrap()
}

/// Whom a scan verified.
pub fn verified(scanned: Scanned) -> Verified {
    match scanned {
        Scanned::Verified(seen) => seen,
        other => panic!("nobody was verified: {other}"),
    }
}

/// What a scan confirmed.
pub fn confirmed(scanned: Scanned) -> Confirmation {
    match scanned {
        Scanned::Confirmed(confirmation) => confirmation,
        other => panic!("nobody confirmed: {other}"),
    }
}
