//! Lives the story: each handshake on its day, then what was written down, what came of it, and who
//! was forgotten.

use core::time::Duration;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use lapel::badge::{Badge, BadgeFields};
use lapel::book::{Amount, Book, Link, OutcomeFields, OutcomeId, OutcomeKind, Rating};
use lapel::date::Date;
use lapel::event::Event;
use lapel::exchange::{Exchange, Options};
use lapel::identity::PersonId;
use lapel::time::UnixTime;
use lapel::transcript::Transcript;
use lapel::vault::KeyVault;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use tempfile::TempDir;

use crate::crowd::{Passing, crowd};
use crate::keys::Keys;
use crate::story::{AGAIN, CAME, CAST, Came, FORGOTTEN, Led, Met, OWNER, SAID, SAME, Said};
use crate::table::{Side, meet};
use crate::{Life, LifeError};

const SEED: u64 = 2016;

/// A handshake to come.
struct Handshake {
    who: String,
    badge: Badge,
    day: Date,
    event: Event,
    by: &'static str,
    walks_off: bool,
}

pub(crate) struct Writer {
    book: Book,
    badge: Badge,
    rng: ChaCha20Rng,
    /// Where the others' phones are.
    phones: TempDir,
    /// And their keys.
    keys: Arc<Keys>,
    /// The first handshake of all, and since then the monotonic clock runs.
    began: Option<UnixTime>,
    /// The day it is, and how many were met on it so far.
    today: Option<(Date, u32)>,
    people: BTreeMap<String, PersonId>,
    encounters: BTreeMap<(String, Date), Transcript>,
    outcomes: BTreeMap<String, OutcomeId>,
}

impl Writer {
    /// An empty book.
    pub(crate) fn begin(home: &Path, vault: Arc<dyn KeyVault>) -> Result<Self, LifeError> {
        let mut rng = ChaCha20Rng::seed_from_u64(SEED);
        let (mut book, report) = Book::open(home, vault, &mut rng)?;
        if !report.created {
            return Err(LifeError::NotEmpty);
        }
        let (name, title, organisation) = OWNER;
        let badge = badge(name, title, organisation)?;
        book.set_badge("work", &badge, &mut rng)?;
        let (began, today, phones) = (None, None, tempfile::tempdir()?);
        let (people, encounters, outcomes) = Default::default();
        let keys = Arc::default();
        Ok(Self { book, badge, rng, phones, keys, began, today, people, encounters, outcomes })
    }

    pub(crate) fn live(mut self) -> Result<Life, LifeError> {
        for handshake in handshakes()? {
            self.shake(&handshake)?;
        }
        for (who, said) in &SAID {
            self.say(who, said)?;
        }
        self.write_about_the_crowd()?;
        for (old, new) in SAME {
            let (old, new) = (self.person(old)?, self.person(new)?);
            self.book.merge_people(&old, &new, &mut self.rng)?;
        }
        for came in &CAME {
            self.came(came)?;
        }
        for who in FORGOTTEN {
            let person = self.person(who)?;
            self.book.forget(&[person], &mut self.rng)?;
        }
        Ok(Life { book: self.book, people: self.people, outcomes: self.outcomes })
    }

    fn person(&self, who: &str) -> Result<PersonId, LifeError> {
        self.people.get(who).copied().ok_or_else(|| LifeError::Unknown(who.into()))
    }

    /// The owner and the other one take turns in who scans an answer; whoever walks off has answered.
    fn shake(&mut self, to: &Handshake) -> Result<(), LifeError> {
        let number = self.encounters.len();
        let wall = self.wall(to.day);
        let began = *self.began.get_or_insert(wall);
        let now = Duration::from_secs(u64::from(wall.seconds() - began.seconds()));
        let (mut theirs, mut rng) = self.phone(&to.who)?;
        self.people.insert(to.who.clone(), theirs.identity().person());
        let mine = begin(&self.book, &self.badge, &to.event, now, wall, &mut self.rng)?;
        let their = begin(&theirs, &to.badge, &to.event, now, wall, &mut rng)?;
        let mut owner = Side { exchange: mine, book: &mut self.book, rng: &mut self.rng };
        let mut other = Side { exchange: their, book: &mut theirs, rng: &mut rng };
        let transcript = if to.walks_off || number.is_multiple_of(2) {
            meet(&mut owner, &mut other, now, to.walks_off)?
        } else {
            meet(&mut other, &mut owner, now, false)?
        };
        self.encounters.insert((to.who.clone(), to.day), transcript);
        if !to.by.is_empty() {
            let (person, by) = (self.person(&to.who)?, self.person(to.by)?);
            self.book.set_introducer(&person, Some(by), &mut self.rng)?;
        }
        Ok(())
    }

    /// Nine in the morning, and then one handshake every five minutes.
    fn wall(&mut self, day: Date) -> UnixTime {
        let count = self.today.filter(|(today, _)| *today == day).map_or(0, |(_, count)| count);
        self.today = Some((day, count + 1));
        UnixTime::clamped(i64::from(day.days()) * 86_400 + 9 * 3_600 + i64::from(count) * 300)
    }

    /// Someone's phone. What is random in it is their own and another each time they are met, so that
    /// they are the same whoever else is in the story.
    fn phone(&self, who: &str) -> Result<(Book, ChaCha20Rng), LifeError> {
        let number = who.bytes().fold(7, |n: u64, b| n.wrapping_mul(31).wrapping_add(b.into()));
        let mut rng = ChaCha20Rng::seed_from_u64(SEED.wrapping_add(number));
        let again = self.encounters.keys().filter(|(met, _)| met == who).count();
        rng.set_stream(u64::try_from(again).unwrap_or_default());
        let vault = Arc::<Keys>::clone(&self.keys);
        let (book, _) = Book::open(&self.phones.path().join(who), vault, &mut rng)?;
        Ok((book, rng))
    }

    fn say(&mut self, who: &str, said: &Said) -> Result<(), LifeError> {
        let (person, rng) = (self.person(who)?, &mut self.rng);
        let book = &mut self.book;
        match *said {
            Said::Note(note) => book.note(&person, note, rng).map(drop)?,
            Said::Tag(tag) => book.tag(&person, tag, rng)?,
            Said::Rating(points) => book.rate(&person, Some(Rating::new(points)?), rng)?,
            Said::Place(place) => book.set_place(&person, place, rng)?,
            Said::FollowUp(on) => book.follow_up(&person, Some(on.parse()?), rng)?,
            Said::Done => book.followed_up(&person, rng)?,
        }
        Ok(())
    }

    /// Every tenth of them is somebody to write to, every seventh is worth three points.
    fn write_about_the_crowd(&mut self) -> Result<(), LifeError> {
        for number in 0..256 {
            let who = crowd_name(number);
            if number.is_multiple_of(10) {
                self.say(&who, &Said::Tag("to write to"))?;
            }
            if number.is_multiple_of(7) {
                self.say(&who, &Said::Rating(3))?;
            }
        }
        Ok(())
    }

    fn came(&mut self, came: &Came) -> Result<(), LifeError> {
        let kind = OutcomeKind::new(came.kind).map_err(|_| LifeError::Unknown(came.kind.into()))?;
        let date: Date = came.day.parse()?;
        let amount = Some(came.amount).filter(|amount| !amount.is_empty());
        let amount: Option<Amount> = amount.map(str::parse).transpose()?;
        let fields = OutcomeFields { kind, title: came.title.into(), date, amount };
        let links: Result<Vec<Link>, LifeError> = came.led.iter().map(|l| self.link(l)).collect();
        // Its id is what comes first, and so repeats with the outcome.
        let number = u64::try_from(self.outcomes.len()).unwrap_or_default();
        let mut rng = ChaCha20Rng::seed_from_u64(SEED);
        rng.set_stream(1 + number);
        let id = self.book.add_outcome(&fields, &links?, date, &mut rng)?;
        self.outcomes.insert(came.what.into(), id);
        Ok(())
    }

    fn link(&self, led: &Led) -> Result<Link, LifeError> {
        let unknown = |what: &str| LifeError::Unknown(what.into());
        Ok(match *led {
            Led::By(who) => Link::Contact(self.person(who)?),
            Led::On(who, day) => {
                let encounter = self.encounters.get(&(who.to_owned(), day.parse()?));
                Link::Encounter(*encounter.ok_or_else(|| unknown(who))?)
            }
            Led::After(what) => {
                Link::Outcome(*self.outcomes.get(what).ok_or_else(|| unknown(what))?)
            }
        })
    }
}

fn begin(
    book: &Book,
    badge: &Badge,
    event: &Event,
    now: Duration,
    wall: UnixTime,
    rng: &mut ChaCha20Rng,
) -> Result<Exchange, LifeError> {
    let options = Options { event: event.clone(), ..Options::default() };
    Ok(Exchange::begin(book.identity(), badge, options, now, wall, book.counter(), rng)?)
}

/// All handshakes, by day; those of one day as they are told, the story's first.
fn handshakes() -> Result<Vec<Handshake>, LifeError> {
    let story = CAST.iter().chain(&AGAIN).map(told);
    let all = story.chain(crowd().iter().map(passing)).collect::<Result<Vec<_>, _>>();
    all.map(|mut all| {
        all.sort_by_key(|handshake| handshake.day);
        all
    })
}

fn told(met: &Met) -> Result<Handshake, LifeError> {
    let badge = badge(met.name, met.title, met.organisation)?;
    let (day, event) = (met.day.parse()?, Event::new(met.event)?);
    Ok(Handshake { who: met.who.into(), badge, day, event, by: met.by, walks_off: false })
}

fn passing(met: &Passing) -> Result<Handshake, LifeError> {
    let badge = badge(&met.name, met.title, met.organisation)?;
    let (who, day, event) = (crowd_name(met.number), met.day.parse()?, Event::new(met.event)?);
    Ok(Handshake { who, badge, day, event, by: "", walks_off: met.walks_off })
}

fn crowd_name(number: usize) -> String {
    format!("crowd {number}")
}

fn badge(name: &str, title: &str, organisation: &str) -> Result<Badge, LifeError> {
    let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let (title, organisation) = (some(title), some(organisation));
    let fields = BadgeFields { name: name.into(), title, organisation, ..BadgeFields::default() };
    Ok(Badge::new(fields)?)
}
