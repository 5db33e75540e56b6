//! The header of a book's ledger, from wherever it can still be read.

use std::io;
use std::path::Path;

use super::error::OpenError;
use crate::index::{Engine, Index};
use crate::ledger::{Header, HeaderError, Ledger, VERSION};

/// A header, and what was wrong with the ledger's own.
pub(super) struct Heading {
    pub(super) header: Header,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Whole,
    /// A copy of it is damaged, or both are, or they are gone.
    Damaged,
    /// The disk can't read it.
    Unread,
}

impl Heading {
    /// Reads the header of the ledger in `dir`. Where there is none, none any more, or one that the disk
    /// can't read, the index has a copy, which counts if a book is known to be there.
    pub(super) fn read(dir: &Path, engine: Engine, is_known: bool) -> Result<Self, OpenError> {
        let (error, state) = match read(&dir.join("ledger")) {
            Ok((header, damaged)) => {
                let state = if damaged { State::Damaged } else { State::Whole };
                return Ok(Self { header, state });
            }
            Err(error @ OpenError::Io { .. }) => (error, State::Unread),
            Err(error @ (OpenError::NotOurs { .. } | OpenError::DamagedHeader { .. })) => {
                (error, State::Damaged)
            }
            Err(error) => return Err(error),
        };
        let copy = if is_known { Index::header(&dir.join("index"), engine) } else { None };
        Ok(Self { header: copy.ok_or(error)?, state })
    }

    pub(super) fn is_damaged(&self) -> bool {
        self.state != State::Whole
    }

    /// Makes the ledger's own whole again. What can't be read often can't be written either, and the
    /// index keeps its copy.
    pub(super) fn put_back(&self, ledger: &Path) -> io::Result<()> {
        match self.state {
            State::Whole => Ok(()),
            State::Damaged => Ledger::put_header(ledger, &self.header),
            State::Unread => Ledger::put_header(ledger, &self.header).or(Ok(())),
        }
    }
}

fn read(ledger: &Path) -> Result<(Header, bool), OpenError> {
    let read = Ledger::header(ledger).map_err(|e| match e.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => {
            OpenError::NotOurs { path: ledger.into() }
        }
        _ => OpenError::at(ledger)(e),
    })?;
    read.map_err(|error| match error {
        HeaderError::NotALedger => OpenError::NotOurs { path: ledger.into() },
        HeaderError::NewerVersion(found) => OpenError::NewerVersion { found, known: VERSION },
        HeaderError::Damaged => OpenError::DamagedHeader { path: ledger.into() },
    })
}
