//! Taking a backup in: into an empty book, or into one of the same owner.
//!
//! It is read twice. The first time everything is judged and nothing written, which is all that a dry
//! run does. The second time the book is written anew with what was found good, and counts once it is
//! whole: a kill leaves the old book or the new one.
//!
//! What books say is a set of entries whose order says nothing (see [`Contact`](super::Contact)), and
//! a merge is their union, less what either knew of the forgotten. So books can be merged in any
//! order, and as often as one likes.

use rand_core::CryptoRng;

use super::change::Change;
use super::entry::{Happening, Place, Restored};
use super::intake::{self, Judged, Verdict};
use super::{Book, Mode, OpenError, OpenReport, Rewritten, Settings};
use crate::backup::{Backup, BackupError, Head, Merged, Reading};
use crate::ledger::Entry;
use crate::store::{Cancelled, ReadError, RewriteError, Store, Take, Work};

impl Book {
    /// What [`Book::merge`] would bring, without changing anything.
    ///
    /// # Errors
    /// [`BackupError`].
    pub fn would_merge(&self, backup: &Backup<'_>) -> Result<Merged, BackupError> {
        Ok(self.judge(backup)?.merged)
    }

    /// Takes in what is in a backup of the same owner and not in this book, and forgets whom it says
    /// were forgotten. Every receipt is verified again; what is refused is in the report, and the rest
    /// is taken in. The same again changes nothing.
    ///
    /// # Errors
    /// [`BackupError`]; the book is as it was.
    pub fn merge(
        &mut self,
        backup: &Backup<'_>,
        rng: &mut dyn CryptoRng,
    ) -> Result<Merged, BackupError> {
        let judged = self.judge(backup)?;
        if !judged.merged.changes() {
            return Ok(judged.merged);
        }
        let mut incoming = Incoming::new(backup, &judged)?;
        let (clock, mut failed) = (judged.head.clock, None);
        let mut pour = |entry: Option<Entry>, take: &mut Take<'_>| {
            let poured = || -> Result<(), Failed> {
                let Some(entry) = entry else { return incoming.pour(None, take) };
                let says = Happening::of(&entry);
                if judged.intake.gone.covers(&entry, says.as_ref()) {
                    return Ok(());
                }
                // Encounters stand in the order of their stamps, so that lists do.
                if let Some(place) = says.as_ref().and_then(Happening::place) {
                    incoming.pour(Some(place), take)?;
                }
                let kept = judged.intake.gone.without(entry, says);
                Ok(kept.iter().try_for_each(take)?)
            };
            poured().map_err(|error| error.kept_in(&mut failed))
        };
        let done = self.pour(clock, &mut pour, rng);
        match failed {
            Some(error) => Err(error),
            None => {
                let Rewritten { lost, old_key_remains, .. } = done?;
                self.listeners.tell(Change::All);
                Ok(Merged { lost, old_key_remains, ..judged.merged })
            }
        }
    }

    /// What [`Book::restore`] would bring, without making anything.
    ///
    /// # Errors
    /// [`BackupError`].
    pub fn would_restore(backup: &Backup<'_>) -> Result<Merged, BackupError> {
        Ok(Judged::of(backup, None, None)?.merged)
    }

    /// Makes a book out of a backup, with its identity, in a directory that has none, or in place of a book
    /// in which nothing is yet, as an app makes at its first start.
    ///
    /// Whoever goes on from here has to stop using the identity on the old phone. If both go on, the
    /// next merge says so.
    ///
    /// # Errors
    /// [`BackupError`]; there is no book then, or the empty one that was there. Only after an error of the
    /// system at the very end, which says so, can the next open find the restored one, whole.
    pub fn restore(
        settings: Settings,
        backup: &Backup<'_>,
        rng: &mut dyn CryptoRng,
    ) -> Result<(Self, OpenReport, Merged), BackupError> {
        let existing = settings.clone().mode(Mode::Existing);
        let empty = match Store::open(&existing, rng) {
            Ok((store, _)) if store.last() > 0 => {
                return Err(BackupError::NotEmpty { path: settings.home });
            }
            Ok((store, _)) => Some(store),
            Err(OpenError::Missing { .. }) => None,
            Err(error) => return Err(error.into()),
        };
        let judged = Judged::of(backup, None, Some(&settings))?;
        let Head { secret, store, made_at, clock } = judged.head.clone();
        let mut incoming = Incoming::new(backup, &judged)?;
        let (mut done, mut failed) = (0, None);
        let mut pour = |take: &mut Take<'_>| {
            let take: &mut Take<'_> = &mut |entry| {
                let told = settings.tell(Work::Rewriting, done, judged.entries);
                told.map_err(|Cancelled| ReadError::Cancelled)?;
                done += 1;
                take(entry)
            };
            let mut poured = || -> Result<(), Failed> {
                let counted = Entry::saying(&Happening::Counted(clock));
                take(&counted)?;
                incoming.pour(None, take)?;
                let restored = Restored { store, made_at, clock };
                take(&Entry::saying(&Happening::Restored(restored)))?;
                Ok(take(&counted)?)
            };
            poured().map_err(|error| error.kept_in(&mut failed))
        };
        let made = Store::make(&existing, empty, &secret, &mut pour, rng);
        if let Some(error) = failed {
            return Err(error);
        }
        let (store, report) = made?;
        Ok((Self::of(existing, store)?, report, judged.merged))
    }

    fn judge(&self, backup: &Backup<'_>) -> Result<Judged, BackupError> {
        Judged::of(backup, Some(self), Some(&self.settings))
    }
}

/// The second reading of a backup, of which only what is new comes out.
struct Incoming<'a, 'b> {
    reading: Reading<'a>,
    judged: &'b Judged,
    /// The next entry, where it has to wait.
    waiting: Option<(Place, Entry)>,
    ended: bool,
}

impl<'a, 'b> Incoming<'a, 'b> {
    fn new(backup: &Backup<'a>, judged: &'b Judged) -> Result<Self, BackupError> {
        Ok(Self { reading: backup.read()?, judged, waiting: None, ended: false })
    }

    /// Hands over what comes before an encounter in this place, or everything.
    fn pour(&mut self, before: Option<Place>, take: &mut Take<'_>) -> Result<(), Failed> {
        let has_to_wait = |place: Place| before.is_some_and(|before| place >= before);
        match self.waiting.take() {
            Some((place, entry)) if has_to_wait(place) => {
                self.waiting = Some((place, entry));
                return Ok(());
            }
            Some((_, entry)) => take(&entry)?,
            None => {}
        }
        while !self.ended {
            let Some(entry) = self.reading.next()? else {
                self.ended = true;
                if self.reading.digest() != self.judged.digest {
                    return Err(BackupError::Changed.into());
                }
                break;
            };
            if self.judged.is_refused(self.reading.entries()) {
                continue;
            }
            let (entry, says) = intake::read(entry);
            let says = says.and_then(Result::ok);
            let place = says.as_ref().and_then(Happening::place);
            let Verdict::New(entry) = self.judged.intake.verdict(entry, says) else { continue };
            match place {
                Some(place) if has_to_wait(place) => {
                    self.waiting = Some((place, entry));
                    break;
                }
                _ => take(&entry)?,
            }
        }
        Ok(())
    }
}

/// Why pouring ended.
enum Failed {
    Backup(BackupError),
    Rewrite(RewriteError),
}

impl Failed {
    /// The error for whoever writes the book anew, with a backup's own put aside.
    fn kept_in(self, aside: &mut Option<BackupError>) -> RewriteError {
        match self {
            Self::Rewrite(error) => error,
            Self::Backup(error) => {
                *aside = Some(error);
                ReadError::Cancelled.into()
            }
        }
    }
}

impl From<BackupError> for Failed {
    fn from(error: BackupError) -> Self {
        Self::Backup(error)
    }
}

impl From<RewriteError> for Failed {
    fn from(error: RewriteError) -> Self {
        Self::Rewrite(error)
    }
}
