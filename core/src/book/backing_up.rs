//! Backing the book up: every entry, in order, each so that it stands by itself.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use super::entry::{Happening, Listed};
use super::{Book, ReadError, unless_lost};
use crate::backup::{BackedUp, BackupError, Head, Lock, Writing};
use crate::disk::{self, Counting};
use crate::ledger::Entry;
use crate::store::Work;
use crate::time::UnixTime;
use crate::transcript::Transcript;

impl Book {
    /// Writes a backup to the file `path`, which is replaced whole or stays as it was. Hold on to the
    /// passphrase, or to the recipients' keys: without them nobody opens it.
    ///
    /// # Errors
    /// [`BackupError`].
    pub fn back_up_to(
        &self,
        path: &Path,
        lock: &Lock,
        made_at: UnixTime,
    ) -> Result<BackedUp, BackupError> {
        let at = |source| BackupError::at(path, source);
        let write = |out: &mut dyn Write| match self.back_up(out, lock, made_at) {
            Err(BackupError::Io(source)) => Err(at(source)),
            done => done,
        };
        disk::replace(path, at, write)
    }

    /// Writes a backup to `out`. `made_at` is a claim, which tells backups apart for people.
    ///
    /// # Errors
    /// [`BackupError`]; `out` has some of the bytes then.
    pub fn back_up(
        &self,
        out: &mut dyn Write,
        lock: &Lock,
        made_at: UnixTime,
    ) -> Result<BackedUp, BackupError> {
        let store = self.store()?;
        let Ahead { confirmations, highest } = self.look_ahead()?;
        // What was counted before may be lost to damage; nothing that is backed up may be above it.
        let clock = self.clock()?.max(highest);
        let head = Head { secret: store.secret()?, store: store.id(), made_at, clock };
        let mut done = BackedUp::default();
        let counting = Counting { out, bytes: &mut done.bytes };
        let mut writing = Writing::begin(counting, lock, &head).map_err(BackupError::Io)?;
        // First, so that whoever reads it knows who is forgotten before anything else comes.
        if let Some(forgotten) = Listed::Forgotten.subject() {
            for entry in store.entries_of(&forgotten)? {
                let Some(entry) = unless_lost(entry)? else { continue };
                writing.entry(&entry).map_err(BackupError::Io)?;
                done.entries += 1;
            }
        }
        for (seen, entry) in (0..).zip(store.entries()?) {
            self.settings.tell(Work::BackingUp, store.last() + seen, 2 * store.last())?;
            let entry = match entry {
                Ok(entry) => entry,
                Err(ReadError::Lost(_)) => {
                    done.lost += 1;
                    continue;
                }
                Err(error) => return Err(error.into()),
            };
            let entry = match Happening::of(&entry) {
                Some(
                    Happening::Confirmed { .. } | Happening::Forgotten(_) | Happening::Counted(_),
                ) => continue,
                Some(Happening::Met { mut receipt, confirm_message, continues, stamp }) => {
                    match confirmations.get(&receipt.transcript()) {
                        Some(signature) => {
                            receipt.set_confirmed(*signature);
                            let met = Happening::Met { receipt, confirm_message, continues, stamp };
                            Entry::saying(&met)
                        }
                        None => entry,
                    }
                }
                _ => entry,
            };
            writing.entry(&entry).map_err(BackupError::Io)?;
            done.entries += 1;
        }
        writing.finish(self.identity()).map_err(BackupError::Io)?;
        Ok(done)
    }
}

/// What has to be known of all entries before the first one is written.
#[derive(Default)]
struct Ahead {
    /// What was confirmed later than the encounter itself, by everybody: some hundred bytes each.
    confirmations: BTreeMap<Transcript, [u8; 64]>,
    /// The highest clock that any entry says.
    highest: u64,
}

impl Book {
    fn look_ahead(&self) -> Result<Ahead, BackupError> {
        let store = self.store()?;
        let mut ahead = Ahead::default();
        for (seen, entry) in (0..).zip(store.entries()?) {
            self.settings.tell(Work::BackingUp, seen, 2 * store.last())?;
            let Some(entry) = unless_lost(entry)? else { continue };
            match Happening::of(&entry) {
                Some(Happening::Confirmed { transcript, signature, .. }) => {
                    ahead.confirmations.insert(transcript, signature);
                }
                Some(Happening::Forgotten(stone)) => ahead.highest = ahead.highest.max(stone.clock),
                says => {
                    let stamp = says.as_ref().and_then(Happening::stamp);
                    ahead.highest = ahead.highest.max(stamp.map_or(0, |stamp| stamp.clock));
                }
            }
        }
        Ok(ahead)
    }
}
