//! What is beside the newest generation, and books that take the place of an empty one.

use super::*;

#[test]
fn what_is_another_book_s_is_left_alone_with_its_key() {
    let mut bench = Bench::with(2);
    let (mut store, _) = bench.open();
    rewrite(&mut store, &mut Some, &mut bench.rng).unwrap();
    drop(store);
    let mut other = Bench { vault: bench.vault.clone(), ..Bench::new(2) };
    let (mut store, _) = other.open();
    other.add(&mut store, 1);
    drop(store);
    copy_tree(&other.generation(1), &bench.generation(1));
    let (store, report) = bench.open();
    assert!(!report.cleaned && !report.old_key_remains && store.last() == 2);
    assert!(bench.generation(1).exists());
    assert_eq!(all(&other.open().0), [Ok(1)]);
}

#[test]
fn a_ledger_that_was_swapped_for_another_book_s_saves_no_old_key() {
    // While the book is written anew, and after a vault was locked in the middle of that.
    for is_refused in [false, true] {
        let mut bench = Bench::with(2);
        let mut other = Bench { vault: bench.vault.clone(), ..Bench::new(2) };
        let (mut store, _) = other.open();
        other.add(&mut store, 1);
        store.close().unwrap();
        let (mut store, _) = bench.open();
        let id = store.keys.id;
        let (theirs, ours) =
            (other.generation(1).join("ledger"), bench.generation(1).join("ledger"));
        let vault = bench.vault.clone();
        let mut keep = |entry: Entry| {
            fs::remove_file(&ours).unwrap();
            fs::copy(&theirs, &ours).unwrap();
            *vault.locked.lock().unwrap() = is_refused && entry.seq == 2;
            Some(entry)
        };
        let report = rewrite(&mut store, &mut keep, &mut bench.rng).unwrap();
        assert_eq!(report.old_key_remains, is_refused);
        drop(store);
        *bench.vault.locked.lock().unwrap() = false;
        assert_eq!(bench.vault.ids().contains(&id), is_refused);
        let (store, report) = bench.open();
        assert!(!report.old_key_remains && store.last() == 2);
        assert!(!bench.vault.ids().contains(&id));
        assert_eq!(all(&other.open().0), [Ok(1)]);
    }
}

#[cfg(feature = "backup")]
#[test]
fn an_empty_book_whose_place_was_taken_goes_with_its_key_as_soon_as_the_vault_lets_go() {
    let entries =
        Bench::with(3).open().0.entries().unwrap().map(Result::unwrap).collect::<Vec<_>>();
    for is_wiped in [false, true] {
        let mut bench = Bench::with(0);
        let (empty, _) = bench.open();
        let (vault, settings) = (bench.vault.clone(), bench.settings());
        let mut pour = |take: &mut Take<'_>| {
            entries.iter().try_for_each(&mut *take)?;
            // It is whole, and the vault is locked before it is opened.
            *vault.locked.lock().unwrap() = true;
            Ok(())
        };
        let made = Store::make(&settings, Some(empty), &[7; 32], &mut pour, &mut bench.rng);
        assert!(matches!(made, Err(OpenError::KeyLocked)));
        *bench.vault.locked.lock().unwrap() = false;
        let old = bench.vault.ids().into_iter().find(|id| id.epoch == 1).unwrap();
        assert_eq!(bench.vault.ids().len(), 2);
        assert!(bench.vault.heads.lock().unwrap().contains_key(&old.store));
        if is_wiped {
            assert_eq!(wipe(&bench.home(), &*bench.vault).unwrap().generations, 2);
            assert!(bench.vault.ids().is_empty());
        } else {
            let (store, report) = bench.open();
            assert!(report.cleaned && !report.created && !report.old_key_remains);
            assert_eq!((*store.secret().unwrap(), store.last()), ([7; 32], 3));
            assert_ne!(store.keys.id.store, old.store);
            assert_eq!(bench.vault.ids(), [store.keys.id]);
            assert!(!bench.generation(1).exists());
        }
        assert!(bench.vault.heads.lock().unwrap().is_empty());
    }
}

#[cfg(feature = "backup")]
#[test]
fn where_there_is_a_book_none_is_made_but_in_place_of_one_that_was_opened_and_is_empty() {
    let mut bench = Bench::with(1);
    let settings = bench.settings();
    let made = Store::make(&settings, None, &[7; 32], &mut |_| Ok(()), &mut bench.rng);
    assert!(matches!(made, Err(OpenError::NotOurs { .. })));
    assert_eq!(all(&bench.open().0), [Ok(1)]);
}
