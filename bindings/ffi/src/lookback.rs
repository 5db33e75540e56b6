//! Looking back: which handshake was behind what happened later.

use std::collections::BTreeSet;

use lapel::book as core;

use crate::error::LapelError;
use crate::outcome::Outcome;

/// What to look back at. Nothing set is everything.
#[derive(Debug, Clone, Default, PartialEq, Eq, uniffi::Record)]
pub struct LookbackFocus {
    /// Outcomes with a root at an event of this name, whatever its case.
    #[uniffi(default = None)]
    pub event: Option<String>,
    /// Outcomes in which this person had a part.
    #[uniffi(default = None)]
    pub person: Option<String>,
    /// Outcomes of this day or later.
    #[uniffi(default = None)]
    pub since: Option<String>,
}

/// What handshakes were worth.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Lookback {
    /// Each outcome and its way back, by day, oldest first.
    pub outcomes: Vec<Traced>,
    /// Each person who had a part in any, the one with most outcomes first.
    pub people: Vec<Grown>,
    /// Each event at which anybody was met for the first time, the one with most outcomes first.
    pub events: Vec<Paid>,
    /// Each year in which something happened or anybody was met for the first time, oldest first.
    pub years: Vec<Year>,
    /// Whoever's introduction was passed over, since after a merge it went round in a circle.
    pub circles: Vec<String>,
    /// The first handshake with each person in it.
    pub handshakes: Vec<Handshake>,
}

/// A first handshake.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Handshake {
    /// With whom.
    pub person: String,
    /// Their name, as they showed it last.
    pub name: String,
    /// When, by the owner's clock: seconds since 1970.
    pub met_at: i64,
    /// Where, as the owner claimed; empty if nowhere.
    pub event: String,
}

/// An outcome and what was behind it.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Traced {
    /// The outcome.
    pub outcome: Outcome,
    /// Its way back, as a tree told from the top.
    pub steps: Vec<LookbackStep>,
    /// Steps were left out, since there were more than 400.
    pub is_cut: bool,
    /// Everyone who had a part in it.
    pub people: Vec<String>,
    /// The people whose first handshakes are behind it, the earliest first.
    pub roots: Vec<String>,
    /// Days from the earliest of these handshakes to the outcome; negative if it is dated before.
    pub days: Option<i32>,
}

/// A step on the way back.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct LookbackStep {
    /// How many steps it is behind the outcome: from 1.
    pub depth: u32,
    /// To what.
    pub to: LookbackStop,
    /// It was come by before, further up, and its way on is told there.
    pub is_repeated: bool,
}

/// Where a step leads.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum LookbackStop {
    /// An earlier outcome.
    Outcome {
        /// Which.
        id: String,
        /// What it is called.
        title: String,
    },
    /// One encounter.
    Encounter {
        /// With whom.
        person: String,
        /// When: seconds since 1970.
        met_at: i64,
        /// Where; empty if nowhere.
        event: String,
    },
    /// A person whom somebody had introduced.
    Person {
        /// Who.
        person: String,
    },
    /// A person whom nobody had introduced: their first handshake is a root.
    Root {
        /// Who.
        person: String,
    },
    /// So many people in a row whom the owner chose to forget.
    Forgotten {
        /// How many.
        people: u32,
    },
    /// Something that isn't in the book any more.
    Gone,
}

/// What grew from knowing a person.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Grown {
    /// Who.
    pub person: String,
    /// The outcomes in which they had a part, oldest first.
    pub outcomes: Vec<String>,
    /// Of how many of them they are a root.
    pub roots: u32,
}

/// What an event led to.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Paid {
    /// Which.
    pub event: String,
    /// How many people of the whole book were met there for the first time.
    pub handshakes: u32,
    /// The outcomes with a root there, oldest first.
    pub outcomes: Vec<String>,
    /// Days from the earliest handshake there to the outcome, of each outcome.
    pub days: Vec<i32>,
}

/// What a year was worth.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Year {
    /// Which.
    pub year: i16,
    /// How many people of the whole book were met for the first time in it.
    pub handshakes: u32,
    /// What happened in it.
    pub happened: Vec<String>,
    /// What has a root in it.
    pub began: Vec<String>,
}

impl LookbackFocus {
    pub(crate) fn checked(self) -> Result<core::Focus, LapelError> {
        Ok(core::Focus {
            event: self.event,
            person: self.person.map(|id| id.parse()).transpose()?,
            since: self.since.map(|day| day.parse()).transpose()?,
        })
    }
}

impl From<core::Lookback> for Lookback {
    fn from(back: core::Lookback) -> Self {
        let people = back.outcomes.iter().flat_map(|traced| &traced.people);
        let people: BTreeSet<_> = people.chain(&back.circles).collect();
        let handshakes = people.into_iter().filter_map(|person| back.handshake(person));
        Self {
            handshakes: handshakes.map(Handshake::from).collect(),
            outcomes: back.outcomes.iter().map(Traced::from).collect(),
            people: back.people.iter().map(Grown::from).collect(),
            events: back.events.iter().map(Paid::from).collect(),
            years: back.years.iter().map(Year::from).collect(),
            circles: names(&back.circles),
        }
    }
}

impl From<&core::Handshake> for Handshake {
    fn from(handshake: &core::Handshake) -> Self {
        Self {
            person: handshake.person.to_string(),
            name: handshake.name.clone(),
            met_at: handshake.met_at.seconds().into(),
            event: handshake.event.as_str().to_owned(),
        }
    }
}

impl From<&core::Traced> for Traced {
    fn from(traced: &core::Traced) -> Self {
        Self {
            outcome: (&traced.outcome).into(),
            steps: traced.steps.iter().map(LookbackStep::from).collect(),
            is_cut: traced.is_cut,
            people: names(&traced.people),
            roots: names(&traced.roots),
            days: traced.days,
        }
    }
}

impl From<&core::Step> for LookbackStep {
    fn from(step: &core::Step) -> Self {
        let to = match &step.to {
            core::Stop::Outcome(id, title) => {
                LookbackStop::Outcome { id: id.to_string(), title: title.clone() }
            }
            core::Stop::Encounter(person, met_at, event) => LookbackStop::Encounter {
                person: person.to_string(),
                met_at: met_at.seconds().into(),
                event: event.as_str().to_owned(),
            },
            core::Stop::Person(person) => LookbackStop::Person { person: person.to_string() },
            core::Stop::Root(person) => LookbackStop::Root { person: person.to_string() },
            core::Stop::Forgotten(people) => LookbackStop::Forgotten { people: *people },
            _ => LookbackStop::Gone,
        };
        Self { depth: step.depth as u32, to, is_repeated: step.is_repeated }
    }
}

impl From<&core::Grown> for Grown {
    fn from(grown: &core::Grown) -> Self {
        let (person, outcomes) = (grown.person.to_string(), names(&grown.outcomes));
        Self { person, outcomes, roots: grown.roots as u32 }
    }
}

impl From<&core::Paid> for Paid {
    fn from(paid: &core::Paid) -> Self {
        Self {
            event: paid.event.as_str().to_owned(),
            handshakes: paid.handshakes as u32,
            outcomes: names(&paid.outcomes),
            days: paid.days.clone(),
        }
    }
}

impl From<&core::Year> for Year {
    fn from(year: &core::Year) -> Self {
        Self {
            year: year.year,
            handshakes: year.handshakes as u32,
            happened: names(&year.happened),
            began: names(&year.began),
        }
    }
}

fn names(ids: &[impl ToString]) -> Vec<String> {
    ids.iter().map(ToString::to_string).collect()
}
