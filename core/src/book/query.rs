//! Lists: whom one is looking for, in which order, a page at a time.

use std::collections::{BTreeMap, BTreeSet};

use super::summary::{self, Summary};
use super::ties::Ties;
use super::{Book, ReadError};
use crate::date::Date;
use crate::identity::PersonId;
use crate::receipt::State;
use crate::time::UnixTime;

/// Whom one is looking for. Everything that is set has to be so; the default finds everybody.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    /// As for [`Book::search`].
    pub text: String,
    /// Met at an event of this name, whatever its case.
    pub event: Option<String>,
    /// With this tag, whatever its case.
    pub tag: Option<String>,
    /// Introduced by this person, under whichever key, perhaps through others who were forgotten.
    pub introduced_by: Option<PersonId>,
    /// To be followed up by this day, and not done yet.
    pub due_by: Option<Date>,
    /// Met last at this time or later.
    pub since: Option<UnixTime>,
    /// With at least so many points.
    pub rating: Option<super::Rating>,
    /// Only those who confirmed.
    pub confirmed: bool,
    /// In which order.
    pub order: Order,
}

/// The order of a list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Order {
    /// Whoever was met last comes first.
    #[default]
    Latest,
    /// By name, as the root collation of Unicode sorts (UTS #10, CLDR), which serves all languages and
    /// is no language's own.
    Name,
    /// Whoever is to be followed up first comes first; those who aren't, last.
    Due,
}

/// A place in a list, after which the next page begins. It stays right while people come and go.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cursor(Place);

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    /// Due dates, of which none is later than all.
    due: Option<(bool, Option<Date>)>,
    key: Option<Vec<u8>>,
    latest: core::cmp::Reverse<u64>,
    person: PersonId,
}

/// Part of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Page {
    /// The people on it.
    pub people: Vec<Summary>,
    /// Where the next one begins; `None` on the last.
    pub next: Option<Cursor>,
}

impl Query {
    /// Those whom these words find.
    pub fn of(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    fn place(&self, line: &Summary) -> Place {
        let due = || line.follow_up.filter(|follow_up| !follow_up.done).map(|f| f.on);
        Place {
            due: (self.order == Order::Due).then(|| (due().is_none(), due())),
            key: (self.order == Order::Name).then(|| line.key.clone()),
            latest: core::cmp::Reverse(line.latest),
            person: line.person,
        }
    }

    pub(crate) fn is_for_everybody(&self) -> bool {
        *self == Self { order: self.order, ..Self::default() }
    }
}

/// A query made ready.
struct Wanted<'a> {
    query: &'a Query,
    ties: &'a Ties,
    words: Vec<String>,
    event: Option<String>,
    tag: Option<String>,
}

impl<'a> Wanted<'a> {
    fn new(query: &'a Query, ties: &'a Ties) -> Self {
        let fold = |text: &Option<String>| text.as_deref().map(fold);
        let words = summary::wanted(&query.text);
        Self { query, ties, words, event: fold(&query.event), tag: fold(&query.tag) }
    }

    fn takes(&self, line: &Summary) -> bool {
        let Query { introduced_by, due_by, since, rating, confirmed, .. } = self.query;
        line.has(&self.words)
            && self.event.as_ref().is_none_or(|wanted| {
                line.events.iter().any(|event| fold(event.as_str()) == *wanted)
            })
            && self
                .tag
                .as_ref()
                .is_none_or(|wanted| line.tags.iter().any(|tag| fold(tag) == *wanted))
            && introduced_by.is_none_or(|by| {
                let introducer = line.introduction().and_then(|introduction| introduction.by);
                introducer.map(|person| self.ties.end(&person)) == Some(self.ties.end(&by))
            })
            && due_by.is_none_or(|day| line.follow_up.is_some_and(|f| !f.done && f.on <= day))
            && since.is_none_or(|time| line.met_at >= time)
            && rating.is_none_or(|least| line.rating >= Some(least))
            && (!confirmed || line.state == State::Confirmed)
    }
}

/// Case folding of one line, for comparing whole names.
fn fold(text: &str) -> String {
    text.trim().chars().flat_map(char::to_lowercase).collect()
}

impl Book {
    /// At most `limit` of the people whom `query` finds, after the place where the last page ended.
    /// Contacts that are one person come once, as the one that stands for them, where any of them
    /// fits.
    pub fn list(
        &self,
        query: &Query,
        after: Option<&Cursor>,
        limit: usize,
    ) -> Result<Page, ReadError> {
        let ties = self.same_people()?;
        let wanted = Wanted::new(query, &ties);
        // A list of everybody in the roster's own order ends with the page.
        let stops = query.order == Order::Latest && query.is_for_everybody();
        let fits = |line: &Summary| after.is_none_or(|Cursor(after)| query.place(line) > *after);
        let found = self.go_through(|found: &mut Found, line| {
            let first = ties.end(&line.person);
            if first != line.person {
                if wanted.takes(&line) && !stops {
                    found.behind.insert(first);
                }
            } else if wanted.takes(&line) && fits(&line) {
                found.put(query.place(&line), line, limit);
            }
            !(stops && found.people.len() > limit)
        })?;
        let Found { mut people, behind } = found;
        for first in behind {
            let line = self.contact(&first)?.as_ref().map(Summary::of);
            if let Some(line) = line.filter(fits) {
                people.insert(query.place(&line), line);
            }
        }
        let more = people.len() > limit;
        let mut page = Page::default();
        for (place, line) in people.into_iter().take(limit) {
            page.next = more.then_some(Cursor(place));
            page.people.push(line);
        }
        Ok(page)
    }

    /// Everyone whom `query` finds, in its order, by nothing but their ids: as [`Book::list`] without
    /// pages, for going through many of them one by one.
    pub fn find(&self, query: &Query) -> Result<Vec<PersonId>, ReadError> {
        let ties = self.same_people()?;
        let wanted = Wanted::new(query, &ties);
        let (mut places, behind) = self.go_through(|found: &mut (Vec<_>, BTreeSet<_>), line| {
            let first = ties.end(&line.person);
            if wanted.takes(&line) {
                if first == line.person {
                    found.0.push(query.place(&line));
                } else {
                    found.1.insert(first);
                }
            }
            true
        })?;
        for first in behind {
            let contact = self.contact(&first)?;
            places.extend(contact.map(|contact| query.place(&Summary::of(&contact))));
        }
        places.sort_unstable();
        places.dedup();
        Ok(places.into_iter().map(|place| place.person).collect())
    }

    /// How many people `query` finds.
    pub fn count(&self, query: &Query) -> Result<usize, ReadError> {
        let ties = self.same_people()?;
        let wanted = Wanted::new(query, &ties);
        let people = self.go_through(|people: &mut BTreeSet<PersonId>, line| {
            if wanted.takes(&line) {
                people.insert(ties.end(&line.person));
            }
            true
        })?;
        Ok(people.len())
    }
}

/// What was found so far: the first few by their places.
#[derive(Default)]
struct Found {
    people: BTreeMap<Place, Summary>,
    /// Those who stand for somebody who fits.
    behind: BTreeSet<PersonId>,
}

impl Found {
    /// Keeps one more than `limit`, which tells whether there are more.
    fn put(&mut self, place: Place, line: Summary, limit: usize) {
        self.people.insert(place, line);
        if self.people.len() > limit.saturating_add(1) {
            self.people.pop_last();
        }
    }
}
