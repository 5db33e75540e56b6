//! What it costs to make one encounter durable, beside others doing the same work: look whether the
//! person is known, seal the entry, write it with three look-up keys, and sync.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a benchmark says what is wrong by failing")]

use core::time::Duration;
use std::fs::File;
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::Path;
use std::sync::Arc;

use chacha20poly1305::aead::{Aead as _, KeyInit as _};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use lapel::book::{Book, Standing};
use lapel::vault::FileVault;
use lapel_bench::{Report, encounter_with_a_stranger, race, timed};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use redb::{Database, ReadableDatabase as _, TableDefinition};
use rusqlite::{Connection, OptionalExtension as _, params};

/// Bytes of the plaintext of such an entry, padded.
const PLAINTEXT: usize = 1_536;
const ROUNDS: usize = 400;

/// What every rival does before it writes.
struct Work {
    cipher: XChaCha20Poly1305,
    number: u64,
}

impl Work {
    fn new() -> Self {
        Self { cipher: XChaCha20Poly1305::new(&[7; 32].into()), number: 0 }
    }

    fn next(&mut self) -> (u64, Vec<u8>, [[u8; 16]; 3]) {
        self.number += 1;
        let mut nonce = [0; 24];
        nonce[..8].copy_from_slice(&self.number.to_be_bytes());
        let plaintext = vec![self.number as u8; PLAINTEXT];
        let sealed = self.cipher.encrypt(&XNonce::from(nonce), plaintext.as_slice()).unwrap();
        let key = |tag: u8| {
            let mut key = [tag; 16];
            key[..8]
                .copy_from_slice(&self.number.wrapping_mul(0x9E37_79B9_7F4A_7C15).to_be_bytes());
            key
        };
        (self.number, sealed, [key(1), key(2), key(3)])
    }
}

fn sqlite(home: &Path) -> impl FnMut() -> Duration {
    let connection = Connection::open(home.join("rival.sqlite")).unwrap();
    connection.pragma_update(None, "journal_mode", "WAL").unwrap();
    connection.pragma_update(None, "synchronous", "FULL").unwrap();
    connection
        .execute_batch(
            "CREATE TABLE entry (seq INTEGER PRIMARY KEY, sealed BLOB NOT NULL);
             CREATE TABLE lookup (hash BLOB NOT NULL, seq INTEGER NOT NULL,
                                  PRIMARY KEY (hash, seq)) WITHOUT ROWID;",
        )
        .unwrap();
    let mut work = Work::new();
    move || {
        timed(|| {
            let (number, sealed, keys) = work.next();
            let known: Option<i64> = connection
                .prepare_cached("SELECT seq FROM lookup WHERE hash = ?1")
                .unwrap()
                .query_row([&keys[0][..]], |row| row.get(0))
                .optional()
                .unwrap();
            assert_eq!(known, None);
            let all = connection.unchecked_transaction().unwrap();
            all.prepare_cached("INSERT INTO entry VALUES (?1, ?2)")
                .unwrap()
                .execute(params![number as i64, sealed])
                .unwrap();
            for key in keys {
                all.prepare_cached("INSERT INTO lookup VALUES (?1, ?2)")
                    .unwrap()
                    .execute(params![&key[..], number as i64])
                    .unwrap();
            }
            all.commit().unwrap();
        })
    }
}

fn redb(home: &Path) -> impl FnMut() -> Duration {
    const ENTRY: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("entry");
    const LOOKUP: TableDefinition<'_, (&[u8], u64), ()> = TableDefinition::new("lookup");
    let database = Database::create(home.join("rival.redb")).unwrap();
    let first = database.begin_write().unwrap();
    first.open_table(ENTRY).unwrap();
    first.open_table(LOOKUP).unwrap();
    first.commit().unwrap();
    let mut work = Work::new();
    move || {
        timed(|| {
            let (number, sealed, keys) = work.next();
            {
                let lookup = database.begin_read().unwrap().open_table(LOOKUP).unwrap();
                let known = lookup.range((&keys[0][..], 0)..=(&keys[0][..], u64::MAX)).unwrap();
                assert_eq!(known.count(), 0);
            }
            let all = database.begin_write().unwrap();
            {
                all.open_table(ENTRY).unwrap().insert(number, sealed.as_slice()).unwrap();
                let mut lookup = all.open_table(LOOKUP).unwrap();
                for key in &keys {
                    lookup.insert((&key[..], number), ()).unwrap();
                }
            }
            all.commit().unwrap();
        })
    }
}

/// Nothing but the bytes, at the end of a file of zeros that is large enough.
fn raw(home: &Path) -> impl FnMut() -> Duration {
    let mut file = File::create(home.join("rival.raw")).unwrap();
    file.write_all(&vec![0; 4 << 20]).unwrap();
    file.sync_all().unwrap();
    file.seek(SeekFrom::Start(0)).unwrap();
    let sealed = vec![7; PLAINTEXT + 16 + 81];
    move || {
        timed(|| {
            file.write_all(&sealed).unwrap();
            file.sync_data().unwrap();
        })
    }
}

fn main() {
    let home = tempfile::tempdir().unwrap();
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let vault = Arc::new(FileVault::new(home.path().join("keys")));
    let (mut book, _) = Book::open(&home.path().join("book"), vault, &mut rng).unwrap();
    let mut number = 0;
    let mut record = || {
        number += 1;
        let encounter = encounter_with_a_stranger(&book, number, &mut rng);
        let spent = timed(|| {
            assert_eq!(book.standing(&encounter.person()).unwrap(), Standing::New);
            book.record(&encounter, &mut rng).unwrap()
        });
        // What an app does after it has told its person.
        book.maintain().unwrap();
        spent
    };
    let mut report = Report::default();
    let against = race(ROUNDS, &mut record, raw(home.path()));
    report.compare("a durable handshake", "raw append + fdatasync", &against);
    let against = race(ROUNDS, &mut record, sqlite(home.path()));
    report.ratio("a durable handshake", "SQLite, WAL, synchronous=FULL", &against, 1.05);
    let against = race(ROUNDS, &mut record, redb(home.path()));
    report.ratio("a durable handshake", "redb", &against, 1.05);
    report.close("Durability (target against raw: 1.15)");
}
