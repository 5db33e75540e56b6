//! The seam to wherever a device keeps its keys: Keychain, Keystore, a file.
//!
//! The book on disk is sealed under one random data key per epoch. The key itself is never written
//! beside the book: it goes through a [`KeyVault`], which an app implements with what its platform
//! offers. Destroying a key is what makes forgetting real, because every remnant of the old files
//! is unreadable from then on.

#[cfg(feature = "file-vault")]
mod file;

use std::fmt;
use std::str::FromStr;

use rand_core::CryptoRng;
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::hex;
use crate::ledger::take;

#[cfg(feature = "file-vault")]
pub use file::FileVault;

/// Keeps data keys for the book, by [`KeyId`].
///
/// A vault holds two keys at most at one time per book (the old and the new one while the book is
/// written anew), else one. It has to survive what the book survives: a key that was stored is
/// there after a crash.
pub trait KeyVault: Send + Sync {
    /// Keeps `key` under `id`, durably before it returns. A key already there is replaced.
    ///
    /// # Errors
    /// [`VaultError::Locked`] or [`VaultError::Failed`].
    fn store(&self, id: &KeyId, key: &DataKey) -> Result<(), VaultError>;

    /// The key kept under `id`.
    ///
    /// # Errors
    /// [`VaultError::Missing`] only when the vault is open and knows no such key;
    /// [`VaultError::Locked`] when it can't say.
    fn load(&self, id: &KeyId) -> Result<DataKey, VaultError>;

    /// Destroys the key kept under `id`, so that nothing sealed under it can be opened again.
    /// Destroying a key that isn't there succeeds.
    ///
    /// # Errors
    /// [`VaultError::Locked`] or [`VaultError::Failed`]; it is asked again at the next open.
    fn destroy(&self, id: &KeyId) -> Result<(), VaultError>;

    /// Keeps how far the book `store` is, in place of what it kept before; `None` removes that. A
    /// vault that doesn't implement this keeps nothing, and then a book that was replaced by an
    /// older copy of itself opens as it was.
    ///
    /// # Errors
    /// [`VaultError::Locked`] or [`VaultError::Failed`].
    fn keep_head(&self, store: &[u8; 16], head: Option<&Head>) -> Result<(), VaultError> {
        let _ = (store, head);
        Ok(())
    }

    /// The head kept for the book `store`, if any is.
    ///
    /// # Errors
    /// [`VaultError::Locked`] or [`VaultError::Failed`].
    fn head(&self, store: &[u8; 16]) -> Result<Option<Head>, VaultError> {
        let _ = store;
        Ok(None)
    }
}

/// How far a book is: enough to notice an older copy in its place. It tells nothing about a person.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Head {
    /// The epoch, see [`KeyId`].
    pub epoch: u32,
    /// The sequence of the last entry; 0 if there is none.
    pub sequence: u64,
    /// SHA-256 of that entry's frame, or of the ledger's header.
    pub hash: [u8; 32],
}

impl Head {
    /// 44 bytes for a vault to keep.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; 44] {
        let mut bytes = [0; 44];
        let parts = self.epoch.to_be_bytes().into_iter().chain(self.sequence.to_be_bytes());
        bytes.iter_mut().zip(parts.chain(self.hash)).for_each(|(to, from)| *to = from);
        bytes
    }

    /// The head of [`Head::to_bytes`].
    #[must_use]
    pub fn from_bytes(bytes: [u8; 44]) -> Self {
        let mut rest = &bytes[..];
        let epoch = take(&mut rest).map(u32::from_be_bytes).unwrap_or_default();
        let sequence = take(&mut rest).map(u64::from_be_bytes).unwrap_or_default();
        let hash = take(&mut rest).unwrap_or_default();
        Self { epoch, sequence, hash }
    }
}

/// The name of a data key: which book (16 random bytes) and which epoch of it (counted from 1).
///
/// `Display` gives 41 characters, `<32 hex digits>-<8 hex digits>`, usable as a file name or as a
/// keychain account. It tells nothing about a person.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct KeyId {
    /// The book's id, drawn once when the book is created.
    pub store: [u8; 16],
    /// Rises by one each time the book is written anew under a new key.
    pub epoch: u32,
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        hex::write(f, &self.store)?;
        write!(f, "-{:08x}", self.epoch)
    }
}

impl FromStr for KeyId {
    type Err = NotAKeyId;

    fn from_str(text: &str) -> Result<Self, NotAKeyId> {
        let (store, epoch) = text.split_once('-').ok_or(NotAKeyId)?;
        let store = hex::read(store).ok_or(NotAKeyId)?;
        Ok(Self { store, epoch: hex::read(epoch).map(u32::from_be_bytes).ok_or(NotAKeyId)? })
    }
}

/// The text is not the name of a data key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a key's name: it must be 32 hexadecimal digits, a hyphen and 8 more")]
pub struct NotAKeyId;

/// A data key: 32 random bytes, wiped when dropped, never printed.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct DataKey([u8; 32]);

impl DataKey {
    /// A key that a vault kept.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes, for the vault to keep.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// A new key out of `rng`.
    pub(crate) fn generate(rng: &mut dyn CryptoRng) -> Self {
        let mut bytes = [0; 32];
        rng.fill_bytes(&mut bytes);
        Self(bytes)
    }
}

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DataKey(hidden)")
    }
}

/// Why a vault gave no key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VaultError {
    /// The vault can't be opened now, for instance before the first unlock after a restart.
    /// Remedy: ask again when the device is unlocked; nothing is lost.
    #[error("the vault that holds the book's key is locked")]
    Locked,
    /// The vault is open and has no such key: it was wiped, or the book came from another device
    /// without it. Remedy: restore the vault or a backup; the book alone can't be opened.
    #[error("the vault holds no key for this book")]
    Missing,
    /// Other users of this machine can read the key. Remedy: take their permissions away
    /// (`chmod 600`), and consider what was sealed under the key as seen.
    #[error("the book's key can be read by other users of this machine")]
    Exposed,
    /// Anything else, in the vault's words. Remedy: depends on them.
    #[error("the vault failed: {0}")]
    Failed(String),
}

#[cfg(test)]
pub(crate) mod memory {
    //! A vault for tests: it can be locked, emptied, and asked what it holds.

    use std::collections::BTreeMap;
    use std::sync::Mutex;

    use super::{DataKey, Head, KeyId, KeyVault, VaultError};

    #[derive(Default)]
    pub(crate) struct MemoryVault {
        pub(crate) keys: Mutex<BTreeMap<KeyId, DataKey>>,
        pub(crate) heads: Mutex<BTreeMap<[u8; 16], Head>>,
        pub(crate) locked: Mutex<bool>,
    }

    impl MemoryVault {
        pub(crate) fn ids(&self) -> Vec<KeyId> {
            self.keys.lock().unwrap().keys().copied().collect()
        }

        fn unlocked(&self) -> Result<(), VaultError> {
            if *self.locked.lock().unwrap() { Err(VaultError::Locked) } else { Ok(()) }
        }
    }

    impl KeyVault for MemoryVault {
        fn store(&self, id: &KeyId, key: &DataKey) -> Result<(), VaultError> {
            self.unlocked()?;
            self.keys.lock().unwrap().insert(*id, key.clone());
            Ok(())
        }

        fn load(&self, id: &KeyId) -> Result<DataKey, VaultError> {
            self.unlocked()?;
            self.keys.lock().unwrap().get(id).cloned().ok_or(VaultError::Missing)
        }

        fn destroy(&self, id: &KeyId) -> Result<(), VaultError> {
            self.unlocked()?;
            self.keys.lock().unwrap().remove(id);
            Ok(())
        }

        fn keep_head(&self, store: &[u8; 16], head: Option<&Head>) -> Result<(), VaultError> {
            self.unlocked()?;
            let mut heads = self.heads.lock().unwrap();
            match head {
                Some(head) => drop(heads.insert(*store, *head)),
                None => drop(heads.remove(store)),
            }
            Ok(())
        }

        fn head(&self, store: &[u8; 16]) -> Result<Option<Head>, VaultError> {
            self.unlocked()?;
            Ok(self.heads.lock().unwrap().get(store).copied())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_id_prints_as_a_name_and_a_key_not_at_all() {
        let id = KeyId { store: [0xAB; 16], epoch: 300 };
        assert_eq!(id.to_string(), "abababababababababababababababab-0000012c");
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!("abab-0000012c".parse::<KeyId>(), Err(NotAKeyId));
        assert_eq!(format!("{:?}", DataKey::from_bytes([7; 32])), "DataKey(hidden)");
    }

    #[test]
    fn a_head_is_44_bytes_and_reads_back() {
        let head = Head { epoch: 3, sequence: 1 << 40, hash: [9; 32] };
        assert_eq!(Head::from_bytes(head.to_bytes()), head);
        assert_eq!(head.to_bytes()[..12], [0, 0, 0, 3, 0, 0, 1, 0, 0, 0, 0, 0]);
    }

    #[test]
    fn every_error_says_what_is_wrong() {
        let told = [
            (VaultError::Locked, "the vault that holds the book's key is locked"),
            (VaultError::Missing, "the vault holds no key for this book"),
            (VaultError::Exposed, "the book's key can be read by other users of this machine"),
            (VaultError::Failed("no agent".into()), "the vault failed: no agent"),
        ];
        for (error, text) in told {
            assert_eq!(error.to_string(), text);
        }
    }
}
