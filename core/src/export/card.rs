//! What leaves of a contact: the one record that every format writes.

use std::collections::BTreeMap;

use super::Include;
use crate::badge::{BadgeFields, Field};
use crate::book::{
    Book, Contact, FollowUp, Introduction, Link, Meeting, Note, Outcome, OutcomeFields, Rating,
    ReadError,
};
use crate::event::Event;
use crate::identity::PersonId;
use crate::receipt::{Comparison, State};
use crate::time::UnixTime;

/// A person as they leave. What may not leave isn't in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Card {
    pub(super) person: PersonId,
    /// The badge that was shown last or signed since, of which fields that don't leave are empty.
    pub(super) fields: BadgeFields,
    /// First to last.
    pub(super) encounters: Vec<Encountered>,
    pub(super) written: Option<Written>,
    /// By day, oldest first.
    pub(super) outcomes: Option<Vec<Outcome>>,
    /// Later for a card that says more. Not a moment at which anything happened.
    pub(super) revised: Option<UnixTime>,
}

/// One encounter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Encountered {
    pub(super) met_at: UnixTime,
    pub(super) event: Event,
    pub(super) state: State,
    pub(super) comparison: Comparison,
}

/// What the owner wrote about someone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Written {
    pub(super) notes: Vec<String>,
    pub(super) tags: Vec<String>,
    pub(super) rating: Option<Rating>,
    pub(super) follow_up: Option<FollowUp>,
    pub(super) place: Option<String>,
    pub(super) introduced: Option<Introduced>,
}

/// By whom someone was introduced, with the name that stands in the book.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Introduced {
    pub(super) introduction: Introduction,
    pub(super) name: Option<String>,
}

impl Card {
    /// Of one contact alone: badge and encounters.
    pub(super) fn plain(contact: &Contact) -> Self {
        let of = [contact];
        let encounters = encounters(&of);
        Self {
            person: contact.person(),
            fields: contact.badge().fields().clone(),
            revised: revised(&encounters, updates(contact)),
            encounters,
            written: None,
            outcomes: None,
        }
    }

    /// The furthest that they went in any encounter; nothing where encounters don't leave.
    pub(super) fn state(&self) -> Option<State> {
        self.encounters.iter().map(|met| met.state).max()
    }

    /// The events at which they were met, each once.
    pub(super) fn events(&self) -> Vec<&str> {
        let mut events = Vec::new();
        for event in self.encounters.iter().map(|met| met.event.as_str()) {
            if !event.is_empty() && !events.contains(&event) {
                events.push(event);
            }
        }
        events
    }

    /// The owner's tags, if they leave.
    pub(super) fn tags(&self) -> &[String] {
        self.written.as_ref().map_or(&[], |written| &written.tags)
    }

    /// What an address book files them under: events and tags, each once.
    pub(super) fn categories(&self) -> Vec<&str> {
        let mut all = self.events();
        for tag in self.tags() {
            if !all.contains(&tag.as_str()) {
                all.push(tag);
            }
        }
        all
    }
}

/// Makes cards of a book's contacts.
pub(super) struct Cards<'a> {
    book: &'a Book,
    include: &'a Include,
    /// Contacts that are the same person, behind the one that stands for them.
    behind: BTreeMap<PersonId, Vec<PersonId>>,
    outcomes: Option<Outcomes>,
}

impl<'a> Cards<'a> {
    pub(super) fn of(book: &'a Book, include: &'a Include) -> Result<Self, ReadError> {
        let outcomes = if include.outcomes { Some(Outcomes::of(book)?) } else { None };
        Ok(Self { book, include, behind: book.standing_behind()?, outcomes })
    }

    /// Whoever stands for `person`.
    pub(super) fn first(&self, person: &PersonId) -> PersonId {
        let mut all = self.behind.iter();
        all.find(|(_, behind)| behind.contains(person)).map_or(*person, |(first, _)| *first)
    }

    /// The contacts that are one person with `person`, who stands for them.
    pub(super) fn behind(
        &self,
        person: PersonId,
    ) -> impl Iterator<Item = Result<Contact, ReadError>> {
        let behind = self.behind.get(&person).into_iter().flatten();
        behind.filter_map(|other| self.book.contact(other).transpose())
    }

    /// The card of the person for whom this contact stands.
    pub(super) fn card(&self, first: &Contact) -> Result<Card, ReadError> {
        let person = first.person();
        let others = self.behind(person).collect::<Result<Vec<_>, _>>()?;
        let all: Vec<&Contact> = [first].into_iter().chain(&others).collect();
        let include = self.include;
        let outcomes = self.outcomes.as_ref().map(|outcomes| outcomes.of_any(&all, include));
        let written = all.iter().map(|contact| contact.revision()).filter(|_| include.notes);
        let written = written.chain(outcomes.iter().flatten().map(|outcome| outcome.revision));
        let latest = written.max().unwrap_or(0);
        let (encounters, revised) = if include.has_encounters() {
            let encounters = encounters(&all);
            let steps = latest.saturating_add(updates(first)).saturating_add(further_runs(&all));
            let revised = revised(&encounters, steps);
            (encounters, revised)
        } else {
            (Vec::new(), None)
        };
        let written = if include.notes { Some(self.written(&all)?) } else { None };
        let fields = filtered(first.badge().fields(), include);
        Ok(Card { person, fields, encounters, written, outcomes, revised })
    }

    /// What was written about any of these contacts; of what there is one of, that of the first who
    /// has it.
    fn written(&self, all: &[&Contact]) -> Result<Written, ReadError> {
        let introduced = match all.iter().find_map(|contact| contact.introduction()) {
            Some(introduction) => {
                let by = introduction.by.map(|by| self.first(&by));
                let introduction = Introduction { by, ..introduction };
                let by = by.map(|by| self.book.contact(&by)).transpose()?.flatten();
                Some(Introduced { introduction, name: by.map(|by| by.name().to_owned()) })
            }
            None => None,
        };
        let mut tags = Vec::new();
        for tag in all.iter().flat_map(|contact| contact.tags()) {
            if !tags.contains(tag) {
                tags.push(tag.clone());
            }
        }
        Ok(Written {
            notes: all.iter().flat_map(|c| c.notes()).flat_map(Note::texts).cloned().collect(),
            tags,
            rating: all.iter().find_map(|contact| contact.rating()),
            follow_up: all.iter().find_map(|contact| contact.follow_up()),
            place: all.iter().find_map(|contact| contact.place()).map(str::to_owned),
            introduced,
        })
    }
}

/// Outcomes by whoever had a part in them.
struct Outcomes {
    all: Vec<Outcome>,
    /// Indices into `all`.
    of: BTreeMap<Link, Vec<usize>>,
}

impl Outcomes {
    fn of(book: &Book) -> Result<Self, ReadError> {
        let all = book.outcomes()?;
        let mut of = BTreeMap::<_, Vec<_>>::new();
        for (number, outcome) in all.iter().enumerate() {
            for link in &outcome.links {
                of.entry(*link).or_default().push(number);
            }
        }
        Ok(Self { all, of })
    }

    /// Those to which any of these contacts led, or an encounter with them.
    fn of_any(&self, contacts: &[&Contact], include: &Include) -> Vec<Outcome> {
        let people = contacts.iter().map(|contact| Link::Contact(contact.person()));
        let met = contacts.iter().flat_map(|contact| contact.meetings());
        let links = people.chain(met.flat_map(Meeting::transcripts).map(Link::Encounter));
        let mut numbers: Vec<usize> =
            links.flat_map(|link| self.of.get(&link)).flatten().copied().collect();
        numbers.sort_unstable();
        numbers.dedup();
        let mut outcomes: Vec<Outcome> =
            numbers.into_iter().filter_map(|number| self.all.get(number).cloned()).collect();
        for outcome in &mut outcomes {
            // Its links name other people.
            outcome.links.clear();
            if !include.notes {
                outcome.notes.clear();
            }
        }
        outcomes
    }
}

/// The encounters with any of these contacts, first to last.
fn encounters(contacts: &[&Contact]) -> Vec<Encountered> {
    let all = contacts.iter().flat_map(|contact| contact.meetings());
    let mut all: Vec<Encountered> = all
        .map(|meeting| Encountered {
            met_at: meeting.met_at(),
            event: meeting.event().clone(),
            state: meeting.state(),
            comparison: meeting.comparison(),
        })
        .collect();
    all.sort_by_key(|met| met.met_at);
    all
}

/// How many badges they signed outside of a meeting.
fn updates(contact: &Contact) -> u64 {
    u64::try_from(contact.updates().len()).unwrap_or(u64::MAX)
}

/// How many runs were recorded beside the first.
fn further_runs(contacts: &[&Contact]) -> u64 {
    let runs =
        contacts.iter().flat_map(|contact| contact.meetings()).flat_map(Meeting::transcripts);
    u64::try_from(runs.count()).unwrap_or(u64::MAX).saturating_sub(1)
}

/// The revision of a card: the owner's time of the latest encounter, and a second later for each further
/// one, for each that was confirmed, for each badge that was signed since, and for each step of the number
/// by which the owner's writing is ordered. It depends on nothing else, so the same card has the same one,
/// and one that says more a later one; RFC 6350 §6.7.4 has only times for this. It may lie ahead of today,
/// by a day in a book of 100,000 entries. An outcome that was taken away takes its steps along.
fn revised(encounters: &[Encountered], steps: u64) -> Option<UnixTime> {
    let latest = encounters.iter().map(|met| met.met_at).max()?;
    let confirmed = encounters.iter().filter(|met| met.state == State::Confirmed).count();
    Some(latest.plus(steps.saturating_add(u64::try_from(confirmed).unwrap_or(u64::MAX))))
}

fn filtered(fields: &BadgeFields, include: &Include) -> BadgeFields {
    let one = |field, value: &Option<String>| value.clone().filter(|_| include.has(field));
    let all =
        |field, values: &Vec<String>| if include.has(field) { values.clone() } else { Vec::new() };
    BadgeFields {
        name: fields.name.clone(),
        title: one(Field::Title, &fields.title),
        organisation: one(Field::Organisation, &fields.organisation),
        emails: all(Field::Email, &fields.emails),
        phones: all(Field::Phone, &fields.phones),
        urls: all(Field::Url, &fields.urls),
        handles: all(Field::Handle, &fields.handles),
        pronouns: one(Field::Pronouns, &fields.pronouns),
        line: one(Field::Line, &fields.line),
    }
}

/// What an outcome is, in a line.
pub(super) fn headline(fields: &OutcomeFields) -> String {
    let amount = fields.amount.map(|amount| format!(", {amount}")).unwrap_or_default();
    format!("{}, {}: {}{amount}", fields.date, fields.kind.as_str(), fields.title)
}
