//! Looking after the files: what an app does when it goes to sleep, and what a person asks for when
//! something seems wrong.

use super::Book;
use crate::store::{CheckReport, IndexState, ReadError};

impl Book {
    /// Bytes of ledger and index on disk.
    pub fn size(&self) -> Result<u64, ReadError> {
        self.store.size()
    }

    /// Hands to the index what it lags behind. Nothing is lost without it: an open catches up.
    pub fn maintain(&mut self) -> Result<(), ReadError> {
        self.store.maintain()
    }

    /// Reads the whole book, puts back what one of ledger and index has and the other hasn't, and
    /// counts what remains lost. Removes nothing.
    pub fn check(&mut self) -> Result<CheckReport, ReadError> {
        self.store.check()
    }

    /// Builds the index anew from the ledger, as after [`ReadError::Index`].
    pub fn reindex(&mut self) -> Result<IndexState, ReadError> {
        self.store.reindex()
    }

    /// Closes the book, so that the next open has nothing to catch up with. Dropping it is as safe.
    pub fn close(self) -> Result<(), ReadError> {
        self.store.close()
    }
}
