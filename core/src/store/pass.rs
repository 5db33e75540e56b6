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

/// Shows everything from `mark` to the ledger's end to `visit`, and gives that end.
pub(super) fn over(
    ledger: &Ledger,
    mark: Mark,
    (settings, work): (&Settings, Work),
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
            settings.tell(work, done, ledger.size())?;
        }
    }
    let tail = scan.tail().ok_or_else(|| io::Error::from(io::ErrorKind::UnexpectedEof))?;
    settings.tell(work, tail.mark.offset, tail.mark.offset)?;
    Ok(tail)
}
