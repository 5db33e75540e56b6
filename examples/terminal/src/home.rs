//! Where book and keys are, and opening them.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use etcetera::BaseStrategy as _;
use getrandom::SysRng;
use getrandom::rand_core::UnwrapErr;
use lapel::book::{Book, IndexState, OpenReport};
use lapel::vault::FileVault;

use crate::failure::{Code, Failure, Outcome};
use crate::say::Say;

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

    /// Whether there is anything that opening would not simply make a new book of.
    pub(crate) fn has_book(&self) -> bool {
        let generation = |name: &str| name.len() >= 8 && name.bytes().all(|b| b.is_ascii_digit());
        let foreign = |name: &str| name != "lock" && !name.ends_with(".new");
        fs::read_dir(self.book_dir()).map_or_else(
            |error| error.kind() != std::io::ErrorKind::NotFound,
            |mut names| {
                names.any(|entry| {
                    entry.is_ok_and(|entry| {
                        entry.file_name().to_str().is_none_or(|n| generation(n) || foreign(n))
                    })
                })
            },
        )
    }

    /// Opens the book there is, and says what an open came upon.
    pub(crate) fn open(&self, say: &Say) -> Outcome<Book> {
        self.must_have_book()?;
        let (book, report) = self.open_or_make()?;
        for sentence in sentences(&report) {
            say.aside(&sentence);
        }
        Ok(book)
    }

    /// Fails where there is no book.
    pub(crate) fn must_have_book(&self) -> Outcome {
        if self.has_book() {
            return Ok(());
        }
        let message = format!(
            "There is no book in {} yet. Make one with `lapel init --name \"Your Name\"`.",
            self.dir.display()
        );
        Err(Failure::new(Code::NoBook, message))
    }

    /// Opens the book, or makes one.
    pub(crate) fn open_or_make(&self) -> Outcome<(Book, OpenReport)> {
        Ok(Book::open(&self.book_dir(), Arc::new(self.vault()), &mut rng())?)
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
            "One of the two copies of the book's header is damaged; the other serves.".into(),
        );
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
        said.push("What an interrupted rewrite had left was removed.".into());
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

/// The system's randomness.
pub(crate) fn rng() -> UnwrapErr<SysRng> {
    UnwrapErr(SysRng)
}
