//! Figures as ratios: a subject and a named baseline take turns in one run, so that a machine that
//! slows down slows both, and the medians are compared. Both absolutes are printed.
//!
//! The common harnesses measure one subject after the other; on shared machines that is how ratios
//! go wrong by half.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a benchmark says what is wrong by failing"
)]

pub mod child;
pub mod people;
pub mod rivals;
pub mod signatures;
pub mod work;

use core::fmt::Write as _;
use std::time::{Duration, Instant};

use lapel::badge::{Badge, BadgeFields};
use lapel::book::Book;
use lapel::encounter::Encounter;
use lapel::event::Event;
use lapel::exchange::{Exchange, Options, Scanned};
use lapel::identity::Identity;
use lapel::time::UnixTime;
use rand_chacha::ChaCha20Rng;

/// Rows of a report, and whether every gate held.
#[derive(Default)]
pub struct Report {
    text: String,
    missed: Vec<String>,
}

/// The medians of a race.
pub struct Race {
    /// The subject's.
    pub subject: Duration,
    /// The baseline's.
    pub baseline: Duration,
}

impl Race {
    /// Subject over baseline.
    pub fn ratio(&self) -> f64 {
        self.subject.as_secs_f64() / self.baseline.as_secs_f64()
    }
}

/// Lets two things take turns, `rounds` times each after a tenth of that as a warm-up. Each returns
/// how long what it is judged by took, so that it can prepare without being judged.
pub fn race(
    rounds: usize,
    mut subject: impl FnMut() -> Duration,
    mut baseline: impl FnMut() -> Duration,
) -> Race {
    for _ in 0..rounds / 10 {
        subject();
        baseline();
    }
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        ours.push(subject());
        theirs.push(baseline());
    }
    Race { subject: median(ours), baseline: median(theirs) }
}

/// The median time of `rounds` runs.
pub fn alone(rounds: usize, mut subject: impl FnMut() -> Duration) -> Duration {
    median((0..rounds).map(|_| subject()).collect())
}

/// How long `work` takes.
pub fn timed<T>(work: impl FnOnce() -> T) -> Duration {
    let began = Instant::now();
    std::hint::black_box(work());
    began.elapsed()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

impl Report {
    /// A ratio for the reader.
    pub fn compare(&mut self, what: &str, against: &str, race: &Race) {
        self.row(what, against, race, "");
    }

    /// A ratio that must not exceed `gate`.
    pub fn ratio(&mut self, what: &str, against: &str, race: &Race, gate: f64) {
        self.row(what, against, race, &format!(" (gate {gate:.2})"));
        let ratio = race.ratio();
        if ratio > gate {
            self.missed.push(format!("{what}: {ratio:.2} × {against}, gate {gate:.2}"));
        }
    }

    fn row(&mut self, what: &str, against: &str, race: &Race, verdict: &str) {
        let _ = writeln!(
            self.text,
            "  {what:<44} {:>9.1} µs   {against:<34} {:>9.1} µs   ratio {:>5.2}{verdict}",
            micros(race.subject),
            micros(race.baseline),
            race.ratio(),
        );
    }

    /// A time beside its target, which is reported and not judged.
    pub fn target(&mut self, what: &str, time: Duration, target: Duration) {
        let word = if time <= target { "met" } else { "MISSED" };
        let _ = writeln!(
            self.text,
            "  {what:<44} {:>9.1} µs   target {:>9.1} µs {word}",
            micros(time),
            micros(target)
        );
    }

    /// A figure beside others' of the same run, and its target, if it has one.
    pub fn beside(
        &mut self,
        what: &str,
        unit: &str,
        figure: f64,
        target: Option<f64>,
        others: &[(&str, f64)],
    ) {
        let verdict = target.map_or(String::new(), |target| {
            let word = if figure <= target { "met" } else { "MISSED" };
            format!("target {target} {word}")
        });
        let _ = write!(self.text, "  {what:<44} {figure:>9.2} {unit:<3}  {verdict:<18}");
        for (name, theirs) in others {
            let _ = write!(self.text, "  {name} {theirs:.2}");
        }
        self.text.push('\n');
    }

    /// A figure that must not exceed `gate`.
    pub fn gate(&mut self, what: &str, unit: &str, figure: f64, gate: f64) {
        let _ = writeln!(self.text, "  {what:<44} {figure:>9.2} {unit:<3}  gate {gate:.2}");
        if figure > gate {
            self.missed.push(format!("{what}: {figure:.2} {unit}, gate {gate:.2}"));
        }
    }

    /// Prints the report under `title`.
    ///
    /// # Panics
    /// If a gate was missed.
    pub fn close(self, title: &str) {
        let machine = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let machine = machine.lines().find_map(|l| l.strip_prefix("model name\t: ")).unwrap_or("?");
        let cores = std::thread::available_parallelism().map_or(0, usize::from);
        println!("\n{title} ({cores} cores, {machine}; medians)\n{}", self.text);
        assert!(self.missed.is_empty(), "gates missed: {:#?}", self.missed);
    }
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

/// Someone new, met by the owner of `book`: the offer of a verified peer, accepted.
pub fn encounter_with_a_stranger(book: &Book, number: u64, rng: &mut ChaCha20Rng) -> Encounter {
    meet_a_stranger(book.identity(), number, rng)
}

/// The same for whoever's identity it is.
pub fn meet_a_stranger(me: &Identity, number: u64, rng: &mut ChaCha20Rng) -> Encounter {
    meet(me, BadgeFields::named(format!("Stranger {number}")), Event::none(), number, rng)
}

/// The same for whatever badge they show, at an event.
pub fn meet(
    me: &Identity,
    theirs: BadgeFields,
    event: Event,
    number: u64,
    rng: &mut ChaCha20Rng,
) -> Encounter {
    let now = Duration::from_secs;
    let badge = |fields| Badge::new(fields).unwrap();
    let wall = UnixTime::clamped(1_795_458_300);
    let stranger = Identity::generate(rng);
    let options = Options { event, ..Options::default() };
    let mut begin = |me: &Identity, badge: &Badge| {
        Exchange::begin(me, badge, options.clone(), now(0), wall, number, rng).unwrap()
    };
    let mine = badge(BadgeFields::named("Ada"));
    let (mut own, mut peer) = (begin(me, &mine), begin(&stranger, &badge(theirs)));
    peer.scan(&own.frame(now(1)).unwrap().text, now(1));
    let scanned = own.scan(&peer.frame(now(1)).unwrap().text, now(1));
    let Scanned::Verified(who) = scanned else { panic!("{scanned:?}") };
    own.accept(&who.transcript).unwrap()
}
