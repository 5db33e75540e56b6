//! Where book and keys are, and opening them.

use std::ops::{ControlFlow, Deref, DerefMut};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use etcetera::BaseStrategy as _;
use getrandom::SysRng;
use getrandom::rand_core::UnwrapErr;
use lapel::book::{Book, IndexState, Mode, OpenError, OpenReport, RolledBack, Settings, Watch};
use lapel::date::Date;
use lapel::time::UnixTime;
use lapel::vault::FileVault;

use crate::failure::{Code, Failure, Outcome};
use crate::say::Say;
use crate::stdin::Interrupt;

/// A home: `<home>/book` and, beside it, `<home>/keys`.
#[derive(Debug)]
pub(crate) struct Home {
    dir: PathBuf,
}

impl Home {
    /// The home that was named, or the one in the platform's data directory.
    pub(crate) fn find(named: Option<PathBuf>) -> Outcome<Self> {
        if let Some(dir) = named {
            return Ok(Self { dir });
        }
        let strategy = etcetera::base_strategy::choose_native_strategy().map_err(|_| {
            let message = "There is no home directory to keep a book in. Name one with --home DIR.";
            Failure::new(Code::Usage, message)
        })?;
        Ok(Self { dir: strategy.data_dir().join("lapel") })
    }

    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    pub(crate) fn book_dir(&self) -> PathBuf {
        self.dir.join("book")
    }

    pub(crate) fn vault(&self) -> FileVault {
        FileVault::new(self.dir.join("keys"))
    }

    /// Opens the book there is, and says what an open came upon.
    pub(crate) fn open(&self, say: &Say) -> Outcome<Open> {
        self.open_with(self.settings().mode(Mode::Existing), say)
    }

    /// The same, where `interrupt` ends long work.
    pub(crate) fn open_watched(&self, interrupt: Interrupt, say: &Say) -> Outcome<Open> {
        self.open_with(self.settings().mode(Mode::Existing).watched(until(interrupt)), say)
    }

    fn open_with(&self, settings: Settings, say: &Say) -> Outcome<Open> {
        let opened = Book::open_with(settings, &mut rng());
        let (book, report) = opened.map_err(|error| self.not_opened(error))?;
        for sentence in sentences(&report) {
            say.aside(&sentence);
        }
        Ok(Open(book))
    }

    /// Where the book is and who keeps its keys.
    pub(crate) fn settings(&self) -> Settings {
        Settings::new(self.book_dir(), Arc::new(self.vault()))
    }

    /// Opens the book as `mode` says.
    pub(crate) fn open_as(&self, mode: Mode) -> Outcome<(Book, OpenReport)> {
        let settings = self.settings().mode(mode);
        Book::open_with(settings, &mut rng()).map_err(|error| self.not_opened(error))
    }

    /// What a book that doesn't open means here.
    pub(crate) fn not_opened(&self, error: OpenError) -> Failure {
        if !matches!(error, OpenError::Missing { .. }) {
            return error.into();
        }
        let message = format!(
            "There is no book in {} yet. Make one with `lapel init --name \"Your Name\"`.",
            self.dir.display()
        );
        Failure::new(Code::NoBook, message)
    }
}

/// What ends long work once somebody asked for that.
pub(crate) fn until(interrupt: Interrupt) -> Arc<Watch> {
    Arc::new(move |_| match interrupt.is_asked() {
        true => ControlFlow::Break(()),
        false => ControlFlow::Continue(()),
    })
}

/// An open book, closed in order however the command ends.
pub(crate) struct Open(Book);

impl Deref for Open {
    type Target = Book;

    fn deref(&self) -> &Book {
        &self.0
    }
}

impl DerefMut for Open {
    fn deref_mut(&mut self) -> &mut Book {
        &mut self.0
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        // Nothing is lost without it: the next open does the rest.
        let _ = self.0.suspend();
    }
}

/// What is worth saying of an open; nothing when all is well.
pub(crate) fn sentences(report: &OpenReport) -> Vec<String> {
    let mut said = Vec::new();
    let entries = |n: u64| if n == 1 { "1 entry".to_owned() } else { format!("{n} entries") };
    if report.torn > 0 {
        said.push(format!(
            "An unfinished write of {} bytes was cut from the book; nothing that was recorded is lost.",
            report.torn
        ));
    }
    if report.healed > 0 {
        said.push(format!(
            "{} of the book had been damaged and could be put back.",
            entries(report.healed)
        ));
    }
    let lost: u64 = report.damage.iter().map(|damage| damage.lost).sum();
    if !report.damage.is_empty() {
        said.push(format!(
            "The book is damaged: {} can't be read; the rest is there. Run `lapel doctor`.",
            entries(lost)
        ));
    }
    if report.header_damaged {
        said.push(
            "A copy of the book's header was damaged, and was mended from another one.".into(),
        );
    }
    if let Some(back) = &report.rolled_back {
        said.push(behind(back));
    }
    match &report.index {
        IndexState::Rebuilt { cause } => {
            said.push(format!("The book's index was built anew ({cause}); nothing is lost."));
        }
        IndexState::InMemory { cause } => {
            said.push(format!(
                "The book's index can't be kept on disk ({cause}); it works from memory."
            ));
        }
        _ => {}
    }
    if report.cleaned {
        said.push("What interrupted work had left was removed.".into());
    }
    if report.old_key_remains {
        said.push(
            "A former key could not be destroyed yet, so what was forgotten isn't gone for good; \
             the next open tries again."
                .into(),
        );
    }
    said
}

/// That the book is behind.
pub(crate) fn behind(back: &RolledBack) -> String {
    let (known, found) = (back.known, back.found);
    let how = if (known.epoch, known.sequence) == (found.epoch, found.sequence) {
        "its last entry was another one".to_owned()
    } else if known.epoch == found.epoch {
        format!("it had {} entries and has {}", known.sequence, found.sequence)
    } else {
        "it had been written anew since".to_owned()
    };
    format!("This is an older copy of the book than the one that was last here: {how}.")
}

/// The system's randomness.
pub(crate) fn rng() -> UnwrapErr<SysRng> {
    UnwrapErr(SysRng)
}

/// The wall clock: a claim, and never more than that.
pub(crate) fn wall() -> UnixTime {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    UnixTime::clamped(i64::try_from(since).unwrap_or(i64::MAX))
}

/// The day it is in UTC, by the wall clock.
pub(crate) fn today() -> Date {
    Date::of(wall())
}
