//! Kills between the steps of what takes several: creating a book, and forgetting.

use std::convert::Infallible;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use lapel::book::Book;
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
    let (mut book, _) = phone::patiently(&ada.home(), witness.clone(), &mut rng).unwrap();
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
        // Killed right after the key was stored, there is no header yet to name it by; then it
        // stays, and opens nothing.
        let keys = keys(state.path());
        assert!((1..=2).contains(&keys), "{keys} keys");
    }
}
