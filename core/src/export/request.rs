//! What is asked for: who, what of them, and as what.

use core::fmt;
use core::str::FromStr;
use std::collections::BTreeSet;

use super::Format;
use crate::badge::Field;
use crate::book::Query;
use crate::identity::PersonId;

/// Who is to leave, what of them, and as what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// As what.
    pub format: Format,
    /// Who.
    pub selection: Selection,
    /// What of them.
    pub include: Include,
}

impl Request {
    /// Everybody, without a word of the owner's.
    pub fn everybody(format: Format) -> Self {
        Self { format, selection: Selection::default(), include: Include::default() }
    }
}

/// Who is to leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selection {
    /// Whomever the query finds, in its order.
    Found(Query),
    /// These people, in this order; each once, whichever of their contacts are named.
    People(Vec<PersonId>),
}

/// Everybody.
impl Default for Selection {
    fn default() -> Self {
        Self::Found(Query::default())
    }
}

/// What of a contact may leave. Name and id always do.
///
/// The default is what both sides know: the badge that was shown, and the encounters. What the owner
/// wrote is asked for by itself, tags included: a tag such as "avoid" is nothing for an address book
/// that others see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Include {
    /// Fields of the badge, and the encounters.
    pub parts: BTreeSet<Part>,
    /// What the owner wrote about them: notes, tags, points, place, follow-up, and who introduced
    /// them, which names a third person.
    pub notes: bool,
    /// The outcomes in which they had a part, with the owner's notes on those if `notes` says so.
    pub outcomes: bool,
}

impl Default for Include {
    fn default() -> Self {
        Self { parts: Part::all().collect(), notes: false, outcomes: false }
    }
}

impl Include {
    /// Everything that is known of them.
    pub fn everything() -> Self {
        Self { notes: true, outcomes: true, ..Self::default() }
    }

    /// The parts that a list such as `email,phone,encounters` names, and nothing of the owner's.
    ///
    /// # Errors
    /// [`NotAPart`] for the first name that isn't one.
    pub fn only(list: &str) -> Result<Self, NotAPart> {
        let parts = list.split(',').map(|name| name.trim().parse()).collect::<Result<_, _>>()?;
        Ok(Self { parts, notes: false, outcomes: false })
    }

    /// Whether a field of the badge leaves.
    pub fn has(&self, field: Field) -> bool {
        field == Field::Name || self.parts.contains(&Part::Badge(field))
    }

    /// Whether the encounters leave: when, at which event, and how far both went. Without them no
    /// revision leaves either, since it is a time.
    pub fn has_encounters(&self) -> bool {
        self.parts.contains(&Part::Encounters)
    }
}

/// A part of a contact that can be left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// A field of the badge.
    Badge(Field),
    /// The encounters.
    Encounters,
}

impl Part {
    /// All of them.
    pub fn all() -> impl Iterator<Item = Self> {
        Field::ALL.into_iter().map(Self::Badge).chain([Self::Encounters])
    }
}

/// As a list names it: `email`, `encounters`.
impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Badge(field) => field.fmt(f),
            Self::Encounters => f.write_str("encounters"),
        }
    }
}

impl FromStr for Part {
    type Err = NotAPart;

    fn from_str(name: &str) -> Result<Self, NotAPart> {
        let named = Self::all().find(|part| part.to_string() == name);
        named.ok_or_else(|| NotAPart(name.chars().take(40).collect()))
    }
}

/// The text names no part of a contact.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is no field of a contact; there are {all}", all = names())]
pub struct NotAPart(String);

impl NotAPart {
    /// What was written, or the first 40 characters of it.
    pub fn text(&self) -> &str {
        &self.0
    }
}

fn names() -> String {
    Part::all().map(|part| part.to_string()).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_parts_leaves_nothing_else_but_the_name() {
        let only = Include::only("email, encounters").unwrap();
        assert!(only.has(Field::Name) && only.has(Field::Email) && only.has_encounters());
        assert!(!only.has(Field::Phone) && !only.notes && !only.outcomes);
        let all = Part::all().map(|part| part.to_string()).collect::<Vec<_>>().join(",");
        assert_eq!(Include::only(&all), Ok(Include::default()));
    }

    #[test]
    fn an_unknown_part_is_named_beside_those_there_are() {
        let error = Include::only("email,shoe size").unwrap_err();
        assert_eq!(
            error.to_string(),
            "\"shoe size\" is no field of a contact; there are name, title, organisation, email, \
             phone, url, handle, pronouns, line, encounters"
        );
        assert!(Include::only("").is_err());
    }
}
