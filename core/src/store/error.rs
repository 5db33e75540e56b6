//! What can go wrong with the book on disk, and what an open came upon.

use std::io;
use std::path::{Path, PathBuf};

use crate::disk::is_full;
use crate::ledger::{Damage, WriteError};
use crate::vault::{Head, VaultError};

/// Why a book didn't open. Nothing was changed on disk that an earlier open wouldn't have changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The directory can't be written by this user, or the file system is read-only. Remedy: give
    /// the right to write, or copy the book elsewhere.
    #[error("the book can't be written at {}", path.display())]
    ReadOnly {
        /// What couldn't be written.
        path: PathBuf,
    },
    /// The disk is full or a quota reached, where opening has to write. Remedy: free some space.
    #[error("there is no room left at {}", path.display())]
    Full {
        /// What couldn't be written.
        path: PathBuf,
    },
    /// This process or another one has the book open. Remedy: close it there.
    #[error("the book at {} is in use", path.display())]
    InUse {
        /// The book's directory.
        path: PathBuf,
    },
    /// There is no book, and the settings said to make none. Remedy: name another directory, or
    /// allow one to be made.
    #[error("there is no book at {}", path.display())]
    Missing {
        /// The directory.
        path: PathBuf,
    },
    /// There is something else than a book, and it was left alone. Remedy: choose a directory that
    /// is empty or doesn't exist.
    #[error("{} holds something that isn't a book", path.display())]
    NotOurs {
        /// The directory, or the file in it that should have been a ledger.
        path: PathBuf,
    },
    /// A newer version of Lapel wrote the book. Remedy: update.
    #[error("the book has format {found}, and this version knows formats up to {known}")]
    NewerVersion {
        /// The book's format.
        found: u16,
        /// The newest format that this version knows.
        known: u16,
    },
    /// The vault is locked, see [`VaultError::Locked`]. Remedy: open again after the unlock.
    #[error("the vault that holds the book's key is locked")]
    KeyLocked,
    /// The vault has no key for this book, see [`VaultError::Missing`]. Remedy: restore the vault,
    /// or a backup.
    #[error("the key of this book is lost")]
    KeyLost,
    /// The vault gave a key that isn't this book's. Remedy: as for [`OpenError::KeyLost`].
    #[error("the vault holds another key than this book's")]
    WrongKey,
    /// The vault failed in another way. Remedy: in [`VaultError`].
    #[error(transparent)]
    Vault(VaultError),
    /// Both copies of the ledger's header are damaged and the index has none either, without which
    /// nothing can be opened. Remedy: restore a backup.
    #[error("the header of {} is damaged", path.display())]
    DamagedHeader {
        /// The ledger.
        path: PathBuf,
    },
    /// The book there is another person's than the one that was suspended. Remedy: put the right
    /// one back, or open this one as what it is.
    #[error("the book at {} is another person's", path.display())]
    AnotherOwner {
        /// The directory.
        path: PathBuf,
    },
    /// The watch ended it. Nothing is lost, and the next open goes on from there.
    #[error("opening the book was cancelled")]
    Cancelled,
    /// The system refused something else. Remedy: depends on what it says.
    #[error("opening the book failed at {}: {source}", path.display())]
    Io {
        /// What was read or written.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl OpenError {
    /// What an error of the system at `path` means for an open.
    pub(super) fn at(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| match source.kind() {
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                Self::ReadOnly { path }
            }
            _ if is_full(&source) => Self::Full { path },
            _ => Self::Io { path, source },
        }
    }
}

impl From<VaultError> for OpenError {
    fn from(error: VaultError) -> Self {
        match error {
            VaultError::Locked => Self::KeyLocked,
            VaultError::Missing => Self::KeyLost,
            other => Self::Vault(other),
        }
    }
}

impl From<WriteError> for OpenError {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::Io { path, source } => Self::at(&path)(source),
            WriteError::Full { path } => Self::Full { path },
            other => Self::at(Path::new(""))(io::Error::other(other)),
        }
    }
}

impl From<RewriteError> for OpenError {
    fn from(error: RewriteError) -> Self {
        match error {
            RewriteError::Vault(error) => error.into(),
            RewriteError::Write(error) => error.into(),
            RewriteError::Io { path, source }
            | RewriteError::Read(ReadError::Io { path, source }) => Self::at(&path)(source),
            RewriteError::Read(ReadError::Cancelled) => Self::Cancelled,
            RewriteError::Read(error) => Self::at(Path::new(""))(io::Error::other(error)),
        }
    }
}

/// Why something couldn't be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// An entry is damaged in the ledger and not to be had from the index either. What surrounds
    /// it can be read. Remedy: restore it from a backup.
    #[error("entry {0} is lost")]
    Lost(
        /// Its sequence.
        u64,
    ),
    /// The index failed; the ledger is not touched by that. Remedy: have the index built anew.
    #[error("the index failed: {0}")]
    Index(
        /// In the engine's words.
        String,
    ),
    /// The book is suspended. Remedy: resume it.
    #[error("the book is suspended")]
    Suspended,
    /// The watch ended it. What was done is whole, and nothing is lost.
    #[error("the work was cancelled")]
    Cancelled,
    /// The vault didn't take how far the book is, so an older copy in its place might not be
    /// noticed. Nothing is lost.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The system refused to read. Remedy: depends on what it says.
    #[error("reading {} failed: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// Why the book wasn't written anew. Unless the variant says otherwise, the book is as it was.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RewriteError {
    /// What there is couldn't be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// What there is to be couldn't be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The vault didn't take the new key.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// A directory couldn't be made, renamed or synced. If it was the last sync, the book has to be
    /// opened again, and is then the old or the new one, whole.
    #[error("writing the book anew failed at {}: {source}", path.display())]
    Io {
        /// The directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// What opening a book found and did.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct OpenReport {
    /// There was no book, so one was made.
    pub created: bool,
    /// Bytes of an unfinished write that were cut; no acknowledged entry was among them.
    pub torn: u64,
    /// Damage in what had to be read of the ledger, which is little unless the index was built
    /// anew. Empty when all is well.
    pub damage: Vec<Damage>,
    /// Entries that were damaged in the ledger, or missing at its end, and were put back from the
    /// index.
    pub healed: u64,
    /// One of the header's two copies was damaged, or both and the index had a third. They are
    /// whole again, unless the book is only looked at.
    pub header_damaged: bool,
    /// The book is behind what the vault remembers: an older copy was put in its place, or its
    /// newest entries are gone from ledger and index. It opens all the same.
    pub rolled_back: Option<RolledBack>,
    /// How the index is.
    pub index: IndexState,
    /// A rewrite or a restore had been interrupted, and its remains were removed.
    pub cleaned: bool,
    /// The vault didn't destroy the key of a former epoch yet; it is asked again at the next open,
    /// and what was forgotten is forgotten for good only then.
    pub old_key_remains: bool,
}

/// A book that is behind what was known of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct RolledBack {
    /// How far it was when it was suspended or closed the last time.
    pub known: Head,
    /// How far it is now.
    pub found: Head,
}

/// How an index came up.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum IndexState {
    /// It was there, and so many entries of the ledger's end were added.
    Current {
        /// Entries added.
        added: u64,
    },
    /// It was built anew from the ledger.
    Rebuilt {
        /// Why.
        cause: String,
    },
    /// It couldn't be kept on disk, and is in memory until the book is closed.
    InMemory {
        /// Why.
        cause: String,
    },
}

/// What a rewrite did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub(crate) struct RewriteReport {
    /// Entries that were lost to damage before.
    pub lost: u64,
    /// The vault didn't destroy the old key yet, see [`OpenReport::old_key_remains`].
    pub old_key_remains: bool,
}

/// What a check of the whole book found and did.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CheckReport {
    /// Entries that are there, healed ones included.
    pub entries: u64,
    /// Entries that were put back from the index.
    pub healed: u64,
    /// Damage that remains.
    pub damage: Vec<Damage>,
    /// Why the index was built anew, if it was.
    pub rebuilt: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_says_what_is_wrong() {
        let path = || PathBuf::from("book");
        let broken = || io::Error::other("broken");
        let told: Vec<(Box<dyn std::error::Error>, &str)> = vec![
            (OpenError::ReadOnly { path: path() }.into(), "the book can't be written at book"),
            (OpenError::Full { path: path() }.into(), "there is no room left at book"),
            (OpenError::InUse { path: path() }.into(), "the book at book is in use"),
            (OpenError::Missing { path: path() }.into(), "there is no book at book"),
            (
                OpenError::AnotherOwner { path: path() }.into(),
                "the book at book is another person's",
            ),
            (OpenError::Cancelled.into(), "opening the book was cancelled"),
            (ReadError::Suspended.into(), "the book is suspended"),
            (ReadError::Cancelled.into(), "the work was cancelled"),
            (
                ReadError::Vault(VaultError::Locked).into(),
                "the vault that holds the book's key is locked",
            ),
            (OpenError::NotOurs { path: path() }.into(), "book holds something that isn't a book"),
            (
                OpenError::NewerVersion { found: 2, known: 1 }.into(),
                "the book has format 2, and this version knows formats up to 1",
            ),
            (OpenError::KeyLocked.into(), "the vault that holds the book's key is locked"),
            (OpenError::KeyLost.into(), "the key of this book is lost"),
            (OpenError::WrongKey.into(), "the vault holds another key than this book's"),
            (OpenError::Vault(VaultError::Failed("no".into())).into(), "the vault failed: no"),
            (OpenError::DamagedHeader { path: path() }.into(), "the header of book is damaged"),
            (
                OpenError::Io { path: path(), source: broken() }.into(),
                "opening the book failed at book: broken",
            ),
            (ReadError::Lost(7).into(), "entry 7 is lost"),
            (ReadError::Index("sled: no".into()).into(), "the index failed: sled: no"),
            (
                ReadError::Io { path: path(), source: broken() }.into(),
                "reading book failed: broken",
            ),
            (RewriteError::Read(ReadError::Lost(7)).into(), "entry 7 is lost"),
            (
                RewriteError::Write(WriteError::Poisoned).into(),
                "an earlier write failed, so the book has to be opened again",
            ),
            (RewriteError::Vault(VaultError::Failed("no".into())).into(), "the vault failed: no"),
            (
                RewriteError::Io { path: path(), source: broken() }.into(),
                "writing the book anew failed at book: broken",
            ),
        ];
        for (error, text) in told {
            assert_eq!(error.to_string(), text);
        }
    }

    #[test]
    fn errors_of_the_system_are_told_apart() {
        let at = |kind: io::ErrorKind| OpenError::at(Path::new("book"))(kind.into());
        assert!(matches!(at(io::ErrorKind::PermissionDenied), OpenError::ReadOnly { .. }));
        assert!(matches!(at(io::ErrorKind::ReadOnlyFilesystem), OpenError::ReadOnly { .. }));
        assert!(matches!(at(io::ErrorKind::StorageFull), OpenError::Full { .. }));
        assert!(matches!(at(io::ErrorKind::NotADirectory), OpenError::Io { .. }));
    }
}
