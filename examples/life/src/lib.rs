//! Ten years of one person's life in a book: 300 contacts, 12 events, and 25 things that came of
//! them, for tests, documentation and apps that need a book that somebody has lived with.
//!
//! Every contact was met in a real exchange, with a phone of their own on the other side. The story
//! is told by hand; a crowd around it is drawn from lists. Two runs give the same people, encounters
//! and texts.

mod crowd;
mod keys;
mod story;
mod table;
mod writer;

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::sync::Arc;

use lapel::badge::BadgeError;
use lapel::book::{Book, BookError, NotARating, NotAnAmount, OpenError, OutcomeId};
use lapel::date::NotADate;
use lapel::event::EventError;
use lapel::exchange::{AcceptError, AcknowledgeError, BeginError};
use lapel::identity::PersonId;
use lapel::vault::KeyVault;

/// A book that somebody has lived with.
pub struct Life {
    /// The book, open.
    pub book: Book,
    /// Everyone who was ever met, by the story's short names, also those who were forgotten. The
    /// crowd's are `crowd 0` to `crowd 255`.
    pub people: BTreeMap<String, PersonId>,
    /// What came of it, by the story's short names.
    pub outcomes: BTreeMap<String, OutcomeId>,
}

/// Why a life wasn't written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LifeError {
    /// A life begins with an empty book.
    #[error("there is a book already")]
    NotEmpty,
    /// The book refused something.
    #[error(transparent)]
    Book(#[from] BookError),
    /// A book did not open.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// There was no place for the phones of those who are met.
    #[error("the others' phones: {0}")]
    Phones(#[from] io::Error),
    /// An exchange did not begin.
    #[error(transparent)]
    Begin(#[from] BeginError),
    /// A badge could not be accepted.
    #[error(transparent)]
    Accept(#[from] AcceptError),
    /// The other one could not be told.
    #[error(transparent)]
    Acknowledge(#[from] AcknowledgeError),
    /// An exchange ended too early.
    #[error("an exchange ended too early")]
    Ended,
    /// A scan did not bring what it should have.
    #[error("a scan did not bring what it should have")]
    Unheard,
    /// A badge in the story breaks a rule.
    #[error(transparent)]
    Badge(#[from] BadgeError),
    /// An event in the story breaks a rule.
    #[error(transparent)]
    Event(#[from] EventError),
    /// A day in the story isn't one.
    #[error(transparent)]
    Date(#[from] NotADate),
    /// A sum in the story isn't one.
    #[error(transparent)]
    Amount(#[from] NotAnAmount),
    /// A rating in the story isn't one.
    #[error(transparent)]
    Rating(#[from] NotARating),
    /// The story speaks of somebody or something that it hasn't told of.
    #[error("the story has no \"{0}\" there")]
    Unknown(String),
}

/// Lives ten years, from an empty or missing directory `home` on, which becomes the book's, with its
/// keys in `vault`.
///
/// # Errors
/// [`LifeError`]. A book that was begun is left as far as it got.
pub fn write(home: &Path, vault: Arc<dyn KeyVault>) -> Result<Life, LifeError> {
    writer::Writer::begin(home, vault)?.live()
}
