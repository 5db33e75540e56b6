//! Keys in files, for desktops.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::{DataKey, Head, KeyId, KeyVault, VaultError};
use crate::disk::{create_dir, sync_dir};
use crate::hex;

/// One file of 32 bytes per key, `<key id>.key`, mode 0600, in a directory of mode 0700.
///
/// As safe as the account it lives in: whoever can read the user's files can open the book. A
/// platform's own vault is better wherever there is one. Keep the directory outside of the book's,
/// so that a copy of the book doesn't carry its key. How far the book is goes into
/// `<store id>.head`; one that is damaged counts as none.
#[derive(Debug, Clone)]
pub struct FileVault {
    dir: PathBuf,
}

impl FileVault {
    /// A vault in `dir`, which is created with the first key.
    #[must_use]
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self { dir: dir.into() }
    }

    fn path(&self, id: &KeyId) -> PathBuf {
        self.dir.join(format!("{id}.key"))
    }

    fn head_path(&self, store: &[u8; 16]) -> PathBuf {
        let store = fmt::from_fn(|f| hex::write(f, store));
        self.dir.join(format!("{store}.head"))
    }

    /// Puts a file of these bytes at `path`, durably, whole or not at all.
    fn put(&self, path: &Path, bytes: &[u8]) -> Result<(), VaultError> {
        let write = || -> io::Result<()> {
            create_dir(&self.dir, true)?;
            let new = path.with_extension("new");
            remove_file(&new)?;
            let mut file = create_private(&new)?;
            file.write_all(bytes)?;
            file.sync_all()?;
            drop(file);
            fs::rename(&new, path)?;
            sync_dir(&self.dir)
        };
        write().map_err(|e| failed(&self.dir, &e))
    }
}

impl KeyVault for FileVault {
    fn store(&self, id: &KeyId, key: &DataKey) -> Result<(), VaultError> {
        self.put(&self.path(id), key.as_bytes())
    }

    fn load(&self, id: &KeyId) -> Result<DataKey, VaultError> {
        let path = self.path(id);
        let mut file = match File::open(&path) {
            Ok(file) => file,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Err(VaultError::Missing),
            Err(e) => return Err(failed(&path, &e)),
        };
        let metadata = file.metadata().map_err(|e| failed(&path, &e))?;
        if others_may_read(&metadata) {
            return Err(VaultError::Exposed);
        }
        if metadata.len() != 32 {
            return Err(VaultError::Failed(format!("{}: not a key of 32 bytes", path.display())));
        }
        let mut bytes = Zeroizing::new([0; 32]);
        file.read_exact(&mut *bytes).map_err(|e| failed(&path, &e))?;
        Ok(DataKey::from_bytes(*bytes))
    }

    fn destroy(&self, id: &KeyId) -> Result<(), VaultError> {
        if !self.dir.exists() {
            return Ok(());
        }
        let remove = || -> io::Result<()> {
            remove_file(&self.dir.join(format!("{id}.new")))?;
            remove_file(&self.path(id))?;
            sync_dir(&self.dir)
        };
        remove().map_err(|e| failed(&self.dir, &e))
    }

    fn keep_head(&self, store: &[u8; 16], head: Option<&Head>) -> Result<(), VaultError> {
        let path = self.head_path(store);
        match head {
            Some(head) => {
                let head = head.to_bytes();
                self.put(&path, &[&head[..], &Sha256::digest(head)[..]].concat())
            }
            None if !self.dir.exists() => Ok(()),
            None => remove_file(&path.with_extension("new"))
                .and_then(|()| remove_file(&path))
                .and_then(|()| sync_dir(&self.dir))
                .map_err(|e| failed(&path, &e)),
        }
    }

    fn head(&self, store: &[u8; 16]) -> Result<Option<Head>, VaultError> {
        let path = self.head_path(store);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(failed(&path, &e)),
        };
        let head = bytes.split_first_chunk::<44>();
        let sound = head.filter(|(head, check)| Sha256::digest(head)[..] == **check);
        Ok(sound.map(|(head, _)| Head::from_bytes(*head)))
    }
}

fn failed(path: &Path, error: &io::Error) -> VaultError {
    VaultError::Failed(format!("{}: {error}", path.display()))
}

fn remove_file(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

fn create_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(unix)]
fn others_may_read(metadata: &fs::Metadata) -> bool {
    std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o077 != 0
}

/// Windows keeps a user's profile from other users by access lists, which are inherited.
#[cfg(not(unix))]
fn others_may_read(_: &fs::Metadata) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: KeyId = KeyId { store: [5; 16], epoch: 1 };

    #[test]
    fn a_key_comes_back_until_it_is_destroyed() {
        let dir = tempfile::tempdir().unwrap();
        let vault = FileVault::new(dir.path().join("keys"));
        assert_eq!(vault.load(&ID).unwrap_err(), VaultError::Missing);
        vault.destroy(&ID).unwrap();
        vault.store(&ID, &DataKey::from_bytes([1; 32])).unwrap();
        vault.store(&ID, &DataKey::from_bytes([2; 32])).unwrap();
        assert_eq!(vault.load(&ID).unwrap().as_bytes(), &[2; 32]);
        vault.destroy(&ID).unwrap();
        assert_eq!(vault.load(&ID).unwrap_err(), VaultError::Missing);
        assert_eq!(fs::read_dir(dir.path().join("keys")).unwrap().count(), 0);
    }

    #[test]
    fn a_store_that_was_killed_midway_is_simply_done_again() {
        let dir = tempfile::tempdir().unwrap();
        let vault = FileVault::new(dir.path());
        fs::write(dir.path().join(format!("{ID}.new")), [9; 7]).unwrap();
        vault.store(&ID, &DataKey::from_bytes([3; 32])).unwrap();
        assert_eq!(vault.load(&ID).unwrap().as_bytes(), &[3; 32]);
    }

    #[cfg(unix)]
    #[test]
    fn keys_are_private_and_an_exposed_one_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let vault = FileVault::new(dir.path().join("keys"));
        vault.store(&ID, &DataKey::from_bytes([1; 32])).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&dir.path().join("keys")), 0o700);
        assert_eq!(mode(&vault.path(&ID)), 0o600);
        fs::set_permissions(vault.path(&ID), fs::Permissions::from_mode(0o640)).unwrap();
        assert_eq!(vault.load(&ID).unwrap_err(), VaultError::Exposed);
    }

    #[test]
    fn a_head_is_kept_replaced_and_removed_and_a_damaged_one_counts_as_none() {
        let dir = tempfile::tempdir().unwrap();
        let vault = FileVault::new(dir.path().join("keys"));
        let head = |sequence| Head { epoch: 1, sequence, hash: [7; 32] };
        assert_eq!(vault.head(&ID.store).unwrap(), None);
        for sequence in [1, 2] {
            vault.keep_head(&ID.store, Some(&head(sequence))).unwrap();
            assert_eq!(vault.head(&ID.store).unwrap(), Some(head(sequence)));
        }
        let path = vault.head_path(&ID.store);
        let sound = fs::read(&path).unwrap();
        for at in 0..sound.len() {
            let mut bent = sound.clone();
            bent[at] ^= 4;
            fs::write(&path, bent).unwrap();
            assert_eq!(vault.head(&ID.store).unwrap(), None, "byte {at}");
        }
        // With what a kill left of keeping one.
        fs::copy(&path, path.with_extension("new")).unwrap();
        vault.keep_head(&ID.store, None).unwrap();
        vault.keep_head(&ID.store, None).unwrap();
        assert_eq!(fs::read_dir(dir.path().join("keys")).unwrap().count(), 0);
    }

    #[test]
    fn a_key_of_the_wrong_size_is_a_failure_not_a_key() {
        let dir = tempfile::tempdir().unwrap();
        let vault = FileVault::new(dir.path());
        vault.store(&ID, &DataKey::from_bytes([1; 32])).unwrap();
        OpenOptions::new().append(true).open(vault.path(&ID)).unwrap().write_all(b"x").unwrap();
        assert!(matches!(vault.load(&ID), Err(VaultError::Failed(_))));
    }
}
