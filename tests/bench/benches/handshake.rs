//! What one side of a handshake costs beyond the primitives that it really uses, what junk costs,
//! and what a frame costs to draw.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a benchmark says what is wrong by failing")]

use core::num::NonZeroU32;
use core::time::Duration;
use std::path::Path;
use std::sync::Arc;

use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use lapel::badge::{Badge, BadgeFields};
use lapel::book::Book;
use lapel::exchange::{Exchange, Options, Scanned, Step, Verified};
use lapel::qr::Symbol;
use lapel::time::UnixTime;
use lapel::vault::FileVault;
use lapel_bench::{Report, alone, child, encounter_with_a_stranger, race, timed};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use x25519_dalek::{PublicKey, StaticSecret};

/// One phone, and the time its own calls of the exchange took. The book's are left out.
struct Side {
    book: Book,
    badge: Badge,
    rng: ChaCha20Rng,
    spent: Duration,
}

fn at(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

impl Side {
    fn new(name: &str, home: &Path) -> Self {
        let mut rng = ChaCha20Rng::seed_from_u64(name.len() as u64);
        let fields = BadgeFields {
            title: Some("Principal Analyst".into()),
            organisation: Some("Analytical Engines".into()),
            emails: vec!["ada@engines.example".into()],
            ..BadgeFields::named(name)
        };
        let vault = Arc::new(FileVault::new(home.join(name).join("keys")));
        let (book, _) = Book::open(&home.join(name).join("book"), vault, &mut rng).unwrap();
        Self { book, badge: Badge::new(fields).unwrap(), rng, spent: Duration::ZERO }
    }

    /// The book has swept the caches: another exchange, not counted, fills them again.
    fn warm_up(&mut self) {
        let _ = encounter_with_a_stranger(&self.book, 0, &mut self.rng);
    }

    fn begin(&mut self) -> Exchange {
        self.warm_up();
        let (me, badge, wall) =
            (self.book.identity(), &self.badge, UnixTime::clamped(1_795_458_300));
        let mut begun = None;
        self.spent += timed(|| {
            let options = Options::default();
            begun =
                Some(Exchange::begin(me, badge, options, at(0), wall, 0, &mut self.rng).unwrap());
        });
        begun.unwrap()
    }

    fn shows(&mut self, exchange: &mut Exchange, now: u64) -> String {
        let mut text = String::new();
        self.spent += timed(|| text = exchange.frame(at(now)).unwrap().text);
        text
    }

    fn scans(&mut self, exchange: &mut Exchange, text: &str, now: u64) -> Scanned {
        let mut scanned = None;
        self.spent += timed(|| scanned = Some(exchange.scan(text, at(now))));
        scanned.unwrap()
    }

    fn accepts(&mut self, exchange: &mut Exchange, who: &Verified) {
        let mut encounter = None;
        self.spent += timed(|| encounter = Some(exchange.accept(&who.transcript).unwrap()));
        let recorded = self.book.record(&encounter.unwrap(), &mut self.rng).unwrap();
        self.warm_up();
        self.spent += timed(|| exchange.acknowledge(&recorded).unwrap());
    }
}

fn verified(scanned: Scanned) -> Verified {
    match scanned {
        Scanned::Verified(v) => v,
        other => panic!("{other:?}"),
    }
}

/// By turns, four scans. What each side spent in the exchange, without QR codes and without disk.
fn handshake(ada: &mut Side, grace: &mut Side) -> (Duration, Duration) {
    (ada.spent, grace.spent) = (Duration::ZERO, Duration::ZERO);
    let (mut adas, mut graces) = (ada.begin(), grace.begin());
    let text = ada.shows(&mut adas, 1);
    assert_eq!(grace.scans(&mut graces, &text, 1), Scanned::Progressed(Step::Answered));
    let text = grace.shows(&mut graces, 1);
    let who = verified(ada.scans(&mut adas, &text, 2));
    ada.accepts(&mut adas, &who);
    let text = ada.shows(&mut adas, 3);
    let who = verified(grace.scans(&mut graces, &text, 3));
    grace.accepts(&mut graces, &who);
    let text = grace.shows(&mut graces, 4);
    let Scanned::Confirmed(_) = ada.scans(&mut adas, &text, 4) else { panic!() };
    (ada.spent, grace.spent)
}

/// The primitives, bare, with the same libraries.
struct Primitives {
    key: SigningKey,
    person: [u8; 32],
    message: [u8; 80],
    signature: Signature,
    theirs: PublicKey,
    secret: StaticSecret,
}

impl Primitives {
    fn new() -> Self {
        let key = SigningKey::from_bytes(&[1; 32]);
        let message = [7; 80];
        Self {
            person: key.verifying_key().to_bytes(),
            signature: key.sign(&message),
            theirs: PublicKey::from(&StaticSecret::from([3; 32])),
            secret: StaticSecret::from([4; 32]),
            key,
            message,
        }
    }

    fn dh(&self) -> [u8; 32] {
        self.secret.diffie_hellman(&self.theirs).to_bytes()
    }

    /// One key generation, one Diffie-Hellman, so many signatures and verifications, with warm
    /// caches as the exchange has them.
    fn time(&self, signatures: usize, verifications: usize) -> Duration {
        self.all(signatures, verifications);
        timed(|| self.all(signatures, verifications))
    }

    fn all(&self, signatures: usize, verifications: usize) {
        std::hint::black_box(PublicKey::from(&StaticSecret::from([5; 32])));
        std::hint::black_box(self.dh());
        for _ in 0..signatures {
            std::hint::black_box(self.key.sign(&self.message));
        }
        for _ in 0..verifications {
            let key = VerifyingKey::from_bytes(&self.person).unwrap();
            key.verify_strict(&self.message, &self.signature).unwrap();
        }
    }
}

fn main() {
    let mut report = Report::default();
    let bare = Primitives::new();
    // New books each time, or the growing ones would sweep the caches more and more.
    let meet = || {
        let home = child::in_memory();
        let (ada, grace) = ("Ada Lovelace", "Grace B. Hopper");
        handshake(&mut Side::new(ada, home.path()), &mut Side::new(grace, home.path()))
    };
    let (shows_first, scans_first) = (|| meet().0, || meet().1);

    // Ada signs one confirmation and verifies an offer and a confirmation; Grace signs an offer and
    // a confirmation and verifies one confirmation.
    let first = race(200, shows_first, || bare.time(1, 2));
    report.ratio("the side that shows first", "1 keygen, 1 DH, 1 sign, 2 verify", &first, 1.25);
    let other = race(200, scans_first, || bare.time(2, 1));
    report.ratio("the side that scans first", "1 keygen, 1 DH, 2 sign, 1 verify", &other, 1.25);

    let home = child::in_memory();
    let mut ada = Side::new("Ada Lovelace", home.path());
    let mut grace = Side::new("Grace B. Hopper", home.path());
    let mut exchange = ada.begin();
    let hello = grace.begin().frame(at(1)).unwrap().text;
    exchange.scan(&hello, at(1));
    let repeated = alone(2_000, || timed(|| exchange.scan(&hello, at(2))));
    report.target("a repeated hello", repeated, Duration::from_micros(20));
    let foreign = {
        let mut stranger = Side::new("Mary Shelley", home.path());
        let mut one = stranger.begin();
        one.scan(&hello, at(1));
        one.frame(at(1)).unwrap().text
    };
    exchange.scan(&foreign, at(2));
    let junk = alone(2_000, || timed(|| exchange.scan(&foreign, at(2))));
    report.target("a badge sealed to someone else, again", junk, Duration::from_micros(20));
    let link = alone(2_000, || timed(|| exchange.scan("https://example.org/menu.pdf", at(2))));
    report.target("a restaurant's menu", link, Duration::from_micros(20));

    let hellos: Vec<String> = (0..300).map(|_| grace.begin().frame(at(1)).unwrap().text).collect();
    let mut next = hellos.iter().cycle();
    let new =
        race(250, || timed(|| exchange.scan(next.next().unwrap(), at(2))), || timed(|| bare.dh()));
    report.ratio("a new foreign hello", "1 DH", &new, 1.5);

    let text = {
        let mut answering = ada.begin();
        answering.scan(&hello, at(1));
        answering.frame(at(1)).unwrap().text
    };
    let eight = NonZeroU32::new(8).unwrap();
    let drawn = alone(100, || timed(|| Symbol::new(&text).unwrap().png(eight).unwrap()));
    report.target("a sealed frame to PNG, 8 pixels a module", drawn, Duration::from_millis(5));
    report.close("The exchange, CPU time");
}
