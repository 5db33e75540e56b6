//! Two phones and an attacker who sees both screens and can show either camera anything, driven by a
//! plan; and what must hold whatever happens in whatever order.

mod watching;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use lapel::book::Book;
use lapel::encounter::{Encounter, Recorded};
use lapel::exchange::{AcceptError, Options, Reveal, Scanned};
use lapel::receipt::Comparison;
use lapel::transcript::Transcript;
use lapel_protocol_tests::phone::Setup;
use lapel_protocol_tests::schedule::{self, ephemeral_of};
use lapel_protocol_tests::{CONFIRM, OFFER, Party, Phone, digits};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

use crate::book::{Empty, Home};
use crate::plan::Plan;

const NAMES: [&str; 2] = ["Ada", "Grace"];
static BOOKS: LazyLock<[Empty; 2]> =
    LazyLock::new(|| NAMES.map(|name| Empty::of(Setup::named(name).secret)));

/// Parties that the attacker may have; each costs an X25519 for every new sealed message.
const MOST_PARTIES: usize = 8;
/// A hello is seen on the screen within this long of being made.
const LOOKED_AT: f64 = 12.0;

/// One phone, and what the world has seen of it.
struct Side {
    phone: Phone,
    book: Option<(Home, Book)>,
    /// Every hello that stood on its screen.
    hellos: Vec<Vec<u8>>,
    /// Every text that did.
    texts: Vec<String>,
    /// Its sealed messages, parts put together, by session, kind and the first 16 bytes of ciphertext.
    sealed: BTreeMap<([u8; 32], u8, [u8; 16]), Vec<u8>>,
    /// Its parts, by digest, in their places.
    parts: BTreeMap<Vec<u8>, BTreeMap<u8, Vec<u8>>>,
    /// For a session, how many parties the attacker had when one of them first opened a message of it.
    opened: BTreeMap<[u8; 32], usize>,
    /// Whom its owner accepted, under which badge.
    accepted: Option<([u8; 32], Vec<u8>)>,
    encounters: Vec<Encounter>,
    recorded: Vec<Recorded>,
    /// What its book has, and it acknowledged.
    acknowledged: BTreeSet<[u8; 32]>,
    /// Whether it has to show confirm messages now.
    confirms: bool,
    ended: bool,
    /// Seconds since its screen was watched for a whole round.
    unwatched: f64,
}

impl Side {
    fn person(&self) -> [u8; 32] {
        self.phone.person()
    }
}

/// Everybody.
struct World {
    sides: [Side; 2],
    /// The attacker's, in the order they were made.
    parties: Vec<Party>,
    /// What the attacker made: for which run, of which kind.
    made: BTreeSet<([u8; 32], u8)>,
    rng: ChaCha20Rng,
}

/// Runs a plan.
pub fn run(data: &[u8]) {
    let mut plan = Plan::of(data);
    let how = plan.byte();
    let options = |compare: u8, shy: u8| Options {
        compare: how & compare != 0,
        reveal: if how & shy != 0 && how & compare == 0 {
            Reveal::AfterAccept
        } else {
            Reveal::First
        },
        ..Options::default()
    };
    let sides = [(0, options(1, 2)), (1, options(4, 8))].map(|(i, options)| Side {
        phone: Phone::with(NAMES[i], options),
        book: None,
        hellos: Vec::new(),
        texts: Vec::new(),
        sealed: BTreeMap::new(),
        parts: BTreeMap::new(),
        opened: BTreeMap::new(),
        accepted: None,
        encounters: Vec::new(),
        recorded: Vec::new(),
        acknowledged: BTreeSet::new(),
        confirms: false,
        ended: false,
        unwatched: 0.0,
    });
    let parties = ["Mallory", "Mallet"].map(Party::named).to_vec();
    let rng = ChaCha20Rng::seed_from_u64(1);
    let mut world = World { sides, parties, made: BTreeSet::new(), rng };
    if how & 16 != 0 {
        // The attacker wears Ada's and Grace's badges.
        for (party, name) in world.parties.iter_mut().zip(NAMES) {
            party.contents.badge = Party::named(name).contents.badge;
        }
    }
    (0..2).for_each(|x| world.look(x));
    for _ in 0..64 {
        if plan.is_over() {
            break;
        }
        world.act(&mut plan);
    }
    for x in 0..2 {
        let side = &mut world.sides[x];
        if !side.ended {
            side.phone.exchange.start_again(side.phone.clock);
            side.phone.can_still_meet();
        }
    }
}

impl World {
    fn act(&mut self, plan: &mut Plan<'_>) {
        let (what, which) = (plan.below(20), plan.byte());
        let (x, i) = (usize::from(which & 1), usize::from(which >> 1));
        let y = 1 - x;
        let hello = |side: &Side| {
            // Mostly the newest.
            let count = side.hellos.len();
            side.hellos[count - 1 - (i / 8) % count].clone()
        };
        let party = i % self.parties.len();
        match what {
            0 | 1 => {
                if let Some(frame) = self.frame(y) {
                    self.scan(x, &frame);
                }
            }
            2 => {
                let from = &self.sides[plan.below(2)].texts;
                let text = from[i % from.len()].clone();
                self.scan(x, &text);
            }
            3 => {
                let from = &self.sides[plan.below(2)].texts;
                let mut message = digits::message(&from[from.len() - 1 - i % from.len()]);
                plan.edit(&mut message);
                self.scan(x, &digits::text(message));
            }
            4 => {
                let text = self.parties[party].hello_text();
                self.scan(x, &text);
            }
            5 | 6 => {
                let (hello, me) = (hello(&self.sides[x]), self.sides[x].person());
                let from = &self.parties[party];
                let (kind, message) = match what {
                    5 => (OFFER, from.offer(&hello)),
                    _ => (CONFIRM, from.confirm(&hello, &me)),
                };
                self.made.insert((from.transcript(&hello), kind));
                if plan.below(4) == 1 {
                    for part in schedule::parts(&message) {
                        self.scan(x, &digits::text(part));
                    }
                } else {
                    self.scan(x, &digits::text(message));
                }
            }
            7 => {
                // Someone's ephemeral key beside another commitment.
                let e = match plan.below(3) {
                    0 => ephemeral_of(&hello(&self.sides[y])),
                    1 => ephemeral_of(&hello(&self.sides[x])),
                    _ => self.parties[party].public(),
                };
                let com = match plan.below(2) {
                    0 => self.parties[party].contents.commitment(),
                    _ => [plan.byte(); 32],
                };
                self.scan(x, &digits::text(schedule::hello(&e, &com)));
            }
            8 => {
                // What another party said, passed on under the attacker's own key: signatures and
                // contents that the attacker has seen.
                let (hello, y_hello) = (hello(&self.sides[x]), hello(&self.sides[y]));
                let mut from = self.parties[party].clone();
                let messages: Vec<&Vec<u8>> = self.sides[y].sealed.values().collect();
                let opened = messages.iter().find_map(|m| from.open(m));
                let signature = match (plan.below(4), opened) {
                    (0, Some(opened)) => {
                        from.contents = opened.contents;
                        opened.signature
                    }
                    (1, Some(opened)) => {
                        from.contents.seed = opened.contents.seed;
                        from.contents.person = opened.contents.person;
                        opened.signature
                    }
                    (2, _) => {
                        from.contents.person = self.sides[y].person();
                        from.offer_signature(&hello)
                    }
                    _ => from.offer_signature(&y_hello),
                };
                let kind = if plan.below(2) == 0 { OFFER } else { CONFIRM };
                if from.contents.plaintext(&signature).len() <= from.class - 50 {
                    let message = from.seal(kind, &hello, &from.padded(&signature));
                    self.scan(x, &digits::text(message));
                }
            }
            9 | 10 => {
                let seconds = [0.05, 0.3, 1.6, 6.1, 20.0, 46.0, 61.0, 106.0, 121.0, 301.0][i % 10];
                self.pass(x, seconds);
                if what == 9 {
                    self.pass(y, seconds);
                }
            }
            11 | 12 => {
                self.accept(x, i);
                if what == 12 {
                    self.record(x, i);
                }
            }
            13 => self.record(x, i),
            14 if i % 4 == 0 => self.start_again(x),
            15 if i % 8 == 0 => self.end(x),
            16 => self.make_party(i, plan),
            17 => self.sides[x].phone.exchange.use_small_symbols(i % 2 == 0),
            18 => self.compare(x, i),
            19 => self.acknowledge_anothers(x),
            _ => {}
        }
        (0..2).for_each(|x| self.look(x));
    }

    fn pass(&mut self, x: usize, seconds: f64) {
        if self.sides[x].unwatched + seconds > LOOKED_AT {
            self.watch(x);
        }
        let side = &mut self.sides[x];
        side.phone.wait(seconds);
        side.unwatched += seconds;
        if side.unwatched > LOOKED_AT {
            self.watch(x);
        }
    }

    /// The attacker makes one more party: wholly fresh, or with the key or the seed of another,
    /// or under another badge.
    fn make_party(&mut self, i: usize, plan: &mut Plan<'_>) {
        if self.parties.len() == MOST_PARTIES {
            return;
        }
        let old = &self.parties[i % self.parties.len()];
        let mut new = old.again(self.parties.len() as u32);
        match plan.below(5) {
            1 => new.ephemeral = old.ephemeral.clone(),
            2 => new.contents.seed = old.contents.seed,
            3 => new.contents.met_at += 1,
            4 => new.contents.badge = Party::named("someone else").contents.badge,
            _ => {}
        }
        self.parties.push(new);
    }

    fn accept(&mut self, x: usize, i: usize) {
        let side = &mut self.sides[x];
        let nobody = Transcript::from_bytes([7; 32]);
        let refused = if side.ended { AcceptError::Ended } else { AcceptError::NotVerified };
        assert_eq!(side.phone.exchange.accept(&nobody), Err(refused));
        let waiting = side.phone.exchange.waiting();
        if waiting.is_empty() {
            return;
        }
        let seen = &waiting[i % waiting.len()];
        let accepted = (*seen.person.as_bytes(), seen.badge.as_bytes().to_vec());
        let encounter = side.phone.exchange.accept(&seen.transcript).expect("someone waiting");
        assert_eq!((encounter.person(), encounter.transcript()), (seen.person, seen.transcript));
        let before = side.accepted.replace(accepted.clone());
        assert!(before.is_none_or(|before| before == accepted), "two accepted");
        side.encounters.push(encounter);
        // Nobody else from now on, nor anything else about them.
        for other in side.phone.exchange.waiting() {
            assert_eq!((*other.person.as_bytes(), other.badge.as_bytes().to_vec()), accepted);
        }
    }

    fn record(&mut self, x: usize, i: usize) {
        let side = &mut self.sides[x];
        if side.encounters.is_empty() {
            return;
        }
        let encounter = &side.encounters[i % side.encounters.len()];
        let (_, book) = side.book.get_or_insert_with(|| BOOKS[x].open());
        let recorded = book.record(encounter, &mut self.rng).expect("room");
        assert_eq!(recorded.transcript(), encounter.transcript());
        let th = *recorded.transcript().as_bytes();
        // Of an exchange that was started again in the meantime, it says so.
        if side.phone.exchange.acknowledge(&recorded).is_ok() {
            assert!(!side.ended);
            side.acknowledged.insert(th);
            side.confirms = true;
        }
        side.recorded.push(recorded);
    }

    /// The other phone's record is nothing to this one.
    fn acknowledge_anothers(&mut self, x: usize) {
        let records = self.sides[1 - x].recorded.clone();
        for recorded in records {
            assert!(self.sides[x].phone.exchange.acknowledge(&recorded).is_err());
        }
    }

    fn start_again(&mut self, x: usize) {
        self.watch(x);
        let side = &mut self.sides[x];
        side.phone.exchange.start_again(side.phone.clock);
        side.accepted = None;
        side.confirms = false;
        if !side.ended {
            assert_eq!(side.phone.exchange.waiting(), []);
        }
    }

    fn end(&mut self, x: usize) {
        let side = &mut self.sides[x];
        side.phone.exchange.end();
        side.ended = true;
    }

    fn compare(&mut self, x: usize, i: usize) {
        let side = &mut self.sides[x];
        let waiting = side.phone.exchange.waiting();
        if waiting.is_empty() {
            return;
        }
        let seen = &waiting[i % waiting.len()];
        let word = if i.is_multiple_of(2) { Comparison::Agrees } else { Comparison::Differs };
        let noted = side.phone.exchange.compared(&seen.transcript, word);
        // What was accepted isn't compared any more.
        let is_accepted = side.encounters.iter().any(|e| e.transcript() == seen.transcript);
        let may = !is_accepted && (word == Comparison::Differs || seen.check_code.is_some());
        assert_eq!(noted.is_ok(), may, "{noted:?}");
    }

    fn scan(&mut self, x: usize, text: &str) {
        let scanned = self.sides[x].phone.scan(text);
        let (mine, theirs) = (&self.sides[x], &self.sides[1 - x]);
        if mine.ended {
            assert_eq!(scanned, Scanned::Ended);
            return;
        }
        match &scanned {
            Scanned::Verified(seen) | Scanned::StartAgainToCompare(seen) => {
                self.is_proven(x, seen);
            }
            Scanned::Confirmed(word) => {
                let (th, person) = (*word.transcript().as_bytes(), *word.person().as_bytes());
                assert!(mine.acknowledged.contains(&th), "confirmed before the record");
                assert_eq!(mine.accepted.as_ref().map(|(person, _)| *person), Some(person));
                if person == theirs.person() {
                    assert!(theirs.acknowledged.contains(&th), "they never confirmed");
                } else {
                    assert!(self.made.contains(&(th, CONFIRM)));
                }
                let side = &mut self.sides[x];
                let (_, book) = side.book.as_mut().expect("it was recorded");
                book.confirm(word, &mut self.rng).expect("it fits the record");
            }
            Scanned::SessionTaken => assert!(mine.accepted.is_some()),
            Scanned::Ended => panic!("it goes on"),
            _ => {}
        }
        for seen in self.sides[x].phone.exchange.waiting() {
            self.is_proven(x, &seen);
        }
    }
}

/// What people do, and some of what the attacker would like to.
pub fn seeds() -> Vec<Vec<u8>> {
    let (ada, grace) = (0, 1);
    let by_turns = [0, grace, 0, ada, 12, ada, 0, grace, 12, grace, 0, ada];
    let both =
        [0, ada, 0, grace, 9, 2 << 1, 0, ada, 0, grace, 12, ada, 12, grace, 0, ada, 0, grace];
    let middle = [4, ada, 5, ada, 0, 4, grace, 5, grace, 0, 11, ada, 13, ada, 6, ada, 0];
    let ground = [4, ada, 9, 4, 4, ada, 16, 0, 0, 16, 2, 0, 5, 2 << 1, 0, 18, 0, 11, 0];
    let late = [0, grace, 9, 12, 0, ada, 9, 14, 0, grace, 0, ada, 12, ada, 9, 6, 0, grace];
    let small = [17, ada, 17, grace, 0, grace, 0, ada, 9, 2, 0, ada, 9, 2, 0, ada, 12, ada];
    let again = [0, grace, 0, ada, 12, ada, 14, ada, 0, grace, 0, ada, 15, grace, 0, ada];
    let forged =
        [7, ada, 0, 0, 7, ada, 1, 1, 9, 8, ada, 0, 1, 8, grace, 1, 0, 3, ada, 1, 1, 0, 0, 9];
    let plans: [&[u8]; 8] = [&by_turns, &both, &middle, &ground, &late, &small, &again, &forged];
    [0, 1, 2, 5, 16]
        .iter()
        .flat_map(|how| plans.iter().map(move |plan| [&[*how], *plan].concat()))
        .collect()
}
