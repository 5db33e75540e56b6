//! Why contacts didn't leave.

use std::io;
use std::path::PathBuf;

use crate::book::ReadError;
use crate::proof::ProofWriteError;

/// Why contacts didn't leave. The book is never changed by an export; and with
/// [`export_to`](super::export_to), whatever was in the file is there as before, unless it was the new
/// one's name that the system couldn't make durable.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// The book couldn't be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// Nobody fits, so there is nothing to write, and no file is replaced by an empty one.
    #[error("nobody in the book fits what is to be exported")]
    Nobody,
    /// A person who was named isn't in the book.
    #[error("this person was never met")]
    NotMet,
    /// The watch ended it.
    #[error("the export was cancelled; nothing was replaced")]
    Cancelled,
    /// The disk is full or a quota reached. Remedy: free some space, then do the same again.
    #[error("there is no room left to write {}", path.display())]
    Full {
        /// The file that was to be.
        path: PathBuf,
    },
    /// The system refused to write the file. Remedy: depends on what it says.
    #[error("writing {} failed: {source}", path.display())]
    File {
        /// The file that was to be.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The caller's own writer failed, and has some of the bytes.
    #[error("writing failed: {0}")]
    Write(io::Error),
    /// What was chosen makes no proof.
    #[error(transparent)]
    Proof(ProofWriteError),
    /// A card couldn't be put into its format. A defect in Lapel; report it.
    #[error("a card couldn't be written: {0}")]
    Card(String),
}

impl From<ProofWriteError> for ExportError {
    fn from(error: ProofWriteError) -> Self {
        match error {
            ProofWriteError::Write(source) => Self::Write(source),
            error => Self::Proof(error),
        }
    }
}
