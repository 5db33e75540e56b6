//! One person's phone: a book in a directory of its own, a clock and randomness that repeat.

use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use lapel::backup::{Backup, BackupError, Lock, Merged};
use lapel::badge::{Badge, BadgeFields};
use lapel::book::{Book, BookError, OpenError, OpenReport, Rewritten, Settings};
use lapel::encounter::{Confirmation, Encounter, Recorded};
use lapel::event::Event;
use lapel::exchange::{Exchange, Options};
use lapel::identity::PersonId;
use lapel::time::UnixTime;
use lapel::vault::{FileVault, KeyVault};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use tempfile::TempDir;

/// Whom backups are locked for, of a pair that nobody uses.
pub const RECIPIENT: &str = "age1t7rxyev2z3rw82stdlrrepyc39nvn86l5078zqkf5uasdy86jp6svpy7pa";
/// The other half of it.
pub const IDENTITY: &str =
    "AGE-SECRET-KEY-1GQ9778VQXMMJVE8SK7J6VT8UJ4HDQAJUVSFCWCM02D8GEWQ72PVQ2Y5J33";

/// A phone that is switched on. Reading goes straight to the book in it.
pub struct Phone {
    dir: TempDir,
    book: Option<Book>,
    /// The badge this phone shows.
    pub badge: Badge,
    /// The event its owner claims.
    pub event: Event,
    /// Its monotonic clock.
    pub now: Duration,
    /// Its randomness.
    pub rng: ChaCha20Rng,
}

impl Phone {
    /// A new phone of someone called `name`, with an empty book.
    pub fn of(name: &str) -> Self {
        Self::showing(BadgeFields::named(name))
    }

    /// A new phone that shows a badge of these fields. What is random repeats with the name.
    pub fn showing(fields: BadgeFields) -> Self {
        let badge = Badge::new(fields).unwrap();
        let seed =
            badge.name().bytes().fold(7, |seed: u64, b| seed.wrapping_mul(31) + u64::from(b));
        let dir = tempfile::tempdir().unwrap();
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let (book, report) = open(dir.path(), &mut rng).unwrap();
        assert!(report.created);
        let (event, now) = (Event::new("rustconf").unwrap(), Duration::ZERO);
        Self { dir, book: Some(book), badge, event, now, rng }
    }

    /// A new phone, onto which the book of `backup` was restored, and what that brought. What is random
    /// repeats with the seed.
    ///
    /// # Errors
    /// [`BackupError`].
    pub fn restored(
        name: &str,
        backup: &Backup<'_>,
        seed: u64,
    ) -> Result<(Self, Merged), BackupError> {
        let badge = Badge::new(BadgeFields::named(name)).unwrap();
        let dir = tempfile::tempdir().unwrap();
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let vault = Arc::new(FileVault::new(dir.path().join("keys")));
        let settings = Settings::new(dir.path().join("book"), vault);
        let (book, _, merged) = Book::restore(settings, backup, &mut rng)?;
        let (event, now) = (Event::new("rustconf").unwrap(), Duration::ZERO);
        Ok((Self { dir, book: Some(book), badge, event, now, rng }, merged))
    }

    /// [`Book::back_up`], in memory.
    pub fn back_up(&self, lock: &Lock) -> Vec<u8> {
        let mut bytes = Vec::new();
        let wall = UnixTime::clamped(1_795_458_300 + self.now.as_secs().cast_signed());
        let done = self.deref().back_up(&mut bytes, lock, wall).unwrap();
        assert_eq!(done.bytes, bytes.len() as u64);
        bytes
    }

    /// [`Book::merge`].
    ///
    /// # Errors
    /// [`BackupError`].
    pub fn merge(&mut self, backup: &Backup<'_>) -> Result<Merged, BackupError> {
        let (book, rng) = self.both();
        book.merge(backup, rng)
    }

    /// The book's directory.
    pub fn home(&self) -> PathBuf {
        self.dir.path().join("book")
    }

    /// Where the keys are.
    pub fn keys(&self) -> PathBuf {
        self.dir.path().join("keys")
    }

    /// What holds both, and nothing else.
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// A vault over this phone's keys.
    pub fn vault(&self) -> Arc<dyn KeyVault> {
        Arc::new(FileVault::new(self.keys()))
    }

    /// Whose phone it is.
    pub fn person(&self) -> PersonId {
        self.identity().person()
    }

    /// The book together with what draws its nonces.
    pub fn both(&mut self) -> (&mut Book, &mut ChaCha20Rng) {
        (self.book.as_mut().unwrap(), &mut self.rng)
    }

    /// Takes the book out, for instance to close it. Nothing else works before the next open.
    pub fn take(&mut self) -> Book {
        self.book.take().unwrap()
    }

    /// Opens the book again, dropped as a crash would drop it, and gives what the open reports.
    pub fn reopen(&mut self) -> OpenReport {
        self.try_open().unwrap()
    }

    /// Drops the book and tries to open it.
    pub fn try_open(&mut self) -> Result<OpenReport, OpenError> {
        self.try_open_with(self.vault())
    }

    /// Drops the book and tries to open it with another vault.
    pub fn try_open_with(&mut self, vault: Arc<dyn KeyVault>) -> Result<OpenReport, OpenError> {
        self.book = None;
        let (book, report) = Book::open(&self.home(), vault, &mut self.rng)?;
        self.book = Some(book);
        Ok(report)
    }

    /// Begins an exchange that shows this phone's badge.
    pub fn begin(&mut self) -> Exchange {
        let options = Options { event: self.event.clone(), ..Options::default() };
        let counter = self.both().0.counter();
        let wall = UnixTime::clamped(1_795_458_300 + self.now.as_secs().cast_signed());
        let identity = self.identity().clone();
        Exchange::begin(&identity, &self.badge, options, self.now, wall, counter, &mut self.rng)
            .unwrap()
    }

    /// [`Book::record`].
    pub fn record(&mut self, encounter: &Encounter) -> Result<Recorded, BookError> {
        let (book, rng) = self.both();
        book.record(encounter, rng)
    }

    /// [`Book::confirm`].
    pub fn confirm(&mut self, confirmation: &Confirmation) -> Result<(), BookError> {
        let (book, rng) = self.both();
        book.confirm(confirmation, rng)
    }

    /// [`Book::forget`].
    pub fn forget(&mut self, people: &[PersonId]) -> Result<Rewritten, BookError> {
        let (book, rng) = self.both();
        book.forget(people, rng)
    }

    /// [`Book::block`].
    pub fn block(&mut self, person: &PersonId) {
        let (book, rng) = self.both();
        book.block(person, rng).unwrap();
    }

    /// [`Book::unblock`].
    pub fn unblock(&mut self, person: &PersonId) {
        let (book, rng) = self.both();
        book.unblock(person, rng).unwrap();
    }

    /// The names in the book, in the book's order.
    pub fn names(&self) -> Vec<String> {
        self.contacts().unwrap().iter().map(|contact| contact.name().to_owned()).collect()
    }
}

impl Deref for Phone {
    type Target = Book;

    fn deref(&self) -> &Book {
        self.book.as_ref().unwrap()
    }
}

/// Opens the book in `dir/book` with the keys in `dir/keys`.
///
/// # Errors
/// [`OpenError`].
pub fn open(dir: &Path, rng: &mut ChaCha20Rng) -> Result<(Book, OpenReport), OpenError> {
    Book::open(&dir.join("book"), Arc::new(FileVault::new(dir.join("keys"))), rng)
}
