//! One pass over the ledger, watched.

use std::io;
use std::path::Path;

use super::settings::{Cancelled, Settings, Work};
use super::{OpenError, ReadError};
use crate::ledger::{Found, Ledger, Mark, Tail};

/// The watch is told again after so many frames.
const BREATH: u64 = 64;

/// Why a pass didn't come to the end.
#[derive(Debug)]
pub(super) enum Halt {
    Io(io::Error),
    Cancelled,
}

impl From<io::Error> for Halt {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<Cancelled> for Halt {
    fn from(_: Cancelled) -> Self {
        Self::Cancelled
    }
}

impl Halt {
    /// What it means for an open that reads `path`.
    pub(super) fn opening(self, path: &Path) -> OpenError {
        match self {
            Self::Io(source) => OpenError::at(path)(source),
            Self::Cancelled => OpenError::Cancelled,
        }
    }

    /// What it means for whoever reads `path`.
    pub(super) fn reading(self, path: &Path) -> ReadError {
        match self {
            Self::Io(source) => ReadError::Io { path: path.into(), source },
            Self::Cancelled => ReadError::Cancelled,
        }
    }
}

/// Which of how many equal passes is watched: what is told of them adds up to one piece of work.
#[derive(Clone, Copy)]
pub(super) struct Watched<'a> {
    settings: &'a Settings,
    work: Work,
    before: u64,
    of: u64,
}

impl<'a> Watched<'a> {
    /// The first of `of` passes.
    pub(super) fn first_of(of: u64, settings: &'a Settings, work: Work) -> Self {
        Self { settings, work, before: 0, of }
    }

    /// The one after `before` others.
    pub(super) fn after(self, before: u64) -> Self {
        Self { before, ..self }
    }

    fn tell(&self, done: u64, size: u64) -> Result<(), Cancelled> {
        self.settings.tell(self.work, self.before * size + done, self.of * size)
    }
}

/// Shows everything from `mark` to the ledger's end to `visit`, and gives that end.
pub(super) fn over(
    ledger: &Ledger,
    mark: Mark,
    watched: Watched<'_>,
    visit: &mut dyn FnMut(Found),
) -> Result<Tail, Halt> {
    let mut scan = ledger.scan(mark)?;
    let (mut frames, mut done) = (0_u64, mark.offset);
    while let Some(found) = scan.step()? {
        if let Found::Frame(frame) = &found {
            done = frame.after().offset;
        }
        visit(found);
        frames += 1;
        if frames.is_multiple_of(BREATH) {
            watched.tell(done, ledger.size())?;
        }
    }
    let tail = scan.tail().ok_or_else(|| io::Error::from(io::ErrorKind::UnexpectedEof))?;
    watched.tell(ledger.size(), ledger.size())?;
    Ok(tail)
}
