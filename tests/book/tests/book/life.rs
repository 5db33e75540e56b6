//! A book in an app that is put to sleep, woken up, and thrown away.

use std::fs;

use lapel::book::{Book, BookError, Mode, OpenError, ReadError, Settings, Standing, WriteError};
use lapel_book_tests::{Phone, copy_tree, encounter, files, holds, ledger, meet, stranger};

fn is_suspended<T>(answer: Result<T, ReadError>) -> bool {
    matches!(answer, Err(ReadError::Suspended))
}

#[test]
fn a_suspended_book_answers_nothing_until_it_is_resumed() {
    let (mut ada, mut grace) = (Phone::of("Ada"), Phone::of("Grace"));
    meet(&mut ada, &mut grace);
    let graces = grace.person();
    let someone = stranger("Alan", &mut ada.rng);
    let met = encounter(&mut ada, &someone);
    let badge = ada.badge.clone();
    let (owner, before) = (ada.person(), ada.counter());
    let (book, rng) = ada.both();
    assert!(book.resume(rng).unwrap().is_none(), "it is awake");
    for _ in 0..2 {
        book.suspend().unwrap();
    }
    assert!(is_suspended(book.contacts()) && is_suspended(book.contact(&graces)));
    assert!(is_suspended(book.standing(&graces)) && is_suspended(book.blocked()));
    assert!(is_suspended(book.badges()) && is_suspended(book.search("a")));
    assert!(is_suspended(book.size()));
    assert!(is_suspended(book.check()) && is_suspended(book.reindex()));
    let refused = |e: BookError| matches!(e, BookError::Read(ReadError::Suspended));
    assert!(refused(book.maintain(1_000, rng).unwrap_err()));
    assert!(refused(book.record(&met, rng).unwrap_err()));
    assert!(refused(book.block(&graces, rng).unwrap_err()));
    assert!(refused(book.note(&graces, "x", rng).unwrap_err()));
    assert!(refused(book.set_badge("work", &badge, rng).unwrap_err()));
    assert!(refused(book.forget(&[graces], rng).unwrap_err()));
    assert!(refused(book.rotate(rng).unwrap_err()));
    assert_eq!(book.identity().person(), owner);
    assert!(book.counter() > before, "a counter is never given twice");

    let report = book.resume(rng).unwrap().unwrap();
    assert!(!report.created && report.rolled_back.is_none());
    assert_eq!(book.record(&met, rng).unwrap().encounters(), 1, "the encounter waited");
    assert_eq!(ada.names(), ["Grace", "Alan"]);
}

#[test]
fn while_a_book_is_suspended_another_handle_can_have_it() {
    let mut ada = Phone::of("Ada");
    ada.both().0.suspend().unwrap();
    let vault = ada.vault();
    let (home, someone) = (ada.home(), stranger("Grace", &mut ada.rng).0.person());
    let (mut other, _) = Book::open(&home, vault, &mut ada.rng).unwrap();
    let (book, rng) = ada.both();
    assert!(matches!(book.resume(rng), Err(OpenError::InUse { .. })));
    other.block(&someone, rng).unwrap();
    drop(other);
    book.resume(rng).unwrap();
    assert_eq!(book.standing(&someone).unwrap(), Standing::Blocked);
}

#[test]
fn a_book_that_is_gone_or_another_persons_is_not_resumed() {
    let (mut ada, mut grace) = (Phone::of("Ada"), Phone::of("Grace"));
    ada.both().0.suspend().unwrap();
    drop(grace.take());
    let away = ada.dir().join("away");
    fs::rename(ada.home(), &away).unwrap();
    let (book, rng) = ada.both();
    assert!(matches!(book.resume(rng), Err(OpenError::Missing { .. })));
    copy_tree(&grace.home(), &ada.home());
    let (book, rng) = ada.both();
    assert!(matches!(book.resume(rng), Err(OpenError::KeyLost)));
    for entry in fs::read_dir(grace.keys()).unwrap() {
        let key = entry.unwrap();
        fs::copy(key.path(), ada.keys().join(key.file_name())).unwrap();
    }
    // Nothing of theirs is changed, not even an index that is missing.
    let index = ledger(&ada.home()).with_file_name("index");
    let _ = fs::remove_dir_all(&index);
    let theirs = files(ada.dir());
    let (book, rng) = ada.both();
    assert!(matches!(book.resume(rng), Err(OpenError::AnotherOwner { .. })));
    assert!(is_suspended(book.contacts()));
    assert!(files(ada.dir()) == theirs && !index.exists());
    fs::remove_dir_all(ada.home()).unwrap();
    fs::rename(away, ada.home()).unwrap();
    let (book, rng) = ada.both();
    assert!(book.resume(rng).unwrap().is_some());
}

#[test]
fn an_older_copy_of_a_book_is_told_to_its_owner() {
    let (mut ada, mut grace) = (Phone::of("Ada"), Phone::of("Grace"));
    drop(ada.take());
    let older = ada.dir().join("older");
    copy_tree(&ada.home(), &older);
    ada.reopen();
    meet(&mut ada, &mut grace);
    ada.both().0.suspend().unwrap();
    drop(ada.take());
    fs::remove_dir_all(ada.home()).unwrap();
    fs::rename(older, ada.home()).unwrap();
    let back = ada.reopen().rolled_back.unwrap();
    assert_eq!((back.known.epoch, back.found.sequence), (1, 0));
    assert!(back.known.sequence > 0 && ada.names().is_empty());
    ada.take().close().unwrap();
    assert_eq!(ada.reopen().rolled_back, None, "it was told");
}

#[test]
fn a_rotated_book_has_another_key_and_all_that_was_in_it() {
    let (mut ada, mut grace) = (Phone::of("Ada"), Phone::of("Grace"));
    meet(&mut ada, &mut grace);
    let old = files(&ada.keys());
    let copy = ada.dir().join("copy");
    copy_tree(&ada.home(), &copy);
    let (book, rng) = ada.both();
    let done = book.rotate(rng).unwrap();
    assert_eq!((done.people, done.lost, done.old_key_remains), (0, 0, false));
    assert_eq!(ada.names(), ["Grace"]);
    let (name, key) = old.first_key_value().unwrap();
    assert!(!ada.keys().join(name).exists());
    assert!(files(&ada.keys()).values().all(|new| !holds(new, key)));
    ada.reopen();
    assert_eq!(ada.names(), ["Grace"]);
    // The copy that someone may have taken doesn't open any more.
    let vault = ada.vault();
    assert!(matches!(Book::open(&copy, vault, &mut ada.rng), Err(OpenError::KeyLost)));
}

#[test]
fn a_wiped_book_leaves_nothing_behind() {
    let (mut ada, mut grace) = (Phone::of("Ada"), Phone::of("Grace"));
    meet(&mut ada, &mut grace);
    let (home, vault) = (ada.home(), ada.vault());
    assert!(matches!(Book::wipe(&home, &*vault), Err(OpenError::InUse { .. })));
    ada.both().0.suspend().unwrap();
    assert_eq!(Book::wipe(&home, &*vault).unwrap().generations, 1);
    assert!(files(ada.dir()).is_empty(), "{:?}", files(ada.dir()).keys());
    let (book, rng) = ada.both();
    assert!(matches!(book.resume(rng), Err(OpenError::Missing { .. })));
}

#[test]
fn a_look_at_a_book_reads_it_and_records_nothing() {
    let (mut ada, mut grace) = (Phone::of("Ada"), Phone::of("Grace"));
    let recorded = {
        let someone = stranger("Alan", &mut ada.rng);
        let met = encounter(&mut ada, &someone);
        let _ = ada.record(&met).unwrap();
        met
    };
    meet(&mut ada, &mut grace);
    let another = stranger("Barbara", &mut ada.rng);
    let another = encounter(&mut ada, &another);
    drop(ada.take());
    let before = files(ada.dir());
    let settings = Settings::new(ada.home(), ada.vault()).mode(Mode::Look);
    let (mut book, _) = Book::open_with(settings, &mut ada.rng).unwrap();
    assert_eq!(book.contacts().unwrap().len(), 2);
    for encounter in [recorded, another] {
        let refused = book.record(&encounter, &mut ada.rng);
        assert!(matches!(refused, Err(BookError::Write(WriteError::ReadOnly))), "{refused:?}");
    }
    book.close().unwrap();
    assert_eq!(files(ada.dir()), before);
}
