//! Why there is no backup, or none that can be read.

use std::io;
use std::path::{Path, PathBuf};

use crate::book::{BookError, OpenError, ReadError, RewriteError};
use crate::disk::is_full;
use crate::store::Cancelled;

/// Why a backup wasn't made, or nothing was taken out of it. Nothing was changed: a file that was to
/// be replaced is the old one, and the book is as it was.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BackupError {
    /// It isn't an age file.
    #[error("this is not a backup: it isn't an age file")]
    NotAnAgeFile,
    /// It opened, and what is inside isn't a book of Lapel's.
    #[error("this file opens, but what is in it is not a backup of a Lapel book")]
    NotABackup,
    /// A newer version of Lapel, or of age, made it. Remedy: update.
    #[error("a newer version made this backup: update Lapel to read it")]
    Newer,
    /// Another passphrase locked it, or other recipients are to open it.
    #[error("this passphrase or key doesn't open the backup")]
    WrongKey,
    /// It is locked with a passphrase, and a key was given, or the other way round.
    #[error("this backup is locked {}", if *passphrase {
        "with a passphrase, not for a key"
    } else {
        "for a key, not with a passphrase"
    })]
    OtherLock {
        /// Whether it takes a passphrase.
        passphrase: bool,
    },
    /// Trying a passphrase would take more work, 2ᴺ rounds of scrypt, than Lapel does for a file of
    /// somebody's.
    #[error(
        "trying the passphrase would take 2^{log_n} rounds of scrypt, and at most 2^{max} are done"
    )]
    TooMuchWork {
        /// N.
        log_n: u8,
        /// The highest N that is accepted.
        max: u8,
    },
    /// It was cut, or bytes in it were changed, behind so many whole entries.
    #[error("this backup is cut or altered behind its entry {entries}")]
    Altered {
        /// Entries before the damage.
        entries: u64,
    },
    /// An entry of it is not as any version writes them.
    #[error("entry {entry} of this backup can't be read")]
    Entry {
        /// Which one, from 1.
        entry: u64,
    },
    /// The owner's signature doesn't hold over it.
    #[error("the owner's signature doesn't hold over this backup")]
    Signature,
    /// It changed between two readings.
    #[error("this backup changed while it was read")]
    Changed,
    /// It is of another identity than the book's owner.
    #[error("this backup is of another identity than this book's owner")]
    AnotherOwner,
    /// There is a book with something in it where one was to be restored. Remedy: merge, or choose
    /// another directory.
    #[error("there is a book with something in it at {}: merge, or restore elsewhere", path.display())]
    NotEmpty {
        /// The directory.
        path: PathBuf,
    },
    /// More is refused in it than any version would write.
    #[error("more than {max} entries of this backup are refused: it is none that Lapel made")]
    TooManyRefused {
        /// How many there may be.
        max: usize,
    },
    /// It remembers more who were forgotten than there is room for in memory.
    #[error("this backup remembers more than {max} who were forgotten")]
    TooManyForgotten {
        /// How many there may be.
        max: usize,
    },
    /// The watch ended it.
    #[error("the work was cancelled")]
    Cancelled,
    /// The disk is full.
    #[error("there is no room left for {}", path.display())]
    Full {
        /// The file.
        path: PathBuf,
    },
    /// The file can't be read or written.
    #[error("the backup {} can't be read or written: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// What it is read from or written to failed.
    #[error("reading or writing the backup failed: {0}")]
    Io(io::Error),
    /// The book failed.
    #[error(transparent)]
    Book(BookError),
    /// The book couldn't be made or opened.
    #[error(transparent)]
    Open(OpenError),
}

impl BackupError {
    /// The same of a file.
    pub(crate) fn at(path: &Path, source: io::Error) -> Self {
        let path = path.to_owned();
        if is_full(&source) { Self::Full { path } } else { Self::File { path, source } }
    }
}

impl From<Cancelled> for BackupError {
    fn from(_: Cancelled) -> Self {
        Self::Cancelled
    }
}

impl From<ReadError> for BackupError {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Cancelled => Self::Cancelled,
            error => Self::Book(error.into()),
        }
    }
}

impl From<BookError> for BackupError {
    fn from(error: BookError) -> Self {
        match error {
            BookError::Read(ReadError::Cancelled)
            | BookError::Rewrite(RewriteError::Read(ReadError::Cancelled)) => Self::Cancelled,
            error => Self::Book(error),
        }
    }
}

impl From<OpenError> for BackupError {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Cancelled => Self::Cancelled,
            error => Self::Open(error),
        }
    }
}

/// Why there is no lock or key of this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LockError {
    /// The passphrase is empty.
    #[error("the passphrase is empty")]
    NoPassphrase,
    /// Not one of age's recipients.
    #[error("recipient {index} is none: it must be as age1…, of 62 letters and digits")]
    NotARecipient {
        /// Which one, from 1.
        index: usize,
    },
    /// Nobody is to open it.
    #[error("there must be one recipient at least")]
    NoRecipient,
    /// Not one of age's identities.
    #[error("this is no key: it must be as AGE-SECRET-KEY-1…")]
    NotAnIdentity,
}
