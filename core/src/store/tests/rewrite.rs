//! Rewrites, and kills at each of their steps.

use std::sync::Mutex;

use super::*;
use crate::vault::VaultError;

#[test]
fn a_rewrite_forgets_for_good() {
    let mut bench = Bench::with(5);
    let old = fs::read(bench.generation(1).join("ledger")).unwrap();
    let old_key = bench.vault.load(&bench.vault.ids()[0]).unwrap();
    let (mut store, _) = bench.open();
    let mut keep = |entry: Entry| (!entry.subjects.contains(&bob())).then_some(entry);
    let report = rewrite(&mut store, &mut keep, &mut bench.rng).unwrap();
    assert_eq!((store.last(), report.lost), (3, 0));
    let left = ["met number 1", "met number 3", "met number 5"];
    for _ in 0..2 {
        assert_eq!(payloads(&store), left);
        assert!(store.entries_of(&bob()).unwrap().next().is_none());
        assert_eq!(seqs(store.entries_of(&ada()).unwrap()), [1, 2, 3]);
        store.close().unwrap();
        store = bench.open().0;
    }
    assert_eq!(bench.vault.ids().iter().map(|id| id.epoch).collect::<Vec<_>>(), [2]);
    assert!(!bench.generation(1).exists());
    // With the new key, what was copied before doesn't open; with the old one it would have.
    let (header, _) = Header::parse(&old).unwrap();
    let new_key = bench.vault.load(&bench.vault.ids()[0]).unwrap();
    let opens = |key: &DataKey| header.secret(&Keys::derive(header.id, key).unwrap()).is_ok();
    assert!(opens(&old_key) && !opens(&new_key));
}

/// Copies the book and the vault whenever a rewrite passes by.
struct Witness {
    inner: Arc<MemoryVault>,
    home: PathBuf,
    seen: Mutex<Vec<(tempfile::TempDir, MemoryVault)>>,
}

impl Witness {
    fn look(&self) {
        let dir = tempfile::tempdir().unwrap();
        if self.home.exists() {
            copy_tree(&self.home, &dir.path().join("book"));
        }
        let vault = MemoryVault::default();
        *vault.keys.lock().unwrap() = self.inner.keys.lock().unwrap().clone();
        self.seen.lock().unwrap().push((dir, vault));
    }
}

impl KeyVault for Witness {
    fn store(&self, id: &KeyId, key: &DataKey) -> Result<(), VaultError> {
        self.look();
        self.inner.store(id, key)?;
        self.look();
        Ok(())
    }

    fn load(&self, id: &KeyId) -> Result<DataKey, VaultError> {
        self.inner.load(id)
    }

    fn destroy(&self, id: &KeyId) -> Result<(), VaultError> {
        self.look();
        self.inner.destroy(id)?;
        self.look();
        Ok(())
    }
}

#[test]
fn a_rewrite_killed_at_any_step_leaves_the_old_book_or_the_new_one() {
    let mut bench = Bench::with(5);
    let witness = Arc::new(Witness {
        inner: bench.vault.clone(),
        home: bench.home(),
        seen: Mutex::default(),
    });
    let (mut store, _) =
        Store::open(&Settings::new(bench.home(), witness.clone()), &mut bench.rng).unwrap();
    let mut keep = |entry: Entry| {
        witness.look();
        (entry.seq != 2).then_some(entry)
    };
    rewrite(&mut store, &mut keep, &mut bench.rng).unwrap();
    drop(store);
    witness.look();

    // What no call passes by: the new ledger whole but not yet renamed, and the old generation
    // half removed after its key.
    let add = |change: &dyn Fn(&Path, &MemoryVault)| {
        witness.look();
        let seen = witness.seen.lock().unwrap();
        let (dir, vault) = seen.last().unwrap();
        change(&dir.path().join("book"), vault);
    };
    add(&|home, _| {
        fs::create_dir(home.join("00000001")).unwrap();
        fs::write(home.join("00000001/ledger"), b"half removed").unwrap();
    });
    add(&|home, _| fs::create_dir(home.join("00000003.new")).unwrap());
    add(&|home, vault| {
        copy_tree(&home.join("00000002"), &home.join("00000003.new"));
        let id = KeyId { epoch: 3, ..vault.ids()[0] };
        vault.store(&id, &DataKey::from_bytes([1; 32])).unwrap();
    });

    let seen = std::mem::take(&mut *witness.seen.lock().unwrap());
    assert_eq!(seen.len(), 2 + 5 + 2 + 1 + 3);
    let mut outcomes = vec![];
    for (dir, vault) in seen {
        let (home, vault) = (dir.path().join("book"), Arc::new(vault));
        let (mut store, _) =
            Store::open(&Settings::new(&home, vault.clone()), &mut bench.rng).unwrap();
        let count = store.last();
        assert_eq!(payloads(&store).len() as u64, count);
        bench.add(&mut store, count + 1);
        assert_eq!(store.check().unwrap().damage, []);
        // Nothing is left over, neither on disk nor in the vault.
        let found = Home::survey(&home).unwrap();
        assert_eq!((found.whole.len(), found.unfinished.len()), (1, 0));
        assert_eq!(vault.ids(), [store.keys.id]);
        outcomes.push(count);
    }
    assert_eq!(outcomes, [5, 5, 5, 5, 5, 5, 5, 4, 4, 4, 4, 4, 4]);
}

#[test]
fn a_first_creation_killed_at_any_step_is_done_again() {
    let mut bench = Bench::new(1);
    let witness = Arc::new(Witness {
        inner: bench.vault.clone(),
        home: bench.home(),
        seen: Mutex::default(),
    });
    drop(Store::open(&Settings::new(bench.home(), witness.clone()), &mut bench.rng).unwrap());
    let mut seen = std::mem::take(&mut *witness.seen.lock().unwrap());
    let whole = seen.len();
    witness.look();
    seen.extend(witness.seen.lock().unwrap().drain(..));
    let home = seen[whole].0.path().join("book");
    fs::rename(home.join("00000001"), home.join("00000001.new")).unwrap();
    for (dir, vault) in seen {
        let (home, vault) = (dir.path().join("book"), Arc::new(vault));
        let (store, report) = Store::open(&Settings::new(&home, vault), &mut bench.rng).unwrap();
        assert!(report.created);
        assert_eq!(store.last(), 0);
    }
}

#[test]
fn a_vault_that_keeps_the_old_key_is_asked_again() {
    let mut bench = Bench::with(2);
    let (mut store, _) = bench.open();
    let vault = bench.vault.clone();
    let mut keep = |entry: Entry| {
        // Locked between the new key and the end of the old one.
        *vault.locked.lock().unwrap() = entry.seq == 2;
        Some(entry)
    };
    assert!(rewrite(&mut store, &mut keep, &mut bench.rng).unwrap().old_key_remains);
    assert_eq!(payloads(&store).len(), 2);
    drop(store);
    *bench.vault.locked.lock().unwrap() = false;
    assert_eq!(bench.vault.ids().len(), 2);
    let (_store, report) = bench.open();
    assert!(report.cleaned && !report.old_key_remains);
    assert_eq!(bench.vault.ids().len(), 1);
    assert!(!bench.generation(1).exists());
}

#[test]
fn a_rewrite_that_cannot_have_a_key_changes_nothing() {
    let mut bench = Bench::with(2);
    let (mut store, _) = bench.open();
    *bench.vault.locked.lock().unwrap() = true;
    let refused = rewrite(&mut store, &mut Some, &mut bench.rng);
    assert!(matches!(refused, Err(RewriteError::Vault(VaultError::Locked))));
    bench.add(&mut store, 3);
    drop(store);
    *bench.vault.locked.lock().unwrap() = false;
    let (store, report) = bench.open();
    assert_eq!(store.last(), 3);
    assert!(report.cleaned);
}
