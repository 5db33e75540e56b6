//! One book, many threads: whoever works on it takes it off the desk and puts it back.

use std::ops::ControlFlow;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};

use getrandom::SysRng;
use getrandom::rand_core::UnwrapErr;
use lapel::book::{Book, ReadError, Watch};

use crate::error::LapelError;
use crate::listen::{
    BookChange, ChangeListener, Listeners, LogSink, ProgressListener, WorkProgress,
};

/// While a book is being worked on nobody holds a lock, so that a vault and a progress listener may do
/// what they like but wait for the book they are asked for: that is told, and doesn't hang.
pub(super) struct Desk {
    on: Mutex<Place>,
    put_back: Condvar,
    changes: Arc<Mutex<Vec<BookChange>>>,
    listeners: Arc<Listeners<dyn ChangeListener>>,
    progress: Option<Arc<dyn ProgressListener>>,
    log: Option<Arc<dyn LogSink>>,
}

enum Place {
    Here(Box<Book>),
    TakenBy(ThreadId),
}

impl Desk {
    pub(super) fn of(
        mut book: Book,
        progress: Option<Arc<dyn ProgressListener>>,
        log: Option<Arc<dyn LogSink>>,
    ) -> Self {
        let changes = Arc::new(Mutex::new(Vec::new()));
        let queue = Arc::clone(&changes);
        book.listen(Arc::new(move |change| {
            queue.lock().unwrap_or_else(PoisonError::into_inner).push(change.into());
        }));
        Self {
            on: Mutex::new(Place::Here(Box::new(book))),
            put_back: Condvar::new(),
            changes,
            listeners: Listeners::new(),
            progress,
            log,
        }
    }

    pub(super) fn listeners(&self) -> &Arc<Listeners<dyn ChangeListener>> {
        &self.listeners
    }

    /// Works on the book, then tells what changed.
    pub(super) fn with<T>(
        &self,
        work: impl FnOnce(&mut Book) -> Result<T, LapelError>,
    ) -> Result<T, LapelError> {
        let (done, changes) = {
            let mut taken = self.take()?;
            let done =
                taken.book.as_mut().map_or_else(|| Err(LapelError::busy()), |book| work(book));
            // As long as nobody else has the book, all of them are this call's: another thread's would be
            // told here, and perhaps after that call has returned.
            (done, self.changes())
        };
        if let Err(error) = &done {
            self.log_failure(error);
        }
        for change in changes {
            for listener in self.listeners.all() {
                if listener.changed(change.clone()).is_err() {
                    self.log("a change listener failed".to_owned());
                }
            }
        }
        done
    }

    /// The same, unless the book is suspended, which one that was wiped stays.
    pub(super) fn with_open<T>(
        &self,
        work: impl FnOnce(&mut Book) -> Result<T, LapelError>,
    ) -> Result<T, LapelError> {
        self.with(
            |book| {
                if book.is_suspended() { Err(ReadError::Suspended.into()) } else { work(book) }
            },
        )
    }

    /// Tells whoever watches how far work is that the core doesn't watch itself.
    pub(super) fn goes_on(&self, so_far: WorkProgress) -> ControlFlow<()> {
        let Some(progress) = &self.progress else { return ControlFlow::Continue(()) };
        ask(progress, &self.log, so_far)
    }

    pub(super) fn log(&self, line: String) {
        log_line(&self.log, &line);
    }

    pub(super) fn log_failure(&self, error: &LapelError) {
        log_failure(&self.log, error);
    }

    fn changes(&self) -> Vec<BookChange> {
        std::mem::take(&mut *self.changes.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn take(&self) -> Result<Taken<'_>, LapelError> {
        let me = thread::current().id();
        let mut place = self.place();
        loop {
            match std::mem::replace(&mut *place, Place::TakenBy(me)) {
                Place::Here(book) => return Ok(Taken { desk: self, book: Some(book) }),
                Place::TakenBy(thread) if thread == me => return Err(LapelError::busy()),
                taken => *place = taken,
            }
            place = self.put_back.wait(place).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn place(&self) -> MutexGuard<'_, Place> {
        self.on.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The book, until it is put back, which also a panic does.
struct Taken<'a> {
    desk: &'a Desk,
    book: Option<Box<Book>>,
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        if let Some(book) = self.book.take() {
            *self.desk.place() = Place::Here(book);
        }
        self.desk.put_back.notify_one();
    }
}

/// A call failed: with which code, and nothing of what stands in its sentence.
pub(super) fn log_failure(log: &Option<Arc<dyn LogSink>>, error: &LapelError) {
    log_line(log, &format!("failed: {:?}", error.code()));
}

/// Where a log fails there is nobody to tell.
fn log_line(log: &Option<Arc<dyn LogSink>>, line: &str) {
    log.iter().for_each(|log| drop(log.log(line.to_owned())));
}

/// A listener as the core asks it.
pub(super) fn watch(
    progress: Arc<dyn ProgressListener>,
    log: Option<Arc<dyn LogSink>>,
) -> Arc<Watch> {
    Arc::new(move |so_far| ask(&progress, &log, so_far.into()))
}

/// One that fails is logged, and doesn't stop the work.
fn ask(
    progress: &Arc<dyn ProgressListener>,
    log: &Option<Arc<dyn LogSink>>,
    so_far: WorkProgress,
) -> ControlFlow<()> {
    match progress.goes_on(so_far) {
        Ok(true) => ControlFlow::Continue(()),
        Ok(false) => ControlFlow::Break(()),
        Err(_) => {
            log_line(log, "a progress listener failed");
            ControlFlow::Continue(())
        }
    }
}

/// The system's randomness, which is there before anything is begun.
pub(crate) fn rng() -> Result<UnwrapErr<SysRng>, LapelError> {
    getrandom::fill(&mut [0; 1]).map_err(LapelError::system)?;
    Ok(UnwrapErr(SysRng))
}
