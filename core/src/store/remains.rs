//! What there is beside the newest generation: one that it took the place of, or one that was never finished.
//!
//! Whatever lies in the place of an old generation, the key that this book had for it goes: a header, whose
//! checksum has no key, can't speak for it. A book that was restored over an empty one has another store id
//! than that, so the key that a header names goes too, unless something is in a generation that is another's:
//! that didn't get here by any work of ours, and is left alone.

use std::io;
use std::path::Path;

use super::home::{self, Home};
use super::{OpenReport, Store};
use crate::disk::remove_tree;
use crate::ledger::Ledger;
use crate::vault::{KeyId, KeyVault};

/// The store id in the ledger of the generation in `dir`, if it can be read.
pub(super) fn store_of(dir: &Path) -> Option<[u8; 16]> {
    let (header, _) = Ledger::header(&dir.join("ledger")).ok()?.ok()?;
    Some(header.id.store)
}

/// Removes a generation that was never finished, in which nothing was acknowledged, and its key if the vault
/// lets go of it.
pub(super) fn abandon(vault: &dyn KeyVault, epoch: u32, dir: &Path) -> io::Result<()> {
    if let Some(store) = store_of(dir) {
        let _ = vault.destroy(&KeyId { store, epoch });
    }
    remove_tree(dir)
}

impl Store {
    /// Removes what rewrites left, each key before its directory. What can't be removed now stays for the
    /// next open.
    pub(super) fn clean(&self, found: &Home, report: &mut OpenReport) {
        let (home, current) = (&self.settings.home, self.keys.id);
        let old = found.whole.iter().filter(|epoch| **epoch < current.epoch);
        let old = old.map(|epoch| (*epoch, home::generation(home, *epoch), false));
        // After a first creation, those that it removed are found no more.
        let new = found.unfinished.iter();
        let new = new.map(|epoch| (*epoch, home::unfinished(home, *epoch), true));
        for (epoch, dir, is_unfinished) in old.chain(new) {
            let ours = KeyId { epoch, ..current };
            let other = store_of(&dir).filter(|store| *store != current.store);
            let is_removed = match other.map(|store| KeyId { store, epoch }) {
                Some(_) if !is_unfinished && !is_blank(&dir) => {
                    report.old_key_remains |= !self.lets_go(&ours);
                    continue;
                }
                Some(other) => self.lets_go(&other) && self.retire(&ours, &dir),
                None => self.retire(&ours, &dir),
            };
            report.cleaned |= is_removed;
            report.old_key_remains |= !is_removed;
        }
    }

    /// Destroys the key of the generation in `dir`, then removes that. False if the vault refused.
    pub(super) fn retire(&self, key: &KeyId, dir: &Path) -> bool {
        let is_gone = self.lets_go(key);
        if is_gone {
            // Sealed under a key that is gone: whatever stays of it is noise.
            let _ = remove_tree(dir);
        }
        is_gone
    }

    /// Has the vault destroy a key that isn't the book's, and the head of a store that isn't.
    fn lets_go(&self, key: &KeyId) -> bool {
        let (vault, current) = (&self.settings.vault, &self.keys.id);
        let is_gone = key == current || vault.destroy(key).is_ok();
        is_gone && (key.store == current.store || vault.keep_head(&key.store, None).is_ok())
    }
}

/// Whether nothing was ever written in the generation in `dir`.
fn is_blank(dir: &Path) -> bool {
    Ledger::is_blank(&dir.join("ledger")).unwrap_or(false)
}
