//! What opening and forgetting can meet at the vault.

use std::collections::BTreeMap;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU8, Ordering::SeqCst};
use std::sync::{Arc, Mutex};

use lapel::book::{BookError, OpenError, RewriteError};
use lapel::vault::{DataKey, KeyId, KeyVault, VaultError};
use lapel_book_tests::{Phone, files, ledger, meet};

const SOUND: u8 = 0;
const LOCKED: u8 = 1;
const FAILING: u8 = 2;
const PANICKING: u8 = 3;
/// Gives keys and destroys none.
const KEEPING: u8 = 4;

/// A vault in memory, and its mood.
#[derive(Default)]
struct Moody {
    mood: AtomicU8,
    keys: Mutex<BTreeMap<KeyId, [u8; 32]>>,
}

impl Moody {
    fn ask(&self) -> Result<(), VaultError> {
        match self.mood.load(SeqCst) {
            LOCKED => Err(VaultError::Locked),
            FAILING => Err(VaultError::Failed("the keychain said -34018".into())),
            PANICKING => panic!("the keychain's wrapper has a bug"),
            _ => Ok(()),
        }
    }

    fn is(self: &Arc<Self>, mood: u8) -> Arc<dyn KeyVault> {
        self.mood.store(mood, SeqCst);
        self.clone()
    }

    fn epochs(&self) -> Vec<u32> {
        self.keys.lock().unwrap().keys().map(|id| id.epoch).collect()
    }
}

impl KeyVault for Moody {
    fn store(&self, id: &KeyId, key: &DataKey) -> Result<(), VaultError> {
        self.ask()?;
        self.keys.lock().unwrap().insert(*id, *key.as_bytes());
        Ok(())
    }

    fn load(&self, id: &KeyId) -> Result<DataKey, VaultError> {
        self.ask()?;
        let key = self.keys.lock().unwrap().get(id).copied();
        key.map(DataKey::from_bytes).ok_or(VaultError::Missing)
    }

    fn destroy(&self, id: &KeyId) -> Result<(), VaultError> {
        self.ask()?;
        if self.mood.load(SeqCst) == KEEPING {
            return Err(VaultError::Failed("not now".into()));
        }
        self.keys.lock().unwrap().remove(id);
        Ok(())
    }
}

/// A phone that met Grace and Alan, and whose keys are in a moody vault.
fn with_moods() -> (Phone, Arc<Moody>) {
    let (mut ada, vault) = (Phone::of("Ada"), Arc::new(Moody::default()));
    drop(ada.take());
    fs::remove_dir_all(ada.home()).unwrap();
    assert!(ada.try_open_with(vault.is(SOUND)).unwrap().created);
    for name in ["Grace", "Alan"] {
        meet(&mut ada, &mut Phone::of(name));
    }
    (ada, vault)
}

fn key_file(phone: &Phone) -> PathBuf {
    phone.keys().join(files(&phone.keys()).into_keys().next().unwrap())
}

#[test]
fn a_missing_key_is_lost_until_it_is_back() {
    let (mut ada, mut grace) = (Phone::of("Ada"), Phone::of("Grace"));
    meet(&mut ada, &mut grace);
    drop(ada.take());
    let (key, away) = (key_file(&ada), ada.dir().join("away"));
    fs::rename(&key, &away).unwrap();
    let before = files(&ada.home());
    let error = ada.try_open().unwrap_err();
    assert!(matches!(error, OpenError::KeyLost), "{error}");
    assert_eq!(error.to_string(), "the key of this book is lost");
    assert_eq!(files(&ada.home()), before, "no new book takes its place");
    fs::rename(&away, &key).unwrap();
    ada.reopen();
    assert_eq!(ada.names(), ["Grace"]);
}

#[test]
fn another_books_key_is_wrong_and_changes_nothing() {
    let (mut ada, mut grace) = (Phone::of("Ada"), Phone::of("Grace"));
    meet(&mut ada, &mut grace);
    drop(ada.take());
    let (path, right) = (key_file(&ada), fs::read(key_file(&ada)).unwrap());
    let before = files(&ada.home());
    for wrong in [fs::read(key_file(&grace)).unwrap(), vec![0; 32]] {
        fs::write(&path, wrong).unwrap();
        let error = ada.try_open().unwrap_err();
        assert!(matches!(error, OpenError::WrongKey), "{error}");
        assert!(error.to_string().contains("another key than this book's"));
        assert_eq!(files(&ada.home()), before);
    }
    fs::write(&path, &right[..31]).unwrap();
    let error = ada.try_open().unwrap_err();
    assert!(matches!(error, OpenError::Vault(VaultError::Failed(_))), "{error}");
    assert!(error.to_string().contains("not a key of 32 bytes"));
    fs::write(&path, &right).unwrap();
    ada.reopen();
    assert_eq!(ada.names(), ["Grace"]);
}

#[cfg(unix)]
#[test]
fn a_key_that_others_can_read_is_refused_until_they_can_t() {
    use std::os::unix::fs::PermissionsExt;
    let (mut ada, mut grace) = (Phone::of("Ada"), Phone::of("Grace"));
    meet(&mut ada, &mut grace);
    drop(ada.take());
    let key = key_file(&ada);
    let chmod = |mode| fs::set_permissions(&key, fs::Permissions::from_mode(mode)).unwrap();
    for mode in [0o604, 0o640, 0o666, 0o620] {
        chmod(mode);
        let error = ada.try_open().unwrap_err();
        assert!(matches!(error, OpenError::Vault(VaultError::Exposed)), "{mode:o}: {error}");
        assert!(error.to_string().contains("can be read by other users"));
        chmod(0o600);
        ada.reopen();
        assert_eq!(ada.names(), ["Grace"]);
        drop(ada.take());
    }
}

#[test]
fn a_vault_that_is_locked_fails_or_panics_loses_nothing() {
    let (mut ada, vault) = with_moods();
    let before = files(&ada.home()).len();
    let error = ada.try_open_with(vault.is(LOCKED)).unwrap_err();
    assert!(matches!(error, OpenError::KeyLocked), "{error}");
    assert!(error.to_string().contains("is locked"));
    let error = ada.try_open_with(vault.is(FAILING)).unwrap_err();
    assert!(matches!(error, OpenError::Vault(VaultError::Failed(_))), "{error}");
    assert!(error.to_string().contains("-34018"), "in the vault's words");
    let panicking = vault.is(PANICKING);
    catch_unwind(AssertUnwindSafe(|| ada.try_open_with(panicking))).unwrap_err();
    assert_eq!(files(&ada.home()).len(), before);
    // Not even the claim on the directory stays behind.
    ada.try_open_with(vault.is(SOUND)).unwrap();
    assert_eq!(ada.names(), ["Grace", "Alan"]);
}

#[test]
fn a_book_that_is_open_needs_no_vault_to_record() {
    let (mut ada, vault) = with_moods();
    for mood in [LOCKED, FAILING, PANICKING] {
        vault.is(mood);
        meet(&mut ada, &mut Phone::of(&format!("Someone {mood}")));
    }
    ada.try_open_with(vault.is(SOUND)).unwrap();
    assert_eq!(ada.contacts().unwrap().len(), 5);
}

#[test]
fn a_vault_that_takes_no_first_key_leaves_a_directory_that_can_be_tried_again() {
    for mood in [LOCKED, FAILING, PANICKING] {
        let (mut ada, vault) = (Phone::of("Ada"), Arc::new(Moody::default()));
        drop(ada.take());
        fs::remove_dir_all(ada.home()).unwrap();
        let tried = vault.is(mood);
        let tried = catch_unwind(AssertUnwindSafe(|| ada.try_open_with(tried)));
        match mood {
            LOCKED => assert!(matches!(tried.unwrap(), Err(OpenError::KeyLocked))),
            FAILING => assert!(matches!(tried.unwrap(), Err(OpenError::Vault(_)))),
            _ => assert!(tried.is_err()),
        }
        assert!(vault.epochs().is_empty());
        assert!(ada.try_open_with(vault.is(SOUND)).unwrap().created);
        meet(&mut ada, &mut Phone::of("Grace"));
        ada.try_open_with(vault.is(SOUND)).unwrap();
        assert_eq!((ada.names(), vault.epochs()), (vec!["Grace".into()], vec![1]));
    }
}

#[test]
fn a_vault_that_takes_no_new_key_lets_nobody_be_forgotten_and_nobody_be_lost() {
    let (mut ada, vault) = with_moods();
    let grace = ada.contacts().unwrap()[0].person();
    for mood in [LOCKED, FAILING, PANICKING] {
        vault.is(mood);
        let tried = catch_unwind(AssertUnwindSafe(|| ada.forget(&[grace])));
        if mood == PANICKING {
            tried.unwrap_err();
        } else {
            let error = tried.unwrap().unwrap_err();
            assert!(matches!(error, BookError::Rewrite(RewriteError::Vault(_))), "{error}");
        }
        // The book in hand goes on as it was.
        meet(&mut ada, &mut Phone::of(&format!("Later {mood}")));
        assert_eq!(ada.names()[..2], ["Grace", "Alan"]);
        ada.try_open_with(vault.is(SOUND)).unwrap();
        assert_eq!((ada.contacts().unwrap().len(), vault.epochs()), (2 + mood as usize, vec![1]));
    }
    ada.forget(&[grace]).unwrap();
    assert_eq!((ada.contacts().unwrap().len(), vault.epochs()), (4, vec![2]));
}

#[test]
fn a_vault_that_keeps_an_old_key_is_asked_again_at_every_open() {
    let (mut ada, vault) = with_moods();
    let grace = ada.contacts().unwrap()[0].person();
    vault.is(KEEPING);
    let forgotten = ada.forget(&[grace]).unwrap();
    assert_eq!((forgotten.people, forgotten.old_key_remains), (1, true));
    assert_eq!((ada.names(), vault.epochs()), (vec!["Alan".into()], vec![1, 2]));
    assert!(ada.try_open_with(vault.is(KEEPING)).unwrap().old_key_remains);
    let report = ada.try_open_with(vault.is(SOUND)).unwrap();
    assert!(report.cleaned && !report.old_key_remains);
    assert_eq!((ada.names(), vault.epochs()), (vec!["Alan".into()], vec![2]));
    let _ = ledger(&ada.home());
}
