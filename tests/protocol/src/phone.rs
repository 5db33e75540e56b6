//! The real thing: one person's phone, with its own clock and its own seeded randomness.

use core::convert::Infallible;
use core::time::Duration;
use std::sync::Arc;

use lapel::badge::{Badge, BadgeFields};
use lapel::book::{Book, BookError};
use lapel::encounter::{Confirmation, Encounter, Recorded};
use lapel::exchange::{Exchange, Options, Scanned, Shows, Step, Verified};
use lapel::identity::Identity;
use lapel::time::UnixTime;
use lapel::vault::FileVault;
use rand_chacha::ChaCha20Rng;
use rand_core::{SeedableRng, TryCryptoRng, TryRng};
use tempfile::TempDir;

use crate::{digits, schedule};

/// The wall clock where nothing else is said: 2026-11-23T18:25:00Z.
pub const WALL: i64 = 1_795_458_300;

/// What an exchange begins with. Change a field, then [`Phone::begin`].
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "named by what they are")]
pub struct Setup {
    pub secret: [u8; 32],
    pub fields: BadgeFields,
    pub options: Options,
    pub now: Duration,
    pub wall: i64,
    pub counter: u64,
    /// What the random source gives. The same again is one that repeats itself.
    pub random: [u8; 32],
}

impl Setup {
    /// The usual things, following from the name.
    pub fn named(name: &str) -> Self {
        Self {
            secret: schedule::sha256(format!("key {name}").as_bytes()),
            fields: BadgeFields::named(name),
            options: Options::default(),
            now: Duration::ZERO,
            wall: WALL,
            counter: 0,
            random: schedule::sha256(format!("random {name}").as_bytes()),
        }
    }
}

/// A random source that gives these bytes over and over.
pub struct Stuck(pub [u8; 32]);

impl TryRng for Stuck {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(u32::from_le_bytes([self.0[0], self.0[1], self.0[2], self.0[3]]))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        self.try_next_u32().map(u64::from)
    }

    fn try_fill_bytes(&mut self, to: &mut [u8]) -> Result<(), Infallible> {
        to.iter_mut().zip(self.0.iter().cycle()).for_each(|(to, from)| *to = *from);
        Ok(())
    }
}

impl TryCryptoRng for Stuck {}

/// Opens a book. A new one draws its owner's secret from a source that gives nothing else.
fn open(home: &TempDir, secret: [u8; 32]) -> Book {
    let vault = Arc::new(FileVault::new(home.path().join("keys")));
    Book::open(&home.path().join("book"), vault, &mut Stuck(secret)).expect("a book").0
}

/// A phone with an exchange on its screen, and a book once one is asked for.
pub struct Phone {
    /// The exchange.
    pub exchange: Exchange,
    /// Its owner.
    pub identity: Identity,
    /// Its monotonic clock.
    pub clock: Duration,
    /// Its randomness, for whatever comes after the exchange began.
    pub rng: ChaCha20Rng,
    secret: [u8; 32],
    book: Option<(TempDir, Book)>,
}

impl Phone {
    /// A phone that shows a badge with this name alone.
    pub fn named(name: &str) -> Self {
        Self::begin(Setup::named(name))
    }

    /// The same with these options.
    pub fn with(name: &str, options: Options) -> Self {
        Self::begin(Setup { options, ..Setup::named(name) })
    }

    /// A phone set up like this.
    pub fn begin(setup: Setup) -> Self {
        let identity = Identity::from_secret(&setup.secret);
        let badge = Badge::new(setup.fields).expect("a valid badge");
        let wall = UnixTime::clamped(setup.wall);
        let (now, counter) = (setup.now, setup.counter);
        let exchange = Exchange::begin(
            &identity,
            &badge,
            setup.options,
            now,
            wall,
            counter,
            &mut Stuck(setup.random),
        )
        .expect("a badge that fits");
        Self {
            exchange,
            identity,
            clock: now,
            rng: ChaCha20Rng::from_seed(setup.random),
            secret: setup.secret,
            book: None,
        }
    }

    /// Who owns it.
    pub fn person(&self) -> [u8; 32] {
        *self.identity.person().as_bytes()
    }

    /// Sets its clock, in seconds.
    pub fn at(&mut self, seconds: f64) -> &mut Self {
        self.clock = Duration::from_secs_f64(seconds);
        self
    }

    /// Lets time pass, in seconds.
    pub fn wait(&mut self, seconds: f64) -> &mut Self {
        self.clock += Duration::from_secs_f64(seconds);
        self
    }

    /// The text on its screen.
    pub fn shows(&mut self) -> String {
        self.exchange.frame(self.clock).expect("something to show").text
    }

    /// Waits until the screen shows this kind, and reads it.
    pub fn shows_a(&mut self, shows: Shows) -> String {
        for _ in 0..200 {
            let frame = self.exchange.frame(self.clock).expect("something to show");
            if frame.shows == shows {
                return frame.text;
            }
            self.clock = frame.until.expect("a screen that changes");
        }
        panic!("never showed {shows:?}");
    }

    /// Its hello, 66 bytes, as soon as it is on the screen.
    pub fn hello(&mut self) -> Vec<u8> {
        digits::message(&self.shows_a(Shows::Hello))
    }

    /// The newest offer on its screen.
    pub fn offer(&mut self) -> Vec<u8> {
        digits::message(&self.shows_a(Shows::Offer))
    }

    /// The confirm message on its screen.
    pub fn confirm(&mut self) -> Vec<u8> {
        digits::message(&self.shows_a(Shows::Confirm))
    }

    /// Every text its screen shows in the next `seconds`, each once.
    pub fn films(&mut self, seconds: f64) -> Vec<String> {
        let until = self.clock + Duration::from_secs_f64(seconds);
        let mut texts = Vec::new();
        while self.clock < until {
            let text = self.shows();
            if !texts.contains(&text) {
                texts.push(text);
            }
            self.wait(0.016);
        }
        texts
    }

    /// Scans a text.
    pub fn scan(&mut self, text: &str) -> Scanned {
        self.exchange.scan(text, self.clock)
    }

    /// Scans a code that carries these bytes.
    pub fn scan_bytes(&mut self, bytes: impl AsRef<[u8]>) -> Scanned {
        self.scan(&digits::text(bytes))
    }

    /// Scans a message that must show a verified person.
    pub fn verifies(&mut self, bytes: impl AsRef<[u8]>) -> Verified {
        match self.scan_bytes(bytes) {
            Scanned::Verified(verified) => verified,
            other => panic!("not verified: {other:?}"),
        }
    }

    /// Scans a hello that must be answered, after holding it back if that is what the phone does.
    pub fn answers(&mut self, hello: impl AsRef<[u8]>) -> Vec<u8> {
        let mut scanned = self.scan_bytes(&hello);
        if scanned == Scanned::Progressed(Step::Noticed) {
            scanned = self.wait(1.5).scan_bytes(&hello);
        }
        assert_eq!(scanned, Scanned::Progressed(Step::Answered));
        self.offer()
    }

    /// The person accepts whoever is on the screen.
    pub fn accepts(&mut self, verified: &Verified) -> Encounter {
        self.exchange.accept(&verified.transcript).expect("a verified person")
    }

    /// Its book, made when it is first asked for.
    pub fn book(&mut self) -> &mut Book {
        if self.book.is_none() {
            let home = tempfile::tempdir().expect("a directory");
            let book = open(&home, self.secret);
            assert_eq!(book.identity().person(), self.identity.person(), "the same owner");
            self.book = Some((home, book));
        }
        &mut self.book.as_mut().expect("made just now").1
    }

    /// The app is killed: the exchange is gone, and the book is opened again.
    pub fn is_killed(&mut self) {
        self.exchange.end();
        if let Some((home, book)) = self.book.take() {
            drop(book);
            let book = open(&home, self.secret);
            self.book = Some((home, book));
        }
    }

    /// Puts an encounter in the book.
    pub fn records(&mut self, encounter: &Encounter) -> Result<Recorded, BookError> {
        let mut rng = self.rng.clone();
        let recorded = self.book().record(encounter, &mut rng);
        self.rng = rng;
        recorded
    }

    /// Accepts, records and acknowledges: from now on the screen shows the confirm message.
    pub fn keeps(&mut self, verified: &Verified) -> Recorded {
        let encounter = self.accepts(verified);
        let recorded = self.records(&encounter).expect("room on disk");
        self.exchange.acknowledge(&recorded).expect("this exchange's record");
        recorded
    }

    /// Takes in the peer's confirmation, and keeps that too.
    pub fn is_confirmed_by(&mut self, message: impl AsRef<[u8]>) -> Confirmation {
        match self.scan_bytes(message) {
            Scanned::Confirmed(confirmation) => {
                let mut rng = self.rng.clone();
                self.book().confirm(&confirmation, &mut rng).expect("it fits the encounter");
                self.rng = rng;
                confirmation
            }
            other => panic!("not confirmed: {other:?}"),
        }
    }

    /// Whatever happened to this session, someone honest can still be met in it.
    pub fn can_still_meet(&mut self) {
        let mut honest = Self::named("someone honest");
        let offer = honest.answers(self.hello());
        let verified = self.verifies(offer);
        assert_eq!(verified.badge.name(), "someone honest");
        assert_eq!(self.accepts(&verified).person(), honest.identity.person());
    }
}
