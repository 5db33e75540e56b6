//! Damage to the ledger, to the index, and to both.

use super::*;

/// Where the default engine keeps its rows.
#[cfg(feature = "sled")]
const ROWS: &str = "db";
#[cfg(all(feature = "redb", not(feature = "sled")))]
const ROWS: &str = "rows.redb";

/// Bytes of one frame of these tests: each plaintext takes 256.
const FRAME: usize = 56 + 24 + 256 + 16 + 1;

#[test]
fn a_torn_end_is_cut_and_said() {
    let mut bench = Bench::with(3);
    bench.bend("ledger", |bytes| {
        let end = 1024 + 3 * FRAME;
        bytes[end..end + 60].copy_from_slice(&[0xD7; 60].map(|b: u8| b ^ 1));
        bytes.truncate(end + 30);
    });
    let (mut store, report) = bench.open();
    assert_eq!((report.torn, report.damage.len()), (30, 0));
    bench.add(&mut store, 4);
    assert_eq!(all(&store).len(), 4);
}

#[cfg(any(feature = "sled", feature = "redb"))]
#[test]
fn a_spoilt_ledger_is_healed_from_the_index() {
    let mut bench = Bench::with(6);
    let whole = fs::read(bench.generation(1).join("ledger")).unwrap();
    bench.bend("ledger", |bytes| bytes[1024 + FRAME + 9..1024 + 4 * FRAME].fill(0x5A));
    let (mut store, _) = bench.open();
    // Reading alone already has the index's copies.
    assert_eq!(all(&store), [1, 2, 3, 4, 5, 6].map(Ok));
    let report = store.check().unwrap();
    assert_eq!((report.entries, report.healed, report.damage.len()), (6, 3, 0));
    assert_eq!(report.rebuilt, None);
    drop(store);
    assert_eq!(fs::read(bench.generation(1).join("ledger")).unwrap(), whole);
}

#[cfg(any(feature = "sled", feature = "redb"))]
#[test]
fn a_ledger_that_lost_its_end_gets_it_back_at_open() {
    for keep in [1024, 1024 + 2 * FRAME, 1024 + 5 * FRAME + 100] {
        let mut bench = Bench::with(6);
        bench.bend("ledger", |bytes| bytes.truncate(keep));
        let (mut store, report) = bench.open();
        assert_eq!(report.healed, 6 - (keep as u64 - 1024) / FRAME as u64);
        assert_eq!(all(&store), [1, 2, 3, 4, 5, 6].map(Ok));
        bench.add(&mut store, 7);
    }
}

#[cfg(any(feature = "sled", feature = "redb"))]
#[test]
fn damage_to_both_is_counted_exactly_and_the_rest_is_read() {
    let mut bench = Bench::with(6);
    bench.bend("ledger", |bytes| bytes[1024 + FRAME + 9..1024 + 3 * FRAME].fill(0x5A));
    fs::remove_dir_all(bench.generation(1).join("index")).unwrap();
    let (mut store, report) = bench.open();
    assert!(matches!(report.index, IndexState::Rebuilt { .. }));
    let counts: Vec<_> = report.damage.iter().map(|d| (d.first, d.lost)).collect();
    assert_eq!(counts, [(2, 2)]);
    assert_eq!(all(&store), [Ok(1), Err(2), Err(3), Ok(4), Ok(5), Ok(6)]);
    assert_eq!(seqs(store.entries_of(&bob()).unwrap()), [4, 6]);
    let report = rewrite(&mut store, &mut Some, &mut bench.rng).unwrap();
    assert_eq!((store.last(), report.lost), (4, 2));
    assert_eq!(store.check().unwrap().damage, []);
}

#[cfg(any(feature = "sled", feature = "redb"))]
#[test]
fn a_broken_index_is_moved_aside_and_built_anew() {
    type Break = fn(&Path);
    let ways: [Break; 4] = [
        |index| fs::write(index.join(ROWS), b"nonsense").unwrap(),
        |index| {
            fs::remove_file(index.join(ROWS)).unwrap();
            fs::create_dir(index.join(ROWS)).unwrap();
        },
        |index| {
            fs::remove_dir_all(index).unwrap();
            fs::write(index, b"a file").unwrap();
        },
        // Another book's index.
        |index| {
            let other = Bench::seeded(2, 2);
            fs::remove_dir_all(index).unwrap();
            fs::rename(other.generation(1).join("index"), index).unwrap();
        },
    ];
    for way in ways {
        let mut bench = Bench::with(4);
        way(&bench.generation(1).join("index"));
        let (store, report) = bench.open();
        assert!(matches!(report.index, IndexState::Rebuilt { .. }), "{:?}", report.index);
        assert_eq!(seqs(store.entries_of(&ada()).unwrap()), [1, 3]);
        assert!(bench.generation(1).join("index.aside").exists());
        store.close().unwrap();
        assert_eq!(bench.open().1.index, IndexState::Current { added: 0 });
    }
}

#[cfg(any(feature = "sled", feature = "redb"))]
#[test]
fn an_index_by_another_engine_is_moved_aside_and_named() {
    let (file, name) =
        if cfg!(feature = "sled") { ("rows.redb", "redb") } else { ("conf", "sled") };
    let mut bench = Bench::with(4);
    let index = bench.generation(1).join("index");
    fs::remove_dir_all(&index).unwrap();
    fs::create_dir(&index).unwrap();
    fs::write(index.join(file), b"another's").unwrap();
    let (store, report) = bench.open();
    let IndexState::Rebuilt { cause } = report.index else { panic!("{:?}", report.index) };
    assert!(cause.starts_with(&format!("it was made by {name}, not by ")), "{cause}");
    assert_eq!(seqs(store.entries_of(&ada()).unwrap()), [1, 3]);
    assert!(bench.generation(1).join("index.aside").join(file).exists());
}

#[cfg(any(feature = "sled", feature = "redb"))]
fn remove_row(index: &Path, key: &[u8]) {
    #[cfg(feature = "sled")]
    assert!(sled_in(index).remove(key).unwrap().is_some());
    #[cfg(not(feature = "sled"))]
    {
        let rows = ::redb::TableDefinition::<&[u8], &[u8]>::new("rows");
        let all = ::redb::Database::open(index.join(ROWS)).unwrap().begin_write().unwrap();
        assert!(all.open_table(rows).unwrap().remove(key).unwrap().is_some());
        all.commit().unwrap();
    }
}

#[cfg(any(feature = "sled", feature = "redb"))]
#[test]
fn a_row_that_the_index_lost_is_noticed_when_asked_for_and_by_a_check() {
    let mut bench = Bench::with(4);
    remove_row(&bench.generation(1).join("index"), &[b"e", &2_u64.to_be_bytes()[..]].concat());
    let (mut store, _) = bench.open();
    assert!(matches!(store.entry(2), Err(ReadError::Index(_))));
    assert!(store.check().unwrap().rebuilt.is_some());
    assert_eq!(store.entry(2).unwrap().seq, 2);
}

/// Something may be read another time, so it isn't left out for good. The system can't read anything at the
/// places of these entries in what stands for the ledger here.
#[cfg(all(target_os = "linux", any(feature = "sled", feature = "redb")))]
#[test]
fn what_cannot_be_read_comes_from_the_index_and_no_rewrite_goes_on_without_it() {
    for lacks in [None, Some(2_u64)] {
        let mut bench = Bench::with(3);
        if let Some(seq) = lacks {
            let key = [b"e".as_slice(), &seq.to_be_bytes()].concat();
            remove_row(&bench.generation(1).join("index"), &key);
        }
        let (mut store, _) = bench.open();
        let ledger = bench.generation(1).join("ledger");
        fs::rename(&ledger, bench.home().join("ledger")).unwrap();
        std::os::unix::fs::symlink("/proc/self/mem", &ledger).unwrap();
        let read: Vec<_> = store.entries().unwrap().map(|e| e.map(|e| e.seq)).collect();
        let rewritten = rewrite(&mut store, &mut Some, &mut bench.rng);
        if let Some(seq) = lacks {
            assert!(matches!(read[seq as usize - 1], Err(ReadError::Io { .. })), "{read:?}");
            let error = rewritten.unwrap_err();
            assert!(matches!(error, RewriteError::Read(ReadError::Io { .. })), "{error:?}");
            drop(store);
            fs::rename(bench.home().join("ledger"), &ledger).unwrap();
            assert_eq!(payloads(&bench.open().0).len(), 3, "it can be read again");
        } else {
            assert_eq!(read.into_iter().map(Result::unwrap).collect::<Vec<_>>(), [1, 2, 3]);
            assert_eq!(rewritten.unwrap().lost, 0);
            assert_eq!(all(&store), [Ok(1), Ok(2), Ok(3)]);
        }
    }
}

#[cfg(any(feature = "sled", feature = "redb"))]
#[test]
fn where_the_index_cannot_be_kept_it_is_in_memory() {
    let mut bench = Bench::with(4);
    let dir = bench.generation(1);
    fs::remove_dir_all(dir.join("index")).unwrap();
    fs::write(dir.join("index"), b"a file").unwrap();
    // It can't be moved aside, since what is there isn't a directory that can be removed.
    fs::write(dir.join("index.aside"), b"a file").unwrap();
    let (mut store, report) = bench.open();
    assert!(matches!(report.index, IndexState::InMemory { .. }), "{:?}", report.index);
    bench.add(&mut store, 5);
    assert_eq!(seqs(store.entries_of(&ada()).unwrap()), [1, 3, 5]);
    assert_eq!(store.check().unwrap().entries, 5);
}

#[test]
fn an_index_can_be_built_anew_while_the_book_is_open() {
    let mut bench = Bench::with(4);
    let (mut store, _) = bench.open();
    bench.add(&mut store, 5);
    store.reindex().unwrap();
    assert_eq!(seqs(store.entries_of(&ada()).unwrap()), [1, 3, 5]);
    bench.add(&mut store, 6);
    assert_eq!(store.check().unwrap().rebuilt, None);
}

#[test]
fn headers_newer_foreign_damaged_and_half_damaged() {
    let bend = |at: usize, copies: &[usize]| {
        let mut bench = Bench::with(1);
        let _ = fs::remove_dir_all(bench.generation(1).join("index"));
        let sound = fs::read(bench.generation(1).join("ledger")).unwrap();
        bench.bend("ledger", |bytes| copies.iter().for_each(|copy| bytes[copy + at] ^= 2));
        let (store, report) = bench.try_open()?;
        let mended = fs::read(bench.generation(1).join("ledger")).unwrap() == sound;
        Ok((store.last(), report.header_damaged, mended))
    };
    let both = &[0, 512];
    assert!(matches!(bend(9, both), Err(OpenError::NewerVersion { found: 3, known: 1 })));
    assert!(matches!(bend(0, both), Err(OpenError::NotOurs { .. })));
    assert!(matches!(bend(50, both), Err(OpenError::DamagedHeader { .. })));
    assert_eq!(bend(50, &[0]).unwrap(), (1, true, true));
    assert_eq!(bend(50, &[512]).unwrap(), (1, true, true));
}

/// Whatever happened to the ledger: what the index has is put back to the byte, the header too.
#[cfg(any(feature = "sled", feature = "redb"))]
#[test]
fn a_ledger_that_is_gone_altogether_comes_back_from_the_index() {
    type Break = fn(&Path);
    let ways: [Break; 6] = [
        |ledger| fs::remove_file(ledger).unwrap(),
        |ledger| fs::write(ledger, b"").unwrap(),
        |ledger| fs::write(ledger, b"something else").unwrap(),
        |ledger| fs::write(ledger, vec![0x5A; 30_000]).unwrap(),
        |ledger| fs::write(ledger, vec![0; 300_000]).unwrap(),
        |ledger| {
            let mut bytes = fs::read(ledger).unwrap();
            [40, 552].iter().for_each(|at| bytes[*at] ^= 1);
            fs::write(ledger, bytes).unwrap();
        },
    ];
    for (way, spoil) in ways.into_iter().enumerate() {
        let mut bench = Bench::with(150);
        let path = bench.generation(1).join("ledger");
        let sound = fs::read(&path).unwrap();
        spoil(&path);
        let (mut store, report) = bench.open();
        assert!(report.header_damaged && report.damage.is_empty(), "{way}: {report:?}");
        assert_eq!(report.healed, if way == 5 { 0 } else { 150 });
        assert_eq!(all(&store), (1..=150).map(Ok).collect::<Vec<_>>());
        assert_eq!(store.check().unwrap().damage, []);
        bench.add(&mut store, 151);
        drop(store);
        let mended = fs::read(&path).unwrap();
        let end = 1024 + 150 * FRAME;
        assert_eq!(mended[..end], sound[..end], "{way}");
        assert!(!bench.open().1.header_damaged);
    }
}

/// What stands in the ledger's place may be shorter than that, and may have any length.
#[cfg(any(feature = "sled", feature = "redb"))]
#[test]
fn a_ledger_cut_and_overwritten_anywhere_comes_back_from_the_index() {
    use rand_core::Rng;

    for round in 0..40 {
        let mut bench = Bench::new(round);
        let (mut store, _) = bench.open();
        for i in 1..=50 {
            let payload = format!("met number {i}{}", ".".repeat((i as usize * 331) % 3_600));
            store.append(1, &[ada()], payload.as_bytes(), &mut bench.rng).unwrap();
        }
        let end = store.ledger.tail().offset;
        store.close().unwrap();
        let path = bench.generation(1).join("ledger");
        let sound = fs::read(&path).unwrap();
        let length = 1_024 + bench.rng.next_u64() % (end - 1_024);
        let from = 1_024 + bench.rng.next_u64() % (length - 1_000).max(1);
        let mut bytes = sound[..length as usize].to_vec();
        bytes[(from.min(length) as usize)..].fill(0x5A);
        fs::write(&path, &bytes).unwrap();
        let place = format!("round {round}: {length} of {end} bytes, junk from {from}");
        let (mut store, report) = bench.open();
        assert!(report.healed > 0 && report.damage.is_empty(), "{place}: {report:?}");
        assert_eq!(all(&store), (1..=50).map(Ok).collect::<Vec<_>>(), "{place}");
        let check = store.check().unwrap();
        assert_eq!((check.entries, check.healed, check.damage), (50, 0, vec![]), "{place}");
        assert_eq!(fs::read(&path).unwrap()[..end as usize], sound[..end as usize], "{place}");
        bench.add(&mut store, 51);
        rewrite(&mut store, &mut Some, &mut bench.rng).unwrap();
        assert_eq!(payloads(&store).len(), 51, "{place}");
    }
}

/// The ledger's end and the index's copies of some of it are gone.
#[cfg(feature = "sled")]
#[test]
fn what_is_behind_the_ledger_s_end_is_read_from_the_index_or_told_as_lost() {
    let mut bench = Bench::with(20);
    let (store, _) = bench.open();
    let end = store.ledger.tail().offset as usize;
    drop(store);
    let db = sled_in(&bench.generation(1).join("index"));
    db.remove([b"e", &15_u64.to_be_bytes()[..]].concat()).unwrap().unwrap();
    db.flush().unwrap();
    drop(db);
    let expected = (1..=20).map(|seq| if seq == 15 { Err(15) } else { Ok(seq) });
    let expected: Vec<_> = expected.collect();
    let cut = |bytes: &mut Vec<u8>| bytes.truncate(end - 10 * FRAME + 100);
    // While it is open, and before it is opened again.
    let (store, _) = bench.open();
    bench.bend("ledger", cut);
    assert_eq!(all(&store), expected);
    drop(store);
    let (mut store, _) = bench.open();
    assert_eq!(all(&store), expected);
    bench.add(&mut store, 21);
    let check = store.check().unwrap();
    assert_eq!((check.entries, check.damage.len(), check.damage[0].lost), (20, 1, 1));
    assert_eq!(rewrite(&mut store, &mut Some, &mut bench.rng).unwrap().lost, 1);
}

/// One flipped bit in any file: the ledger's frames have a copy in the index, the header has its
/// own, and the index can be built anew. So nothing at all may be lost, whatever is hit.
#[cfg(any(feature = "sled", feature = "redb"))]
#[test]
fn one_flipped_bit_anywhere_in_the_book_loses_nothing() {
    use super::copy_tree;
    use rand_core::Rng;

    let mut bench = Bench::with(150);
    let sound = bench.dir.path().join("sound");
    fs::rename(bench.home(), &sound).unwrap();
    let files: Vec<PathBuf> = files(&sound).into_iter().filter(|f| size(f) > 0).collect();
    for round in 0..120 {
        let _ = fs::remove_dir_all(bench.home());
        copy_tree(&sound, &bench.home());
        let file = &files[round % files.len()];
        let path = bench.home().join(file.strip_prefix(&sound).unwrap());
        let mut bytes = fs::read(&path).unwrap();
        // Where there is something: half of a database's file is zeros.
        let data = bytes.iter().rposition(|b| *b != 0).unwrap() + 1;
        let bit = bench.rng.next_u64() as usize % (data * 8);
        bytes[bit / 8] ^= 1 << (bit % 8);
        fs::write(&path, bytes).unwrap();

        let place = format!("round {round}: bit {bit} of {}", file.display());
        let (mut store, report) = bench.try_open().unwrap_or_else(|e| panic!("{place}: {e}"));
        let entries: Vec<u64> = all(&store).into_iter().map(|seq| seq.expect(&place)).collect();
        assert_eq!(entries, (1..=150).collect::<Vec<_>>(), "{place}: {report:?}");
        let check = store.check().unwrap();
        assert_eq!((check.entries, check.damage.iter().map(|d| d.lost).sum()), (150, 0), "{place}");
        assert_eq!(seqs(store.entries_of(&ada()).unwrap()).len(), 75, "{place}: {report:?}");
        bench.add(&mut store, 151);
    }
}

#[cfg(any(feature = "sled", feature = "redb"))]
fn files(dir: &Path) -> Vec<PathBuf> {
    let mut found = vec![];
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

#[cfg(any(feature = "sled", feature = "redb"))]
fn size(file: &Path) -> u64 {
    fs::metadata(file).unwrap().len()
}
