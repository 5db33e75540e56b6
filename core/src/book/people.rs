//! Going through people: everyone one by one, whoever was met last, and whom some words fit.
//!
//! Lists of [`Summary`] come out of the roster, which is drawn up when a list is asked for the first
//! time; what changed since is kept beside it in memory, until it is worth drawing it up again.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::iter;
use std::ops::ControlFlow;
use std::sync::PoisonError;

use super::entry::{Listed, about, person_of};
use super::query::Query;
use super::summary::Summary;
use super::{Book, Contact, ReadError, happening, unless_lost};
use crate::identity::PersonId;
use crate::ledger::Entry;
use crate::store::NewRoster;

/// So many changed people are kept beside the roster, in memory.
const CHANGED: usize = 512;
/// So many entries are read to bring the roster up to date; past that, it is drawn up again.
const BEHIND: u64 = 2_048;

/// What is known of the roster.
#[derive(Default)]
pub(super) struct Roster {
    /// The last entry in it; `None` as long as there is none.
    drawn_up_to: Option<u64>,
    /// The last entry in `changed`, or that changed nobody.
    seen: u64,
    /// People whom later entries are about, and who isn't in the book.
    changed: BTreeMap<PersonId, Option<Summary>>,
}

impl Book {
    /// Visits everyone in the book, in the order they were first met, until `visit` breaks. It holds
    /// one contact at a time, where [`Book::contacts`] holds all of them.
    pub fn each_contact(
        &self,
        visit: &mut dyn FnMut(Contact) -> ControlFlow<()>,
    ) -> Result<(), ReadError> {
        let Some(encounters) = Listed::Encounters.subject() else { return Ok(()) };
        self.each_met(self.store()?.entries_of(&encounters)?, visit)
    }

    /// At most `limit` people, each once, in the order of their latest encounters, newest first. It
    /// reads no more than that takes, however large the book is, unless the roster has to be drawn
    /// up.
    pub fn latest(&self, limit: usize) -> Result<Vec<Summary>, ReadError> {
        Ok(self.list(&Query::default(), None, limit)?.people)
    }

    /// Whoever has, for every word of `text`, some word that it begins, whatever its case and
    /// accents: in any field of any badge they showed or signed, in events, notes and tags. The one met last
    /// comes first. No words find everybody.
    pub fn search(&self, text: &str) -> Result<Vec<Summary>, ReadError> {
        Ok(self.list(&Query::of(text), None, usize::MAX)?.people)
    }

    /// The people of some encounters, each when they come first, until `visit` breaks.
    fn each_met(
        &self,
        encounters: impl Iterator<Item = Result<Entry, ReadError>>,
        visit: &mut dyn FnMut(Contact) -> ControlFlow<()>,
    ) -> Result<(), ReadError> {
        let is_all_about = self.store()?.only_entries()?;
        let mut people = BTreeSet::new();
        for entry in encounters {
            let Some(entry) = unless_lost(entry)? else { continue };
            let Some(person) = person_met(&entry) else { continue };
            let contact = if about(&person).is_some_and(|person| is_all_about(&person)) {
                Contact::fold(person, happening(&entry)?).0
            } else if people.insert(person) {
                self.contact(&person)?
            } else {
                None
            };
            if contact.is_some_and(|contact| visit(contact).is_break()) {
                break;
            }
        }
        Ok(())
    }

    /// What `take` makes of everyone, whoever was met last first, as long as it wants more. It may
    /// have to begin once more.
    pub(super) fn go_through<T: Default>(
        &self,
        take: impl Fn(&mut T, Summary) -> bool,
    ) -> Result<T, ReadError> {
        let mut roster = self.roster.lock().unwrap_or_else(PoisonError::into_inner);
        // A roster that turns out to be spoilt is drawn up once more.
        for _ in 0..2 {
            if !self.catch_up(&mut roster)? {
                break;
            }
            let mut taken = T::default();
            let done = self.each_in(&roster, &mut |summary| Ok(take(&mut taken, summary)));
            if done.is_ok() {
                return Ok(taken);
            }
            *roster = Roster::default();
            self.store()?.drop_roster();
        }
        // None can be kept, on a full disk for instance: all people, then, which takes longer.
        let mut taken = T::default();
        self.each_latest(&mut |contact| {
            let goes_on = take(&mut taken, Summary::of(&contact));
            if goes_on { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        })?;
        Ok(taken)
    }

    /// Brings the roster up to date. Gives whether there is one.
    fn catch_up(&self, roster: &mut Roster) -> Result<bool, ReadError> {
        let store = self.store()?;
        let last = store.last();
        if roster.drawn_up_to.is_none()
            && let Some((drawn_up_to, _)) = store.roster()
        {
            *roster =
                Roster { drawn_up_to: Some(drawn_up_to), seen: drawn_up_to, ..Roster::default() };
        }
        let Some(drawn_up_to) = roster.drawn_up_to.filter(|_| last - roster.seen <= BEHIND) else {
            return self.draw_up(roster);
        };
        let mut people = BTreeSet::new();
        for seq in roster.seen + 1..=last {
            let entry = unless_lost(store.entry(seq))?;
            people.extend(entry.as_ref().and_then(person_met));
        }
        for person in people {
            let summary = self.contact(&person)?.as_ref().map(Summary::of);
            roster.changed.insert(person, summary);
        }
        roster.seen = last;
        if roster.changed.len() > CHANGED || last - drawn_up_to > BEHIND {
            let merged = |new: &mut NewRoster| {
                self.each_in(roster, &mut |summary| new.put(&summary.encode()).map(|()| true))
            };
            let drawn_up = store.new_roster().and_then(|mut new| {
                merged(&mut new)?;
                new.finish()
            });
            // Otherwise it stays with what is kept beside it.
            if drawn_up.is_ok() {
                *roster = Roster { drawn_up_to: Some(last), seen: last, ..Roster::default() };
            }
        }
        Ok(true)
    }

    /// Draws the roster up out of the entries of the book. Gives whether it could be kept.
    fn draw_up(&self, roster: &mut Roster) -> Result<bool, ReadError> {
        *roster = Roster::default();
        let Ok(mut new) = self.store()?.new_roster() else { return Ok(false) };
        let mut kept = Ok(());
        self.each_latest(&mut |contact| {
            kept = new.put(&Summary::of(&contact).encode());
            if kept.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        })?;
        if kept.and_then(|()| new.finish()).is_err() {
            return Ok(false);
        }
        let last = self.store()?.last();
        *roster = Roster { drawn_up_to: Some(last), seen: last, ..Roster::default() };
        Ok(true)
    }

    /// Visits everyone, whoever was met last first, until `visit` breaks.
    fn each_latest(
        &self,
        visit: &mut dyn FnMut(Contact) -> ControlFlow<()>,
    ) -> Result<(), ReadError> {
        let Some(encounters) = Listed::Encounters.subject() else { return Ok(()) };
        self.each_met(self.store()?.entries_of(&encounters)?.rev(), visit)
    }

    /// Visits these people, each of whom [`Book::find`] gave, until `visit` breaks. If they are
    /// everybody, whoever was met last first, the book is read from end to end, which is quicker than
    /// looking each of them up; whatever else they are, they come in their own order.
    #[cfg(feature = "export")]
    pub(crate) fn each_of(
        &self,
        people: &[PersonId],
        are_everybody: bool,
        visit: &mut dyn FnMut(Contact) -> ControlFlow<()>,
    ) -> Result<(), ReadError> {
        let (mut left, mut goes_on) = (people.iter().peekable(), ControlFlow::Continue(()));
        if are_everybody {
            self.each_latest(&mut |contact| {
                // Whoever isn't next stands behind another.
                if left.next_if(|next| **next == contact.person()).is_some() {
                    goes_on = visit(contact);
                }
                goes_on
            })?;
        }
        for person in left {
            if goes_on.is_break() {
                break;
            }
            if let Some(contact) = self.contact(person)? {
                goes_on = visit(contact);
            }
        }
        Ok(())
    }

    /// The same out of the roster and of what is kept beside it, as long as `take` wants more.
    fn each_in(
        &self,
        roster: &Roster,
        take: &mut dyn FnMut(Summary) -> io::Result<bool>,
    ) -> io::Result<()> {
        let store = self.store().map_err(io::Error::other)?;
        let (_, mut lines) = store.roster().ok_or(io::ErrorKind::InvalidData)?;
        let mut changed: Vec<&Summary> = roster.changed.values().flatten().collect();
        changed.sort_unstable_by_key(|summary| summary.latest);
        let mut drawn_up = iter::from_fn(|| lines.next().transpose())
            .map(|line| Summary::decode(&line?).map_err(io::Error::other))
            .filter(|line| !matches!(line, Ok(s) if roster.changed.contains_key(&s.person)))
            .peekable();
        loop {
            let newer = match drawn_up.peek() {
                Some(Ok(line)) => changed.pop_if(|summary| summary.latest > line.latest),
                Some(Err(_)) => None,
                None => changed.pop(),
            };
            let next = match newer {
                Some(summary) => summary.clone(),
                None => match drawn_up.next() {
                    Some(line) => line?,
                    None => return Ok(()),
                },
            };
            if !take(next)? {
                return Ok(());
            }
        }
    }
}

/// Whom an entry is about, without reading what it says.
fn person_met(entry: &Entry) -> Option<PersonId> {
    entry.subjects.iter().find_map(person_of)
}
