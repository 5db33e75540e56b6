//! Looking after the files: what an app does when it goes to sleep and wakes up, what a person asks
//! for when something seems wrong, and what takes writing the whole book anew.

use std::mem;
use std::path::Path;
use std::sync::{Mutex, OnceLock};

use rand_core::CryptoRng;

use super::entry::Happening;
use super::waste::{SMALL, Waste};
use super::{Book, BookError, Rewritten};
use crate::identity::Identity;
use crate::ledger::Entry;
use crate::store::{self, CheckReport, IndexState, Mode, OpenError, OpenReport, ReadError};
use crate::store::{Pour, Settings, Store, Take, Wiped};
use crate::vault::KeyVault;

impl Book {
    /// Bytes of ledger, index and roster on disk.
    pub fn size(&self) -> Result<u64, ReadError> {
        self.store()?.size()
    }

    /// Keeps the book small and the index up to date; nothing is lost without that. Hands to the index
    /// what it lags behind. An index that has grown out of proportion is replaced; and where more than
    /// a ninth of a ledger of over 512 KiB is waste, since tags, notes and badges were changed again
    /// and again, the book is written anew without it, as by [`Book::rotate`], unless entries were
    /// lost to damage. For either, at most `budget` entries are read (some microseconds each), but
    /// to write the book anew takes as long as [`Book::forget`] does. Gives how many entries are left
    /// to read: call it again when there is time. 0 means that there is nothing to do.
    ///
    /// # Errors
    /// [`BookError`]: of a vault that is locked, for instance, when the book is to be written anew.
    /// Nothing is lost by it.
    pub fn maintain(&mut self, budget: u64, rng: &mut dyn CryptoRng) -> Result<u64, BookError> {
        let left = self.store_mut()?.maintain(budget)?;
        if left > 0 || self.settings.mode == Mode::Look || self.store()?.entries_size() < SMALL {
            return Ok(left);
        }
        let mut waste = mem::take(&mut self.waste);
        let left = waste.go_on(self, budget)?;
        if left > 0 || !waste.is_too_much() {
            self.waste = waste;
            return Ok(left);
        }
        self.rewrite(&mut |entry| (!waste.has(entry.seq)).then_some(entry), rng)?;
        Ok(0)
    }

    /// Reads the whole book, puts back what one of ledger and index has and the other hasn't, and
    /// counts what remains lost. Removes nothing.
    ///
    /// # Errors
    /// [`ReadError::Io`] where the disk can't read the ledger. [`Book::rotate`] writes the book anew with
    /// what the index has of that, and is refused if it hasn't all of it.
    pub fn check(&mut self) -> Result<CheckReport, ReadError> {
        self.look_anew();
        self.store_mut()?.check()
    }

    /// Builds the index anew from the ledger, as after [`ReadError::Index`].
    pub fn reindex(&mut self) -> Result<IndexState, ReadError> {
        self.look_anew();
        self.store_mut()?.reindex()
    }

    /// Lets go of every file and of the directory, as an app does before the system stops it. Until
    /// [`Book::resume`], everything else but [`Book::identity`] and [`Book::counter`] answers
    /// [`ReadError::Suspended`]. The owner's secret stays in memory as long as the book does. To
    /// suspend a suspended book changes nothing.
    ///
    /// # Errors
    /// [`ReadError`]; the book is suspended all the same, and nothing is lost.
    pub fn suspend(&mut self) -> Result<(), ReadError> {
        self.look_anew();
        self.store.take().map_or(Ok(()), Store::close)
    }

    /// Whether the book is suspended.
    pub fn is_suspended(&self) -> bool {
        self.store.is_none()
    }

    /// Opens a suspended book again; `None` if it isn't suspended. One that refuses to write after a
    /// failure is suspended and resumed to go on.
    ///
    /// # Errors
    /// [`OpenError`], after which the book is still suspended. It is [`OpenError::Missing`] where
    /// the book is gone, and [`OpenError::AnotherOwner`] where there is another one now.
    pub fn resume(&mut self, rng: &mut dyn CryptoRng) -> Result<Option<OpenReport>, OpenError> {
        if self.store.is_some() {
            return Ok(None);
        }
        let mode = match self.settings.mode {
            Mode::Create => Mode::Existing,
            mode => mode,
        };
        let settings = Settings { mode, ..self.settings.clone() };
        let own = self.identity.person();
        let is_own = |secret: &[u8; 32]| Identity::from_secret(secret).person() == own;
        let (store, report) = Store::open_of(&is_own, &settings, rng)?;
        self.store = Some(store);
        Ok(Some(report))
    }

    /// Closes the book, so that the next open has nothing to catch up with, and the vault knows how
    /// far it is. Dropping it is as safe.
    pub fn close(mut self) -> Result<(), ReadError> {
        self.suspend()
    }

    /// Writes the book anew under a new key and destroys the old one, as after a key may have been
    /// seen. Entries that this version doesn't know are kept.
    pub fn rotate(&mut self, rng: &mut dyn CryptoRng) -> Result<Rewritten, BookError> {
        self.rewrite(&mut Some, rng)
    }

    /// Drops what was derived from entries that may now be others.
    fn look_anew(&mut self) {
        self.roster = Mutex::default();
        self.waste = Waste::default();
        self.counted = OnceLock::new();
    }

    /// Writes the book anew with what `keep` makes of its entries.
    pub(super) fn rewrite(
        &mut self,
        keep: &mut dyn FnMut(Entry) -> Option<Entry>,
        rng: &mut dyn CryptoRng,
    ) -> Result<Rewritten, BookError> {
        let mut pour = |entry: Option<Entry>, take: &mut Take<'_>| match entry.and_then(&mut *keep)
        {
            Some(entry) => take(&entry),
            None => Ok(()),
        };
        self.pour(0, &mut pour, rng)
    }

    /// Writes the book anew with what `pour` makes of its entries. It has then counted further than
    /// before, and than `clock`: that is its first entry, and its last one, since the disk may lose either.
    pub(super) fn pour(
        &mut self,
        clock: u64,
        pour: &mut Pour<'_>,
        rng: &mut dyn CryptoRng,
    ) -> Result<Rewritten, BookError> {
        let counted = Entry::saying(&Happening::Counted(self.clock()?.max(clock)));
        let mut is_first = true;
        let mut poured = |entry: Option<Entry>, take: &mut Take<'_>| {
            if mem::take(&mut is_first) {
                take(&counted)?;
            }
            match entry {
                // Another one takes its place.
                Some(entry) if entry.kind == Happening::COUNTED => Ok(()),
                Some(entry) => pour(Some(entry), take),
                None => {
                    pour(None, take)?;
                    take(&counted)
                }
            }
        };
        self.look_anew();
        let done = self.store_mut()?.rewrite(&mut poured, rng)?;
        Ok(Rewritten { people: 0, lost: done.lost, old_key_remains: done.old_key_remains })
    }

    /// Destroys the keys of the book in `home` and removes its files, whether it opens or not; what
    /// isn't the book's is left. Without the keys, no remnant can be opened. A book that is open
    /// has to be suspended or closed before. A kill in the middle is made good by wiping again.
    ///
    /// # Errors
    /// [`OpenError`]. If the vault refuses, no file was removed.
    pub fn wipe(home: &Path, vault: &dyn KeyVault) -> Result<Wiped, OpenError> {
        store::wipe(home, vault)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng;

    use super::*;
    use crate::book::entry::about;
    use crate::vault::memory::MemoryVault;

    /// As a newer version would write it, about someone this version knows and in a kind it doesn't.
    #[test]
    fn an_entry_of_an_unknown_kind_is_passed_over_and_kept_through_every_rewrite() {
        let dir = tempfile::tempdir().unwrap();
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let vault = Arc::new(MemoryVault::default());
        let (mut book, _) = Book::open(dir.path(), vault, &mut rng).unwrap();
        let [known, other] = [(); 2].map(|()| Identity::generate(&mut rng).person());
        let subject = about(&known).unwrap();
        let store = book.store_mut().unwrap();
        store.append(200, &[subject], b"from tomorrow", &mut rng).unwrap();
        book.block(&known, &mut rng).unwrap();
        book.block(&other, &mut rng).unwrap();
        book.rotate(&mut rng).unwrap();
        assert_eq!(book.forget(&[other], &mut rng).unwrap().people, 1);
        book.suspend().unwrap();
        book.resume(&mut rng).unwrap();
        assert_eq!(book.blocked().unwrap(), [known]);
        let entries = book.store().unwrap().entries().unwrap().map(Result::unwrap);
        let kept: Vec<_> = entries.map(|entry| (entry.kind, entry.payload)).collect();
        assert_eq!(kept[0].0, 9);
        assert_eq!(kept[1], (200, b"from tomorrow".to_vec()));
        assert_eq!(kept.len(), 5, "with what stays of the other, who was forgotten");
        assert_eq!(kept[4], kept[0], "how far it had counted, twice");
        // And forgotten with whom it is about.
        assert_eq!(book.forget(&[known], &mut rng).unwrap().people, 1);
        let entries = book.store().unwrap().entries().unwrap().map(Result::unwrap);
        assert_eq!(entries.map(|entry| entry.kind).collect::<Vec<_>>(), [9, 5, 5, 9]);
    }
}
