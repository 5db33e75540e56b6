//! The life, lived once for all tests, and how a way back is told in lines.

use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use lapel::book::{Focus, Lookback, OutcomeId, Step, Stop, Traced};
use lapel::date::Date;
use lapel::event::Event;
use lapel::identity::PersonId;
use lapel::time::UnixTime;
use lapel::vault::FileVault;
use lapel_life::Life;

/// Lives in `dir`.
pub(crate) fn live(dir: &Path) -> Life {
    lapel_life::write(&dir.join("book"), Arc::new(FileVault::new(dir.join("keys")))).unwrap()
}

/// The life that all tests look at.
pub(crate) fn life() -> MutexGuard<'static, Life> {
    static LIFE: OnceLock<Mutex<Life>> = OnceLock::new();
    // Statics are never dropped: the directory stays, beside what else was built, until the next run.
    let lived = || {
        let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("life");
        if dir.exists() {
            fs::remove_dir_all(&dir).unwrap();
        }
        Mutex::new(live(&dir))
    };
    LIFE.get_or_init(lived).lock().unwrap_or_else(PoisonError::into_inner)
}

pub(crate) fn day(text: &str) -> Date {
    text.parse().unwrap()
}

pub(crate) fn person(life: &Life, who: &str) -> PersonId {
    life.people[who]
}

/// The whole lookback.
pub(crate) fn back(life: &Life) -> Lookback {
    life.book.lookback(&Focus::default()).unwrap()
}

/// The story's short names of outcomes.
pub(crate) fn short(life: &Life, outcomes: &[OutcomeId]) -> Vec<String> {
    let name = |id: &OutcomeId| life.outcomes.iter().find(|(_, there)| *there == id).unwrap().0;
    outcomes.iter().map(|id| name(id).clone()).collect()
}

/// All ways back, told.
pub(crate) fn told(back: &Lookback) -> String {
    back.outcomes.iter().map(|traced| tell(back, traced)).collect()
}

/// An outcome and its way back, two spaces deeper with each step.
fn tell(back: &Lookback, traced: &Traced) -> String {
    let fields = &traced.outcome.fields;
    let mut told = format!("{}: {} ({})\n", fields.kind.as_str(), fields.title, fields.date);
    for step in &traced.steps {
        let above = if step.is_repeated { ", see above" } else { "" };
        told += &format!("{}{}{above}\n", "  ".repeat(step.depth), stop(back, step));
    }
    told
}

fn stop(back: &Lookback, step: &Step) -> String {
    let name = |person: &PersonId| back.handshake(person).unwrap().name.clone();
    match &step.to {
        Stop::Outcome(_, title) => format!("after: {title}"),
        Stop::Encounter(person, at, event) => {
            format!("an encounter with {}, {}", name(person), when(*at, event))
        }
        Stop::Person(person) => format!("{}, introduced", name(person)),
        Stop::Root(person) if step.is_repeated => name(person),
        Stop::Root(person) => {
            let first = back.handshake(person).unwrap();
            format!("{}, first met {}", first.name, when(first.met_at, &first.event))
        }
        Stop::Forgotten(1) => "someone you chose to forget".into(),
        Stop::Forgotten(count) => format!("{count} people you chose to forget"),
        Stop::Gone => "nothing any more".into(),
        _ => panic!("a way that the story doesn't know: {step:?}"),
    }
}

fn when(at: UnixTime, event: &Event) -> String {
    let at = Date::of(at);
    if event.is_none() { at.to_string() } else { format!("{at} at {}", event.as_str()) }
}
