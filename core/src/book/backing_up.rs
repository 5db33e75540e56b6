//! Backing the book up: every entry, in order, each so that it stands by itself.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use super::entry::{Happening, Listed, about};
use super::{Book, ReadError, unless_lost};
use crate::backup::{BackedUp, BackupError, Head, Lock, Writing};
use crate::disk::{self, Counting};
use crate::identity::PersonId;
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
        let head =
            Head { secret: store.secret()?, store: store.id(), made_at, clock: self.clock()? };
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
        let is_all_about = store.only_entries()?;
        for (seen, entry) in (0..).zip(store.entries()?) {
            self.settings.tell(Work::BackingUp, seen, store.last())?;
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
                Some(Happening::Met { receipt, confirm_message, continues, stamp }) => {
                    let person = receipt.peer.opening.person;
                    let is_alone = about(&person).is_some_and(|subject| is_all_about(&subject));
                    if is_alone {
                        entry
                    } else {
                        let mut receipt = receipt;
                        if let Some(signature) =
                            self.confirmations(&person)?.remove(&receipt.transcript())
                        {
                            receipt.set_confirmed(signature);
                        }
                        Entry::saying(&Happening::Met {
                            receipt,
                            confirm_message,
                            continues,
                            stamp,
                        })
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

impl Book {
    /// What a person confirmed later than the encounter itself.
    fn confirmations(
        &self,
        person: &PersonId,
    ) -> Result<BTreeMap<Transcript, [u8; 64]>, ReadError> {
        let all = self.happenings(about(person))?.into_iter();
        let confirmed = all.filter_map(|(_, happening)| match happening {
            Happening::Confirmed { transcript, signature, .. } => Some((transcript, signature)),
            _ => None,
        });
        Ok(confirmed.collect())
    }
}
