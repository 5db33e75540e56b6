//! Two phones at a table.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use lapel_ffi::badge::Badge;
use lapel_ffi::book::{Book, BookConfig};
use lapel_ffi::contact::Contact;
use lapel_ffi::encounter::{Confirmation, Encounter, Recorded};
use lapel_ffi::error::LapelError;
use lapel_ffi::listen::{ListenerError, LogSink};
use lapel_ffi::session::{Scanned, Session, SessionOptions, Verified};
use lapel_ffi::vault::{KeyVault, file_vault};

use lapel::book::Mode;
use lapel::code::Code;

pub(crate) struct Phone {
    pub(crate) dir: tempfile::TempDir,
    pub(crate) book: Arc<Book>,
    pub(crate) badge: Badge,
}

/// One scenario at a time, since all sessions have one clock to be put forward.
pub(crate) fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(crate) fn named(name: &str) -> Badge {
    Badge { name: name.to_owned(), ..Badge::default() }
}

pub(crate) fn at(event: &str) -> SessionOptions {
    SessionOptions { event: event.to_owned(), ..SessionOptions::default() }
}

/// The code a call failed with.
pub(crate) fn code<T>(done: Result<T, LapelError>) -> Option<Code> {
    done.err().map(|error| error.code())
}

impl Phone {
    pub(crate) fn of(name: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let book = Book::open(Self::config(&dir)).unwrap();
        Self { dir, book, badge: named(name) }
    }

    pub(crate) fn config(dir: &tempfile::TempDir) -> BookConfig {
        let home = dir.path().join("book").display().to_string();
        Self::config_with(home, file_vault(dir.path().join("keys").display().to_string()))
    }

    pub(crate) fn config_with(home: String, vault: Arc<dyn KeyVault>) -> BookConfig {
        BookConfig { home, vault, mode: Mode::Create, progress: None, log: None }
    }

    pub(crate) fn begin(&self, options: SessionOptions) -> Arc<Session> {
        self.book.begin(self.badge.clone(), options).unwrap()
    }

    pub(crate) fn contact(&self, of: &Phone) -> Option<Contact> {
        self.book.contact(of.book.person()).unwrap()
    }

    /// Accepts, records and acknowledges.
    pub(crate) fn accept(&self, session: &Session, who: Verified) -> Arc<Recorded> {
        let encounter: Arc<Encounter> = session.accept(who.transcript).unwrap();
        let recorded = self.book.record(&encounter).unwrap();
        session.acknowledge(&recorded).unwrap();
        recorded
    }
}

pub(crate) fn text(session: &Session) -> String {
    session.frame().unwrap().text
}

pub(crate) fn scan(reader: &Session, shown: &Session) -> Scanned {
    reader.scan(text(shown)).result
}

pub(crate) fn verified(scanned: Scanned) -> Verified {
    match scanned {
        Scanned::Verified { who } => who,
        other => panic!("nobody was verified: {}", crate::vectors::name(&other)),
    }
}

pub(crate) fn confirmed(scanned: Scanned) -> Arc<Confirmation> {
    let Scanned::Confirmed { confirmation } = scanned else { panic!("nobody confirmed") };
    confirmation
}

/// A whole handshake by turns; what `one` recorded, and what `other` did.
pub(crate) fn shake(one: &Phone, other: &Phone, options: SessionOptions) -> [Arc<Recorded>; 2] {
    let (ours, theirs) = (one.begin(options.clone()), other.begin(options));
    assert!(matches!(scan(&theirs, &ours), Scanned::Answered));
    let first = one.accept(&ours, verified(scan(&ours, &theirs)));
    let second = other.accept(&theirs, verified(scan(&theirs, &ours)));
    one.book.confirm(&confirmed(scan(&ours, &theirs))).unwrap();
    [first, second]
}

/// A log that can be looked at.
#[derive(Default)]
pub(crate) struct Log(pub(crate) Mutex<Vec<String>>);

impl LogSink for Log {
    fn log(&self, line: String) -> Result<(), ListenerError> {
        self.0.lock().unwrap().push(line);
        Ok(())
    }
}
