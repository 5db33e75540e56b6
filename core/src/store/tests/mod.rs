//! The store from outside: what is promised across reopening, damage, kills and rewrites.

mod damage;
mod life;
mod remains;
mod rewrite;

use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;

use std::fs;
use std::path::{Path, PathBuf};

use super::*;
use crate::index::Engine;
use crate::ledger::Entry;
use crate::vault::memory::MemoryVault;
use crate::vault::{DataKey, KeyId, KeyVault};

/// The index of a closed book, opened beside it. sled's own threads may hold the lock of the one
/// before for a little longer.
#[cfg(feature = "sled")]
fn sled_in(index: &Path) -> ::sled::Db {
    for _ in 0..2_000 {
        match ::sled::open(index) {
            Err(error) if error.to_string().contains("could not acquire lock") => {
                std::thread::sleep(std::time::Duration::from_millis(5));
            }
            opened => return opened.unwrap(),
        }
    }
    panic!("somebody still holds {}", index.display());
}

struct Bench {
    dir: tempfile::TempDir,
    vault: Arc<MemoryVault>,
    rng: ChaCha20Rng,
}

impl Bench {
    fn new(seed: u64) -> Self {
        let dir = tempfile::tempdir().unwrap();
        Self { dir, vault: Arc::default(), rng: ChaCha20Rng::seed_from_u64(seed) }
    }

    /// A closed book with entries about ada, bob, ada, bob, ….
    fn with(count: u64) -> Self {
        Self::seeded(1, count)
    }

    fn seeded(seed: u64, count: u64) -> Self {
        let mut bench = Self::new(seed);
        let (mut store, report) = bench.open();
        assert!(report.created);
        for i in 1..=count {
            bench.add(&mut store, i);
        }
        store.close().unwrap();
        bench
    }

    fn home(&self) -> PathBuf {
        self.dir.path().join("book")
    }

    fn generation(&self, epoch: u32) -> PathBuf {
        home::generation(&self.home(), epoch)
    }

    fn try_open(&mut self) -> Result<(Store, OpenReport), OpenError> {
        Store::open(&self.settings(), &mut self.rng)
    }

    fn settings(&self) -> Settings {
        Settings::new(self.home(), self.vault.clone())
    }

    fn open(&mut self) -> (Store, OpenReport) {
        self.try_open().unwrap()
    }

    fn add(&mut self, store: &mut Store, i: u64) {
        let who = if i % 2 == 1 { ada() } else { bob() };
        let payload = format!("met number {i}");
        let seq = store.append(i as u8, &[who], payload.as_bytes(), &mut self.rng).unwrap();
        assert_eq!(seq, i);
    }

    /// Changes the bytes of a file of the first generation.
    fn bend(&self, file: &str, change: impl FnOnce(&mut Vec<u8>)) {
        let path = self.generation(1).join(file);
        let mut bytes = fs::read(&path).unwrap();
        change(&mut bytes);
        fs::write(path, bytes).unwrap();
    }
}

fn copy_tree(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_tree(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// Writes the book anew with what `keep` makes of each entry.
fn rewrite(
    store: &mut Store,
    keep: &mut dyn FnMut(Entry) -> Option<Entry>,
    rng: &mut ChaCha20Rng,
) -> Result<RewriteReport, RewriteError> {
    store
        .rewrite(&mut |entry, take| entry.and_then(&mut *keep).iter().try_for_each(&mut *take), rng)
}

fn ada() -> Subject {
    Subject::new(*b"ada lovelace").unwrap()
}

fn bob() -> Subject {
    Subject::new(*b"bob").unwrap()
}

fn seqs(entries: impl Iterator<Item = Result<Entry, ReadError>>) -> Vec<u64> {
    entries.map(|entry| entry.unwrap().seq).collect()
}

fn all(store: &Store) -> Vec<Result<u64, u64>> {
    let entries = store.entries().unwrap().map(|entry| match entry {
        Ok(entry) => {
            assert!(entry.payload.starts_with(b"met number "));
            Ok(entry.seq)
        }
        Err(ReadError::Lost(seq)) => Err(seq),
        Err(error) => panic!("{error}"),
    });
    entries.collect()
}

fn payloads(store: &Store) -> Vec<String> {
    let entries = store.entries().unwrap();
    entries.map(|entry| String::from_utf8(entry.unwrap().payload).unwrap()).collect()
}

#[test]
fn what_was_appended_is_there_by_every_way_of_reading() {
    let mut bench = Bench::with(5);
    let (store, report) = bench.open();
    assert!(!report.created && report.damage.is_empty() && report.torn == 0);
    if Engine::default() != Engine::Memory {
        assert_eq!(report.index, IndexState::Current { added: 0 });
    }
    assert_eq!(store.last(), 5);
    assert!(store.size().unwrap() >= 256 * 1024);
    assert_eq!(all(&store), [Ok(1), Ok(2), Ok(3), Ok(4), Ok(5)]);
    assert_eq!(seqs(store.entries_of(&ada()).unwrap()), [1, 3, 5]);
    assert_eq!(store.entry(4).unwrap().payload, b"met number 4");
    assert!(matches!(store.entry(6), Err(ReadError::Lost(6))));
    assert!(store.entries_of(&bob()).unwrap().next().is_some());
    assert!(store.entries_of(&Subject::new(*b"cy").unwrap()).unwrap().next().is_none());
}

#[test]
fn the_identity_is_made_once_and_stays_through_a_rewrite() {
    let mut bench = Bench::with(0);
    let (mut store, _) = bench.open();
    let secret = store.secret().unwrap();
    assert_ne!(*secret, [0; 32]);
    rewrite(&mut store, &mut Some, &mut bench.rng).unwrap();
    assert_eq!(store.secret().unwrap(), secret);
    store.close().unwrap();
    let (store, _) = bench.open();
    assert_eq!(store.secret().unwrap(), secret);
    assert_eq!(store.keys.id.epoch, 2);
}

#[test]
fn entries_that_never_reached_the_index_are_caught_up() {
    let mut bench = Bench::with(3);
    let (mut store, _) = bench.open();
    for i in 4..=6 {
        bench.add(&mut store, i);
    }
    assert_eq!(seqs(store.entries_of(&bob()).unwrap()), [2, 4, 6]);
    drop(store);
    let (store, report) = bench.open();
    if Engine::default() != Engine::Memory {
        assert_eq!(report.index, IndexState::Current { added: 3 });
    }
    assert_eq!(seqs(store.entries_of(&bob()).unwrap()), [2, 4, 6]);
}

#[test]
fn a_book_opens_once_at_a_time() {
    let mut bench = Bench::with(1);
    let (store, _) = bench.open();
    assert!(matches!(bench.try_open(), Err(OpenError::InUse { .. })));
    drop(store);
    bench.open();
}

#[test]
fn keys_that_are_locked_lost_or_wrong_are_told_apart_and_nothing_changes() {
    let mut bench = Bench::with(1);
    let before = fs::read(bench.generation(1).join("ledger")).unwrap();
    let id = bench.vault.ids()[0];
    let key = bench.vault.load(&id).unwrap();
    *bench.vault.locked.lock().unwrap() = true;
    assert!(matches!(bench.try_open(), Err(OpenError::KeyLocked)));
    *bench.vault.locked.lock().unwrap() = false;
    bench.vault.destroy(&id).unwrap();
    assert!(matches!(bench.try_open(), Err(OpenError::KeyLost)));
    bench.vault.store(&id, &DataKey::from_bytes([1; 32])).unwrap();
    assert!(matches!(bench.try_open(), Err(OpenError::WrongKey)));
    assert_eq!(fs::read(bench.generation(1).join("ledger")).unwrap(), before);
    bench.vault.store(&id, &key).unwrap();
    assert_eq!(bench.open().0.last(), 1);
}

#[test]
fn what_is_not_a_book_is_left_alone() {
    let mut bench = Bench::new(1);
    fs::create_dir(bench.home()).unwrap();
    fs::write(bench.home().join("photo.jpg"), b"jpeg").unwrap();
    assert!(matches!(bench.try_open(), Err(OpenError::NotOurs { .. })));
    assert_eq!(fs::read_dir(bench.home()).unwrap().count(), 1);
    fs::remove_dir_all(bench.home()).unwrap();
    fs::write(bench.home(), b"a file").unwrap();
    assert!(matches!(bench.try_open(), Err(OpenError::NotOurs { .. })));
    assert_eq!(fs::read(bench.home()).unwrap(), b"a file");
    assert!(bench.vault.ids().is_empty());
}

#[test]
fn where_nothing_can_be_made_the_error_says_where() {
    let mut bench = Bench::new(1);
    let file = bench.dir.path().join("file");
    fs::write(&file, b"").unwrap();
    let home = file.join("book");
    match Store::open(&Settings::new(&home, bench.vault.clone()), &mut bench.rng) {
        Err(OpenError::Io { path, .. }) => assert_eq!(path, home),
        other => panic!("{:?}", other.map(|(_, report)| report)),
    }
}

/// Root may write anywhere, so this says something only to other users.
#[cfg(unix)]
#[test]
fn a_directory_that_cannot_be_written_is_read_only() {
    use std::os::unix::fs::PermissionsExt;
    let mut bench = Bench::new(1);
    let parent = bench.dir.path().join("sealed");
    fs::create_dir(&parent).unwrap();
    fs::set_permissions(&parent, fs::Permissions::from_mode(0o500)).unwrap();
    let bound = fs::write(parent.join("probe"), b"").is_err();
    let settings = Settings::new(parent.join("book"), bench.vault.clone());
    let opened = Store::open(&settings, &mut bench.rng);
    assert_eq!(matches!(opened, Err(OpenError::ReadOnly { .. })), bound);
    fs::set_permissions(&parent, fs::Permissions::from_mode(0o700)).unwrap();
}

#[test]
fn nothing_personal_stands_in_clear_on_disk() {
    let mut bench = Bench::with(9);
    let (mut store, _) = bench.open();
    let secret = store.secret().unwrap();
    bench.add(&mut store, 10);
    store.maintain(1_000).unwrap();
    drop(store);
    let words: [&[u8]; 4] = [b"met number", b"ada lovelace", b"lovelace", &*secret];
    let holders = |home: &Path| {
        let mut holders = 0;
        let mut dirs = vec![home.to_path_buf()];
        while let Some(dir) = dirs.pop() {
            for entry in fs::read_dir(dir).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    dirs.push(path);
                } else {
                    let bytes = fs::read(path).unwrap();
                    let holds = |word: &&[u8]| bytes.windows(word.len()).any(|w| w == *word);
                    holders += words.iter().filter(|word| holds(word)).count();
                }
            }
        }
        holders
    };
    assert_eq!(holders(&bench.home()), 0);
    // The search does find what is there.
    fs::write(bench.generation(1).join("notes"), [words[0], words[1], words[3]].concat()).unwrap();
    assert_eq!(holders(&bench.home()), 4);
}

#[cfg(feature = "file-vault")]
#[test]
fn a_book_with_a_file_vault_opens_again() {
    let mut bench = Bench::new(1);
    let vault = Arc::new(crate::vault::FileVault::new(bench.dir.path().join("keys")));
    for _ in 0..2 {
        let settings = Settings::new(bench.home(), vault.clone());
        let (mut store, _) = Store::open(&settings, &mut bench.rng).unwrap();
        store.append(1, &[ada()], b"met", &mut bench.rng).unwrap();
        rewrite(&mut store, &mut Some, &mut bench.rng).unwrap();
    }
    assert_eq!(fs::read_dir(bench.dir.path().join("keys")).unwrap().count(), 1);
}
