//! A book in memory, as near as it comes: the ledger on a file system without a disk, the index
//! nowhere, the key in the process.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use lapel::book::{Book, OpenError, OpenReport};
use lapel::vault::{DataKey, KeyId, KeyVault, VaultError};
use lapel_protocol_tests::phone::Stuck;
use rand_core::CryptoRng;
use tempfile::TempDir;

/// Keys in memory.
#[derive(Default)]
pub struct Vault(Mutex<BTreeMap<KeyId, DataKey>>);

impl Vault {
    /// The one key it holds, and its name.
    pub fn only(&self) -> (KeyId, DataKey) {
        let keys = self.0.lock().expect("a vault");
        let (id, key) = keys.first_key_value().expect("a key");
        (*id, key.clone())
    }
}

impl KeyVault for Vault {
    fn store(&self, id: &KeyId, key: &DataKey) -> Result<(), VaultError> {
        self.0.lock().expect("a vault").insert(*id, key.clone());
        Ok(())
    }

    fn load(&self, id: &KeyId) -> Result<DataKey, VaultError> {
        self.0.lock().expect("a vault").get(id).cloned().ok_or(VaultError::Missing)
    }

    fn destroy(&self, id: &KeyId) -> Result<(), VaultError> {
        self.0.lock().expect("a vault").remove(id);
        Ok(())
    }
}

/// A directory for one book, gone when dropped.
pub struct Home {
    dir: TempDir,
    /// The book's keys.
    pub vault: Arc<Vault>,
}

impl Home {
    /// An empty one, in memory where the system has such a place.
    pub fn new() -> Self {
        let memory = Path::new("/dev/shm");
        let place = if memory.is_dir() { memory.into() } else { std::env::temp_dir() };
        let dir = tempfile::Builder::new().prefix("lapel-fuzz").tempdir_in(place);
        Self { dir: dir.expect("a directory"), vault: Arc::default() }
    }

    /// The book's directory.
    pub fn path(&self) -> PathBuf {
        self.dir.path().join("book")
    }

    /// The ledger of the first epoch.
    pub fn ledger(&self) -> PathBuf {
        self.path().join("00000001").join("ledger")
    }

    /// Puts this ledger in place of whatever is there, and files where the index and its remains
    /// would be, so that the index is kept in memory.
    pub fn put(&self, ledger: &[u8]) {
        let generation = self.path().join("00000001");
        fs::create_dir_all(&generation).expect("a generation");
        fs::write(generation.join("ledger"), ledger).expect("a ledger");
        for name in ["index", "index.aside"] {
            fs::write(generation.join(name), b"").expect("a stumbling block");
        }
    }

    /// Puts a key into the vault.
    pub fn vault_holds(&self, id: KeyId, key: DataKey) {
        self.vault.0.lock().expect("a vault").insert(id, key);
    }

    /// Opens the book.
    pub fn open(&self, rng: &mut dyn CryptoRng) -> Result<(Book, OpenReport), OpenError> {
        Book::open(&self.path(), self.vault.clone(), rng)
    }
}

impl Default for Home {
    fn default() -> Self {
        Self::new()
    }
}

/// A book that nobody is in yet, made once and opened often.
pub struct Empty {
    vault: Arc<Vault>,
    ledger: Vec<u8>,
}

impl Empty {
    /// The book of who holds this secret.
    pub fn of(secret: [u8; 32]) -> Self {
        let home = Home::new();
        let (book, _) = home.open(&mut Stuck(secret)).expect("a book");
        book.close().expect("a closed book");
        let ledger = fs::read(home.ledger()).expect("a ledger");
        Self { vault: home.vault.clone(), ledger }
    }

    /// Opens a copy.
    pub fn open(&self) -> (Home, Book) {
        let home = Home { vault: self.vault.clone(), ..Home::new() };
        home.put(&self.ledger);
        let (book, _) = home.open(&mut Stuck([1; 32])).expect("a book");
        (home, book)
    }
}
