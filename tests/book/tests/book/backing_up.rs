//! A phone is lost, and its book isn't.

use std::fs;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex};

use lapel::backup::{Backup, BackupError, Key, Lock, LockError, Merged};
use lapel::book::{Book, Progress, Settings, Standing, Work};
use lapel::receipt::State;
use lapel::time::UnixTime;
use lapel_book_tests::{
    IDENTITY, Phone, RECIPIENT, Talk, encounter, files, ledger, meet, stranger,
};

const WORDS: &str = "correct horse battery staple";

fn lock() -> Lock {
    Lock::passphrase(WORDS).unwrap()
}

fn key() -> Key {
    Key::passphrase(WORDS).unwrap()
}

/// Ada has met Grace, who confirmed, and Alan, who only offered; she wrote about both.
fn ada_grace_and_alan() -> (Phone, Phone, Phone) {
    let (mut ada, mut grace, mut alan) = (Phone::of("Ada"), Phone::of("Grace"), Phone::of("Alan"));
    meet(&mut ada, &mut grace);
    let offered = Talk::between(&mut ada, &mut alan).first_accepts();
    let _ = ada.record(&offered).unwrap();
    let (book, rng) = ada.both();
    book.note(&grace.person(), "compilers", rng).unwrap();
    book.tag(&alan.person(), "machines", rng).unwrap();
    (ada, grace, alan)
}

#[test]
fn a_phone_is_lost_and_its_owner_meets_the_same_person_again_on_a_new_one() {
    let (ada, mut grace, alan) = ada_grace_and_alan();
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("book.age");
    fs::write(&file, "an older one").unwrap();
    let done = ada.back_up_to(&file, &lock(), UnixTime::MIN).unwrap();
    assert_eq!(done.bytes, fs::metadata(&file).unwrap().len());
    assert_eq!((done.entries, done.lost), (4, 0), "the confirmation is in the encounter");
    assert_eq!(files(dir.path()).len(), 1, "nothing stays beside it");
    let (me, before) = (ada.person(), format!("{:?}", ada.contacts().unwrap()[0].notes()));
    drop(ada);

    let key = key();
    let (mut ada, merged) = Phone::restored("Ada", &Backup::file(&file, &key), 1).unwrap();
    let brought = (merged.people, merged.encounters, merged.others, merged.refused.len());
    assert_eq!(brought, (2, 2, 2, 0));
    for _ in 0..2 {
        assert_eq!((ada.person(), ada.names()), (me, vec!["Grace".to_owned(), "Alan".to_owned()]));
        let contacts = ada.contacts().unwrap();
        assert_eq!(contacts[0].state(), State::Confirmed);
        assert_eq!(contacts[1].state(), State::Offered);
        assert_eq!(format!("{:?}", contacts[0].notes()), before);
        assert_eq!(contacts[1].tags(), ["machines"]);
        ada.reopen();
    }

    let mut talk = Talk::between(&mut ada, &mut grace);
    let seen = talk.first_sees();
    let standing = ada.standing(&seen.person).unwrap();
    assert_eq!(standing, Standing::Met { encounters: 1, state: State::Confirmed });
    let recorded = ada.record(&talk.first.accept(&seen.transcript).unwrap()).unwrap();
    assert!(recorded.met_again());
    let heard = grace.record(&talk.second_accepts(&recorded)).unwrap();
    assert!(heard.met_again() && heard.person() == me, "to Grace, Ada is who she was");
    ada.confirm(&talk.first_hears(&heard)).unwrap();
    assert_eq!(ada.contact(&grace.person()).unwrap().unwrap().meetings().len(), 2);
    assert!(ada.contact(&alan.person()).unwrap().is_some());
}

/// The entries of a closed book with these numbers, the first is 1, are lost to damage; the index, which
/// has them too, is gone.
fn lose(ada: &mut Phone, entries: &[usize]) {
    drop(ada.take());
    let path = ledger(&ada.home());
    let mut ledger = fs::read(&path).unwrap();
    let frames = ledger.windows(4).enumerate().filter(|(_, bytes)| *bytes == b"\xD7LPE");
    let frames: Vec<usize> = frames.map(|(at, _)| at).collect();
    for entry in entries {
        ledger[frames[entry - 1] + 90] ^= 1;
    }
    fs::write(&path, ledger).unwrap();
    fs::remove_dir_all(path.with_file_name("index")).unwrap();
    let report = ada.reopen();
    assert_eq!(report.damage.iter().map(|damage| damage.lost).sum::<u64>(), entries.len() as u64);
}

/// How far a restored book or one that was written anew had counted is the measure of every stamp behind
/// it. It says so twice.
#[test]
fn a_backup_of_a_book_that_lost_count_is_restored_whole() {
    let (ada, ..) = ada_grace_and_alan();
    let bytes = ada.back_up(&lock());
    let key = key();
    let clock = |bytes: &[u8]| Backup::bytes(bytes, &key).about().unwrap().clock;
    // Counted, two encounters, a note, a tag, restored, counted; or with the confirmation and not restored.
    let cases =
        [&[1, 7][..], &[1], &[7]].into_iter().flat_map(|lost| [(lost, true), (lost, false)]);
    for (lost, is_restored) in cases {
        let mut phone = if is_restored {
            Phone::restored("Ada", &Backup::bytes(&bytes, &key), 1).unwrap().0
        } else {
            let (mut ada, ..) = ada_grace_and_alan();
            let (book, rng) = ada.both();
            assert_eq!(book.rotate(rng).unwrap().lost, 0);
            ada
        };
        let mut barbara = Phone::of("Barbara");
        meet(&mut phone, &mut barbara);
        let before = clock(&phone.back_up(&lock()));
        lose(&mut phone, lost);
        let bytes = phone.back_up(&lock());
        assert_eq!(clock(&bytes) < before, lost.len() == 2, "{lost:?}");
        let (again, merged) = Phone::restored("Ada", &Backup::bytes(&bytes, &key), 2).unwrap();
        assert_eq!((merged.refused.len(), merged.encounters), (0, 3), "{merged:?}");
        assert_eq!(again.names(), ["Grace", "Alan", "Barbara"]);
    }
}

#[test]
fn a_book_that_is_written_anew_with_less_in_it_counts_on() {
    let (mut ada, grace, alan) = ada_grace_and_alan();
    let key = key();
    let clock = |ada: &Phone| Backup::bytes(&ada.back_up(&lock()), &key).about().unwrap().clock;
    let before = clock(&ada);
    assert_eq!(ada.forget(&[grace.person(), alan.person()]).unwrap().people, 2);
    assert!(clock(&ada) > before, "{} after {before}", clock(&ada));
}

#[test]
fn a_backup_says_whose_it_is_and_of_when() {
    let (ada, ..) = ada_grace_and_alan();
    let (bytes, key) = (ada.back_up(&lock()), key());
    let about = Backup::bytes(&bytes, &key).about().unwrap();
    assert_eq!((about.person, about.clock), (ada.person(), 5));
    assert_eq!(about.made_at, UnixTime::clamped(1_795_458_302));
}

#[test]
fn nothing_of_it_stands_in_clear() {
    let (ada, grace, _) = ada_grace_and_alan();
    let bytes = ada.back_up(&lock());
    let holds = |what: &[u8]| bytes.windows(what.len()).any(|window| window == what);
    assert!(bytes.starts_with(b"age-encryption.org/v1\n-> scrypt "));
    for secret in [b"Grace".as_slice(), b"compilers", b"lapel", grace.person().as_bytes()] {
        assert!(!holds(secret));
    }
}

#[test]
fn recipients_open_it_each_alone_and_nobody_else() {
    let (ada, ..) = ada_grace_and_alan();
    let bytes = ada.back_up(&Lock::recipients(&[RECIPIENT]).unwrap());
    let identity = Key::identity(IDENTITY).unwrap();
    assert_eq!(Backup::bytes(&bytes, &identity).about().unwrap().person, ada.person());
    let error = Backup::bytes(&bytes, &key()).about().unwrap_err();
    assert_eq!(error.to_string(), "this backup is locked for a key, not with a passphrase");
    let bytes = ada.back_up(&lock());
    let error = Backup::bytes(&bytes, &identity).about().unwrap_err();
    assert_eq!(error.to_string(), "this backup is locked with a passphrase, not for a key");
    let wrong = Key::passphrase("incorrect horse").unwrap();
    let error = Backup::bytes(&bytes, &wrong).about().unwrap_err();
    assert_eq!(error.to_string(), "this passphrase or key doesn't open the backup");
}

#[test]
fn what_is_no_lock_or_key_says_so() {
    assert_eq!(Lock::passphrase("").unwrap_err(), LockError::NoPassphrase);
    assert_eq!(Key::passphrase("").unwrap_err(), LockError::NoPassphrase);
    assert_eq!(Lock::recipients(&[] as &[&str]).unwrap_err(), LockError::NoRecipient);
    let error = Lock::recipients(&[RECIPIENT, "age1nobody"]).unwrap_err();
    assert_eq!(error, LockError::NotARecipient { index: 2 });
    assert_eq!(Key::identity(RECIPIENT).unwrap_err(), LockError::NotAnIdentity);
    assert_eq!(format!("{:?} {:?}", lock(), key()), "Lock(hidden) Key(hidden)");
}

/// How restoring from these bytes is refused; there is no book after it.
fn refused(bytes: &[u8], key: &Key) -> BackupError {
    let dir = tempfile::tempdir().unwrap();
    let vault = Arc::new(lapel::vault::FileVault::new(dir.path().join("keys")));
    let home = dir.path().join("book");
    let mut rng = rand_chacha::rand_core::SeedableRng::seed_from_u64(1);
    let rng: &mut rand_chacha::ChaCha20Rng = &mut rng;
    let settings = Settings::new(&home, vault);
    let error = Book::restore(settings, &Backup::bytes(bytes, key), rng).err().unwrap();
    assert!(files(dir.path()).is_empty(), "{error}");
    error
}

#[test]
fn cut_anywhere_or_with_any_byte_changed_nothing_is_restored() {
    let (ada, ..) = ada_grace_and_alan();
    let bytes = ada.back_up(&Lock::recipients(&[RECIPIENT]).unwrap());
    let identity = Key::identity(IDENTITY).unwrap();
    assert!(Backup::bytes(&bytes, &identity).about().is_ok());
    let mut said = std::collections::BTreeMap::<String, u32>::new();
    for end in (0..bytes.len()).step_by(7).chain([bytes.len() - 1]) {
        *said.entry(refused(&bytes[..end], &identity).to_string()).or_default() += 1;
    }
    for at in (0..bytes.len()).step_by(5) {
        let mut bent = bytes.clone();
        bent[at] ^= 1;
        *said.entry(refused(&bent, &identity).to_string()).or_default() += 1;
    }
    let longer = [bytes.as_slice(), b"x"].concat();
    *said.entry(refused(&longer, &identity).to_string()).or_default() += 1;
    println!("{said:#?}");
    let altered = "this backup is cut or altered behind its entry 0";
    assert!(said[altered] > 100, "{said:?}");
}

#[test]
fn other_files_are_no_backups() {
    let key = key();
    for foreign in [&b""[..], b"BEGIN:VCARD\r\n", &[0; 4_000], b"age-encryption.org/v1\n"] {
        let error = refused(foreign, &key);
        assert!(matches!(error, BackupError::NotAnAgeFile), "{error}");
    }
    let error = refused(b"age-encryption.org/v9\n-> X25519 abc\n", &key);
    assert!(matches!(error, BackupError::Newer | BackupError::NotAnAgeFile), "{error}");
    // A header that never ends is read no further than its bound.
    let endless = [b"age-encryption.org/v1\n".to_vec(), b"-> a b\nAAAA\n".repeat(100_000)].concat();
    let error = refused(&endless, &key);
    assert!(matches!(error, BackupError::NotAnAgeFile), "{error}");
}

#[test]
fn a_passphrase_that_takes_too_much_work_to_try_is_not_tried() {
    let (ada, ..) = ada_grace_and_alan();
    let (bytes, key) = (ada.back_up(&lock()), key());
    let at = bytes.windows(4).position(|w| w == b" 15\n").unwrap() + 1;
    for (work, is_tried) in [(b"30", false), (b"17", false), (b"16", true)] {
        let mut bent = bytes.clone();
        bent[at..at + 2].copy_from_slice(work);
        match refused(&bent, &key) {
            BackupError::TooMuchWork { log_n, max: 16 } if !is_tried => assert!(log_n > 16),
            BackupError::WrongKey if is_tried => {}
            other => panic!("{other}"),
        }
    }
}

#[test]
fn a_book_with_something_in_it_is_not_restored_over_and_an_empty_one_gives_way() {
    let (ada, ..) = ada_grace_and_alan();
    let (bytes, key) = (ada.back_up(&lock()), key());
    let backup = Backup::bytes(&bytes, &key);
    let mut eve = Phone::of("Eve");
    let settings = |phone: &Phone| Settings::new(phone.home(), phone.vault());
    let someone = stranger("Someone", &mut eve.rng);
    let empty = eve.person();
    assert_ne!(empty, ada.person());
    drop(eve.take());
    let (book, _, merged) = Book::restore(settings(&eve), &backup, &mut eve.rng).unwrap();
    assert_eq!((book.identity().person(), merged.people), (ada.person(), 2));
    drop(book);
    assert_eq!(files(&eve.keys()).len(), 1, "the empty book's key is gone");

    let mut eve = Phone::of("Eve");
    let met = encounter(&mut eve, &someone);
    let _ = eve.record(&met).unwrap();
    drop(eve.take());
    let error = Book::restore(settings(&eve), &backup, &mut eve.rng).err().unwrap();
    assert!(matches!(error, BackupError::NotEmpty { .. }), "{error}");
    eve.reopen();
    assert_eq!((eve.names(), eve.person()), (vec!["Someone".to_owned()], empty));
}

#[test]
fn whoever_watches_can_stop_it_and_nothing_has_changed() {
    let (mut ada, ..) = ada_grace_and_alan();
    let (bytes, key) = (ada.back_up(&lock()), key());
    let names = ada.names();
    let file = ada.dir().join("book.age");
    fs::write(&file, "old").unwrap();
    for work in [Work::BackingUp, Work::TakingIn] {
        drop(ada.take());
        let stop = move |progress: Progress| match progress.work == work {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        };
        let settings = Settings::new(ada.home(), ada.vault()).watched(Arc::new(stop));
        let (mut book, _) = Book::open_with(settings, &mut ada.rng).unwrap();
        let error = match work {
            Work::BackingUp => book.back_up_to(&file, &lock(), UnixTime::MIN).unwrap_err(),
            _ => book.merge(&Backup::bytes(&bytes, &key), &mut ada.rng).unwrap_err(),
        };
        assert!(matches!(error, BackupError::Cancelled), "{error}");
        drop(book);
        ada.reopen();
        assert_eq!(fs::read_to_string(&file).unwrap(), "old");
        assert_eq!(ada.names(), names);
    }
}

#[test]
fn a_restore_that_is_stopped_leaves_the_empty_book_and_one_that_counts_is_not_stopped() {
    let (ada, ..) = ada_grace_and_alan();
    let (bytes, key) = (ada.back_up(&lock()), key());
    let backup = Backup::bytes(&bytes, &key);
    let (mut eve, mut stopped) = (Phone::of("Eve"), Vec::new());
    let empty = eve.person();
    drop(eve.take());
    for at in 0.. {
        let told = Arc::new(Mutex::new(Vec::new()));
        let seen = told.clone();
        let stop = move |progress: Progress| {
            let mut seen = seen.lock().unwrap();
            seen.push(progress.work);
            // Once, so that only what is heeded ends it.
            if seen.len() == at + 1 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let settings = Settings::new(eve.home(), eve.vault()).watched(Arc::new(stop));
        match Book::restore(settings, &backup, &mut eve.rng) {
            Err(BackupError::Cancelled) => stopped.extend(told.lock().unwrap().last().copied()),
            Err(error) => panic!("{error}"),
            Ok((book, ..)) => {
                assert_eq!(book.identity().person(), ada.person());
                let told = told.lock().unwrap();
                assert_eq!(told[..at], stopped);
                assert!(told[at..].iter().all(|work| *work == Work::Indexing));
                break;
            }
        }
        eve.reopen();
        assert_eq!((eve.person(), eve.names().len()), (empty, 0));
        drop(eve.take());
        assert_eq!(files(&eve.keys()).len(), 1);
    }
    assert!(stopped.contains(&Work::TakingIn) && stopped.contains(&Work::Rewriting));
    eve.reopen();
    assert_eq!((eve.person(), eve.names()), (ada.person(), ada.names()));
}

#[test]
fn a_backup_of_an_empty_book_keeps_who_one_is() {
    let ada = Phone::of("Ada");
    let (bytes, key) = (ada.back_up(&lock()), key());
    let (again, merged) = Phone::restored("Ada", &Backup::bytes(&bytes, &key), 1).unwrap();
    assert_eq!((again.person(), merged), (ada.person(), Merged::default()));
}
