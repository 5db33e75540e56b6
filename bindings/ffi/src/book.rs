//! The contact book, for all threads of an app.

mod backups;
mod desk;
mod exporting;
mod people;
mod proving;
mod statements;
mod written;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use lapel::book::{self as core, Mode as OpenMode, Settings};
use lapel::exchange::Exchange;

use self::desk::Desk;
#[cfg(feature = "rehearsal")]
pub(crate) use self::desk::rng as system_rng;
use crate::backup::Merged;
use crate::badge::Badge;
use crate::clock::{self, Clock};
use crate::error::LapelError;
use crate::listen::{ChangeListener, LogSink, ProgressListener, Subscription};
use crate::report::{CheckReport, IndexState, OpenReport, Rewritten, Wiped};
use crate::session::{Session, SessionOptions};
use crate::vault::{Asked, KeyVault};

/// What opening may do.
#[uniffi::remote(Enum)]
pub enum OpenMode {
    /// Mend what can be mended; make a book where there is none.
    Create,
    /// The same, but where there is no book, there will be none.
    Existing,
    /// Change nothing on the disk, which may be full or not to be written.
    Look,
}

/// Where a book is and how it is opened.
#[derive(Clone, uniffi::Record)]
pub struct BookConfig {
    /// The book's directory, which the system must not back up without its keys.
    pub home: String,
    /// Who keeps its keys.
    pub vault: Arc<dyn KeyVault>,
    /// What opening may do.
    pub mode: OpenMode,
    /// Who is told how far long work is, and can end it.
    #[uniffi(default = None)]
    pub progress: Option<Arc<dyn ProgressListener>>,
    /// Who takes lines for a log.
    #[uniffi(default = None)]
    pub log: Option<Arc<dyn LogSink>>,
}

/// One person's contacts, badges and identity, in one directory, in one process at a time.
#[derive(uniffi::Object)]
pub struct Book {
    desk: Desk,
    home: PathBuf,
    vault: Arc<Asked>,
    person: String,
    fingerprint: String,
    opened: Mutex<OpenReport>,
    restored: Option<Merged>,
    sessions: Mutex<Vec<Weak<Session>>>,
}

#[uniffi::export]
impl Book {
    /// Opens the book, or makes one, with a new identity, where the directory is missing or empty.
    #[uniffi::constructor]
    pub fn open(config: BookConfig) -> Result<Arc<Self>, LapelError> {
        Self::made(config, |settings| {
            let (book, report) = core::Book::open_with(settings, &mut desk::rng()?)?;
            Ok((book, report, None))
        })
    }

    /// What opening or resuming it found, the last time.
    pub fn opened(&self) -> OpenReport {
        self.opened.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The owner's id.
    pub fn person(&self) -> String {
        self.person.clone()
    }

    /// The owner's id, short, to read out.
    pub fn fingerprint(&self) -> String {
        self.fingerprint.clone()
    }

    /// Begins a session that shows `badge`. It ends when the book is suspended or wiped.
    pub fn begin(&self, badge: Badge, options: SessionOptions) -> Result<Arc<Session>, LapelError> {
        let (badge, options) = (lapel::badge::Badge::new(badge)?, options.checked()?);
        // Counted among the sessions while the book is in hand, so that a suspension ends it or comes first.
        self.desk.with_open(|book| {
            let (me, counter) = (book.identity(), book.counter());
            let (now, wall) = (Clock::default().now(), clock::wall());
            let rng = &mut desk::rng()?;
            let exchange = Exchange::begin(me, &badge, options, now, wall, counter, rng)?;
            let session = Session::of(exchange, Clock::default());
            let mut sessions = self.sessions();
            sessions.retain(|session| session.strong_count() > 0);
            sessions.push(Arc::downgrade(&session));
            Ok(session)
        })
    }

    /// Tells `listener` of every change from now on.
    pub fn listen(&self, listener: Arc<dyn ChangeListener>) -> Arc<Subscription> {
        self.desk.listeners().add(listener)
    }

    /// Ends all sessions and lets go of every file, as before the system stops the app. Until
    /// `resume`, calls fail with `suspended`. Again, it changes nothing.
    pub fn suspend(&self) -> Result<(), LapelError> {
        // It is suspended even if that fails to tell the vault how far it is.
        let (done, sessions) =
            self.desk.with(|book| Ok((book.suspend(), std::mem::take(&mut *self.sessions()))))?;
        sessions.iter().filter_map(Weak::upgrade).for_each(|session| session.end());
        self.desk.log("suspended".to_owned());
        Ok(done?)
    }

    /// Opens a suspended book again. If it isn't suspended, this changes nothing.
    pub fn resume(&self) -> Result<OpenReport, LapelError> {
        if let Some(report) = self.desk.with(|book| Ok(book.resume(&mut desk::rng()?)?))? {
            let report = OpenReport::from(report);
            self.desk.log(format!("resumed: {}", report.counts()));
            *self.opened.lock().unwrap_or_else(PoisonError::into_inner) = report;
        }
        Ok(self.opened())
    }

    /// Keeps the book small and its index up to date. Gives how much is left to do: call it again when
    /// there is time. `budget` bounds the entries read, of some microseconds each.
    pub fn maintain(&self, budget: u64) -> Result<u64, LapelError> {
        self.desk.with(|book| Ok(book.maintain(budget, &mut desk::rng()?)?))
    }

    /// Reads the whole book, mends what can be mended, and counts what remains lost.
    pub fn check(&self) -> Result<CheckReport, LapelError> {
        Ok(self.desk.with(|book| Ok(book.check()?))?.into())
    }

    /// Builds the index anew from the ledger, as after `index_failed`.
    pub fn reindex(&self) -> Result<IndexState, LapelError> {
        Ok(self.desk.with(|book| Ok(book.reindex()?))?.into())
    }

    /// Writes the book anew under a new key and destroys the old one.
    pub fn rotate(&self) -> Result<Rewritten, LapelError> {
        Ok(self.desk.with(|book| Ok(book.rotate(&mut desk::rng()?)?))?.into())
    }

    /// Bytes on disk.
    pub fn size(&self) -> Result<u64, LapelError> {
        self.desk.with(|book| Ok(book.size()?))
    }

    /// Suspends the book, destroys its keys and removes its files, for good. It can't be resumed.
    pub fn wipe(&self) -> Result<Wiped, LapelError> {
        self.suspend()?;
        let wiped = core::Book::wipe(&self.home, &*self.vault).map_err(LapelError::from);
        let wiped = wiped.inspect_err(|error| self.desk.log_failure(error))?;
        self.desk.log("wiped".to_owned());
        Ok(wiped.into())
    }
}

impl Book {
    /// The book that `make` opens or makes, and what is said of that.
    fn made(
        config: BookConfig,
        make: impl FnOnce(Settings) -> Result<Made, LapelError>,
    ) -> Result<Arc<Self>, LapelError> {
        let BookConfig { home, vault, mode, progress, log } = config;
        let (home, vault) = (PathBuf::from(home), Arc::new(Asked(vault)));
        let mut settings = Settings::new(home.clone(), vault.clone()).mode(mode);
        if let Some(progress) = progress.clone() {
            settings = settings.watched(desk::watch(progress, log.clone()));
        }
        let made = make(settings).inspect_err(|error| desk::log_failure(&log, error))?;
        let (book, report, restored) = made;
        let identity = book.identity().person();
        let report = OpenReport::from(report);
        let desk = Desk::of(book, progress, log);
        if let Some(merged) = &restored {
            desk.log(format!("restored: {}", merged.counts()));
        }
        desk.log(format!("opened: {}", report.counts()));
        Ok(Arc::new(Self {
            desk,
            home,
            vault,
            person: identity.to_string(),
            fingerprint: identity.fingerprint().to_string(),
            opened: Mutex::new(report),
            restored,
            sessions: Mutex::default(),
        }))
    }

    fn sessions(&self) -> MutexGuard<'_, Vec<Weak<Session>>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A book, what opening it found, and what came out of a backup.
type Made = (core::Book, core::OpenReport, Option<Merged>);

/// Destroys the keys of the book in `home` and removes its files, whether it opens or not. A book that
/// is open has to be suspended before.
#[uniffi::export]
pub fn wipe_book(home: String, vault: Arc<dyn KeyVault>) -> Result<Wiped, LapelError> {
    Ok(core::Book::wipe(&PathBuf::from(home), &Asked(vault))?.into())
}

#[cfg(feature = "rehearsal")]
impl Book {
    pub(crate) fn in_the_middle_of_a_call(
        &self,
        rehearsed: impl FnOnce() -> Result<(), LapelError>,
    ) -> Result<(), LapelError> {
        self.desk.with(|_| rehearsed())
    }
}
