//! Keeping the index small. sled cleans up behind itself only on some systems, and not at once; so
//! an index that has grown out of proportion is replaced by one that is built beside it, a part at a
//! time, while the old one goes on answering.

use std::fs;
use std::io;
use std::mem;
use std::path::PathBuf;

use super::pass::Watched;
use super::settings::{Mode, Work};
use super::{ReadError, Store, home, index_failed};
use crate::disk::remove_tree;
use crate::index::{EngineError, Index};
use crate::ledger::Found;

/// An index may take so many times the bytes of the ledger's entries…
const RATIO: u64 = 3;
/// …and so many bytes on top of that, which the smallest one does.
const BASE: u64 = 3 * 1024 * 1024;

impl Store {
    /// Commits to the index what waits in memory. Where the index has grown out of proportion, goes
    /// on replacing it, for which it reads at most `budget` entries. Gives how many are left to read
    /// before that is done; 0 when there is nothing to do.
    ///
    /// # Errors
    /// [`ReadError::Index`]; nothing is lost by it, and the index goes on as it is.
    pub(crate) fn maintain(&mut self, budget: u64) -> Result<u64, ReadError> {
        if self.index.commit().is_err() {
            self.reindex()?;
        }
        if self.next.is_none() && !self.is_bloated()? {
            return Ok(0);
        }
        let renewed = self.renew(budget);
        if renewed.is_err() {
            self.next = None;
            let _ = remove_tree(&self.beside());
        }
        renewed.map_err(index_failed)
    }

    fn is_bloated(&self) -> Result<bool, ReadError> {
        if self.settings.mode == Mode::Look || !self.index.is_lasting() {
            return Ok(false);
        }
        let entries = self.ledger.tail().offset;
        let size = self.index.size().map_err(index_failed)?;
        Ok(size > (RATIO * entries + BASE).max(self.renewed_to / 8 * 9))
    }

    /// Where the index that is to take its place is built.
    pub(super) fn beside(&self) -> PathBuf {
        home::generation(&self.settings.home, self.keys.id.epoch).join("index.new")
    }

    fn renew(&mut self, budget: u64) -> Result<u64, EngineError> {
        let words = |error: io::Error| EngineError(error.to_string());
        let dir = self.beside();
        let mut next = match self.next.take() {
            Some(next) => next,
            None => {
                remove_tree(&dir).map_err(words)?;
                Index::open(&dir, self.settings.engine, &self.header)?
            }
        };
        let (mut scan, mut is_mended) = (self.ledger.scan(next.mark()).map_err(words)?, false);
        for _ in 0..budget {
            match scan.step().map_err(words)? {
                Some(Found::Frame(frame)) => next.note(&self.keys, &frame),
                Some(Found::Damage(_)) if !is_mended => {
                    // The old index may be the only one to have what stood there.
                    let settings = self.settings.clone().unstoppable();
                    self.heal(Watched::first_of(2, &settings, Work::Indexing))
                        .map_err(|error| EngineError(error.to_string()))?;
                    (scan, is_mended) = (self.ledger.scan(next.mark()).map_err(words)?, true);
                }
                Some(Found::Damage(damage)) => next.note_damage(&damage),
                None => break,
            }
        }
        next.failure().cloned().map_or(Ok(()), Err)?;
        let left = self.ledger.tail().next - next.mark().next;
        if scan.tail().is_none() && left > 0 {
            self.next = Some(next);
            return Ok(left);
        }
        next.close()?;
        let placeholder = Index::failing(&self.header, "another one takes its place");
        let _ = mem::replace(&mut self.index, placeholder).discard();
        let old = dir.with_file_name("index");
        let swapped = remove_tree(&old).and_then(|()| fs::rename(&dir, &old)).map_err(words);
        let index = swapped.and_then(|()| Index::open(&old, self.settings.engine, &self.header));
        match index {
            Ok(index) => self.index = index,
            // What is left of either isn't trusted.
            Err(error) => drop(self.reindex().map_err(|_| error)?),
        }
        self.renewed_to = self.index.size()?;
        Ok(0)
    }
}
