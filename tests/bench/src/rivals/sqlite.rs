use std::path::Path;

use rusqlite::{Connection, OptionalExtension as _, params};

use super::Rival;
use crate::work::Entry;

/// SQLite as rusqlite bundles it, with a write-ahead log, `synchronous=FULL`.
pub struct Sqlite(Connection);

impl Rival for Sqlite {
    const NAME: &'static str = "SQLite";

    fn open(home: &Path) -> Self {
        let connection = Connection::open(home.join("rival.sqlite")).unwrap();
        connection.pragma_update(None, "journal_mode", "WAL").unwrap();
        connection.pragma_update(None, "synchronous", "FULL").unwrap();
        connection
            .execute_batch(
                "CREATE TABLE IF NOT EXISTS entry (seq INTEGER PRIMARY KEY, sealed BLOB NOT NULL);
                 CREATE TABLE IF NOT EXISTS lookup (hash BLOB NOT NULL, seq INTEGER NOT NULL,
                                                    PRIMARY KEY (hash, seq)) WITHOUT ROWID;",
            )
            .unwrap();
        Self(connection)
    }

    fn put(&mut self, entries: &[Entry]) {
        let all = self.0.unchecked_transaction().unwrap();
        for Entry { number, sealed, keys } in entries {
            all.prepare_cached("INSERT INTO entry VALUES (?1, ?2)")
                .unwrap()
                .execute(params![number.cast_signed(), sealed])
                .unwrap();
            for key in keys {
                all.prepare_cached("INSERT INTO lookup VALUES (?1, ?2)")
                    .unwrap()
                    .execute(params![&key[..], number.cast_signed()])
                    .unwrap();
            }
        }
        all.commit().unwrap();
    }

    fn knows(&self, key: &[u8; 16]) -> bool {
        let mut known = self.0.prepare_cached("SELECT seq FROM lookup WHERE hash = ?1").unwrap();
        known.query_row([&key[..]], |row| row.get::<_, i64>(0)).optional().unwrap().is_some()
    }

    fn visit(&self, latest: Option<usize>, visit: &mut dyn FnMut(&[u8])) {
        let (sql, limit) = match latest {
            None => ("SELECT sealed FROM entry ORDER BY seq LIMIT ?1", -1),
            Some(limit) => {
                ("SELECT sealed FROM entry ORDER BY seq DESC LIMIT ?1", limit.cast_signed() as i64)
            }
        };
        let mut entries = self.0.prepare_cached(sql).unwrap();
        let mut entries = entries.query([limit]).unwrap();
        while let Some(entry) = entries.next().unwrap() {
            visit(entry.get_ref(0).unwrap().as_blob().unwrap());
        }
    }
}
