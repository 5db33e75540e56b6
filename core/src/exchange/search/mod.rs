//! Every state that the real machines can reach, within bounds: a search and no sample.
//!
//! A *world* is two or three phones, all that their cameras could read, and what is left of the
//! bounds. From each world every move is made: any phone scans any code that was ever on another
//! screen (so frames are lost, repeated and reordered), or one that a dishonest participant can
//! derive from what was shown; people accept, refuse and start again; books record, apps hear of it;
//! apps crash before and after; everybody sleeps. Each world is visited once, and in each these hold:
//!
//! - nobody is shown or recorded whose own machine didn't sign this very transcript;
//! - whoever is said to have confirmed has the other in the book, durably;
//! - no key seals two plaintexts;
//! - a check code is never offered for a hello that was chosen once the blind was known;
//! - two honest people who go on scanning end with one transcript that both confirmed, at the latest
//!   once they start again; without a crash or a third person, without starting again.

mod phone;
mod stranger;
mod texts;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::rc::Rc;

use self::phone::{Event, Person, Phone};
use self::stranger::Stranger;
use self::texts::Texts;
use super::{Options, Reveal};
use crate::transcript::Transcript;
use crate::wire::Hello;

/// What is searched, and how far.
struct Scenario {
    name: &'static str,
    people: Vec<Person>,
    /// Whether a dishonest participant films and shows, and how many of her codes are scanned.
    tricks: u8,
    /// How many scans there are in all, where what people can do isn't little enough without.
    scans: Option<u8>,
    /// How often everybody sleeps, and for how long.
    sleeps: u8,
    naps: &'static [u16],
    crashes: u8,
    restarts: u8,
    /// Whether people may have to start again to meet.
    may_start_again: bool,
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct World {
    phones: Vec<u32>,
    tricks: u8,
    scans: Option<u8>,
    sleeps: u8,
    crashes: u8,
    restarts: u8,
}

/// A move: whose phone, if not everybody's, and what happened to it.
type Move = (Option<usize>, Event);

/// What was visited: without it, a rule may hold because it never applied.
#[derive(Debug, Default)]
struct Visited {
    worlds: usize,
    /// In so many of them a book has a confirmation…
    confirmed: usize,
    /// …a check code is offered…
    coded: usize,
    /// …the dishonest participant waits to be accepted…
    hers: usize,
    /// …under a hello that she chose once she knew the blind.
    ground: usize,
}

struct Search {
    scenario: Scenario,
    visited: Visited,
    stranger: Stranger,
    texts: Texts,
    phones: Vec<Rc<Phone>>,
    by_state: HashMap<[u8; 32], u32>,
    /// What comes of an event, so that each is computed once.
    after: HashMap<(u32, Event), u32>,
    derived: HashMap<Vec<u32>, Rc<Vec<u32>>>,
    /// Pairs of phones of which is known that they meet.
    meet: HashSet<(u32, u32)>,
}

impl Search {
    fn new(scenario: Scenario) -> Self {
        Self {
            scenario,
            visited: Visited::default(),
            stranger: Stranger::new(),
            texts: Texts::default(),
            phones: Vec::new(),
            by_state: HashMap::new(),
            after: HashMap::new(),
            derived: HashMap::new(),
            meet: HashSet::new(),
        }
    }

    /// Visits every world.
    fn run(mut self) -> Visited {
        let people = 0..self.scenario.people.len();
        let phones = people
            .map(|owner| {
                let phone = Phone::new(owner, &self.scenario.people[owner], &mut self.texts);
                self.keep(phone)
            })
            .collect();
        let Scenario { tricks, scans, sleeps, crashes, restarts, .. } = self.scenario;
        let first = World { phones, tricks, scans, sleeps, crashes, restarts };
        let mut seen = HashSet::from([first.clone()]);
        let mut worlds = vec![(first, 0, None)];
        let (mut at, mut moves) = (0, 0usize);
        // Breadth first, so that what goes wrong goes wrong in as few moves as it can.
        while let Some((world, ..)) = worlds.get(at).cloned() {
            if let Err(why) = self.check(&world) {
                panic!("{}: {why}, after {:#?}", self.scenario.name, self.way_to(at, &worlds));
            }
            for (done, next) in self.next(&world) {
                moves += 1;
                if seen.insert(next.clone()) {
                    worlds.push((next, at, Some(done)));
                }
            }
            at += 1;
        }
        self.visited.worlds = seen.len();
        println!(
            "{}: {moves} moves between worlds, {} states of a phone, {:?}",
            self.scenario.name,
            self.phones.len(),
            self.visited,
        );
        let Visited { confirmed, coded, hers, ground, .. } = self.visited;
        let applied = confirmed > 0 && coded > 0;
        let tricked = (tricks < 1 || hers > 0) && (tricks < 2 || ground > 0);
        assert!(applied && tricked, "{}: a rule never applied", self.scenario.name);
        self.visited
    }

    /// How a world came about, in words.
    fn way_to(&self, mut at: usize, worlds: &[(World, usize, Option<Move>)]) -> Vec<String> {
        let mut way = Vec::new();
        while let (_, before, Some((who, event))) = &worlds[at] {
            let who = who.map_or("everybody", |who| self.scenario.people[who].name());
            way.push(match event {
                Event::Scans(code) => format!("{who} scans {}", self.texts.describe(*code)),
                event => format!("{who} {event:?}"),
            });
            at = *before;
        }
        way.reverse();
        way
    }

    fn keep(&mut self, phone: Phone) -> u32 {
        let number = self.phones.len() as u32;
        let known = *self.by_state.entry(phone.state()).or_insert(number);
        if known == number {
            self.phones.push(Rc::new(phone));
        }
        known
    }

    fn phone(&self, number: u32) -> Rc<Phone> {
        Rc::clone(&self.phones[number as usize])
    }

    fn after(&mut self, number: u32, event: Event) -> u32 {
        if let Some(known) = self.after.get(&(number, event)) {
            return *known;
        }
        let phone = self.phone(number);
        let next = phone.after(event, &self.scenario.people[phone.owner], &mut self.texts);
        let next = self.keep(next);
        self.after.insert((number, event), next);
        next
    }

    /// Every world that one move makes of this one.
    fn next(&mut self, world: &World) -> Vec<(Move, World)> {
        let mut next = Vec::new();
        let phones: Vec<Rc<Phone>> = world.phones.iter().map(|n| self.phone(*n)).collect();
        let film: BTreeSet<u32> = phones.iter().flat_map(|p| p.film.iter().copied()).collect();
        let tricks = if world.tricks > 0 { self.tricks(&film) } else { Rc::default() };
        for (at, phone) in phones.iter().enumerate() {
            let mut moves = |search: &mut Self, event, left: World| {
                let after = search.after(world.phones[at], event);
                if after != world.phones[at] {
                    let mut left = left;
                    left.phones[at] = after;
                    next.push(((Some(phone.owner), event), left));
                }
            };
            if world.scans != Some(0) {
                let left = World { scans: world.scans.map(|n| n - 1), ..world.clone() };
                for code in film.iter().filter(|code| !phone.film.contains(code)) {
                    moves(self, Event::Scans(*code), left.clone());
                }
            }
            if world.scans != Some(0) && world.tricks > 0 {
                let left = World {
                    scans: world.scans.map(|n| n - 1),
                    tricks: world.tricks - 1,
                    ..world.clone()
                };
                for code in tricks.iter() {
                    moves(self, Event::Scans(*code), left.clone());
                }
            }
            for choice in phone.choices() {
                moves(self, choice, world.clone());
            }
            if world.restarts > 0 {
                let left = World { restarts: world.restarts - 1, ..world.clone() };
                moves(self, Event::StartsAgain, left);
            }
            if world.crashes > 0 {
                let left = World { crashes: world.crashes - 1, ..world.clone() };
                moves(self, Event::Crashes, left);
            }
        }
        if world.sleeps > 0 {
            for nap in self.scenario.naps {
                let mut left = World { sleeps: world.sleeps - 1, ..world.clone() };
                for phone in &mut left.phones {
                    *phone = self.after(*phone, Event::Sleeps(*nap));
                }
                next.push(((None, Event::Sleeps(*nap)), left));
            }
        }
        next
    }

    fn tricks(&mut self, film: &BTreeSet<u32>) -> Rc<Vec<u32>> {
        let film: Vec<u32> = film.iter().copied().collect();
        if let Some(known) = self.derived.get(&film) {
            return Rc::clone(known);
        }
        let codes = self.stranger.codes(&film, &self.scenario.people, &mut self.texts);
        let codes = Rc::new(codes);
        self.derived.insert(film, Rc::clone(&codes));
        codes
    }

    fn check(&mut self, world: &World) -> Result<(), &'static str> {
        let phones: Vec<Rc<Phone>> = world.phones.iter().map(|n| self.phone(*n)).collect();
        let owner_of = |person| {
            let is_theirs = |phone: &&Rc<Phone>| self.scenario.people[phone.owner].id() == person;
            phones.iter().find(is_theirs)
        };
        let holds = |what, rule| if what { Ok(()) } else { Err(rule) };
        let (mut coded, mut hers_waits, mut ground_waits) = (false, false, false);
        for phone in &phones {
            for waiting in &phone.waiting {
                let th = waiting.transcript;
                coded |= waiting.check_code.is_some();
                if let Some(peer) = owner_of(waiting.person) {
                    holds(peer.has_signed(&th), "somebody is shown who didn't sign this")?;
                    let kept = !waiting.confirmed || peer.book.contains_key(&th);
                    holds(kept, "a confirmation is shown that nobody has on disk")?;
                } else {
                    let with = |hello: Hello| {
                        phone.hellos.iter().any(|own| Transcript::of(own, &hello) == th)
                    };
                    let ground = phone
                        .hellos
                        .iter()
                        .any(|own| Transcript::of(own, &self.stranger.ground_hello(own)) == th);
                    let hers = ground || with(self.stranger.first_hello());
                    holds(hers, "she is shown by a hello that isn't hers")?;
                    (hers_waits, ground_waits) = (true, ground_waits || ground);
                    let guarded = !ground || waiting.check_code.is_none();
                    holds(guarded, "a check code is offered that may have been ground")?;
                }
            }
            for (th, (person, confirmed)) in &phone.book {
                let Some(peer) = owner_of(*person) else { continue };
                holds(peer.has_signed(th), "somebody is in the book who didn't sign this")?;
                let own = self.scenario.people[phone.owner].id();
                let theirs = peer.book.get(th).is_some_and(|(person, _)| *person == own);
                holds(!confirmed || theirs, "somebody confirmed without having it on disk")?;
            }
        }
        let confirmed = phones.iter().any(|phone| phone.book.values().any(|(_, c)| *c));
        self.visited.confirmed += usize::from(confirmed);
        self.visited.coded += usize::from(coded);
        self.visited.hers += usize::from(hers_waits);
        self.visited.ground += usize::from(ground_waits);
        let (one, other) = (world.phones[0], world.phones[1]);
        if self.meets(one, other) {
            return Ok(());
        }
        holds(self.scenario.may_start_again, "they go on scanning and never meet")?;
        let (one, other) =
            (self.after(one, Event::StartsAgain), self.after(other, Event::StartsAgain));
        holds(self.meets(one, other), "they start again and never meet")
    }

    /// Whether these two end with a transcript that both confirmed, if both go on scanning
    /// whatever the other shows, and each accepts the other.
    fn meets(&mut self, one: u32, other: u32) -> bool {
        let mut way = Vec::new();
        let (mut one, mut other) = (one, other);
        for _ in 0..100 {
            if self.meet.contains(&(one, other)) || self.have_met(one, other) {
                self.meet.extend(way);
                return true;
            }
            way.push((one, other));
            let before = (one, other);
            one = self.looks_at(one, other);
            other = self.looks_at(other, one);
            if before == (one, other) {
                one = self.after(one, Event::Sleeps(2));
                other = self.after(other, Event::Sleeps(2));
            }
        }
        false
    }

    fn have_met(&self, one: u32, other: u32) -> bool {
        let (one, other) = (self.phone(one), self.phone(other));
        let theirs = self.scenario.people[other.owner].id();
        one.book.iter().any(|(th, (person, confirmed))| {
            *confirmed && *person == theirs && other.book.get(th).is_some_and(|(_, c)| *c)
        })
    }

    /// One scans everything on the other's screen, and does what an honest person and app do.
    fn looks_at(&mut self, one: u32, other: u32) -> u32 {
        let (mut one, other) = (one, self.phone(other));
        let theirs = self.scenario.people[other.owner].id();
        for code in &other.screen {
            one = self.after(one, Event::Scans(*code));
        }
        loop {
            let phone = self.phone(one);
            let wanted = phone.choices().into_iter().find(|choice| match choice {
                Event::Accepts(at) => phone.waiting[usize::from(*at)].person == theirs,
                _ => true,
            });
            match wanted {
                Some(choice) => one = self.after(one, choice),
                None => return one,
            }
        }
    }
}

/// Two people, and all that a camera can lose, repeat or read late.
fn two(name: &'static str, options: [Options; 2]) -> Scenario {
    let people = ["Ada", "Grace"].into_iter().zip(options);
    Scenario {
        name,
        people: people.map(|(name, options)| Person::named(name, options)).collect(),
        tricks: 0,
        scans: None,
        sleeps: 0,
        naps: &[],
        crashes: 0,
        restarts: 0,
        may_start_again: false,
    }
}

/// Wider bounds, for which there is no time on every change: `LAPEL_SEARCH=deep`.
fn deep() -> bool {
    std::env::var("LAPEL_SEARCH").is_ok_and(|how| how == "deep")
}

fn plain() -> [Options; 2] {
    [Options::default(), Options::default()]
}

fn comparing() -> [Options; 2] {
    plain().map(|options| Options { compare: true, ..options })
}

fn one_reveals_later() -> [Options; 2] {
    [Options { reveal: Reveal::AfterAccept, ..Options::default() }, Options::default()]
}

#[test]
fn two_who_go_on_scanning_meet() {
    for (name, options) in [
        ("two, a pause or a renewal", plain()),
        ("two who compare", comparing()),
        ("two, one reveals later", one_reveals_later()),
    ] {
        Search::new(Scenario { sleeps: 1, naps: &[2, 61, 106], ..two(name, options) }).run();
    }
}

#[test]
fn two_meet_at_the_latest_when_they_start_again() {
    let scenario = |name| Scenario { may_start_again: true, sleeps: 1, ..two(name, plain()) };
    let once = if deep() { 2 } else { 1 };
    let crash = Scenario { crashes: once, naps: &[106], ..scenario("two, renewal, crash") };
    let refusal = Scenario { restarts: once, naps: &[301], ..scenario("two, long sleep, refusal") };
    let worlds = Search::new(crash).run().worlds + Search::new(refusal).run().worlds;
    assert!(worlds >= 500_000, "{worlds} are too few to speak of");
}

#[test]
fn three_do_not_mix() {
    let three = |name| {
        let mut scenario = Scenario { may_start_again: true, ..two(name, plain()) };
        scenario.people.push(Person::named("Mary", Options::default()));
        scenario
    };
    let more = if deep() { 2 } else { 0 };
    Search::new(Scenario { scans: Some(5 + more), ..three("three") }).run();
    let scans = Some(4 + more);
    Search::new(Scenario { scans, crashes: 1, ..three("three, a crash") }).run();
    Search::new(Scenario { scans, restarts: 1, ..three("three, a refusal") }).run();
    Search::new(Scenario { scans, sleeps: 1, naps: &[61], ..three("three, a renewal") }).run();
}

#[test]
fn a_dishonest_participant_is_nobody_else() {
    let tricks = if deep() { 3 } else { 2 };
    for (name, options) in [
        ("two and a stranger", plain()),
        ("two who compare and a stranger", comparing()),
        ("two and a stranger, one reveals later", one_reveals_later()),
    ] {
        let scenario = Scenario { may_start_again: true, ..two(name, options) };
        Search::new(Scenario { tricks, scans: Some(tricks + 2), ..scenario }).run();
    }
    // And while other things happen.
    for (tricks, scans) in if deep() { vec![(1, 4), (2, 3)] } else { vec![(1, 4)] } {
        let with = |name| {
            let scans = Some(scans);
            Scenario { tricks, scans, may_start_again: true, ..two(name, plain()) }
        };
        Search::new(Scenario { crashes: 1, ..with("two and a stranger, a crash") }).run();
        Search::new(Scenario { restarts: 1, ..with("two and a stranger, a refusal") }).run();
        Search::new(Scenario { sleeps: 1, naps: &[61], ..with("two and a stranger, renewal") })
            .run();
    }
}
