//! Outcomes: what a handshake led to in life.

use lapel::book as core;
use lapel::book::OutcomeKind;

use crate::contact::{Introduction, Note};
use crate::error::LapelError;

/// What an outcome is, when and how much.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct OutcomeFields {
    /// `job`, `deal`, `talk`, `project`, `friendship`, or a kind of the owner's own.
    pub kind: String,
    /// What it is called.
    pub title: String,
    /// The day it happened, as `2026-11-26`.
    pub date: String,
    /// What it was worth, as `1200.50 EUR`.
    #[uniffi(default = None)]
    pub amount: Option<String>,
}

/// Something that handshakes led to.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Outcome {
    /// Names it: 32 hexadecimal digits.
    pub id: String,
    /// What it is, when and how much.
    pub fields: OutcomeFields,
    /// What led to it.
    pub links: Vec<OutcomeLink>,
    /// The owner's notes on it.
    pub notes: Vec<Note>,
}

/// What led to an outcome.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum OutcomeLink {
    /// A person who was met.
    Contact {
        /// Who.
        person: String,
    },
    /// One encounter.
    Encounter {
        /// Which.
        transcript: String,
    },
    /// An earlier outcome.
    Outcome {
        /// Which.
        id: String,
    },
    /// Someone whom the owner chose to forget, and who had introduced them.
    Forgotten {
        /// How many in a row, and who is behind them.
        introduction: Introduction,
    },
}

impl OutcomeFields {
    pub(crate) fn checked(self) -> Result<core::OutcomeFields, LapelError> {
        let kind = OutcomeKind::new(&self.kind).map_err(core::BookError::OutcomeKind)?;
        let (date, amount) = (self.date.parse()?, self.amount.map(|a| a.parse()).transpose()?);
        Ok(core::OutcomeFields { kind, title: self.title, date, amount })
    }
}

impl OutcomeLink {
    pub(crate) fn checked(self) -> Result<core::Link, LapelError> {
        Ok(match self {
            Self::Contact { person } => core::Link::Contact(person.parse()?),
            Self::Encounter { transcript } => core::Link::Encounter(transcript.parse()?),
            Self::Outcome { id } => core::Link::Outcome(id.parse()?),
            Self::Forgotten { introduction: Introduction { forgotten, by } } => {
                let by = by.map(|id| id.parse()).transpose()?;
                core::Link::Forgotten(core::Introduction { forgotten, by })
            }
        })
    }
}

impl From<&core::Outcome> for Outcome {
    fn from(outcome: &core::Outcome) -> Self {
        let fields = &outcome.fields;
        Self {
            id: outcome.id.to_string(),
            fields: OutcomeFields {
                kind: fields.kind.as_str().to_owned(),
                title: fields.title.clone(),
                date: fields.date.to_string(),
                amount: fields.amount.map(|amount| amount.to_string()),
            },
            links: outcome.links.iter().map(|link| OutcomeLink::from(*link)).collect(),
            notes: outcome.notes.iter().map(Note::from).collect(),
        }
    }
}

impl From<core::Link> for OutcomeLink {
    fn from(link: core::Link) -> Self {
        match link {
            core::Link::Contact(person) => Self::Contact { person: person.to_string() },
            core::Link::Encounter(th) => Self::Encounter { transcript: th.to_string() },
            core::Link::Outcome(id) => Self::Outcome { id: id.to_string() },
            core::Link::Forgotten(introduction) => {
                Self::Forgotten { introduction: introduction.into() }
            }
        }
    }
}
