//! The keys of the phones on the other side, which are gone with them: in memory, since a vault in
//! files waits for the disk with each key.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use lapel::vault::{DataKey, KeyId, KeyVault, VaultError};

#[derive(Default)]
pub(crate) struct Keys(Mutex<BTreeMap<KeyId, DataKey>>);

impl Keys {
    fn all(&self) -> MutexGuard<'_, BTreeMap<KeyId, DataKey>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl KeyVault for Keys {
    fn store(&self, id: &KeyId, key: &DataKey) -> Result<(), VaultError> {
        self.all().insert(*id, key.clone());
        Ok(())
    }

    fn load(&self, id: &KeyId) -> Result<DataKey, VaultError> {
        self.all().get(id).cloned().ok_or(VaultError::Missing)
    }

    fn destroy(&self, id: &KeyId) -> Result<(), VaultError> {
        self.all().remove(id);
        Ok(())
    }
}
