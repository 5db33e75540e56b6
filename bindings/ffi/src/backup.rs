//! The whole book in one encrypted file, and what was taken out of one.

use std::path::PathBuf;
use std::sync::Arc;

use lapel::backup as core;
use lapel::book::Book;
use lapel::code::{Code as ErrorCode, Coded as _};
use zeroize::Zeroizing;

use crate::error::LapelError;

/// What a backup is locked with. It shows nothing of it.
#[derive(uniffi::Object)]
pub struct BackupLock(pub(crate) core::Lock);

#[uniffi::export]
impl BackupLock {
    /// Locks with a passphrase, which takes a moment each time. Without it nobody opens the backup.
    #[uniffi::constructor]
    pub fn passphrase(passphrase: String) -> Result<Arc<Self>, LapelError> {
        let passphrase = Zeroizing::new(passphrase);
        Ok(Arc::new(Self(core::Lock::passphrase(&passphrase)?)))
    }

    /// Locks for age's recipients, `age1…` each, any of whom opens it alone.
    #[uniffi::constructor]
    pub fn recipients(recipients: Vec<String>) -> Result<Arc<Self>, LapelError> {
        Ok(Arc::new(Self(core::Lock::recipients(&recipients)?)))
    }
}

/// What opens a backup. It shows nothing of it.
#[derive(uniffi::Object)]
pub struct BackupKey(core::Key);

#[uniffi::export]
impl BackupKey {
    /// Opens what was locked with this passphrase.
    #[uniffi::constructor]
    pub fn passphrase(passphrase: String) -> Result<Arc<Self>, LapelError> {
        let passphrase = Zeroizing::new(passphrase);
        Ok(Arc::new(Self(core::Key::passphrase(&passphrase)?)))
    }

    /// Opens what was locked for the recipient of this identity of age's, `AGE-SECRET-KEY-1…`.
    #[uniffi::constructor]
    pub fn identity(identity: String) -> Result<Arc<Self>, LapelError> {
        let identity = Zeroizing::new(identity);
        Ok(Arc::new(Self(core::Key::identity(&identity)?)))
    }
}

/// A backup and what opens it. It is read by what is asked of it, each time anew, on that thread: to open
/// one with a passphrase takes a moment.
#[derive(uniffi::Object)]
pub struct Backup {
    source: Source,
    key: Arc<BackupKey>,
}

enum Source {
    File(PathBuf),
    Bytes(Vec<u8>),
}

#[uniffi::export]
impl Backup {
    /// The backup in this file. Nothing is read yet.
    #[uniffi::constructor]
    pub fn from_file(path: String, key: Arc<BackupKey>) -> Arc<Self> {
        Arc::new(Self { source: Source::File(PathBuf::from(path)), key })
    }

    /// A backup that is held in memory.
    #[uniffi::constructor]
    pub fn from_bytes(backup: Vec<u8>, key: Arc<BackupKey>) -> Arc<Self> {
        Arc::new(Self { source: Source::Bytes(backup), key })
    }

    /// Whose it says it is, and of when: to ask before it is restored. Its signature isn't checked by this;
    /// restoring and merging do.
    pub fn about(&self) -> Result<BackupAbout, LapelError> {
        Ok(self.read().about()?.into())
    }

    /// What `Book.restore` would bring. Nothing is made.
    pub fn would_restore(&self) -> Result<Merged, LapelError> {
        Ok(Book::would_restore(&self.read())?.into())
    }
}

impl Backup {
    pub(crate) fn read(&self) -> core::Backup<'_> {
        match &self.source {
            Source::File(path) => core::Backup::file(path, &self.key.0),
            Source::Bytes(bytes) => core::Backup::bytes(bytes, &self.key.0),
        }
    }
}

/// Whose a backup is, and of when.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct BackupAbout {
    /// The owner's id.
    pub person: String,
    /// It in a form to read out.
    pub fingerprint: String,
    /// When it was made, as that phone's clock claimed: seconds since 1970.
    pub made_at: i64,
    /// How far the book had counted: the higher, the later, among backups of one book.
    pub clock: u64,
}

/// What a backup took along.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct BackedUp {
    /// Entries.
    pub entries: u64,
    /// Entries that the book had lost to damage before, and that are therefore missing.
    pub lost: u64,
    /// Bytes of the file.
    pub bytes: u64,
}

/// What a merge brought, or what restoring brought into an empty book; or would.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Merged {
    /// Whether the book is another one for it.
    pub changes: bool,
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
    /// Encounters of this book with those whom the backup says were forgotten: they are forgotten here, too.
    pub forgotten: u64,
    /// Entries that were refused; none is in the book.
    pub refused: Vec<RefusedEntry>,
    /// Entries that this book had lost to damage before. The merged one has no trace of them.
    pub lost: u64,
    /// The vault didn't destroy the book's old key yet; it is asked again at the next open.
    pub old_key_remains: bool,
    /// The backup is of this very book, from before its latest entry.
    pub older: bool,
    /// The book was restored on another phone out of a backup of this one: this phone has to stop using the
    /// identity.
    pub moved: bool,
    /// Two phones have gone on with one identity since one was made out of the other's backup. Nobody can
    /// tell them apart: stop using one.
    pub both_went_on: bool,
}

/// An entry of a backup that wasn't taken in.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct RefusedEntry {
    /// Which one, from 1.
    pub entry: u64,
    /// Why, for programs and translations.
    pub why: Refusal,
    /// What is wrong with the receipt or the statement in it.
    pub code: Option<ErrorCode>,
    /// The same, as a sentence in English.
    pub reason: String,
}

/// Why an entry wasn't taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum Refusal {
    /// It is nothing that a book holds.
    Unreadable,
    /// The link or badge in it isn't signed as it says.
    Statement,
    /// The receipt in it doesn't verify.
    Receipt,
    /// The receipt in it is somebody else's.
    AnotherHolder,
    /// The owner hadn't accepted the peer: a receipt alone opens no door.
    NotAccepted,
    /// It counts further than the book that was backed up.
    Clock,
    /// It is larger than a book takes.
    TooLarge,
    /// It is out of order: who is forgotten comes before everything else.
    Order,
}

impl From<core::About> for BackupAbout {
    fn from(about: core::About) -> Self {
        Self {
            person: about.person.to_string(),
            fingerprint: about.person.fingerprint().to_string(),
            made_at: about.made_at.seconds().into(),
            clock: about.clock,
        }
    }
}

impl From<core::BackedUp> for BackedUp {
    fn from(done: core::BackedUp) -> Self {
        Self { entries: done.entries, lost: done.lost, bytes: done.bytes }
    }
}

impl From<core::Merged> for Merged {
    fn from(merged: core::Merged) -> Self {
        Self {
            changes: merged.changes(),
            people: merged.people,
            encounters: merged.encounters,
            confirmations: merged.confirmations,
            others: merged.others,
            known: merged.known,
            left_out: merged.left_out,
            forgotten: merged.forgotten,
            refused: merged.refused.into_iter().map(RefusedEntry::from).collect(),
            lost: merged.lost,
            old_key_remains: merged.old_key_remains,
            older: merged.older,
            moved: merged.moved,
            both_went_on: merged.both_went_on,
        }
    }
}

impl Merged {
    /// What a log may know.
    pub(crate) fn counts(&self) -> String {
        let Self { people, encounters, confirmations, others, known, left_out, forgotten, .. } =
            self;
        format!(
            "people {people}, encounters {encounters}, confirmations {confirmations}, others {others}, \
             known {known}, left out {left_out}, forgotten {forgotten}, refused {}",
            self.refused.len()
        )
    }
}

impl From<core::Refused> for RefusedEntry {
    fn from(refused: core::Refused) -> Self {
        let core::Refused { entry, why } = refused;
        let reason = why.to_string();
        let (why, code) = match why {
            core::Refusal::Statement(error) => (Refusal::Statement, Some(error.code())),
            core::Refusal::Receipt(error) => (Refusal::Receipt, Some(error.code())),
            core::Refusal::AnotherHolder => (Refusal::AnotherHolder, None),
            core::Refusal::NotAccepted => (Refusal::NotAccepted, None),
            core::Refusal::Clock => (Refusal::Clock, None),
            core::Refusal::TooLarge => (Refusal::TooLarge, None),
            core::Refusal::Order => (Refusal::Order, None),
            _ => (Refusal::Unreadable, None),
        };
        Self { entry, why, code, reason }
    }
}
