//! Backing a book up, and taking a backup in.

use std::path::PathBuf;
use std::sync::Arc;

use lapel::book as core;

use super::{Book, BookConfig, desk};
use crate::backup::{BackedUp, Backup, BackupLock, Merged};
use crate::clock;
use crate::error::LapelError;

#[uniffi::export]
impl Book {
    /// Makes a book out of a backup, with its identity, where the directory is missing or empty, or holds a
    /// book in which nothing is yet, as an app makes at its first start. Such a one has to be let go of
    /// before. Where it is refused or stopped, there is no book, or the empty one that was there; once the new one
    /// is whole, the progress listener is told and not heeded.
    ///
    /// Whoever goes on from here has to stop using the identity on the old phone. If both go on, the next
    /// merge says so. `restored` says what came in.
    #[uniffi::constructor]
    pub fn restore(config: BookConfig, backup: &Backup) -> Result<Arc<Self>, LapelError> {
        Self::made(config, |settings| {
            let restored = core::Book::restore(settings, &backup.read(), &mut desk::rng()?)?;
            let (book, report, merged) = restored;
            Ok((book, report, Some(merged.into())))
        })
    }

    /// What came out of the backup, if this object was made by `restore`; nothing if it was opened.
    pub fn restored(&self) -> Option<Merged> {
        self.restored.clone()
    }

    /// Writes the whole book and the owner's key to a file, encrypted, which is replaced whole or stays as it
    /// was: also where the progress listener says to stop. Whoever opens it is the owner; without its
    /// passphrase or key nobody opens it.
    pub fn back_up_to(&self, path: String, lock: &BackupLock) -> Result<BackedUp, LapelError> {
        let path = PathBuf::from(path);
        self.desk.with(|book| Ok(book.back_up_to(&path, &lock.0, clock::wall())?.into()))
    }

    /// Takes in what is in a backup of the same owner and not in this book, and forgets whom it says were
    /// forgotten. What is refused is in the report, and the rest is taken in. The same again changes nothing.
    pub fn merge(&self, backup: &Backup) -> Result<Merged, LapelError> {
        let merge = |book: &mut core::Book| Ok(book.merge(&backup.read(), &mut desk::rng()?)?);
        let merged = Merged::from(self.desk.with(merge)?);
        self.desk.log(format!("merged: {}", merged.counts()));
        Ok(merged)
    }

    /// What `merge` would bring. Nothing is changed.
    pub fn would_merge(&self, backup: &Backup) -> Result<Merged, LapelError> {
        Ok(self.desk.with(|book| Ok(book.would_merge(&backup.read())?))?.into())
    }
}
