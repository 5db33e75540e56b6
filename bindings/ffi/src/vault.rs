//! The seam to Keychain, Keystore or a file, for vaults written in any language.

use std::sync::Arc;

use lapel::vault::{self as core, DataKey, Head, KeyId};
use zeroize::Zeroizing;

/// Keeps data keys for the book, by name. Keys are 32 bytes, of which there are one or two at a time;
/// heads are 44. What was kept has to be there after a crash.
///
/// It is asked on the thread that opens, resumes, suspends, maintains, rotates, forgets, restores, merges or
/// wipes, in the middle of that call: it must not use the book, nor wait for a thread that may, which would
/// wait for ever. A key is asked for as soon as it was stored or destroyed, to see that it was.
#[uniffi::export(with_foreign)]
pub trait KeyVault: Send + Sync {
    /// Keeps a key under this name, durably before it returns, in place of one that is there.
    fn store(&self, id: String, key: Vec<u8>) -> Result<(), VaultError>;
    /// The key of this name; [`VaultError::Missing`] only if the vault is open and has none.
    fn load(&self, id: String) -> Result<Vec<u8>, VaultError>;
    /// Destroys the key of this name for good. To destroy one that isn't there succeeds.
    fn destroy(&self, id: String) -> Result<(), VaultError>;
    /// Keeps how far a book is, in place of what was kept of it; nothing removes that.
    fn keep_head(&self, store: String, head: Option<Vec<u8>>) -> Result<(), VaultError>;
    /// How far a book was, if that was kept. Nothing, always, is an answer: an older copy of the book
    /// in its place is then not noticed.
    fn head(&self, store: String) -> Result<Option<Vec<u8>>, VaultError>;
}

/// Why a vault gave no key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum VaultError {
    /// It can't be opened now, for instance before the first unlock after a restart.
    #[error("the vault that holds the book's key is locked")]
    Locked,
    /// It is open and has no such key.
    #[error("the vault holds no key for this book")]
    Missing,
    /// Other users of this machine can read the key.
    #[error("the book's key can be read by other users of this machine")]
    Exposed,
    /// Anything else, in the vault's words.
    #[error("the vault failed: {reason}")]
    Failed {
        /// The vault's words.
        reason: String,
    },
}

/// What a vault throws that it didn't declare.
impl From<uniffi::UnexpectedUniFFICallbackError> for VaultError {
    fn from(error: uniffi::UnexpectedUniFFICallbackError) -> Self {
        Self::Failed { reason: error.reason }
    }
}

impl From<VaultError> for core::VaultError {
    fn from(error: VaultError) -> Self {
        match error {
            VaultError::Locked => Self::Locked,
            VaultError::Missing => Self::Missing,
            VaultError::Exposed => Self::Exposed,
            VaultError::Failed { reason } => Self::Failed(reason),
        }
    }
}

impl From<core::VaultError> for VaultError {
    fn from(error: core::VaultError) -> Self {
        match error {
            core::VaultError::Locked => Self::Locked,
            core::VaultError::Missing => Self::Missing,
            core::VaultError::Exposed => Self::Exposed,
            other => Self::Failed { reason: other.to_string() },
        }
    }
}

/// Keys in files of mode 0600 in a directory of mode 0700, for desktops: as safe as the account they
/// live in. Keep it outside of the book's directory.
#[uniffi::export]
pub fn file_vault(dir: String) -> Arc<dyn KeyVault> {
    Arc::new(Files(core::FileVault::new(dir)))
}

struct Files(core::FileVault);

impl KeyVault for Files {
    fn store(&self, id: String, key: Vec<u8>) -> Result<(), VaultError> {
        Ok(core::KeyVault::store(&self.0, &key_id(&id)?, &data_key(key)?)?)
    }

    fn load(&self, id: String) -> Result<Vec<u8>, VaultError> {
        Ok(core::KeyVault::load(&self.0, &key_id(&id)?)?.as_bytes().to_vec())
    }

    fn destroy(&self, id: String) -> Result<(), VaultError> {
        Ok(core::KeyVault::destroy(&self.0, &key_id(&id)?)?)
    }

    fn keep_head(&self, store: String, head: Option<Vec<u8>>) -> Result<(), VaultError> {
        let head = head.map(read_head).transpose()?;
        Ok(core::KeyVault::keep_head(&self.0, &key_id(&store)?.store, head.as_ref())?)
    }

    fn head(&self, store: String) -> Result<Option<Vec<u8>>, VaultError> {
        let head = core::KeyVault::head(&self.0, &key_id(&store)?.store)?;
        Ok(head.map(|head| head.to_bytes().to_vec()))
    }
}

/// A vault of the app as the core asks it. What it is told to do it is seen to have done: in some languages
/// not everything that can be thrown comes back as an error (Python's `KeyboardInterrupt`, Kotlin's `Error`),
/// and a book whose new key wasn't kept is lost.
pub(crate) struct Asked(pub(crate) Arc<dyn KeyVault>);

impl core::KeyVault for Asked {
    fn store(&self, id: &KeyId, key: &DataKey) -> Result<(), core::VaultError> {
        self.0.store(id.to_string(), key.as_bytes().to_vec())?;
        match self.load(id) {
            Ok(kept) if kept.as_bytes() == key.as_bytes() => Ok(()),
            Ok(_) | Err(core::VaultError::Missing) => Err(undone("keep a key")),
            Err(error) => Err(error),
        }
    }

    fn load(&self, id: &KeyId) -> Result<DataKey, core::VaultError> {
        Ok(data_key(self.0.load(id.to_string())?)?)
    }

    fn destroy(&self, id: &KeyId) -> Result<(), core::VaultError> {
        self.0.destroy(id.to_string())?;
        match self.load(id) {
            Err(core::VaultError::Missing) => Ok(()),
            Ok(_) => Err(undone("destroy a key")),
            Err(error) => Err(error),
        }
    }

    fn keep_head(&self, store: &[u8; 16], head: Option<&Head>) -> Result<(), core::VaultError> {
        self.0.keep_head(name(store), head.map(|head| head.to_bytes().to_vec()))?;
        match self.head(store)? {
            Some(kept) if Some(&kept) != head => Err(undone("keep how far the book is")),
            // It may keep none at all.
            _ => Ok(()),
        }
    }

    fn head(&self, store: &[u8; 16]) -> Result<Option<Head>, core::VaultError> {
        Ok(self.0.head(name(store))?.map(read_head).transpose()?)
    }
}

fn undone(what: &str) -> core::VaultError {
    core::VaultError::Failed(format!("told to {what}, it said that it had, and hadn't"))
}

fn data_key(bytes: Vec<u8>) -> Result<DataKey, VaultError> {
    let bytes = Zeroizing::new(bytes);
    let key = <[u8; 32]>::try_from(bytes.as_slice()).map_err(|_| not("a key of 32 bytes"))?;
    Ok(DataKey::from_bytes(key))
}

fn read_head(bytes: Vec<u8>) -> Result<Head, VaultError> {
    let bytes = <[u8; 44]>::try_from(bytes).map_err(|_| not("a head of 44 bytes"))?;
    Ok(Head::from_bytes(bytes))
}

fn key_id(name: &str) -> Result<KeyId, VaultError> {
    name.parse().map_err(|error: core::NotAKeyId| VaultError::Failed { reason: error.to_string() })
}

/// How far a book is goes by the name of its key of epoch 0, which there never is.
fn name(store: &[u8; 16]) -> String {
    KeyId { store: *store, epoch: 0 }.to_string()
}

fn not(what: &str) -> VaultError {
    VaultError::Failed { reason: format!("that isn't {what}") }
}
