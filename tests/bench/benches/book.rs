//! What a book of ten and of a hundred thousand people costs: to open, to look into, in memory, on
//! disk, to index anew, to forget from. SQLite, redb and bare sled keep as many entries of the same
//! size beside it. Every figure comes from a process of its own, over files in the page cache.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a benchmark says what is wrong by failing")]

use core::ops::ControlFlow;
use core::time::Duration;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lapel::book::{Book, Focus, IndexState, Link, Order, OutcomeFields, OutcomeKind, Query};
use lapel::identity::PersonId;
use lapel::vault::FileVault;
use lapel_bench::child::{self, Spent};
use lapel_bench::people::{are_asked_for, fill_with};
use lapel_bench::rivals::{Redb, Rival, Sled, Sqlite};
use lapel_bench::work::Work;
use lapel_bench::{Report, meet_a_stranger};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

const MIB: u64 = 1024 * 1024;
/// Entries that a rival takes in one transaction while it is filled.
const TOGETHER: usize = 64;

fn rng(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}

fn open(home: &Path) -> (Book, IndexState) {
    let vault = Arc::new(FileVault::new(home.join("keys")));
    let (book, report) = Book::open(&home.join("book"), vault, &mut rng(1)).unwrap();
    (book, report.index)
}

/// A book of `people`, each met through a real exchange.
fn fill(home: &Path, people: u64) {
    fill_with(home, people, meet_a_stranger, |_, _, _, _| ());
}

/// Puts a tag on each of a thousand people and takes it off again, six times.
fn retag(home: &Path) {
    let (mut book, _) = open(home);
    let mut rng = rng(3);
    let people: Vec<PersonId> = book.contacts().unwrap().iter().map(|c| c.person()).collect();
    for round in 0..12 {
        for person in people.iter().take(1_000) {
            if round % 2 == 0 {
                book.tag(person, "write to them", &mut rng).unwrap();
            } else {
                book.untag(person, "write to them", &mut rng).unwrap();
            }
        }
    }
    while book.maintain(1_000, &mut rng).unwrap() > 0 {}
    book.close().unwrap();
}

/// Keeps one entry less than the index takes in at once.
fn fill_up(book: &mut Book) {
    let mut rng = rng(6);
    for number in 0..63 {
        let met = meet_a_stranger(book.identity(), number, &mut rng);
        let _ = book.record(&met, &mut rng).unwrap();
    }
}

/// Writes a life into a book: three people in ten introduced by another, and for every ten people an
/// outcome, with two people and the outcome before behind it.
fn live(home: &Path) {
    let (mut book, _) = open(home);
    let mut rng = rng(5);
    let people: Vec<PersonId> = book.latest(usize::MAX).unwrap().iter().map(|l| l.person).collect();
    for (_, pair) in people.windows(2).enumerate().filter(|(number, _)| number % 10 < 3) {
        let [person, by] = pair else { continue };
        book.set_introducer(person, Some(*by), &mut rng).unwrap();
    }
    let (mut before, today) = (None, "2026-11-26".parse().unwrap());
    for (number, ten) in people.chunks(10).enumerate() {
        let had_part = ten.iter().step_by(5).copied();
        let mut links: Vec<Link> = had_part.map(Link::Contact).collect();
        links.extend(before.filter(|_| number % 4 > 0).map(Link::Outcome));
        let title = format!("What came of it, number {number}");
        let fields = OutcomeFields { kind: OutcomeKind::Job, title, date: today, amount: None };
        before = Some(book.add_outcome(&fields, &links, today, &mut rng).unwrap());
    }
    while book.maintain(1_000, &mut rng).unwrap() > 0 {}
    book.latest(1).unwrap();
    book.close().unwrap();
}

fn everyone(book: &Book) -> u64 {
    let mut people = 0;
    let mut count = |contact| {
        std::hint::black_box(contact);
        people += 1;
        ControlFlow::Continue(())
    };
    book.each_contact(&mut count).unwrap();
    people
}

fn ours(what: &str, home: PathBuf) -> Box<dyn FnOnce()> {
    match what {
        "open" => Box::new(move || {
            let (book, index) = open(&home);
            assert_eq!(index, IndexState::Current { added: 0 });
            std::mem::forget(book);
        }),
        "rebuild" => {
            std::fs::remove_dir_all(home.join("book/00000001/index")).unwrap();
            Box::new(move || {
                let (book, index) = open(&home);
                assert!(matches!(index, IndexState::Rebuilt { .. }), "{index:?}");
                std::mem::forget(book);
            })
        }
        "roster" => {
            std::fs::remove_file(home.join("book/00000001/roster")).unwrap();
            let (book, _) = open(&home);
            Box::new(move || {
                assert_eq!(book.latest(1).unwrap().len(), 1);
                std::mem::forget(book);
            })
        }
        "latest" => {
            let (book, _) = open(&home);
            Box::new(move || {
                assert_eq!(book.latest(50).unwrap().len(), 50);
                std::mem::forget(book);
            })
        }
        // What a list that is shown again costs.
        "latest again" => {
            let (book, _) = open(&home);
            book.latest(50).unwrap();
            Box::new(move || {
                assert_eq!(book.latest(50).unwrap().len(), 50);
                std::mem::forget(book);
            })
        }
        "scan" => {
            let (book, _) = open(&home);
            Box::new(move || {
                assert!(everyone(&book) > 0);
                std::mem::forget(book);
            })
        }
        "search" => {
            let (book, _) = open(&home);
            Box::new(move || {
                assert!(!book.search("stranger 77").unwrap().is_empty());
                std::mem::forget(book);
            })
        }
        // With as many entries as wait for a commit at the most, and a list that was shown.
        "suspend" => {
            let (mut book, _) = open(&home);
            fill_up(&mut book);
            book.latest(50).unwrap();
            Box::new(move || book.suspend().unwrap())
        }
        "forget" => {
            let (mut book, _) = open(&home);
            let person = book.latest(1).unwrap().first().unwrap().person;
            Box::new(move || {
                assert_eq!(book.forget(&[person], &mut rng(4)).unwrap().people, 1);
            })
        }
        "live" => Box::new(move || live(&home)),
        "lookback" => {
            let (book, _) = open(&home);
            Box::new(move || {
                let lookback = book.lookback(&Focus::default()).unwrap();
                assert!(lookback.outcomes.iter().all(|traced| traced.roots.len() > 1));
                std::mem::forget(book);
            })
        }
        "names" => {
            let (book, _) = open(&home);
            Box::new(move || {
                let query = Query { order: Order::Name, ..Query::default() };
                assert_eq!(book.list(&query, None, 50).unwrap().people.len(), 50);
                std::mem::forget(book);
            })
        }
        "retag" => Box::new(move || retag(&home)),
        other => match other.strip_prefix("fill ") {
            Some(people) => {
                let people = people.parse().unwrap();
                Box::new(move || fill(&home, people))
            }
            None => panic!("nobody knows how to {other}"),
        },
    }
}

fn theirs<R: Rival + 'static>(what: &str, home: PathBuf) -> Box<dyn FnOnce()> {
    match what {
        "open" => Box::new(move || {
            let rival = R::open(&home);
            rival.visit(Some(1), &mut |sealed| Work::default().open(sealed));
            std::mem::forget(rival);
        }),
        "latest" | "latest again" => read::<R>(&home, Some(50)),
        "scan" => read::<R>(&home, None),
        other => {
            let people = other.strip_prefix("fill ").unwrap().parse().unwrap();
            Box::new(move || {
                let mut rival = R::open(&home);
                let entries: Vec<_> = Work::default().take(people).collect();
                entries.chunks(TOGETHER).for_each(|entries| rival.put(entries));
            })
        }
    }
}

fn read<R: Rival + 'static>(home: &Path, latest: Option<usize>) -> Box<dyn FnOnce()> {
    let (rival, work) = (R::open(home), Work::default());
    Box::new(move || {
        rival.visit(latest, &mut |sealed| work.open(sealed));
        std::mem::forget(rival);
    })
}

fn act(words: &str, home: &Path) -> Box<dyn FnOnce()> {
    let (who, what) = words.split_once(' ').unwrap();
    let home = home.to_path_buf();
    match who {
        Sqlite::NAME => theirs::<Sqlite>(what, home),
        Redb::NAME => theirs::<Redb>(what, home),
        Sled::NAME => theirs::<Sled>(what, home),
        _ => ours(what, home),
    }
}

const RIVALS: [&str; 3] = [Sqlite::NAME, Redb::NAME, Sled::NAME];

/// The homes of one size, each filled where a sync costs nothing and then copied to a disk.
struct Homes {
    dir: tempfile::TempDir,
    people: u64,
    rounds: usize,
}

impl Homes {
    fn with(people: u64, rounds: usize) -> Self {
        let dir = tempfile::tempdir().unwrap();
        for who in ["lapel"].iter().chain(&RIVALS) {
            let quick = child::in_memory();
            child::run(&format!("{who} fill {people}"), quick.path());
            child::copy(quick.path(), dir.path().join(who));
        }
        Self { dir, people, rounds }
    }

    fn of(&self, who: &str) -> PathBuf {
        self.dir.path().join(who)
    }

    fn spent(&self, who: &str, what: &str) -> Spent {
        child::median_of(self.rounds, &format!("{who} {what}"), &self.of(who))
    }

    /// A copy of the book that may be changed, and what changing it took.
    fn changed(&self, what: &str) -> (PathBuf, Spent) {
        let copy = self.of("changed");
        let _ = std::fs::remove_dir_all(&copy);
        child::copy(&self.of("lapel"), copy.clone());
        let spent = child::run(&format!("lapel {what}"), &copy);
        (copy, spent)
    }

    fn time(&self, report: &mut Report, what: &str, text: &str, target: Option<Duration>) {
        let ours = self.spent("lapel", what).time;
        let beside = RIVALS.map(|who| (who, self.spent(who, what).time.as_secs_f64() * 1e3));
        let target = target.map(|target| target.as_secs_f64() * 1e3);
        let text = format!("{text}, {} people", self.people);
        report.beside(&text, "ms", ours.as_secs_f64() * 1e3, target, &beside);
    }

    fn memory(&self, report: &mut Report, what: &str, text: &str, target: Option<u64>) {
        let beside = RIVALS.map(|who| (who, self.spent(who, what).mib()));
        let text = format!("peak memory: {text}, {} people", self.people);
        let target = target.map(|target| target as f64 / MIB as f64);
        report.beside(&text, "MiB", self.spent("lapel", what).mib(), target, &beside);
    }
}

/// Bytes of the ledger's entries, without the room that it takes in advance.
fn entries(home: &Path) -> u64 {
    let book = home.join("book");
    let generations = std::fs::read_dir(book).unwrap().map(|entry| entry.unwrap().path());
    let ledger = generations.map(|dir| dir.join("ledger")).find(|path| path.exists()).unwrap();
    let bytes = std::fs::read(ledger).unwrap();
    bytes.iter().rposition(|byte| *byte != 0).unwrap() as u64 + 1
}

/// Disk use against the bytes of what is alive: a gate.
fn disk(report: &mut Report, text: &str, home: &Path, live: u64) {
    let (mib, used) = (|bytes: u64| bytes as f64 / MIB as f64, child::size(home));
    report.gate(text, "MiB", mib(used), mib(5 * live + 4 * MIB));
}

fn main() {
    child::serve(act);
    let mut report = Report::default();
    let ms = |ms| Some(Duration::from_millis(ms));
    for (people, rounds, opens) in [(10_000, 15, 40), (100_000, 5, 150)] {
        if !are_asked_for(people) {
            continue;
        }
        let homes = Homes::with(people, rounds);
        homes.time(&mut report, "open", "open", ms(opens));
        homes.time(&mut report, "latest", "the latest 50", ms(1));
        homes.time(&mut report, "latest again", "the latest 50 again", ms(1));
        homes.time(&mut report, "scan", "all contacts", None);
        let small = people == 10_000;
        homes.memory(&mut report, "open", "open", small.then_some(8 * MIB));
        homes.memory(&mut report, "scan", "all contacts", (!small).then_some(24 * MIB));
        let live = entries(&homes.of("lapel"));
        let beside = RIVALS.map(|who| (who, child::size(&homes.of(who)) as f64 / MIB as f64));
        report.beside("…their disk use", "MiB", live as f64 / MIB as f64, None, &beside);
        disk(
            &mut report,
            &format!("disk after maintain, {people} people"),
            &homes.of("lapel"),
            live,
        );
        let (_, rebuilt) = homes.changed("rebuild");
        report.target(
            &format!("index anew, {people} people"),
            rebuilt.time,
            Duration::from_secs(people / 10_000),
        );
        let (_, drawn_up) = homes.changed("roster");
        let text = format!("the roster drawn up, {people} people");
        report.target(&text, drawn_up.time, Duration::from_secs(people / 10_000));
        if small {
            let search = homes.spent("lapel", "search").time;
            report.target("search, 10000 people", search, Duration::from_millis(50));
            let (_, suspended) = homes.changed("suspend");
            report.target("suspend, 10000 people", suspended.time, Duration::from_millis(200));
            let (_, forgot) = homes.changed("forget");
            report.target("forget one of 10000", forgot.time, Duration::from_secs(1));
            let (home, _) = homes.changed("live");
            let spent = |what| child::median_of(rounds, &format!("lapel {what}"), &home);
            let text = "looking back, 10000 people and 1000 outcomes";
            let back = spent("lookback");
            report.target(text, back.time, Duration::from_millis(200));
            report.beside(&format!("peak memory: {text}"), "MiB", back.mib(), Some(24.0), &[]);
            let names = spent("names");
            report.target("the first 50 by name", names.time, Duration::from_millis(20));
            let (home, _) = homes.changed("retag");
            disk(&mut report, "disk after 12000 changes of a tag", &home, live);
        }
    }
    report.close("The book, each figure from a process of its own");
}
