//! Looking back: which handshake was behind what happened later.
//!
//! Every outcome is walked back, through the outcomes it followed from and through whoever
//! introduced the people in it, to people nobody had introduced. The first handshake with each of
//! these is a *root* of the outcome. Whoever or whatever is come by twice counts once.

#[cfg(all(test, feature = "export"))]
pub(crate) mod made;

use core::cmp::Reverse;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use super::outcome::{Link, Outcome, OutcomeId};
use super::ties::Ties;
use super::{Book, Introduction, ReadError, Summary};
use crate::date::Date;
use crate::event::Event;
use crate::identity::PersonId;
use crate::time::UnixTime;
use crate::transcript::Transcript;

/// So many steps of an outcome's way back are kept; its roots are all there.
pub const MAX_STEPS: usize = 400;

/// What to look back at. The default is everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Focus {
    /// Outcomes with a root at an event of this name, whatever its case.
    pub event: Option<String>,
    /// Outcomes in which this person had a part.
    pub person: Option<PersonId>,
    /// Outcomes of this day or later.
    pub since: Option<Date>,
}

/// What handshakes were worth.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Lookback {
    /// Each outcome and its way back, by day, oldest first.
    pub outcomes: Vec<Traced>,
    /// Each person who had a part in any, the one with most outcomes first.
    pub people: Vec<Grown>,
    /// Each event at which anybody was met for the first time, the one with most outcomes first.
    pub events: Vec<Paid>,
    /// Each year in which something happened or anybody was met for the first time, oldest first.
    pub years: Vec<Year>,
    /// Introductions that were passed over, since after a merge of two books they went round in a
    /// circle: whoever was introduced.
    pub circles: Vec<PersonId>,
    known: BTreeMap<PersonId, Handshake>,
}

/// A first handshake.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Handshake {
    /// With whom.
    pub person: PersonId,
    /// Their name, as they showed it last.
    pub name: String,
    /// When, by the owner's clock.
    pub met_at: UnixTime,
    /// Where, as the owner claimed.
    pub event: Event,
}

/// An outcome and what was behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Traced {
    /// The outcome.
    pub outcome: Outcome,
    /// Its way back, as a tree told from the top.
    pub steps: Vec<Step>,
    /// Steps were left out, see [`MAX_STEPS`].
    pub is_cut: bool,
    /// Everyone who had a part in it.
    pub people: Vec<PersonId>,
    /// The people whose first handshakes are behind it, the earliest first. Empty for one that no
    /// handshake led to, as far as the book says.
    pub roots: Vec<PersonId>,
    /// Days from the earliest of these handshakes to the outcome; negative if it is dated before.
    pub days: Option<i32>,
}

/// A step on the way back.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Step {
    /// How many steps it is behind the outcome: from 1.
    pub depth: usize,
    /// To what.
    pub to: Stop,
    /// It was come by before, further up, and its way on is told there.
    pub is_repeated: bool,
}

/// Where a step leads.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stop {
    /// An earlier outcome, by its title.
    Outcome(OutcomeId, String),
    /// One encounter, with whom, when and where.
    Encounter(PersonId, UnixTime, Event),
    /// A person whom somebody had introduced.
    Person(PersonId),
    /// A person whom nobody had introduced: their first handshake is a root.
    Root(PersonId),
    /// So many people in a row whom the owner chose to forget.
    Forgotten(u32),
    /// Something that isn't in the book any more.
    Gone,
}

/// What grew from knowing a person.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Grown {
    /// Who.
    pub person: PersonId,
    /// The outcomes in which they had a part, oldest first.
    pub outcomes: Vec<OutcomeId>,
    /// Of how many of them they are a root.
    pub roots: usize,
}

/// What an event led to.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Paid {
    /// Which.
    pub event: Event,
    /// How many people of the whole book were met there for the first time.
    pub handshakes: usize,
    /// The outcomes with a root there, oldest first.
    pub outcomes: Vec<OutcomeId>,
    /// Days from the earliest handshake there that is a root to the outcome, of each outcome.
    pub days: Vec<i32>,
}

/// What a year was worth.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Year {
    /// Which.
    pub year: i16,
    /// How many people of the whole book were met for the first time in it.
    pub handshakes: usize,
    /// What happened in it.
    pub happened: Vec<OutcomeId>,
    /// What has a root in it.
    pub began: Vec<OutcomeId>,
}

impl Lookback {
    /// The first handshake with someone in it.
    pub fn handshake(&self, person: &PersonId) -> Option<&Handshake> {
        self.known.get(person)
    }

    /// One of its outcomes.
    pub fn outcome(&self, id: OutcomeId) -> Option<&Traced> {
        self.outcomes.iter().find(|traced| traced.outcome.id == id)
    }
}

impl Book {
    /// Looks back from what happened to the handshakes behind it.
    pub fn lookback(&self, focus: &Focus) -> Result<Lookback, ReadError> {
        let life = Life::of(self)?;
        let traced = life.outcomes.values().map(|outcome| life.trace(outcome));
        let mut outcomes: Vec<Traced> = traced.filter(|traced| life.is_in(focus, traced)).collect();
        outcomes.sort_by_key(|traced| (traced.outcome.fields.date, traced.outcome.id));
        Ok(life.summed_up(outcomes))
    }
}

/// All that the walk back needs of the book.
struct Life {
    outcomes: BTreeMap<OutcomeId, Outcome>,
    /// Everyone's first handshake, under whoever stands for them.
    first: BTreeMap<PersonId, Handshake>,
    introduced: BTreeMap<PersonId, Introduction>,
    same: Ties,
    /// The encounters that outcomes are linked to.
    encounters: BTreeMap<Transcript, (PersonId, UnixTime, Event)>,
    circles: Vec<PersonId>,
}

impl Life {
    fn of(book: &Book) -> Result<Self, ReadError> {
        let same = book.same_people()?;
        let outcomes: BTreeMap<OutcomeId, Outcome> =
            book.outcomes()?.into_iter().map(|outcome| (outcome.id, outcome)).collect();
        let (first, written) =
            book.go_through(|(first, written): &mut (BTreeMap<_, _>, BTreeMap<_, _>), line| {
                let person = same.end(&line.person);
                if let Some(by) = line.introduced {
                    // Of several under one person the one that was written first.
                    let there = written.entry(person).or_insert(by);
                    *there = if by.1 < there.1 { by } else { *there };
                }
                add(first, person, line);
                true
            })?;
        let pointing = written.iter().filter_map(|(person, (introduction, stamp))| {
            let by = same.end(introduction.by.as_ref()?);
            Some((*person, (by, *stamp)))
        });
        let circles = Ties::new(pointing.collect()).broken;
        let mut introduced: BTreeMap<PersonId, Introduction> =
            written.into_iter().map(|(person, (introduction, _))| (person, introduction)).collect();
        introduced.retain(|person, _| !circles.contains(person));
        let mut life =
            Self { outcomes, first, introduced, same, encounters: BTreeMap::new(), circles };
        life.encounters = life.linked_encounters(book)?;
        Ok(life)
    }

    fn linked_encounters(
        &self,
        book: &Book,
    ) -> Result<BTreeMap<Transcript, (PersonId, UnixTime, Event)>, ReadError> {
        let mut encounters = BTreeMap::new();
        for link in self.outcomes.values().flat_map(|outcome| &outcome.links) {
            if let Link::Encounter(transcript) = link
                && let Some((person, meeting)) = book.meeting(transcript)?
            {
                let there = (person, meeting.met_at(), meeting.event().clone());
                encounters.insert(*transcript, there);
            }
        }
        Ok(encounters)
    }

    fn trace(&self, outcome: &Outcome) -> Traced {
        let (mut steps, mut is_cut) = (Vec::new(), false);
        let (mut people, mut earlier) = (BTreeSet::new(), BTreeSet::from([outcome.id]));
        let mut roots = Vec::new();
        let mut open: Vec<(usize, Link)> = ways(1, &outcome.links).collect();
        while let Some((depth, link)) = open.pop() {
            let (mut is_repeated, mut on) = (false, Vec::new());
            let to = match link {
                Link::Outcome(id) => match self.outcomes.get(&id) {
                    Some(outcome) => {
                        is_repeated = !earlier.insert(id);
                        on.clone_from(&outcome.links);
                        Stop::Outcome(id, outcome.fields.title.clone())
                    }
                    None => Stop::Gone,
                },
                Link::Encounter(transcript) => match self.encounters.get(&transcript) {
                    Some((person, at, event)) => {
                        on.push(Link::Contact(*person));
                        Stop::Encounter(self.same.end(person), *at, event.clone())
                    }
                    None => Stop::Gone,
                },
                Link::Forgotten(Introduction { forgotten, by }) => {
                    on.extend(by.map(Link::Contact));
                    Stop::Forgotten(forgotten)
                }
                Link::Contact(person) => {
                    let person = self.same.end(&person);
                    is_repeated = !people.insert(person);
                    match self.introduced.get(&person) {
                        _ if !self.first.contains_key(&person) => {
                            people.remove(&person);
                            is_repeated = false;
                            Stop::Gone
                        }
                        Some(Introduction { forgotten: 0, by }) => {
                            on.extend(by.map(Link::Contact));
                            Stop::Person(person)
                        }
                        Some(through) => {
                            on.push(Link::Forgotten(*through));
                            Stop::Person(person)
                        }
                        None => {
                            roots.extend((!is_repeated).then_some(person));
                            Stop::Root(person)
                        }
                    }
                }
            };
            if steps.len() < MAX_STEPS {
                steps.push(Step { depth, to, is_repeated });
            } else {
                is_cut = true;
            }
            if !is_repeated {
                open.extend(ways(depth + 1, &on));
            }
        }
        let met = |person: &PersonId| self.first.get(person).map(|first| first.met_at);
        roots.sort_by_key(|person| (met(person), *person));
        let earliest = roots.first().and_then(met);
        let days = earliest.map(|met_at| outcome.fields.date.days() - Date::of(met_at).days());
        let people = people.into_iter().collect();
        Traced { outcome: outcome.clone(), steps, is_cut, people, roots, days }
    }

    fn is_in(&self, focus: &Focus, traced: &Traced) -> bool {
        let at = |name: &String| {
            let name = name.trim().to_lowercase();
            let mut events = traced.roots.iter().filter_map(|root| self.first.get(root));
            events.any(|first| first.event.as_str().to_lowercase() == name)
        };
        focus.event.as_ref().is_none_or(at)
            && focus.person.is_none_or(|person| traced.people.contains(&self.same.end(&person)))
            && focus.since.is_none_or(|day| traced.outcome.fields.date >= day)
    }

    fn summed_up(self, outcomes: Vec<Traced>) -> Lookback {
        let mut people = BTreeMap::<PersonId, Grown>::new();
        let mut events = BTreeMap::<&Event, Paid>::new();
        let mut years = BTreeMap::<i16, Year>::new();
        for Handshake { met_at, event, .. } in self.first.values() {
            if !event.is_none() {
                events.entry(event).or_insert_with(|| Paid::at(event)).handshakes += 1;
            }
            let year = Date::of(*met_at).year();
            years.entry(year).or_insert_with(|| Year::of(year)).handshakes += 1;
        }
        for Traced { outcome, people: had_part, roots, .. } in &outcomes {
            let (id, day) = (outcome.id, outcome.fields.date);
            years.entry(day.year()).or_insert_with(|| Year::of(day.year())).happened.push(id);
            for person in had_part {
                let grown = people.entry(*person).or_insert_with(|| Grown::from(*person));
                grown.outcomes.push(id);
                grown.roots += usize::from(roots.contains(person));
            }
            // The earliest root of each event and year speaks for it.
            let (mut seen_events, mut seen_years) = (BTreeSet::new(), BTreeSet::new());
            for Handshake { met_at, event, .. } in roots.iter().filter_map(|r| self.first.get(r)) {
                let met_on = Date::of(*met_at);
                if let Some(paid) = events.get_mut(event).filter(|_| seen_events.insert(event)) {
                    paid.outcomes.push(id);
                    paid.days.push(day.days() - met_on.days());
                }
                if let Some(year) = years.get_mut(&met_on.year())
                    && seen_years.insert(met_on.year())
                {
                    year.began.push(id);
                }
            }
        }
        let mut people: Vec<Grown> = people.into_values().collect();
        let met = |person: &PersonId| self.first.get(person).map(|first| first.met_at);
        people.sort_by_key(|g| (Reverse((g.outcomes.len(), g.roots)), met(&g.person), g.person));
        let mut events: Vec<Paid> = events.into_values().collect();
        events.sort_by_key(|paid| Reverse((paid.outcomes.len(), paid.handshakes)));
        let years = years.into_values().collect();
        let of_interest: BTreeSet<PersonId> = outcomes
            .iter()
            .flat_map(|traced| &traced.people)
            .chain(&self.circles)
            .copied()
            .collect();
        let mut known = self.first;
        known.retain(|person, _| of_interest.contains(person));
        Lookback { outcomes, people, events, years, circles: self.circles, known }
    }
}

/// Takes a contact in under the person who stands for it.
fn add(first: &mut BTreeMap<PersonId, Handshake>, person: PersonId, line: Summary) {
    let Summary { person: own, name, first_met_at, first_event, .. } = line;
    let new = Handshake { person, name, met_at: first_met_at, event: first_event };
    match first.entry(person) {
        Entry::Vacant(entry) => drop(entry.insert(new)),
        Entry::Occupied(mut entry) => {
            let there = entry.get_mut();
            if own == person {
                there.name.clone_from(&new.name);
            }
            if new.met_at < there.met_at {
                (there.met_at, there.event) = (new.met_at, new.event);
            }
        }
    }
}

/// Where links lead, the first one on top of the stack.
fn ways(depth: usize, links: &[Link]) -> impl Iterator<Item = (usize, Link)> {
    links.iter().rev().map(move |link| (depth, *link))
}

impl Grown {
    fn from(person: PersonId) -> Self {
        Self { person, outcomes: Vec::new(), roots: 0 }
    }
}

impl Paid {
    fn at(event: &Event) -> Self {
        Self { event: event.clone(), handshakes: 0, outcomes: Vec::new(), days: Vec::new() }
    }
}

impl Year {
    fn of(year: i16) -> Self {
        Self { year, handshakes: 0, happened: Vec::new(), began: Vec::new() }
    }
}
