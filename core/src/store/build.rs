//! Building a generation: the first one, and every one that replaces another.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rand_core::CryptoRng;

use super::attach::Place;
use super::home::{self, Home};
use super::settings::{Cancelled, Settings, Work};
use super::{RewriteError, RewriteReport, Store, remains};
use crate::disk::{remove_tree, sync_dir};
use crate::ledger::{Draft, Entry, Header, Ledger, Tail};
use crate::seal::{Keys, SealError};
use crate::store::ReadError;
use crate::vault::{DataKey, KeyId, KeyVault};

/// Fills the ledger of a new generation.
pub(super) type Fill<'a> =
    dyn FnMut(&mut Draft, &mut dyn CryptoRng) -> Result<(), RewriteError> + 'a;

/// Takes an entry into a new generation.
pub(crate) type Take<'a> = dyn FnMut(&Entry) -> Result<(), RewriteError> + 'a;

/// What becomes of each entry of the old generation, and, behind the last, what else there is to be.
pub(crate) type Pour<'a> = dyn FnMut(Option<Entry>, &mut Take<'_>) -> Result<(), RewriteError> + 'a;

/// A generation that is whole and durable.
pub(super) struct Built {
    header: Header,
    keys: Arc<Keys>,
    tail: Tail,
}

/// Builds the generation `id` under a new key, and makes it the book.
///
/// The order matters, and a kill or a power loss after each step opens: make the unfinished
/// directory, write the ledger's header, sync both and their names, store the key, write and sync
/// the entries, rename the directory, sync the parent. The index isn't built here; an open without one builds it.
pub(super) fn generation(
    home: &Path,
    id: KeyId,
    secret: &[u8; 32],
    vault: &dyn KeyVault,
    rng: &mut dyn CryptoRng,
    fill: &mut Fill<'_>,
) -> Result<Built, RewriteError> {
    let (new, whole) = (home::unfinished(home, id.epoch), home::generation(home, id.epoch));
    let mut build = || -> Result<Built, RewriteError> {
        remains::abandon(vault, id.epoch, &new).map_err(io_at(&new))?;
        fs::create_dir(&new).map_err(io_at(&new))?;
        let key = DataKey::generate(rng);
        let path = new.join("ledger");
        let sealed = |_: SealError| io_at(&path)(io::Error::other("sealing failed"));
        let keys = Arc::new(Keys::derive(id, &key).map_err(sealed)?);
        let header = Header::seal(&keys, secret, rng).map_err(sealed)?;
        let mut draft = Draft::create(&path, &header, Arc::clone(&keys)).map_err(io_at(&path))?;
        sync_dir(&new).map_err(io_at(&new))?;
        sync_dir(home).map_err(io_at(home))?;
        // After the header, so that whoever finds this directory unfinished can name its key.
        vault.store(&id, &key)?;
        fill(&mut draft, rng)?;
        let tail = draft.finish().map_err(io_at(&path))?;
        fs::rename(&new, &whole).map_err(io_at(&whole))?;
        Ok(Built { header, keys, tail })
    };
    let built = build().inspect_err(|_| {
        // As it was before, as far as that goes; the next open does the rest. Once it is renamed,
        // though, it counts, whatever the system said.
        if !whole.exists() && vault.destroy(&id).is_ok() {
            let _ = remove_tree(&new);
        }
    })?;
    sync_dir(home).map_err(io_at(home))?;
    Ok(built)
}

/// Makes the next generation after those that are there, the first for instance, with a new store id and
/// of the identity with this secret.
pub(super) fn create(
    settings: &Settings,
    found: &Home,
    secret: &[u8; 32],
    fill: &mut Fill<'_>,
    rng: &mut dyn CryptoRng,
) -> Result<(), RewriteError> {
    let (home, vault) = (settings.home.as_path(), &*settings.vault);
    for epoch in &found.unfinished {
        // A creation that was interrupted; nothing was ever acknowledged in it.
        let dir = home::unfinished(home, *epoch);
        remains::abandon(vault, *epoch, &dir).map_err(io_at(&dir))?;
    }
    let mut id = KeyId { store: [0; 16], epoch: after(home, found.whole.last().copied())? };
    rng.fill_bytes(&mut id.store);
    generation(home, id, secret, vault, rng, fill)?;
    Ok(())
}

/// The epoch after `epoch`, or the first.
fn after(home: &Path, epoch: Option<u32>) -> Result<u32, RewriteError> {
    let next = epoch.unwrap_or(0).checked_add(1);
    next.ok_or_else(|| io_at(home)(io::Error::other("no epoch is left")))
}

impl Store {
    /// Writes the book anew under a new key with only what `pour` makes of the entries, and destroys
    /// the old key, so that nothing of the others can be opened again from any remnant.
    ///
    /// Entries are counted anew from 1, because a ledger without gaps is what makes counts of damage
    /// exact: sequences from before mean nothing afterwards. The identity stays. A kill at any moment
    /// leaves the old book or the new one, whole.
    ///
    /// # Errors
    /// See [`RewriteError`].
    pub(crate) fn rewrite(
        &mut self,
        pour: &mut Pour<'_>,
        rng: &mut dyn CryptoRng,
    ) -> Result<RewriteReport, RewriteError> {
        self.ledger.takes()?;
        let mut report = RewriteReport { lost: 0, old_key_remains: false };
        let old = self.keys.id;
        let home = self.settings.home.clone();
        let id = KeyId { epoch: after(&home, Some(old.epoch))?, ..old };
        let failed = |_: SealError| io_at(&home)(io::Error::other("the secret doesn't open"));
        let secret = self.header.secret(&self.keys).map_err(failed)?;
        let mut fill = |draft: &mut Draft, rng: &mut dyn CryptoRng| {
            let mut take = |entry: &Entry| Ok(draft.push(entry, rng)?);
            for (done, entry) in (0..).zip(self.entries()?) {
                self.settings
                    .tell(Work::Rewriting, done, self.last())
                    .map_err(|Cancelled| ReadError::Cancelled)?;
                match entry {
                    Ok(entry) => pour(Some(entry), &mut take)?,
                    Err(ReadError::Lost(_)) => report.lost += 1,
                    Err(error) => return Err(error.into()),
                }
            }
            pour(None, &mut take)
        };
        let built = generation(&home, id, &secret, &*self.settings.vault, rng, &mut fill);
        let switched = built.and_then(|built| self.switch(built));
        if switched.is_err() && home::generation(&home, id.epoch).exists() {
            // It counts already, but this handle couldn't follow.
            self.ledger.poison();
        }
        switched?;
        let dir = home::generation(&home, old.epoch);
        report.old_key_remains = !self.retire(&old, &dir);
        Ok(report)
    }

    /// Goes on with the generation that was built.
    fn switch(&mut self, built: Built) -> Result<(), RewriteError> {
        let Built { header, keys, tail } = built;
        let dir = home::generation(&self.settings.home, header.id.epoch);
        let path = dir.join("ledger");
        let ledger = Ledger::open(&path, &header, Arc::clone(&keys), true);
        let mut ledger = ledger.map_err(io_at(&path))?;
        ledger.settle(tail).map_err(io_at(&path))?;
        // Where an index can't be kept on disk, it comes in memory.
        let settings = self.settings.clone().unstoppable();
        let place = Place { keys: &keys, header: &header, dir: &dir, settings: &settings };
        let (index, ..) = place.build(&mut ledger).map_err(|halt| halt.reading(&path))?;
        self.ledger = ledger;
        self.header = header;
        self.keys = keys;
        // The old index is about to be removed: what it didn't commit doesn't matter.
        let _ = std::mem::replace(&mut self.index, index).discard();
        (self.next, self.renewed_to) = (None, 0);
        Ok(())
    }
}

/// What an error of the system at `path` means for a rewrite.
fn io_at(path: &Path) -> impl FnOnce(io::Error) -> RewriteError {
    let path: PathBuf = path.into();
    move |source| RewriteError::Io { path, source }
}
