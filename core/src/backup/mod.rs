//! The book in one file: encrypted, signed by its owner, and good for two things only, to make a book
//! anew and to be merged into one of the same owner.
//!
//! Outside it is an [age](https://age-encryption.org/v1) file, locked with a passphrase or for
//! recipients, so that other programs open it too. Inside are the owner's secret, every entry of the
//! book, and the owner's signature over all of it; `STORAGE.md` draws the bytes. The data keys of the
//! book are not in it: what was forgotten stays forgotten.
//!
//! A backup is no way around a handshake. It holds what its owner accepted, and every receipt is
//! verified again on the way in; a receipt by itself opens nothing.
//!
//! age draws its keys and nonces from the operating system, and looks at its clock to see how quick the
//! machine is (which is then not heeded): the one place where neither is handed in.

mod error;
mod layout;
mod lock;
mod report;
#[cfg(test)]
mod tests;

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use crate::identity::{Identity, PersonId};
use crate::time::UnixTime;

pub use error::{BackupError, LockError};
pub(crate) use layout::{Head, Reading, Writing};
pub use lock::{Key, Lock};
pub use report::{BackedUp, Merged, Refusal, Refused};

/// A backup, to be read as often as it takes.
pub struct Backup<'a> {
    source: Source<'a>,
    key: &'a Key,
}

enum Source<'a> {
    File(PathBuf),
    Bytes(&'a [u8]),
}

/// Whose a backup is, and of when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct About {
    /// The owner.
    pub person: PersonId,
    /// When it was made, as that phone's clock claimed.
    pub made_at: UnixTime,
    /// How far the book had counted: the higher, the later, among backups of one book.
    pub clock: u64,
}

impl<'a> Backup<'a> {
    /// The backup in the file `path`, which `key` opens. Nothing is read yet.
    pub fn file(path: &Path, key: &'a Key) -> Self {
        Self { source: Source::File(path.to_owned()), key }
    }

    /// A backup that is held in memory.
    pub fn bytes(bytes: &'a [u8], key: &'a Key) -> Self {
        Self { source: Source::Bytes(bytes), key }
    }

    /// Whose it says it is. Its signature isn't checked by this; restoring and merging do.
    ///
    /// # Errors
    /// [`BackupError`].
    pub fn about(&self) -> Result<About, BackupError> {
        let Head { secret, made_at, clock, .. } = self.read()?.head;
        let person = Identity::from_secret(&secret).person();
        Ok(About { person, made_at, clock })
    }

    pub(crate) fn read(&self) -> Result<Reading<'a>, BackupError> {
        let input: Box<dyn Read> = match &self.source {
            Source::File(path) => {
                let file = File::open(path).map_err(|source| self.placed(source))?;
                Box::new(BufReader::with_capacity(64 * 1024, file))
            }
            Source::Bytes(bytes) => Box::new(*bytes),
        };
        Reading::begin(lock::open(input, self.key)?)
    }

    fn placed(&self, source: io::Error) -> BackupError {
        match &self.source {
            Source::File(path) => BackupError::File { path: path.clone(), source },
            Source::Bytes(_) => BackupError::Io(source),
        }
    }
}
