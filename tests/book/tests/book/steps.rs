//! Kills between the steps of what takes several: creating a book, forgetting, restoring and merging.

use std::convert::Infallible;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use lapel::backup::{Backup, BackupError, Key, Lock};
use lapel::book::{Book, Mode, OpenError, Settings};
use lapel::identity::PersonId;
use lapel::vault::{DataKey, FileVault, KeyId, KeyVault, VaultError};
use lapel_book_tests::{Phone, copy_tree, ledger, meet, phone};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{SeedableRng, TryCryptoRng, TryRng};
use tempfile::TempDir;

/// Watches a directory through everything that the book is handed from outside: its vault and its
/// randomness. Each use copies the directory, between any two steps of a rewrite.
struct Witness {
    dir: PathBuf,
    vault: FileVault,
    seen: Mutex<Vec<TempDir>>,
}

impl Witness {
    fn of(dir: &Path) -> Arc<Self> {
        let vault = FileVault::new(dir.join("keys"));
        Arc::new(Self { dir: dir.into(), vault, seen: Mutex::default() })
    }

    fn look(&self) {
        let copy = tempfile::tempdir().unwrap();
        copy_tree(&self.dir, copy.path());
        self.seen.lock().unwrap().push(copy);
    }

    fn seen(&self) -> Vec<TempDir> {
        std::mem::take(&mut self.seen.lock().unwrap())
    }
}

impl KeyVault for Witness {
    fn store(&self, id: &KeyId, key: &DataKey) -> Result<(), VaultError> {
        self.look();
        self.vault.store(id, key)?;
        self.look();
        Ok(())
    }

    fn load(&self, id: &KeyId) -> Result<DataKey, VaultError> {
        self.look();
        self.vault.load(id)
    }

    fn destroy(&self, id: &KeyId) -> Result<(), VaultError> {
        self.look();
        self.vault.destroy(id)?;
        self.look();
        Ok(())
    }
}

struct Watched(ChaCha20Rng, Arc<Witness>);

impl TryRng for Watched {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        self.0.try_next_u32()
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        self.0.try_next_u64()
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.1.look();
        self.0.try_fill_bytes(bytes)
    }
}

impl TryCryptoRng for Watched {}

fn keys(dir: &Path) -> usize {
    fs::read_dir(dir.join("keys")).unwrap().count()
}

#[test]
fn a_forget_killed_at_any_step_leaves_everyone_or_everyone_but_the_forgotten() {
    let (mut ada, mut grace) = (Phone::of("Ada"), Phone::of("Grace"));
    for name in ["Alan", "Barbara", "Edsger"] {
        meet(&mut ada, &mut Phone::of(name));
    }
    for _ in 0..3 {
        meet(&mut ada, &mut grace);
    }
    let contacts = |book: &Book| format!("{:?}", book.contacts().unwrap());
    let everyone = contacts(&ada);
    drop(ada.take());
    let witness = Witness::of(ada.dir());
    let mut rng = Watched(ChaCha20Rng::seed_from_u64(5), witness.clone());
    let (mut book, _) = Book::open(&ada.home(), witness.clone(), &mut rng).unwrap();
    let barbara = book.contacts().unwrap()[1].person();
    let gone = [barbara, grace.person()];
    assert_eq!(book.forget(&gone, &mut rng).unwrap().people, 2);
    witness.look();
    let the_rest = contacts(&book);
    drop(book);
    let mut left = Vec::new();
    for state in witness.seen() {
        for round in 0..2 {
            let (book, report) = phone::open(state.path(), &mut rng.0).unwrap();
            assert!(!report.created && report.damage.is_empty() && !report.old_key_remains);
            let told = contacts(&book);
            assert!(told == everyone || told == the_rest);
            assert_eq!(keys(state.path()), 1, "one key");
            let _ = ledger(&state.path().join("book"));
            if round == 0 {
                left.push(told == the_rest);
            }
        }
        // And it can be asked again.
        let (mut book, _) = phone::open(state.path(), &mut rng.0).unwrap();
        book.forget(&gone, &mut rng.0).unwrap();
        assert_eq!(contacts(&book), the_rest);
    }
    println!("{} states of a disk during a forget", left.len());
    assert!(left.is_sorted() && left.len() > 10 && !left[0] && left[left.len() - 1]);
}

#[test]
fn a_creation_killed_at_any_step_is_a_book_or_can_be_tried_again() {
    let dir = tempfile::tempdir().unwrap();
    let witness = Witness::of(dir.path());
    let mut rng = Watched(ChaCha20Rng::seed_from_u64(6), witness.clone());
    let (book, _) = Book::open(&dir.path().join("book"), witness.clone(), &mut rng).unwrap();
    let owner = book.identity().person();
    witness.look();
    let seen = witness.seen();
    assert!(seen.len() > 4);
    for (at, state) in seen.iter().enumerate() {
        let (book, _) = phone::open(state.path(), &mut rng.0).unwrap();
        assert!(at + 1 < seen.len() || book.identity().person() == owner, "acknowledged and lost");
        let person = book.identity().person();
        drop(book);
        let (book, report) = phone::open(state.path(), &mut rng.0).unwrap();
        assert!(!report.created && book.identity().person() == person);
        assert_eq!(keys(state.path()), 1, "no key is left behind");
    }
}

#[test]
fn a_merge_killed_at_any_step_leaves_the_book_of_before_or_the_merged_one() {
    let (mut ada, mut grace, mut alan) = (Phone::of("Ada"), Phone::of("Grace"), Phone::of("Alan"));
    meet(&mut ada, &mut grace);
    meet(&mut ada, &mut alan);
    let (lock, key) = (Lock::passphrase("words").unwrap(), Key::passphrase("words").unwrap());
    let bytes = ada.back_up(&lock);
    let mut other = Phone::restored("Ada", &Backup::bytes(&bytes, &key), 1).unwrap().0;
    other.forget(&[alan.person()]).unwrap();
    for name in ["Barbara", "Edsger"] {
        meet(&mut other, &mut Phone::of(name));
    }
    let bytes = other.back_up(&lock);
    let backup = Backup::bytes(&bytes, &key);
    let contacts = |book: &Book| format!("{:?}", book.contacts().unwrap());
    let before = contacts(&ada);
    drop(ada.take());
    let witness = Witness::of(ada.dir());
    let mut rng = Watched(ChaCha20Rng::seed_from_u64(7), witness.clone());
    let (mut book, _) = Book::open(&ada.home(), witness.clone(), &mut rng).unwrap();
    let merged = book.merge(&backup, &mut rng).unwrap();
    assert_eq!((merged.people, merged.forgotten), (2, 1));
    witness.look();
    let after = contacts(&book);
    drop(book);
    let mut left = Vec::new();
    for state in witness.seen() {
        let (book, report) = phone::open(state.path(), &mut rng.0).unwrap();
        assert!(!report.created && report.damage.is_empty() && !report.old_key_remains);
        let told = contacts(&book);
        assert!(told == before || told == after);
        assert_eq!(keys(state.path()), 1, "one key");
        left.push(told == after);
        drop(book);
        let (mut book, _) = phone::open(state.path(), &mut rng.0).unwrap();
        book.merge(&backup, &mut rng.0).unwrap();
        assert_eq!(contacts(&book), after, "and it can be done again");
    }
    println!("{} states of a disk during a merge", left.len());
    assert!(left.is_sorted() && left.len() > 10 && !left[0] && left[left.len() - 1]);
}

/// Restores the backup in `dir` under `witness`, and looks at every state that its disk went through: what
/// `before` says, or the restored book, which can be had from each.
fn restore_killed_at_any_step(dir: &Path, backup: &Backup<'_>, owner: PersonId) {
    let restored = |book: &Book| {
        assert_eq!(book.contacts().unwrap().len(), 1);
        book.identity().person() == owner
    };
    let open = |dir: &Path, rng: &mut ChaCha20Rng| {
        let settings = Settings::new(dir.join("book"), Arc::new(FileVault::new(dir.join("keys"))));
        match Book::open_with(settings.mode(Mode::Existing), rng) {
            Ok((book, report)) => {
                assert!(report.damage.is_empty() && !report.old_key_remains, "{report:?}");
                Some(book)
            }
            Err(OpenError::Missing { .. }) => None,
            Err(other) => panic!("{other}"),
        }
    };
    let witness = Witness::of(dir);
    let mut rng = Watched(ChaCha20Rng::seed_from_u64(8), witness.clone());
    let before = open(dir, &mut rng.0).map(|book| book.identity().person());
    let settings = Settings::new(dir.join("book"), witness.clone());
    let (book, report, _) = Book::restore(settings, backup, &mut rng).unwrap();
    assert!(!report.cleaned && !report.created && restored(&book), "{report:?}");
    drop(book);
    witness.look();
    let mut left = Vec::new();
    for state in witness.seen() {
        let book = open(state.path(), &mut rng.0);
        let is_done = book.as_ref().is_some_and(|book| book.identity().person() == owner);
        match &book {
            Some(book) if is_done => assert!(restored(book)),
            Some(book) => assert!(book.contacts().unwrap().is_empty()),
            None => {}
        }
        assert!(is_done || book.as_ref().map(|book| book.identity().person()) == before);
        assert!(book.is_none() || keys(state.path()) == 1, "one key");
        drop(book);
        left.push(is_done);
        let vault = Arc::new(FileVault::new(state.path().join("keys")));
        let settings = Settings::new(state.path().join("book"), vault);
        match Book::restore(settings, backup, &mut rng.0) {
            Ok((book, ..)) => assert!(!is_done && restored(&book)),
            Err(BackupError::NotEmpty { .. }) => assert!(is_done),
            Err(other) => panic!("{other}"),
        }
        assert!(restored(&open(state.path(), &mut rng.0).unwrap()));
        assert_eq!(keys(state.path()), 1, "one key");
    }
    println!("{} states of a disk during a restore", left.len());
    assert!(left.is_sorted() && left.len() > 5 && !left[0] && left[left.len() - 1]);
}

#[test]
fn a_restore_killed_at_any_step_leaves_what_was_there_or_the_whole_book() {
    let (mut ada, mut grace) = (Phone::of("Ada"), Phone::of("Grace"));
    meet(&mut ada, &mut grace);
    let (lock, key) = (Lock::passphrase("words").unwrap(), Key::passphrase("words").unwrap());
    let bytes = ada.back_up(&lock);
    let backup = Backup::bytes(&bytes, &key);
    let [none, empty] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    restore_killed_at_any_step(none.path(), &backup, ada.person());
    drop(phone::open(empty.path(), &mut ChaCha20Rng::seed_from_u64(9)).unwrap());
    restore_killed_at_any_step(empty.path(), &backup, ada.person());
}
