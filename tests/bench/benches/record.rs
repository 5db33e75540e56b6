//! What it costs to make one encounter durable, beside others doing the same work: look whether the
//! person is known, seal the entry, write it with three look-up keys, and sync.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a benchmark says what is wrong by failing")]

use core::time::Duration;
use std::fs::File;
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::Path;
use std::sync::Arc;

use lapel::book::{Book, Standing};
use lapel::vault::FileVault;
use lapel_bench::rivals::{Redb, Rival, Sled, Sqlite};
use lapel_bench::work::{PLAINTEXT, Work};
use lapel_bench::{Report, encounter_with_a_stranger, race, timed};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

const ROUNDS: usize = 400;

fn rival<R: Rival>(home: &Path) -> impl FnMut() -> Duration {
    let (mut rival, mut work) = (R::open(home), Work::default());
    move || {
        timed(|| {
            let entry = work.next().unwrap();
            assert!(!rival.knows(&entry.keys[0]));
            rival.put(&[entry]);
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
        book.maintain(1_000, &mut rng).unwrap();
        spent
    };
    let mut report = Report::default();
    let against = race(ROUNDS, &mut record, raw(home.path()));
    report.compare("a durable handshake", "raw append + fdatasync", &against);
    let against = race(ROUNDS, &mut record, rival::<Sqlite>(home.path()));
    report.ratio("a durable handshake", "SQLite, WAL, synchronous=FULL", &against, 1.05);
    let against = race(ROUNDS, &mut record, rival::<Redb>(home.path()));
    report.ratio("a durable handshake", "redb", &against, 1.05);
    let against = race(ROUNDS, &mut record, rival::<Sled>(home.path()));
    report.compare("a durable handshake", "bare sled, whose flush isn't a sync", &against);
    report.close("Durability (target against raw: 1.15)");
}
