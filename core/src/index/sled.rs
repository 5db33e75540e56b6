//! sled 0.34.7 as the engine, with what was measured about it in mind.
//!
//! It is given one tree and no flusher thread, so that it does the same on phones as on
//! desktops. A kill while it writes a snapshot leaves `snap.*.generating`, with which it never
//! opens again, so that file goes first. It panics on some damage, so every call is caught; what
//! it holds can always be built anew.

use std::any::Any;
use std::fs;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use super::engine::{Engine, EngineError};
use super::rows::{Rows, Visit};

/// Bytes of pages that sled may keep in memory.
const CACHE: u64 = 4 * 1024 * 1024;

/// An open sled database and its one tree.
pub(super) struct Sled {
    /// There until it is dropped.
    db: Option<sled::Db>,
}

impl Sled {
    /// Opens what is in `dir`, or creates it.
    pub(super) fn open(dir: &Path) -> Result<Self, EngineError> {
        remove_unfinished_snapshots(dir).map_err(|e| EngineError(e.to_string()))?;
        let config = sled::Config::new().path(dir).cache_capacity(CACHE).flush_every_ms(None);
        Ok(Self { db: Some(caught(|| config.open())?) })
    }

    fn db(&self) -> Result<&sled::Db, EngineError> {
        self.db.as_ref().ok_or_else(|| EngineError("sled is closed".into()))
    }
}

impl Engine for Sled {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, EngineError> {
        let db = self.db()?;
        caught(|| db.get(key)).map(|value| value.map(|v| v.to_vec()))
    }

    fn scan(&self, prefix: &[u8], from: &[u8], visit: &mut Visit<'_>) -> Result<(), EngineError> {
        let mut rows = self.db()?.range(prefix.max(from)..);
        while let Some((key, value)) = caught(|| rows.next().transpose())? {
            if !key.starts_with(prefix) || visit(&key, &value).is_break() {
                break;
            }
        }
        Ok(())
    }

    fn commit(&self, rows: &Rows) -> Result<(), EngineError> {
        let mut batch = sled::Batch::default();
        for (key, value) in rows {
            batch.insert(key.as_slice(), value.as_slice());
        }
        let db = self.db()?;
        caught(|| {
            db.apply_batch(batch)?;
            db.flush()
        })?;
        Ok(())
    }

    fn is_lasting(&self) -> bool {
        true
    }

    fn size(&self) -> Result<u64, EngineError> {
        let db = self.db()?;
        caught(|| db.size_on_disk())
    }

    fn close(self: Box<Self>) -> Result<(), EngineError> {
        let db = self.db()?;
        caught(|| db.flush()).map(|_| ())
    }
}

impl Drop for Sled {
    /// sled flushes when it is dropped, which may panic on a database that failed before.
    fn drop(&mut self) {
        let db = self.db.take();
        let _ = caught(|| {
            drop(db);
            Ok(())
        });
    }
}

/// Runs a call into sled; its errors and panics become words. What a panic leaves behind isn't
/// used any more: the index above closes the engine and builds it anew.
fn caught<T>(call: impl FnOnce() -> sled::Result<T>) -> Result<T, EngineError> {
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(EngineError(format!("sled: {error}"))),
        Err(panic) => Err(EngineError(format!("sled panicked: {}", words(&*panic)))),
    }
}

fn words(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no reason given")
}

fn remove_unfinished_snapshots(dir: &Path) -> io::Result<()> {
    let names = match fs::read_dir(dir) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(()),
        names => names?,
    };
    for name in names {
        let name = name?;
        let text = name.file_name();
        let text = text.to_string_lossy();
        if text.starts_with("snap.") && text.ends_with(".generating") {
            fs::remove_file(name.path())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sled_passes_the_suite_and_keeps_its_rows() {
        let dir = tempfile::tempdir().unwrap();
        let engine = Box::new(Sled::open(dir.path()).unwrap());
        super::super::engine::suite::passes(&*engine);
        engine.close().unwrap();
        let engine = Sled::open(dir.path()).unwrap();
        assert_eq!(engine.get(b"b2").unwrap().unwrap(), b"two");
        assert!(engine.size().unwrap() > 0);
    }

    #[test]
    fn a_snapshot_left_unfinished_is_removed() {
        let dir = tempfile::tempdir().unwrap();
        Box::new(Sled::open(dir.path()).unwrap()).close().unwrap();
        let left = dir.path().join("snap.0000000000000400.generating");
        fs::write(&left, b"half").unwrap();
        Sled::open(dir.path()).unwrap();
        assert!(!left.exists());
    }

    #[test]
    fn panics_and_errors_become_words() {
        let panicked = caught(|| -> sled::Result<()> { panic!("page {}", 7) });
        assert_eq!(panicked.unwrap_err().0, "sled panicked: page 7");
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("file"), b"").unwrap();
        assert!(Sled::open(&dir.path().join("file")).is_err());
    }
}
