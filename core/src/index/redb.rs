//! redb 4 as the engine: one table of bytes in one file.
//!
//! A commit is one write transaction, synced before it returns. That isn't for the rows' sake,
//! which the ledger has anyway: a file whose last commit was never synced has to be walked from end
//! to end before it opens again.
//!
//! redb checks no sums when it reads a page, and on some damage it panics. So the whole file is
//! checked at each open, and every call is caught.

use std::fs;
use std::path::{Path, PathBuf};

use redb::{Database, Error, ReadOnlyTable, ReadableDatabase as _, TableDefinition, TableError};

use super::engine::{EngineError, OrderedMap, REDB_FILE, caught};
use super::rows::{Rows, Visit, bounds};

/// Bytes of pages that redb may keep in memory.
const CACHE: usize = 4 * 1024 * 1024;

const ROWS: TableDefinition<'_, &[u8], &[u8]> = TableDefinition::new("rows");

type Table = ReadOnlyTable<&'static [u8], &'static [u8]>;

/// An open redb database.
pub(super) struct Redb {
    file: PathBuf,
    /// There until it is dropped.
    db: Option<Database>,
}

impl Redb {
    /// Opens what is in `dir`, or creates it.
    pub(super) fn open(dir: &Path) -> Result<Self, EngineError> {
        let file = dir.join(REDB_FILE);
        let db = caught("redb", || {
            if !dir.exists() {
                fs::create_dir(dir)?;
            }
            let mut builder = Database::builder();
            builder.set_cache_size(CACHE).set_check_integrity_on_open(true);
            Ok::<_, Error>(builder.create(&file)?)
        })?;
        Ok(Self { file, db: Some(db) })
    }

    fn db(&self) -> Result<&Database, EngineError> {
        self.db.as_ref().ok_or_else(|| EngineError("redb is closed".into()))
    }

    /// The table as it was last committed; there is none before the first commit.
    fn rows(&self) -> Result<Option<Table>, EngineError> {
        let db = self.db()?;
        caught("redb", || match db.begin_read()?.open_table(ROWS) {
            Err(TableError::TableDoesNotExist(_)) => Ok(None),
            table => Ok::<_, Error>(Some(table?)),
        })
    }
}

impl OrderedMap for Redb {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, EngineError> {
        let Some(rows) = self.rows()? else { return Ok(None) };
        caught("redb", || rows.get(key).map(|value| value.map(|v| v.value().to_vec())))
    }

    fn scan(&self, prefix: &[u8], visit: &mut Visit<'_>) -> Result<(), EngineError> {
        let Some(rows) = self.rows()? else { return Ok(()) };
        let (from, to) = bounds(prefix);
        let within = (from.as_ref().map(Vec::as_slice), to.as_ref().map(Vec::as_slice));
        let mut rows = caught("redb", || rows.range::<&[u8]>(within))?;
        let mut next = || {
            let row = rows.next().transpose()?;
            Ok::<_, Error>(row.map(|(key, value)| (key.value().to_vec(), value.value().to_vec())))
        };
        while let Some((key, value)) = caught("redb", &mut next)? {
            if visit(&key, &value).is_break() {
                break;
            }
        }
        Ok(())
    }

    fn commit(&self, rows: &Rows) -> Result<(), EngineError> {
        let db = self.db()?;
        caught("redb", || {
            let all = db.begin_write()?;
            {
                let mut table = all.open_table(ROWS)?;
                for (key, value) in rows {
                    table.insert(key.as_slice(), value.as_slice())?;
                }
            }
            Ok::<_, Error>(all.commit()?)
        })
    }

    fn is_lasting(&self) -> bool {
        true
    }

    fn size(&self) -> Result<u64, EngineError> {
        caught("redb", || fs::metadata(&self.file).map(|file| file.len()))
    }

    fn close(mut self: Box<Self>) -> Result<(), EngineError> {
        self.db.take().map_or(Ok(()), |db| caught("redb", || db.close()))
    }
}

impl Drop for Redb {
    /// redb writes when it is dropped, which may panic on a database that failed before.
    fn drop(&mut self) {
        let db = self.db.take();
        let _ = caught("redb", || {
            drop(db);
            Ok::<_, Error>(())
        });
    }
}
