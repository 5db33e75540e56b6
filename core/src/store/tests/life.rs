//! What an app does with a book besides writing in it: look, watch, cancel, put it away.

use std::ops::ControlFlow;
use std::sync::Mutex;

use super::*;

impl Bench {
    fn look(&mut self) -> Result<(Store, OpenReport), OpenError> {
        Store::open(&self.settings().mode(Mode::Look), &mut self.rng)
    }

    /// Everything on the disk, by name.
    fn snapshot(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut found = vec![];
        let mut dirs = vec![self.home()];
        while let Some(dir) = dirs.pop() {
            for entry in fs::read_dir(dir).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    dirs.push(path);
                } else {
                    found.push((path.clone(), fs::read(path).unwrap()));
                }
            }
        }
        found.sort();
        found
    }

    /// Opens it and stops it after `steps` reports of progress.
    fn stopped_after(&mut self, steps: usize) -> Result<(Store, OpenReport), OpenError> {
        let settings = self.settings().watched(stop_after(steps));
        Store::open(&settings, &mut self.rng)
    }
}

fn stop_after(steps: usize) -> Arc<Watch> {
    let left = Mutex::new(steps);
    Arc::new(move |_| {
        let mut left = left.lock().unwrap();
        match left.checked_sub(1) {
            Some(less) => {
                *left = less;
                ControlFlow::Continue(())
            }
            None => ControlFlow::Break(()),
        }
    })
}

#[test]
fn a_look_reads_everything_and_changes_no_byte() {
    let mut bench = Bench::with(5);
    bench.bend("ledger", |bytes| {
        bytes[40] ^= 1;
        let end = bytes.iter().rposition(|byte| *byte != 0).unwrap() + 1;
        bytes.truncate(end);
        bytes.extend([0xD7; 60]);
    });
    let before = bench.snapshot();
    let (mut store, report) = bench.look().unwrap();
    assert_eq!((report.torn, report.header_damaged), (60, true));
    assert!(matches!(report.index, IndexState::InMemory { .. }));
    assert_eq!(all(&store), [1, 2, 3, 4, 5].map(Ok));
    assert_eq!(seqs(store.entries_of(&ada()).unwrap()), [1, 3, 5]);
    assert!(matches!(bench.try_open(), Err(OpenError::InUse { .. })));
    let refused = store.append(1, &[ada()], b"", &mut bench.rng);
    assert!(matches!(refused, Err(WriteError::ReadOnly)));
    assert!(matches!(store.lasts(), Err(WriteError::ReadOnly)));
    let refused = rewrite(&mut store, &mut Some, &mut bench.rng);
    assert!(matches!(refused, Err(RewriteError::Write(WriteError::ReadOnly))));
    store.maintain(9).unwrap();
    store.reindex().unwrap();
    assert_eq!(store.check().unwrap().entries, 5);
    assert_eq!(seqs(store.entries_of(&bob()).unwrap()), [2, 4]);
    store.close().unwrap();
    assert_eq!(bench.snapshot(), before);
    assert_eq!(bench.vault.heads.lock().unwrap().len(), 1);
}

#[test]
fn where_there_is_no_book_none_is_made_unless_asked_for() {
    let mut bench = Bench::new(1);
    for mode in [Mode::Existing, Mode::Look] {
        let opened = Store::open(&bench.settings().mode(mode), &mut bench.rng);
        assert!(matches!(opened, Err(OpenError::Missing { .. })));
        assert!(!bench.home().exists());
    }
    bench.open();
    for mode in [Mode::Existing, Mode::Look] {
        Store::open(&bench.settings().mode(mode), &mut bench.rng).unwrap();
    }
}

#[test]
fn an_older_copy_of_the_book_is_reported_once_and_opens() {
    let mut bench = Bench::with(3);
    let older = bench.dir.path().join("older");
    copy_tree(&bench.home(), &older);
    let (mut store, report) = bench.open();
    assert_eq!(report.rolled_back, None);
    bench.add(&mut store, 4);
    store.close().unwrap();
    fs::remove_dir_all(bench.home()).unwrap();
    copy_tree(&older, &bench.home());
    // Dropped like by a crash, it is said again.
    for _ in 0..2 {
        let (store, report) = bench.open();
        let back = report.rolled_back.unwrap();
        assert_eq!((back.known.sequence, back.found.sequence), (4, 3));
        assert_eq!(all(&store), [1, 2, 3].map(Ok));
    }
    let (mut store, _) = bench.open();
    bench.add(&mut store, 4);
    drop(store);
    // As many entries, but another fourth one.
    let (store, report) = bench.open();
    assert_eq!(report.rolled_back.map(|back| back.found.sequence), Some(4));
    store.close().unwrap();
    assert_eq!(bench.open().1.rolled_back, None);
}

/// After a failed sync the last entry reads like any other, and may be gone after the next loss of power.
#[test]
fn the_vault_is_told_of_nothing_that_may_not_last() {
    let mut bench = Bench::with(3);
    let (mut store, _) = bench.open();
    bench.add(&mut store, 4);
    store.ledger.poison();
    let id = store.keys.id.store;
    store.close().unwrap();
    assert_eq!(bench.vault.head(&id).unwrap().unwrap().sequence, 3);
    bench.open().0.close().unwrap();
    assert_eq!(bench.vault.head(&id).unwrap().unwrap().sequence, 4);
}

#[test]
fn entries_lost_at_the_end_of_ledger_and_index_are_noticed_by_the_head() {
    let mut bench = Bench::with(3);
    let index = bench.generation(1).join("index");
    let _ = fs::remove_dir_all(index);
    bench.bend("ledger", |bytes| bytes.truncate(1024 + 353));
    let (store, report) = bench.open();
    assert_eq!(
        report.rolled_back.map(|back| (back.known.sequence, back.found.sequence)),
        Some((3, 1))
    );
    store.close().unwrap();
    // A new epoch counts anew, and isn't behind for that.
    let (mut store, _) = bench.open();
    rewrite(&mut store, &mut |_| None, &mut bench.rng).unwrap();
    drop(store);
    assert_eq!(bench.open().1.rolled_back, None);
}

#[cfg(any(feature = "sled", feature = "redb"))]
#[test]
fn an_index_whose_building_was_stopped_goes_on_from_there() {
    let mut bench = Bench::with(200);
    fs::remove_dir_all(bench.generation(1).join("index")).unwrap();
    assert!(matches!(bench.stopped_after(1), Err(OpenError::Cancelled)));
    let (store, report) = bench.open();
    let IndexState::Current { added } = report.index else { panic!("{report:?}") };
    assert!((1..200).contains(&added), "{added}");
    assert_eq!(seqs(store.entries_of(&ada()).unwrap()).len(), 100);
}

#[test]
fn long_work_can_be_watched_and_stopped_and_nothing_is_lost_by_it() {
    let mut bench = Bench::with(200);
    let (mut store, _) = bench.open();
    store.settings.watch = Some(stop_after(1));
    assert!(matches!(store.check(), Err(ReadError::Cancelled)));
    let stopped = rewrite(&mut store, &mut Some, &mut bench.rng);
    assert!(matches!(stopped, Err(RewriteError::Read(ReadError::Cancelled))));
    assert_eq!((all(&store).len(), store.keys.id.epoch), (200, 1));
    assert!(!bench.generation(2).exists() && bench.vault.ids().len() == 1);
    // Two passes over the ledger come before the old index is let go.
    assert!(matches!(store.reindex(), Err(ReadError::Cancelled)));
    assert_eq!(seqs(store.entries_of(&ada()).unwrap()).len(), 100);
    store.settings.watch = Some(stop_after(9));
    assert!(matches!(store.reindex(), Err(ReadError::Cancelled)));
    assert!(matches!(store.entries_of(&ada()).err(), Some(ReadError::Index(_))));

    let seen = Arc::new(Mutex::new(Vec::new()));
    let also = Arc::clone(&seen);
    store.settings.watch = Some(Arc::new(move |progress| {
        also.lock().unwrap().push(progress);
        ControlFlow::Continue(())
    }));
    store.reindex().unwrap();
    assert!(store.entries_of(&ada()).unwrap().next().is_some());
    assert_eq!(store.check().unwrap().entries, 200);
    rewrite(&mut store, &mut Some, &mut bench.rng).unwrap();
    let seen = seen.lock().unwrap();
    for work in [Work::Indexing, Work::Checking, Work::Rewriting] {
        let of: Vec<_> = seen.iter().filter(|p| p.work == work).collect();
        assert!(of.len() > 3 && of.iter().all(|p| p.done <= p.total), "{of:?}");
    }
    // Four passes, and one piece of work.
    let check: Vec<_> = seen.iter().filter(|p| p.work == Work::Checking).collect();
    assert!(check.is_sorted_by_key(|p| p.done), "{check:?}");
    assert!(check.last().is_some_and(|p| p.done == p.total), "{check:?}");
    assert!(check.iter().all(|p| p.total == check[0].total), "{check:?}");
}

/// A book of 60 entries whose index takes far more room than it should.
#[cfg(feature = "sled")]
fn bloated() -> Bench {
    let bench = Bench::with(60);
    let db = sled_in(&bench.generation(1).join("index"));
    for row in 0..100_u32 {
        db.insert([b"z", &row.to_be_bytes()[..]].concat(), vec![1; 60_000]).unwrap();
    }
    db.flush().unwrap();
    bench
}

#[cfg(feature = "sled")]
#[test]
fn an_index_out_of_proportion_is_replaced_a_part_at_a_time() {
    let mut bench = bloated();
    let (mut store, _) = bench.open();
    let before = store.size().unwrap();
    assert_eq!(store.maintain(25).unwrap(), 35);
    bench.add(&mut store, 61);
    assert_eq!(seqs(store.entries_of(&ada()).unwrap()).len(), 31);
    assert_eq!(store.maintain(25).unwrap(), 11);
    assert_eq!(store.maintain(25).unwrap(), 0);
    assert!(store.size().unwrap() * 4 < before, "{before}");
    assert_eq!(store.maintain(25).unwrap(), 0, "once is enough");
    assert!(!store.beside().exists());
    bench.add(&mut store, 62);
    assert_eq!(store.check().unwrap().rebuilt, None);
    assert_eq!(seqs(store.entries_of(&bob()).unwrap()).len(), 31);
    drop(store);
    assert_eq!(bench.open().1.index, IndexState::Current { added: 1 });
}

/// Opens don't read the whole ledger, so damage in its middle is met only now.
#[cfg(feature = "sled")]
#[test]
fn what_the_ledger_lost_is_put_back_before_the_old_index_is_let_go() {
    for way in [Store::reindex, |store: &mut Store| {
        while store.maintain(25)? > 0 {}
        Ok(IndexState::Current { added: 0 })
    }] {
        let mut bench = bloated();
        let (mut store, _) = bench.open();
        let sound = fs::read(bench.generation(1).join("ledger")).unwrap();
        bench.bend("ledger", |bytes| [3_000, 4_000, 9_000].iter().for_each(|at| bytes[*at] ^= 4));
        way(&mut store).unwrap();
        assert_eq!(fs::read(bench.generation(1).join("ledger")).unwrap(), sound);
        let check = store.check().unwrap();
        assert_eq!(
            (check.entries, check.healed, check.damage, check.rebuilt),
            (60, 0, vec![], None)
        );
        assert_eq!(all(&store), (1..=60).map(Ok).collect::<Vec<_>>());
    }
}

#[cfg(feature = "sled")]
#[test]
fn a_renewal_that_is_cut_short_or_fails_leaves_the_old_index() {
    let mut bench = bloated();
    let (mut store, _) = bench.open();
    assert!(store.maintain(10).unwrap() > 0);
    drop(store);
    let (mut store, report) = bench.open();
    assert_eq!(report.index, IndexState::Current { added: 0 });
    // What an earlier process left isn't gone on with, and what can't be removed is said.
    assert_eq!(store.maintain(10).unwrap(), 50);
    store.next = None;
    fs::remove_dir_all(store.beside()).unwrap();
    fs::write(store.beside(), b"a file").unwrap();
    assert!(matches!(store.maintain(10), Err(ReadError::Index(_))));
    assert_eq!(seqs(store.entries_of(&ada()).unwrap()).len(), 30);
    bench.add(&mut store, 61);
}

#[test]
fn a_wiped_book_is_gone_with_its_keys_and_only_it() {
    let mut bench = Bench::with(3);
    let wipe = |bench: &Bench| wipe(&bench.home(), &*bench.vault);
    let (store, _) = bench.open();
    assert!(matches!(wipe(&bench), Err(OpenError::InUse { .. })));
    drop(store);
    *bench.vault.locked.lock().unwrap() = true;
    assert!(matches!(wipe(&bench), Err(OpenError::KeyLocked)));
    *bench.vault.locked.lock().unwrap() = false;
    assert_eq!(all(&bench.open().0).len(), 3, "refused by the vault, it is whole");

    fs::write(bench.home().join("photo.jpg"), b"jpeg").unwrap();
    fs::create_dir(home::unfinished(&bench.home(), 2)).unwrap();
    let wiped = wipe(&bench).unwrap();
    assert_eq!((wiped.generations, wiped.key_remains), (1, false));
    assert!(bench.vault.ids().is_empty() && bench.vault.heads.lock().unwrap().is_empty());
    assert_eq!(fs::read_dir(bench.home()).unwrap().count(), 1);
    fs::remove_file(bench.home().join("photo.jpg")).unwrap();
    assert_eq!(wipe(&bench).unwrap(), Wiped::default());
    assert!(bench.open().1.created);
    assert_eq!(wipe(&bench).unwrap().generations, 1);
    assert!(!bench.home().exists());
    assert_eq!(wipe(&bench).unwrap(), Wiped::default());
}

#[test]
fn a_book_that_does_not_open_any_more_can_be_wiped() {
    // Its key is gone, as when a wipe was killed.
    let bench = Bench::with(1);
    bench.vault.keys.lock().unwrap().clear();
    assert_eq!(wipe(&bench.home(), &*bench.vault).unwrap().generations, 1);
    assert!(!bench.home().exists());
    // Its header is gone: from the index it is known whose key to destroy.
    for index in [true, false] {
        let bench = Bench::with(1);
        fs::write(bench.generation(1).join("ledger"), b"nothing").unwrap();
        if !index {
            let _ = fs::remove_dir_all(bench.generation(1).join("index"));
        }
        let known = index && Engine::default() != Engine::Memory;
        assert_eq!(wipe(&bench.home(), &*bench.vault).unwrap().key_remains, !known);
        assert_eq!(bench.vault.ids().is_empty(), known);
        assert!(!bench.home().exists());
    }
}

#[test]
fn what_is_not_a_book_is_not_wiped() {
    let bench = Bench::new(1);
    fs::create_dir(bench.home()).unwrap();
    assert_eq!(wipe(&bench.home(), &*bench.vault).unwrap(), Wiped::default());
    fs::write(bench.home().join("photo.jpg"), b"jpeg").unwrap();
    assert!(matches!(wipe(&bench.home(), &*bench.vault), Err(OpenError::NotOurs { .. })));
    assert_eq!(fs::read_dir(bench.home()).unwrap().count(), 1);
    fs::rename(bench.home().join("photo.jpg"), bench.generation(1)).unwrap();
    assert_eq!(wipe(&bench.home(), &*bench.vault).unwrap(), Wiped::default());
    assert!(bench.generation(1).exists());
}

#[test]
fn a_book_whose_lock_was_not_copied_is_wiped_all_the_same() {
    let bench = Bench::with(1);
    fs::remove_file(bench.home().join("lock")).unwrap();
    assert_eq!(wipe(&bench.home(), &*bench.vault).unwrap().generations, 1);
    assert!(!bench.home().exists() && bench.vault.ids().is_empty());
}
