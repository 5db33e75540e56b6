//! A kill before every single system call by which a merge or a restore changes its disk.

use std::fs;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use lapel::backup::{Backup, BackupError, Key, Lock};
use lapel::book::{Book, Mode, OpenError, Settings};
use lapel::vault::FileVault;
use lapel_book_tests::{IDENTITY, Phone, RECIPIENT, child, copy_tree, meet, phone};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use tempfile::TempDir;

use crate::each_call::{self, epochs, holds};
use crate::facts::{self, Facts};
use crate::promise::Promise;
use crate::{scratch, share};

fn key() -> Key {
    Key::identity(IDENTITY).unwrap()
}

fn settings(dir: &Path) -> Settings {
    Settings::new(dir.join("book"), Arc::new(FileVault::new(dir.join("keys"))))
}

/// Merges the backup that lies in `dir` into the book there, or restores it where there is none, or an empty one.
fn take_in(dir: &Path) {
    let (key, file) = (key(), dir.join("backup"));
    let (backup, mut rng) = (Backup::file(&file, &key), ChaCha20Rng::seed_from_u64(9));
    match Book::restore(settings(dir), &backup, &mut rng) {
        Err(BackupError::NotEmpty { .. }) => {
            let (mut book, _) = Book::open_with(settings(dir), &mut rng).unwrap();
            drop(book.merge(&backup, &mut rng).unwrap());
        }
        restored => drop(restored.unwrap()),
    }
}

#[test]
fn child_that_takes_a_backup_in() {
    let Some(dir) = child::told() else { return };
    println!();
    std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
    take_in(&dir);
    println!("end");
}

/// All that is in the book in `dir`, if there is one.
fn found(dir: &Path) -> Option<Facts> {
    let mut rng = ChaCha20Rng::seed_from_u64(76);
    match Book::open_with(settings(dir).mode(Mode::Existing), &mut rng) {
        Ok((book, report)) => {
            assert!(report.damage.is_empty() && !report.old_key_remains, "{report:?}");
            Some(facts::of(&book).unwrap())
        }
        Err(OpenError::Missing { .. }) => None,
        Err(error) => panic!("{error}"),
    }
}

fn has_something(facts: &Facts) -> bool {
    // Beside whose it is.
    facts.len() > 1
}

/// Kills one that takes in what is in `base`, before each call. It has to leave what was there or all that
/// came to be, and both go on, and take it in once more.
fn kill_before_each_call(base: &Path) {
    let (before, whole) = (found(base), scratch());
    copy_tree(base, whole.path());
    take_in(whole.path());
    let after = found(whole.path()).unwrap();
    assert_ne!(before.as_ref(), Some(&after));
    let mut is_done = Vec::new();
    let child = |dir: &Path| child::run("taking_in::child_that_takes_a_backup_in", dir);
    each_call::kill_before_each_call(base, share(1, 9), &child, &mut |dir, _, case| {
        let left = found(dir);
        assert!(left == before || left.as_ref() == Some(&after), "{case}: {left:#?}");
        is_done.push(left != before);
        match left.filter(has_something) {
            Some(left) => {
                let held = holds(dir, &Promise::from_facts(left), case);
                assert_eq!(held.stray_keys, 0, "{case}");
            }
            None if before.is_some() => {
                assert_eq!(epochs(&dir.join("keys")).collect::<Vec<_>>(), [1], "{case}");
            }
            None => {}
        }
        take_in(dir);
        let again = found(dir).unwrap();
        assert!(again.is_superset(&after), "{case}: {again:#?}");
        let went_on = before.as_ref().is_some_and(has_something);
        assert!(!went_on || again.len() == after.len() + 1, "{case}: and who came after");
    });
    assert!(is_done.len() > 5 && is_done.is_sorted(), "{is_done:?}");
    assert!(!is_done[0] && is_done[is_done.len() - 1], "{is_done:?}");
}

/// Ada, who met Grace and Alan.
fn ada() -> (Phone, Phone) {
    let (mut ada, mut alan) = (Phone::of("Ada"), Phone::of("Alan"));
    meet(&mut ada, &mut Phone::of("Grace"));
    meet(&mut ada, &mut alan);
    (ada, alan)
}

fn back_up_into(dir: &TempDir, phone: &Phone) {
    let backup = phone.back_up(&Lock::recipients(&[RECIPIENT]).unwrap());
    fs::write(dir.path().join("backup"), backup).unwrap();
}

#[test]
fn a_kill_before_any_single_call_of_a_merge_leaves_the_book_of_before_or_the_merged_one() {
    let ((mut ada, alan), base, key) = (ada(), scratch(), key());
    let bytes = ada.back_up(&Lock::recipients(&[RECIPIENT]).unwrap());
    let mut other = Phone::restored("Ada", &Backup::bytes(&bytes, &key), 1).unwrap().0;
    other.forget(&[alan.person()]).unwrap();
    meet(&mut other, &mut Phone::of("Barbara"));
    drop(ada.take());
    copy_tree(ada.dir(), base.path());
    back_up_into(&base, &other);
    kill_before_each_call(base.path());
}

#[test]
fn a_kill_before_any_single_call_of_a_restore_leaves_no_book_or_the_whole_one() {
    let ((ada, _), base) = (ada(), scratch());
    back_up_into(&base, &ada);
    kill_before_each_call(base.path());
}

#[test]
fn a_kill_before_any_single_call_of_a_restore_over_an_empty_book_leaves_that_or_the_whole_one() {
    let ((ada, _), base) = (ada(), scratch());
    drop(phone::open(base.path(), &mut ChaCha20Rng::seed_from_u64(8)).unwrap());
    back_up_into(&base, &ada);
    kill_before_each_call(base.path());
}
