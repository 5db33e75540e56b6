//! Where a book is, how it is opened, and who watches long work.

use std::fmt;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;

use crate::index::Engine;
use crate::vault::KeyVault;

/// Where a book is and how it is opened.
#[derive(Clone)]
#[non_exhaustive]
pub struct Settings {
    /// The book's directory.
    pub home: PathBuf,
    /// Who keeps its keys.
    pub vault: Arc<dyn KeyVault>,
    /// What opening may do.
    pub mode: Mode,
    /// What keeps its index.
    pub engine: Engine,
    /// Who is told how far long work is, and can end it.
    pub watch: Option<Arc<Watch>>,
}

impl Settings {
    /// The book in `home` with the keys in `vault`, made if there is none, watched by nobody.
    pub fn new(home: impl Into<PathBuf>, vault: Arc<dyn KeyVault>) -> Self {
        Self {
            home: home.into(),
            vault,
            mode: Mode::default(),
            engine: Engine::default(),
            watch: None,
        }
    }

    /// The same, opened as `mode` says.
    #[must_use]
    pub fn mode(mut self, mode: Mode) -> Self {
        self.mode = mode;
        self
    }

    /// The same, with its index kept by `engine`.
    #[must_use]
    pub fn engine(mut self, engine: Engine) -> Self {
        self.engine = engine;
        self
    }

    /// The same, watched.
    #[must_use]
    pub fn watched(mut self, watch: Arc<Watch>) -> Self {
        self.watch = Some(watch);
        self
    }

    /// The same, for work that can't be ended any more: its watch is told and not asked.
    pub(super) fn unstoppable(mut self) -> Self {
        self.watch = self.watch.map(|watch| -> Arc<Watch> {
            Arc::new(move |progress| {
                let _ = watch(progress);
                ControlFlow::Continue(())
            })
        });
        self
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("home", &self.home)
            .field("mode", &self.mode)
            .field("engine", &self.engine)
            .finish_non_exhaustive()
    }
}

/// What opening a book may do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Mode {
    /// Mend what can be mended; make a book where there is none.
    #[default]
    Create,
    /// The same, but where there is no book, there will be none.
    Existing,
    /// Change nothing on the disk, which may be full or not to be written. Everything in the
    /// ledger can be read; nothing can be recorded, and the index isn't looked at.
    Look,
}

/// How far a long piece of work is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Which.
    pub work: Work,
    /// How much of `total` is done; the unit is the work's own.
    pub done: u64,
    /// How much there is to do, as far as is known.
    pub total: u64,
}

/// What takes long, where a book is large.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Work {
    /// The index takes in what is in the ledger. Ended early, it goes on from there next time.
    Indexing,
    /// The ledger is read and compared with the index. Ended early, nothing has changed but what
    /// was mended.
    Checking,
    /// The book is written anew. Ended early, it is as it was.
    Rewriting,
    /// A backup is written. Ended early, the file that it was to replace is as it was.
    BackingUp,
    /// A backup is read and judged. Ended early, the book is as it was.
    TakingIn,
}

/// Is told how far long work is, many times a second, and says whether to go on. It is called on
/// the thread that asked for the work, and must not use the book.
pub type Watch = dyn Fn(Progress) -> ControlFlow<()> + Send + Sync;

/// The watch said to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cancelled;

impl Settings {
    pub(crate) fn tell(&self, work: Work, done: u64, total: u64) -> Result<(), Cancelled> {
        match &self.watch {
            Some(watch) if watch(Progress { work, done, total }).is_break() => Err(Cancelled),
            _ => Ok(()),
        }
    }
}
