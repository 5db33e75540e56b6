//! What the layer tells the app: changes of a book, changes of a screen, how far long work is, and
//! what a log may know. None of them is called while a lock is held.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use lapel::book::{self as core, Work};

/// A listener threw something.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum ListenerError {
    /// What it threw. It is logged, and changes nothing.
    #[error("a listener failed: {reason}")]
    Failed {
        /// In the language's words.
        reason: String,
    },
}

impl From<uniffi::UnexpectedUniFFICallbackError> for ListenerError {
    fn from(error: uniffi::UnexpectedUniFFICallbackError) -> Self {
        Self::Failed { reason: error.reason }
    }
}

/// What changed in a book.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum BookChange {
    /// A person was met, confirmed, blocked, or written about.
    Person {
        /// Who.
        id: String,
    },
    /// An outcome was added, changed or taken away.
    Outcome {
        /// Which.
        id: String,
    },
    /// The owner's badges.
    Badges,
    /// Perhaps everything: people were forgotten, or a backup was taken in.
    All,
}

impl From<core::Change> for BookChange {
    fn from(change: core::Change) -> Self {
        match change {
            core::Change::Person(id) => Self::Person { id: id.to_string() },
            core::Change::Outcome(id) => Self::Outcome { id: id.to_string() },
            core::Change::Badges => Self::Badges,
            _ => Self::All,
        }
    }
}

/// Is told of every change of a book once it is durable, on the thread that made it, before the call
/// that made it returns. It may use the book.
#[uniffi::export(foreign)]
pub trait ChangeListener: Send + Sync {
    /// Something changed.
    fn changed(&self, change: BookChange) -> Result<(), ListenerError>;
}

/// Is told when a session's screen may be another one: ask for its frame again.
#[uniffi::export(foreign)]
pub trait ScreenListener: Send + Sync {
    /// After a scan, an acceptance, an acknowledgement, a new start or the end.
    fn changed(&self) -> Result<(), ListenerError>;
}

/// How far long work is.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct WorkProgress {
    /// `indexing`, `checking`, `rewriting`, `backing_up`, `taking_in`, `exporting` or `verifying`.
    pub work: String,
    /// How much of `total` is done; the unit is the work's own.
    pub done: u64,
    /// How much there is to do, as far as is known.
    pub total: u64,
}

impl From<core::Progress> for WorkProgress {
    fn from(progress: core::Progress) -> Self {
        let work = match progress.work {
            Work::Indexing => "indexing",
            Work::Checking => "checking",
            Work::Rewriting => "rewriting",
            Work::BackingUp => "backing_up",
            Work::TakingIn => "taking_in",
            _ => "working",
        };
        Self { work: work.to_owned(), done: progress.done, total: progress.total }
    }
}

impl From<lapel::export::Progress> for WorkProgress {
    fn from(progress: lapel::export::Progress) -> Self {
        let (done, total) = (progress.done as u64, progress.total as u64);
        Self { work: "exporting".to_owned(), done, total }
    }
}

/// Is told how far long work on a book is, many times a second, in the middle of the call that does
/// it, and says whether to go on. It must not use the book.
#[uniffi::export(foreign)]
pub trait ProgressListener: Send + Sync {
    /// Whether to go on. Work that is ended early loses nothing.
    fn goes_on(&self, progress: WorkProgress) -> Result<bool, ListenerError>;
}

/// Takes lines for a log. They hold codes and counts, and never a name, a text, a path or an id.
#[uniffi::export(foreign)]
pub trait LogSink: Send + Sync {
    /// One line.
    fn log(&self, line: String) -> Result<(), ListenerError>;
}

/// Ends what was begun by listening.
#[derive(uniffi::Object)]
pub struct Subscription {
    end: Box<dyn Fn() + Send + Sync>,
}

#[uniffi::export]
impl Subscription {
    /// The listener is told nothing any more, but what is being told at this moment. Again, it changes
    /// nothing. To drop a subscription without cancelling it leaves the listener listening.
    pub fn cancel(&self) {
        (self.end)();
    }
}

/// Those who listen to something.
pub(crate) struct Listeners<L: ?Sized>(Mutex<Vec<Arc<L>>>);

impl<L: ?Sized + Send + Sync + 'static> Listeners<L> {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self(Mutex::default()))
    }

    pub(crate) fn add(self: &Arc<Self>, listener: Arc<L>) -> Arc<Subscription> {
        let known = Arc::downgrade(&listener);
        // The list owns the listener until then.
        let all = Arc::downgrade(self);
        self.locked().push(listener);
        Arc::new(Subscription { end: Box::new(move || remove(&all, &known)) })
    }

    /// Everyone there is now; called without the lock.
    pub(crate) fn all(&self) -> Vec<Arc<L>> {
        self.locked().clone()
    }

    fn locked(&self) -> std::sync::MutexGuard<'_, Vec<Arc<L>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn remove<L: ?Sized + Send + Sync + 'static>(all: &Weak<Listeners<L>>, known: &Weak<L>) {
    let gone = all.upgrade().zip(known.upgrade()).map(|(all, known)| {
        let mut all = all.locked();
        let at = all.iter().position(|there| Arc::ptr_eq(there, &known));
        at.map(|at| all.remove(at))
    });
    // Dropped here, without the lock: a listener's end may call into its own language.
    drop(gone);
}
