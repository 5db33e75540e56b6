//! sled 0.34.7 as the engine, with what was measured about it in mind.
//!
//! It is given one tree and no flusher thread, so that it does the same on phones as on
//! desktops. A kill while it writes a snapshot leaves `snap.*.generating`, with which it never
//! opens again, so that file goes first. It panics on some damage, so every call is caught; what
//! it holds can always be built anew.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use super::engine::{EngineError, OrderedMap, caught};
use super::rows::{Rows, Visit};

/// Bytes that sled may want on disk at once beside the rows themselves: its file grows by segments
/// of 512 KiB, and now and then it writes a snapshot.
const SLACK: usize = 2 * 1024 * 1024;
/// What is written to find out, and removed.
const PROBE: &str = "room";

/// How often, 5 ms apart, sled is asked again while its file is locked: threads of the one that was
/// dropped last may hold it a little longer.
const PATIENCE: u32 = 400;

/// Bytes of pages that sled may keep in memory.
const CACHE: u64 = 1024 * 1024;

/// After so many rows of a scan one is looked up: only that makes sled let go of pages again.
const LOOKED_UP: u32 = 64;

/// An open sled database and its one tree.
pub(super) struct Sled {
    dir: PathBuf,
    /// There until it is dropped.
    db: Option<sled::Db>,
}

impl Sled {
    /// Opens what is in `dir`, or creates it.
    pub(super) fn open(dir: &Path) -> Result<Self, EngineError> {
        remove_unfinished_snapshots(dir).map_err(|e| EngineError(e.to_string()))?;
        fs::create_dir_all(dir).and_then(|()| probe(dir, SLACK)).map_err(no_room)?;
        let config = sled::Config::new().path(dir).cache_capacity(CACHE).flush_every_ms(None);
        let mut opened = caught("sled", || config.open());
        for _ in 0..PATIENCE {
            // The book has a lock of its own, so whoever still has this one is about to end.
            let Err(EngineError(words)) = &opened else { break };
            if !words.contains("could not acquire lock") {
                break;
            }
            thread::sleep(Duration::from_millis(5));
            opened = caught("sled", || config.open());
        }
        Ok(Self { dir: dir.into(), db: Some(opened?) })
    }

    fn db(&self) -> Result<&sled::Db, EngineError> {
        self.db.as_ref().ok_or_else(|| EngineError("sled is closed".into()))
    }
}

impl OrderedMap for Sled {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, EngineError> {
        let db = self.db()?;
        caught("sled", || db.get(key)).map(|value| value.map(|v| v.to_vec()))
    }

    fn scan(&self, prefix: &[u8], visit: &mut Visit<'_>) -> Result<(), EngineError> {
        let db = self.db()?;
        let mut rows = db.scan_prefix(prefix);
        for number in 1_u32.. {
            let Some((key, value)) = caught("sled", || rows.next().transpose())? else { break };
            if visit(&key, &value).is_break() {
                break;
            }
            if number.is_multiple_of(LOOKED_UP) {
                caught("sled", || db.get(&key))?;
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
        probe(&self.dir, SLACK + 2 * size_of_all(rows)).map_err(no_room)?;
        caught("sled", || {
            db.apply_batch(batch)?;
            db.flush()
        })?;
        Ok(())
    }

    /// One by one in order, which meets each page once. A batch has an order of its own, and keeps
    /// every state of every page that it goes through in memory until it ends.
    fn fill(&self, rows: &Rows) -> Result<(), EngineError> {
        let db = self.db()?;
        probe(&self.dir, SLACK + 2 * size_of_all(rows)).map_err(no_room)?;
        caught("sled", || {
            rows.iter().try_for_each(|(key, value)| db.insert(key, value.as_slice()).map(drop))
        })
    }

    fn is_lasting(&self) -> bool {
        true
    }

    fn size(&self) -> Result<u64, EngineError> {
        let db = self.db()?;
        caught("sled", || db.size_on_disk())
    }

    fn close(self: Box<Self>) -> Result<(), EngineError> {
        let db = self.db()?;
        caught("sled", || db.flush()).map(|_| ())
    }
}

impl Drop for Sled {
    /// sled flushes when it is dropped, which may panic on a database that failed before.
    fn drop(&mut self) {
        let db = self.db.take();
        let _ = caught("sled", || {
            drop(db);
            Ok::<_, sled::Error>(())
        });
    }
}

/// Whether so many bytes can be written in `dir`. A write that fails inside sled can lose the wake-up
/// of whoever waits for it, who then waits for ever; so where there is no room, sled isn't asked.
fn probe(dir: &Path, bytes: usize) -> io::Result<()> {
    let path = dir.join(PROBE);
    let mut file = File::create(&path)?;
    // Less than sled's own buffers of 512 KiB: glibc keeps in memory what is freed, up to the largest
    // that was freed before.
    let zeros = vec![0; 256 * 1024];
    let written = (0..bytes.div_ceil(zeros.len())).try_for_each(|_| file.write_all(&zeros));
    drop(file);
    let removed = fs::remove_file(&path);
    written.and(removed)
}

fn size_of_all(rows: &Rows) -> usize {
    rows.iter().map(|(key, value)| key.len() + value.len()).sum()
}

fn no_room(error: io::Error) -> EngineError {
    EngineError(format!("sled was not asked, since a write beside it failed: {error}"))
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
    fn a_snapshot_left_unfinished_is_removed() {
        let dir = tempfile::tempdir().unwrap();
        Box::new(Sled::open(dir.path()).unwrap()).close().unwrap();
        let left = dir.path().join("snap.0000000000000400.generating");
        fs::write(&left, b"half").unwrap();
        Sled::open(dir.path()).unwrap();
        assert!(!left.exists());
    }

    #[test]
    fn a_file_in_place_of_the_directory_is_an_error() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("file"), b"").unwrap();
        assert!(Sled::open(&dir.path().join("file")).is_err());
    }
}
