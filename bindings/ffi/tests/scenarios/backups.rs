use std::fs;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use lapel::code::Code;
use lapel::receipt::State;
use lapel_ffi::backup::{Backup, BackupKey, BackupLock, Merged};
use lapel_ffi::book::{Book, BookConfig};
use lapel_ffi::contact::{ContactQuery, Standing};

use crate::phones::{Log, Phone, at, code, named, shake, turn};
use crate::unruly::Patience;

const WORDS: &str = "correct horse battery staple";
/// Of age's own documentation: a pair that nobody uses.
const RECIPIENT: &str = "age1t7rxyev2z3rw82stdlrrepyc39nvn86l5078zqkf5uasdy86jp6svpy7pa";
const IDENTITY: &str = "AGE-SECRET-KEY-1GQ9778VQXMMJVE8SK7J6VT8UJ4HDQAJUVSFCWCM02D8GEWQ72PVQ2Y5J33";

fn key(words: &str) -> Arc<BackupKey> {
    BackupKey::passphrase(words.to_owned()).unwrap()
}

fn identity() -> Arc<BackupKey> {
    BackupKey::identity(IDENTITY.to_owned()).unwrap()
}

/// Backs up for the recipient, which is quicker than a passphrase.
fn backed_up(phone: &Phone) -> Arc<Backup> {
    let path = phone.dir.path().join("book.age").display().to_string();
    let lock = BackupLock::recipients(vec![RECIPIENT.to_owned()]).unwrap();
    phone.book.back_up_to(path.clone(), &lock).unwrap();
    Backup::from_bytes(fs::read(path).unwrap(), identity())
}

/// A new phone, with what was backed up.
fn restored(backup: &Backup, change: impl FnOnce(BookConfig) -> BookConfig) -> Phone {
    let dir = tempfile::tempdir().unwrap();
    let book = Book::restore(change(Phone::config(&dir)), backup).unwrap();
    Phone { dir, book, badge: named("Ada") }
}

fn names(phone: &Phone) -> Vec<String> {
    let page = phone.book.list(ContactQuery::default(), None, 9).unwrap();
    page.people.into_iter().map(|line| line.name).collect()
}

#[test]
fn restores_a_lost_phone() {
    let _turn = turn();
    let (ada, grace, alan) = (Phone::of("Ada"), Phone::of("Grace"), Phone::of("Alan"));
    shake(&ada, &grace, at("Rust Week"));
    shake(&ada, &alan, at(""));
    ada.book.note(grace.book.person(), "plays the theremin".to_owned()).unwrap();
    let out = tempfile::tempdir().unwrap();
    let path = out.path().join("book.age");
    fs::write(&path, "an older one").unwrap();
    let path = path.display().to_string();
    assert_eq!(code(BackupLock::passphrase(String::new())), Some(Code::NoPassphrase));
    assert_eq!(code(BackupLock::recipients(vec!["age1grace".to_owned()])), Some(Code::NotALock));
    let lock = BackupLock::passphrase(WORDS.to_owned()).unwrap();
    let done = ada.book.back_up_to(path.clone(), &lock).unwrap();
    let bytes = fs::read(&path).unwrap();
    assert_eq!((done.entries, done.lost, done.bytes), (3, 0, bytes.len() as u64));
    assert_eq!(fs::read_dir(out.path()).unwrap().count(), 1);
    let me = ada.book.person();
    drop(ada);

    let dir = tempfile::tempdir().unwrap();
    let log = Arc::new(Log::default());
    let config = || BookConfig { log: Some(log.clone()), ..Phone::config(&dir) };
    let mut bent = bytes.clone();
    *bent.last_mut().unwrap() ^= 1;
    for (backup, why) in [
        (Backup::from_file(path.clone(), key("incorrect horse")), Code::WrongPassphrase),
        (Backup::from_file(path.clone(), identity()), Code::OtherLock),
        (Backup::from_bytes(bent, key(WORDS)), Code::BackupAltered),
        (Backup::from_bytes(b"BEGIN:VCARD".to_vec(), key(WORDS)), Code::NotABackup),
        (Backup::from_file(format!("{path}.txt"), key(WORDS)), Code::SystemFailed),
    ] {
        let error = Book::restore(config(), &backup).err().unwrap();
        assert_eq!(error.code(), why);
        assert!(!format!("{error} {error:?}").contains("horse"));
        assert!(!dir.path().join("book").exists(), "{error}");
    }

    let backup = Backup::from_file(path, key(WORDS));
    assert_eq!(backup.about().unwrap().person, me);
    let would = backup.would_restore().unwrap();
    let book = Book::restore(config(), &backup).unwrap();
    assert_eq!(book.restored(), Some(would.clone()));
    let Merged { people, encounters, others, known, refused, changes, .. } = would;
    assert_eq!((people, encounters, others, known, refused.len(), changes), (2, 2, 1, 0, 0, true));
    let ada = Phone { dir, book, badge: named("Ada") };
    assert_eq!((ada.book.person(), names(&ada)), (me, vec!["Alan".to_owned(), "Grace".to_owned()]));
    let contact = ada.contact(&grace).unwrap();
    assert_eq!(
        (contact.state, &*contact.notes[0].texts[0]),
        (State::Confirmed, "plays the theremin")
    );

    // The same again brings nothing, and is nothing to restore over a book.
    for merged in [ada.book.would_merge(&backup).unwrap(), ada.book.merge(&backup).unwrap()] {
        assert!(!merged.changes && merged.people == 0 && merged.known > 0, "{merged:?}");
    }
    ada.book.suspend().unwrap();
    assert_eq!(code(Book::restore(Phone::config(&ada.dir), &backup)), Some(Code::BookNotEmpty));
    ada.book.resume().unwrap();
    let standing = ada.book.standing(grace.book.person()).unwrap();
    assert!(matches!(standing, Standing::Met { encounters: 1, .. }));
    let [ours, theirs] = shake(&ada, &grace, at("Rust Week"));
    assert!(ours.met_again() && theirs.met_again());
    let lines = log.0.lock().unwrap().join("\n");
    assert!(lines.contains("failed: WrongPassphrase") && lines.contains("restored: people 2"));
    assert!(!lines.contains("horse") && !lines.contains("Grace"), "{lines}");
}

#[test]
fn merges_two_phones() {
    let _turn = turn();
    let (old, grace, alan) = (Phone::of("Ada"), Phone::of("Grace"), Phone::of("Alan"));
    shake(&old, &grace, at("Rust Week"));
    let patience = Arc::new(Patience::default());
    let progress = patience.clone();
    let new =
        restored(&backed_up(&old), |config| BookConfig { progress: Some(progress), ..config });
    assert!(patience.seen.lock().unwrap().iter().any(|so_far| so_far.work == "taking_in"));
    shake(&old, &alan, at(""));
    let edsger = Phone::of("Edsger");
    shake(&new, &edsger, at(""));
    let (ours, theirs) = (backed_up(&old), backed_up(&new));

    // Ended in the middle, neither book nor file is another one.
    let path = new.dir.path().join("book.age");
    let before = fs::read(&path).unwrap();
    let lock = BackupLock::passphrase(WORDS.to_owned()).unwrap();
    patience.seen.lock().unwrap().clear();
    patience.ends.store(true, Ordering::SeqCst);
    let again = new.book.back_up_to(path.display().to_string(), &lock);
    assert_eq!(code(again), Some(Code::Cancelled));
    assert_eq!(patience.seen.lock().unwrap()[0].work, "backing_up");
    assert_eq!(code(new.book.merge(&ours)), Some(Code::Cancelled));
    patience.ends.store(false, Ordering::SeqCst);
    assert_eq!(fs::read(&path).unwrap(), before);
    assert_eq!(names(&new), ["Edsger", "Grace"]);

    let would = new.book.would_merge(&ours).unwrap();
    assert_eq!(names(&new), ["Edsger", "Grace"]);
    let merged = new.book.merge(&ours).unwrap();
    assert_eq!((would.people, merged.people, merged.encounters), (1, 1, 1));
    assert!(merged.both_went_on && !merged.moved && !merged.older && !merged.old_key_remains);
    let merged = old.book.merge(&theirs).unwrap();
    assert!(merged.both_went_on && merged.moved && merged.changes, "{merged:?}");
    assert_eq!((names(&old), names(&old).len()), (names(&new), 3));

    // Whoever is forgotten on one phone is on the other, and comes back with no backup.
    old.book.forget(vec![grace.book.person()]).unwrap();
    let merged = old.book.merge(&ours).unwrap();
    assert!(!merged.changes && merged.left_out > 0, "{merged:?}");
    assert_eq!(new.book.merge(&backed_up(&old)).unwrap().forgotten, 1);
    assert!(new.contact(&grace).is_none() && new.book.restored().is_some());
    assert_eq!(code(new.book.merge(&backed_up(&alan))), Some(Code::AnotherOwner));
}
