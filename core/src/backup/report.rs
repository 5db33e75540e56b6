//! What a backup took along, and what was taken out of one.

use crate::receipt::ReceiptError;
use crate::statement::StatementError;

/// What a backup took along.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct BackedUp {
    /// Entries.
    pub entries: u64,
    /// Entries that the book had lost to damage before, and that are therefore missing.
    pub lost: u64,
    /// Bytes of the file.
    pub bytes: u64,
}

/// What a merge brought, or what restoring brought into an empty book.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Merged {
    /// People who weren't in the book.
    pub people: u64,
    /// Encounters that weren't.
    pub encounters: u64,
    /// Confirmations of encounters that were.
    pub confirmations: u64,
    /// Other entries that weren't: what the owner wrote, set or chose, and who was forgotten.
    pub others: u64,
    /// Entries that were in the book already.
    pub known: u64,
    /// Entries of the backup about those who were forgotten since: left out.
    pub left_out: u64,
    /// Encounters of this book with those whom the backup says were forgotten: they are forgotten
    /// here, too.
    pub forgotten: u64,
    /// Entries that were refused, each with the reason; none is in the book.
    pub refused: Vec<Refused>,
    /// Entries that this book had lost to damage before. The merged one has no trace of them.
    pub lost: u64,
    /// The vault would not destroy the book's old key yet; it is tried again each time the book opens.
    pub old_key_remains: bool,
    /// The backup is of this very book, from before its latest entry.
    pub older: bool,
    /// The book was restored on another phone out of a backup of this one: this phone has to stop
    /// using the identity.
    pub moved: bool,
    /// Two phones have gone on with one identity since one was made out of the other's backup. Peers
    /// can't tell them apart; stop using one.
    pub both_went_on: bool,
}

impl Merged {
    /// Whether the book is another one for it.
    pub fn changes(&self) -> bool {
        self.encounters + self.confirmations + self.others + self.forgotten > 0
    }
}

/// An entry that wasn't taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Which one, from 1.
    pub entry: u64,
    /// Why.
    pub why: Refusal,
}

/// Why an entry wasn't taken in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// Nothing that any version writes.
    #[error("it is nothing that a book holds")]
    Unreadable,
    /// The link or badge in it isn't signed as it says.
    #[error("what is signed in it doesn't hold: {0}")]
    Statement(StatementError),
    /// The receipt in it doesn't verify.
    #[error("its receipt doesn't verify: {0}")]
    Receipt(ReceiptError),
    /// The receipt is of an exchange in which somebody else was the holder.
    #[error("its receipt is somebody else's")]
    AnotherHolder,
    /// The owner hadn't accepted the peer: a receipt alone opens no door.
    #[error("its receipt doesn't say that the owner accepted the peer")]
    NotAccepted,
    /// It counts further than a book could have.
    #[error("it counts further than the book that was backed up")]
    Clock,
    /// It is larger than a ledger takes.
    #[error("it is larger than a book takes")]
    TooLarge,
    /// Who is forgotten comes before everything else.
    #[error("it is out of order")]
    Order,
}
