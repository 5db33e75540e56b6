//! Rows in memory: the engine of builds without another one, and what stands in when the disk has
//! no room for an index. Built from the ledger at each open.

use std::sync::{PoisonError, RwLock};

use super::engine::{EngineError, OrderedMap};
use super::rows::{Rows, Visit, visit_prefix};

/// A map that lasts until it is dropped.
#[derive(Default)]
pub(super) struct Memory(RwLock<Rows>);

impl OrderedMap for Memory {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, EngineError> {
        Ok(self.0.read().unwrap_or_else(PoisonError::into_inner).get(key).cloned())
    }

    fn scan(&self, prefix: &[u8], visit: &mut Visit<'_>) -> Result<(), EngineError> {
        // Read, not held alone: a visit may ask for other rows.
        let rows = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let _ = visit_prefix(&rows, prefix, visit);
        Ok(())
    }

    fn commit(&self, rows: &Rows) -> Result<(), EngineError> {
        // A poisoned lock would mean a panic in the middle of `extend`, which has none.
        let mut all = self.0.write().unwrap_or_else(PoisonError::into_inner);
        all.extend(rows.iter().map(|(key, value)| (key.clone(), value.clone())));
        Ok(())
    }

    fn is_lasting(&self) -> bool {
        false
    }

    fn size(&self) -> Result<u64, EngineError> {
        Ok(0)
    }

    fn close(self: Box<Self>) -> Result<(), EngineError> {
        Ok(())
    }
}
