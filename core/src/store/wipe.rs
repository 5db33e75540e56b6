//! Wiping a book: its keys first, because without them what may remain of the files is noise.

use std::fs;
use std::io;
use std::path::Path;

use super::OpenError;
use super::home::{self, Claim, Home};
use super::remains::store_of;
use crate::disk::{remove_tree, sync_dir};
use crate::index::{Engine, Index};
use crate::vault::{KeyId, KeyVault};

/// What wiping a book did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Wiped {
    /// How many generations of the book were removed; 0 where there was no book.
    pub generations: usize,
    /// No copy of a header could be read, so it isn't known under which name the vault keeps the
    /// key. Remedy: remove it there by hand, or with the vault.
    pub key_remains: bool,
}

/// Destroys the keys of the book in `home` and removes its files, whether it opens or not. What
/// isn't the book's stays, and so does the directory then. A kill at any moment leaves the book, one that
/// doesn't open any more, or none; wiping again does the rest, but for an empty directory, or an empty
/// lock where the directory has to stay.
pub(crate) fn wipe(home: &Path, vault: &dyn KeyVault) -> Result<Wiped, OpenError> {
    let found = Home::survey(home)?;
    let has_book = |epoch: &u32| store_of(&home::generation(home, *epoch)).is_some();
    // A copy that somebody made may lack the empty file.
    if !found.claimed && !found.whole.iter().any(has_book) {
        return Ok(Wiped::default());
    }
    let claim = Claim::take(home, true)?;
    let found = Home::survey(home)?;
    let dirs = found.whole.iter().map(|epoch| (*epoch, home::generation(home, *epoch)));
    let dirs = dirs.chain(found.unfinished.iter().map(|e| (*e, home::unfinished(home, *e))));
    let dirs: Vec<_> = dirs.collect();
    // An epoch is a directory's name, and the store's id is the same in all of them, or in all but one that
    // gave way to a restored book.
    let in_index = |dir: &Path| {
        let mut engines = Engine::all().iter();
        let header = engines.find_map(|engine| Index::header(&dir.join("index"), *engine))?;
        Some(header.id.store)
    };
    let stores = dirs.iter().map(|(_, dir)| store_of(dir).or_else(|| in_index(dir)));
    let stores: Vec<_> = stores.collect();
    let known = stores.iter().find_map(|store| *store);
    for ((epoch, _), store) in dirs.iter().zip(&stores) {
        if let Some(store) = store.or(known) {
            vault.destroy(&KeyId { store, epoch: *epoch })?;
            vault.keep_head(&store, None)?;
        }
    }
    for epoch in &found.unfinished {
        let dir = home::unfinished(home, *epoch);
        remove_tree(&dir).map_err(OpenError::at(&dir))?;
    }
    for epoch in &found.whole {
        // Under a name that promises nothing: its key is gone, and half removed it couldn't say which.
        let (dir, gone) = (home::generation(home, *epoch), home::unfinished(home, *epoch));
        fs::rename(&dir, &gone).map_err(OpenError::at(&dir))?;
        remove_tree(&gone).map_err(OpenError::at(&gone))?;
    }
    let lock = claim.remove();
    lock.map_err(OpenError::at(home))?;
    match fs::remove_dir(home) {
        Err(e) if e.kind() == io::ErrorKind::DirectoryNotEmpty => {
            sync_dir(home).map_err(OpenError::at(home))?;
        }
        removed => removed.map_err(OpenError::at(home))?,
    }
    // One that was never finished has a header if it has a key.
    let key_remains = known.is_none() && !found.whole.is_empty();
    Ok(Wiped { generations: found.whole.len(), key_remains })
}
