//! One phone: the real machine, what its app holds, and a book that survives.

use core::hash::Hasher;
use core::time::Duration;
use std::collections::{BTreeMap, BTreeSet};
use std::hash::Hash as _;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

use super::texts::Texts;
use crate::badge::{Badge, BadgeFields};
use crate::encounter::{Encounter, Recorded};
use crate::exchange::{Exchange, Options, Scanned, Session, Shows, Verified};
use crate::identity::{Identity, PersonId};
use crate::time::UnixTime;
use crate::transcript::Transcript;
use crate::wire::{Hello, Kind};

/// Who holds a phone.
pub(super) struct Person {
    pub(super) identity: Identity,
    badge: Badge,
    options: Options,
}

impl Person {
    pub(super) fn named(name: &str, options: Options) -> Self {
        let mut rng = ChaCha20Rng::seed_from_u64(name.bytes().map(u64::from).sum());
        let badge = Badge::new(BadgeFields::named(name)).unwrap();
        Self { identity: Identity::generate(&mut rng), badge, options }
    }

    pub(super) fn name(&self) -> &str {
        self.badge.name()
    }

    pub(super) fn id(&self) -> PersonId {
        self.identity.person()
    }
}

/// What can happen to a phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Event {
    /// Its camera reads a code. One that nobody scans is lost, one scanned twice is duplicated, an
    /// old one is late.
    Scans(u32),
    /// Its owner accepts one of those waiting, by place.
    Accepts(u8),
    /// The book puts on disk what was accepted.
    Records,
    /// The app hears from the book, and tells the exchange.
    Acknowledges,
    /// So many seconds pass, awake or asleep.
    Sleeps(u16),
    /// Its owner refuses everybody, or turns to the next person.
    StartsAgain,
    /// The app is killed, and begins another exchange. What it held is gone; the book isn't.
    Crashes,
}

#[derive(Clone)]
pub(super) struct Phone {
    pub(super) owner: usize,
    exchange: Exchange,
    now: Duration,
    lives: u64,
    /// Accepted, and not in the book yet.
    in_hand: Option<Encounter>,
    /// In the book, and the exchange doesn't know.
    durable: Option<Recorded>,
    /// Whom its book holds, and whether they confirmed.
    pub(super) book: BTreeMap<Transcript, (PersonId, bool)>,
    /// Every code it has ever shown.
    pub(super) film: BTreeSet<u32>,
    /// Every hello it has ever made.
    pub(super) hellos: Vec<Hello>,
    /// What it has ever signed.
    pub(super) signed: BTreeSet<(Transcript, bool)>,
    /// Those waiting to be accepted, or to be recorded.
    pub(super) waiting: Vec<Verified>,
    /// What its screen shows in turn.
    pub(super) screen: Vec<u32>,
}

impl Phone {
    pub(super) fn new(owner: usize, person: &Person, texts: &mut Texts) -> Self {
        let exchange = begin(person, Duration::ZERO, 0);
        let mut phone = Self {
            owner,
            exchange,
            now: Duration::ZERO,
            lives: 0,
            in_hand: None,
            durable: None,
            book: BTreeMap::new(),
            film: BTreeSet::new(),
            hellos: Vec::new(),
            signed: BTreeSet::new(),
            waiting: Vec::new(),
            screen: Vec::new(),
        };
        phone.settle(texts);
        phone
    }

    pub(super) fn has_signed(&self, transcript: &Transcript) -> bool {
        self.signed.iter().any(|(signed, _)| signed == transcript)
    }

    /// What its owner and its app can do, apart from scanning and sleeping.
    pub(super) fn choices(&self) -> Vec<Event> {
        match (&self.in_hand, &self.durable) {
            (Some(_), _) => vec![Event::Records],
            (_, Some(_)) => vec![Event::Acknowledges],
            _ => (0..self.waiting.len()).map(|at| Event::Accepts(at as u8)).collect(),
        }
    }

    /// The phone after `event`.
    pub(super) fn after(&self, event: Event, person: &Person, texts: &mut Texts) -> Self {
        let mut phone = self.clone();
        match event {
            Event::Scans(text) => {
                if let Scanned::Confirmed(word) = phone.exchange.scan(texts.text(text), phone.now) {
                    let kept = phone.book.get_mut(&word.transcript());
                    let (who, confirmed) = kept.expect("only what was recorded is confirmed");
                    assert_eq!(*who, word.person());
                    *confirmed = true;
                }
            }
            Event::Accepts(at) => {
                let th = phone.waiting[usize::from(at)].transcript;
                phone.in_hand = Some(phone.exchange.accept(&th).unwrap());
            }
            Event::Records => {
                let encounter = phone.in_hand.take().unwrap();
                let (transcript, person) = (encounter.transcript(), encounter.person());
                phone.book.entry(transcript).or_insert((person, false));
                phone.durable = Some(Recorded { transcript, person, encounters: 1 });
            }
            Event::Acknowledges => {
                // Refused where its owner has started again since: it is in the book all the same.
                let recorded = phone.durable.take().unwrap();
                let _ = phone.exchange.acknowledge(&recorded);
            }
            Event::Sleeps(seconds) => phone.now += Duration::from_secs(seconds.into()),
            Event::StartsAgain => phone.exchange.start_again(phone.now),
            Event::Crashes => {
                phone.lives += 1;
                phone.exchange = begin(person, phone.now, phone.lives);
                (phone.in_hand, phone.durable) = (None, None);
            }
        }
        phone.settle(texts);
        phone
    }

    /// Brings the screen up to date, and notes what there is to see.
    fn settle(&mut self, texts: &mut Texts) {
        let _ = self.exchange.frame(self.now);
        let round = &self.exchange.display.round;
        let mut screen: Vec<u32> = round.iter().map(|(_, text)| texts.number(text)).collect();
        screen.sort_unstable();
        screen.dedup();
        self.film.extend(&screen);
        self.screen = screen;
        for session in self.exchange.sessions() {
            if !self.hellos.contains(&session.hello) {
                self.hellos.push(session.hello);
            }
            self.signed.extend(session.signed().map(|(th, kind)| (th, kind == Kind::Confirm)));
        }
        self.waiting = self.exchange.waiting();
        // A confirmation on the screen is a person in the book, for each of them.
        let confirms = round.iter().filter(|(shows, _)| *shows == Shows::Confirm).count();
        let acknowledged: BTreeSet<_> =
            self.exchange.sessions().flat_map(Session::acknowledged).collect();
        assert_eq!(confirms, acknowledged.len());
        assert!(acknowledged.iter().all(|th| self.book.contains_key(th)));
        texts.assert_no_key_sealed_twice(&self.film);
    }

    /// Names this state: everything that what follows depends on.
    pub(super) fn state(&self) -> [u8; 32] {
        let mut state = State::default();
        let exchange = &self.exchange;
        (self.owner, self.now, self.lives, exchange.now, exchange.ended).hash(&mut state);
        self.in_hand.as_ref().map(|e| (e.transcript(), e.state() as u8)).hash(&mut state);
        self.durable.as_ref().map(Recorded::transcript).hash(&mut state);
        (&self.book, &self.film, &self.screen, &self.signed).hash(&mut state);
        exchange.sessions().for_each(|session| session.state(&mut state));
        let refused: BTreeSet<_> = exchange.refused.iter().map(|(digest, _)| digest).collect();
        (refused, &exchange.own, exchange.unanswered.len()).hash(&mut state);
        state.digest()
    }
}

fn begin(person: &Person, now: Duration, counter: u64) -> Exchange {
    let mut rng = ChaCha20Rng::seed_from_u64(counter);
    let (badge, wall) = (&person.badge, UnixTime::clamped(1_795_458_300));
    let options = person.options.clone();
    Exchange::begin(&person.identity, badge, options, now, wall, counter, &mut rng).unwrap()
}

/// SHA-256 of whatever is hashed, so that no two states are taken for one.
#[derive(Default)]
struct State(sha2::Sha256);

impl State {
    fn digest(self) -> [u8; 32] {
        sha2::Digest::finalize(self.0).into()
    }
}

impl Hasher for State {
    fn write(&mut self, bytes: &[u8]) {
        sha2::Digest::update(&mut self.0, bytes);
    }

    fn finish(&self) -> u64 {
        0
    }
}
