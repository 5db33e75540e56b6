//! What there is beside the newest generation: one that it took the place of, or one that was never finished.
//!
//! A book that was restored over an empty one has another store id than that. So the key of a generation is
//! named by its own header, as long as that can be read, and one that is another book's and has something in it
//! is left alone: it didn't get here by any work of ours.

use std::io;
use std::path::Path;

use super::home::{self, Home};
use super::{OpenReport, Store, read_header};
use crate::disk::remove_tree;
use crate::ledger::Ledger;
use crate::vault::{KeyId, KeyVault, VaultError};

/// The store id in the ledger of the generation in `dir`, if it can be read.
pub(super) fn store_of(dir: &Path) -> Option<[u8; 16]> {
    read_header(&dir.join("ledger")).ok().map(|(header, _)| header.id.store)
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
        let (home, current) = (&self.settings.home, self.keys.id.epoch);
        let old = found.whole.iter().filter(|epoch| **epoch < current);
        let old = old.map(|epoch| (*epoch, home::generation(home, *epoch)));
        let old = old.filter(|(_, dir)| !self.is_of_another(dir));
        // After a first creation, those that it removed are found no more.
        let new = found.unfinished.iter();
        let new = new.map(|epoch| (*epoch, home::unfinished(home, *epoch)));
        for (epoch, dir) in old.chain(new) {
            if self.retire(epoch, &dir) {
                report.cleaned = true;
            } else {
                report.old_key_remains = true;
            }
        }
    }

    /// Destroys the key of the generation in `dir`, then removes that. False if the vault refused.
    pub(super) fn retire(&self, epoch: u32, dir: &Path) -> bool {
        let (vault, current) = (&self.settings.vault, self.keys.id);
        let store = store_of(dir).unwrap_or(current.store);
        let lets_go = || {
            let id = KeyId { store, epoch };
            if id != current {
                vault.destroy(&id)?;
            }
            if store != current.store {
                vault.keep_head(&store, None)?;
            }
            Ok::<_, VaultError>(())
        };
        let gone = lets_go().is_ok();
        if gone {
            // Sealed under a key that is gone: whatever stays of it is noise.
            let _ = remove_tree(dir);
        }
        gone
    }

    /// Whether the generation in `dir` is another book's, and not an empty one that gave way to this.
    fn is_of_another(&self, dir: &Path) -> bool {
        store_of(dir).is_some_and(|store| store != self.keys.id.store)
            && !Ledger::is_blank(&dir.join("ledger")).unwrap_or(false)
    }
}
