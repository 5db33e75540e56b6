//! The narrow door behind which an engine keeps the index's rows.

use std::sync::{PoisonError, RwLock};

use super::rows::{Rows, Visit};

/// An ordered map of bytes on disk. It may lose everything or refuse to open: the index above
/// finds out and is built anew from the ledger. What it must not do is give wrong rows in silence.
pub(crate) trait Engine: Send + Sync {
    /// The value of `key`.
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, EngineError>;

    /// Visits the rows whose key starts with `prefix` and isn't below `from`, in ascending order
    /// of keys, until `visit` breaks.
    fn scan(&self, prefix: &[u8], from: &[u8], visit: &mut Visit<'_>) -> Result<(), EngineError>;

    /// Puts all of `rows` or none. That they last is best effort: the ledger is the truth.
    fn commit(&self, rows: &Rows) -> Result<(), EngineError>;

    /// Whether rows are still there after the engine was closed.
    fn is_lasting(&self) -> bool;

    /// Bytes on disk.
    fn size(&self) -> Result<u64, EngineError>;

    /// Lets go of every file.
    fn close(self: Box<Self>) -> Result<(), EngineError>;
}

/// An engine failed or panicked, in its own words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct EngineError(pub(crate) String);

/// Rows in memory: the engine of builds without another one, and what stands in when the disk has
/// no room for an index. Built from the ledger at each open.
#[derive(Default)]
pub(crate) struct Memory(RwLock<Rows>);

impl Engine for Memory {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, EngineError> {
        Ok(self.0.read().unwrap_or_else(PoisonError::into_inner).get(key).cloned())
    }

    fn scan(&self, prefix: &[u8], from: &[u8], visit: &mut Visit<'_>) -> Result<(), EngineError> {
        // Read, not held alone: a visit may ask for other rows.
        let rows = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let _ = super::rows::visit_prefix(&rows, prefix, from, visit);
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

#[cfg(test)]
pub(super) mod suite {
    //! What every engine has to pass.

    use super::*;
    use std::ops::ControlFlow;

    pub(crate) fn passes(engine: &dyn Engine) {
        let rows: Rows = [(&b"a1"[..], &b"x"[..]), (b"b1", b"1"), (b"b2", b"2"), (b"b9", b"9")]
            .map(|(key, value)| (key.to_vec(), value.to_vec()))
            .into();
        engine.commit(&rows).unwrap();
        engine
            .commit(&[(b"b2".to_vec(), b"two".to_vec()), (b"c".to_vec(), vec![])].into())
            .unwrap();
        assert_eq!(engine.get(b"b2").unwrap().unwrap(), b"two");
        assert_eq!(engine.get(b"c").unwrap().unwrap(), b"");
        assert_eq!(engine.get(b"d").unwrap(), None);
        assert_eq!(keys(engine, b"b", b"", 9), [b"b1", b"b2", b"b9"]);
        assert_eq!(keys(engine, b"b", b"b3", 9), [b"b9"]);
        assert_eq!(keys(engine, b"b", b"", 2), [b"b1", b"b2"]);
        assert!(keys(engine, b"zz", b"", 9).is_empty());
    }

    fn keys(engine: &dyn Engine, prefix: &[u8], from: &[u8], limit: usize) -> Vec<Vec<u8>> {
        let mut keys = vec![];
        let mut visit = |key: &[u8], _: &[u8]| {
            keys.push(key.to_vec());
            if keys.len() < limit { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        };
        engine.scan(prefix, from, &mut visit).unwrap();
        keys
    }

    #[test]
    fn memory_passes() {
        passes(&Memory::default());
    }
}
