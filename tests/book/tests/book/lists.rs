//! Lists and searches, and the roster they come out of.

use std::fs;
use std::path::PathBuf;

use lapel::book::Summary;
use lapel::identity::PersonId;
use lapel_book_tests::{Phone, copy_tree, encounter, ledger, stranger};

fn roster(phone: &Phone) -> PathBuf {
    ledger(&phone.home()).with_file_name("roster")
}

/// Meets someone new.
fn add(phone: &mut Phone, name: &str) -> PersonId {
    let someone = stranger(name, &mut phone.rng);
    let met = encounter(phone, &someone);
    let _ = phone.record(&met).unwrap();
    someone.0.person()
}

fn tag(phone: &mut Phone, person: &PersonId, tag: &str) {
    let (book, rng) = phone.both();
    book.tag(person, tag, rng).unwrap();
}

fn names(lines: &[Summary]) -> Vec<&str> {
    lines.iter().map(|line| line.name.as_str()).collect()
}

/// Everyone, newest first, found by each of the three ways there are.
fn everyone(phone: &Phone) -> Vec<Summary> {
    let listed = phone.latest(usize::MAX).unwrap();
    assert_eq!(phone.search("").unwrap(), listed);
    let mut met = phone.contacts().unwrap();
    met.sort_by_key(|contact| listed.iter().position(|line| line.person == contact.person()));
    assert_eq!(met.len(), listed.len());
    for (contact, line) in met.iter().zip(&listed) {
        assert_eq!((contact.person(), contact.name()), (line.person, line.name.as_str()));
        assert_eq!((contact.tags(), contact.is_blocked()), (&line.tags[..], line.is_blocked));
    }
    listed
}

#[test]
fn a_search_finds_whoever_has_a_word_for_every_word() {
    let mut ada = Phone::of("Ada");
    let [jose, grace] = ["José Müller", "Grace Hopper"].map(|name| add(&mut ada, name));
    let (book, rng) = ada.both();
    book.note(&grace, "wrote the first compiler", rng).unwrap();
    book.tag(&jose, "Straße", rng).unwrap();
    let found = |text: &str| names(&ada.search(text).unwrap()).join(", ");
    assert_eq!(found("jose"), "José Müller");
    assert_eq!(found("MULLER strasse"), "");
    assert_eq!(found("mul straße"), "José Müller");
    assert_eq!(found("compil hop"), "Grace Hopper");
    assert_eq!(found("rustconf"), "Grace Hopper, José Müller", "where they were met");
    assert_eq!(found("ompiler"), "", "from a word's beginning only");
}

#[test]
fn a_list_is_right_however_much_changed_since_the_roster_was_drawn_up() {
    let mut ada = Phone::of("Ada");
    let first = add(&mut ada, "First");
    assert_eq!(names(&everyone(&ada)), ["First"]);
    let drawn_up = fs::read(roster(&ada)).unwrap();
    let people: Vec<_> = (0..520).map(|i| add(&mut ada, &format!("P{i}"))).collect();
    let expected: Vec<_> = (0..520).rev().map(|i| format!("P{i}")).collect();
    assert_eq!(names(&ada.latest(520).unwrap()), expected);
    assert_ne!(fs::read(roster(&ada)).unwrap(), drawn_up, "so many that it was drawn up again");
    tag(&mut ada, &people[7], "seven");
    ada.block(&people[8]);
    let listed = everyone(&ada);
    assert_eq!((listed.len(), listed[520].person), (521, first));
    let drawn_up = fs::read(roster(&ada)).unwrap();
    for round in 0..1_030 {
        let (book, rng) = ada.both();
        book.tag(&people[9], &format!("round {}", round % 2), rng).unwrap();
        book.untag(&people[9], &format!("round {}", round % 2), rng).unwrap();
    }
    assert_eq!(everyone(&ada), listed);
    assert_ne!(fs::read(roster(&ada)).unwrap(), drawn_up, "so many entries later");
    assert_eq!(ada.forget(&people[..300]).unwrap().people, 300);
    assert_eq!(everyone(&ada).len(), 221);
    ada.reopen();
    assert_eq!(everyone(&ada).len(), 221);
}

#[test]
fn a_roster_that_is_gone_cut_or_spoilt_is_drawn_up_again() {
    let mut ada = Phone::of("Ada");
    for i in 0..250 {
        add(&mut ada, &format!("P{i}"));
    }
    let expected = everyone(&ada);
    let whole = fs::read(roster(&ada)).unwrap();
    assert!(whole.len() > 20_000, "more than one block");
    for at in [0, 9, 30, 60, 100, 16_000, 17_000, whole.len() - 1] {
        let mut bent = whole.clone();
        bent[at] ^= 4;
        for bytes in [&bent[..], &whole[..at]] {
            // Spoilt while the book is open, and before it is opened.
            fs::write(roster(&ada), bytes).unwrap();
            assert_eq!(everyone(&ada), expected, "{at}");
            fs::write(roster(&ada), bytes).unwrap();
            ada.reopen();
            assert_eq!(everyone(&ada), expected, "{at}");
        }
    }
    fs::remove_file(roster(&ada)).unwrap();
    assert_eq!(everyone(&ada), expected);
    assert!(roster(&ada).exists());
}

#[test]
fn a_roster_of_another_history_is_not_believed() {
    let mut ada = Phone::of("Ada");
    add(&mut ada, "Both");
    ada.take().close().unwrap();
    let before = tempfile::tempdir().unwrap();
    copy_tree(&ada.home(), before.path());
    ada.reopen();
    add(&mut ada, "One");
    assert_eq!(names(&everyone(&ada)), ["One", "Both"]);
    let other = fs::read(roster(&ada)).unwrap();
    ada.take().close().unwrap();
    fs::remove_dir_all(ada.home()).unwrap();
    copy_tree(before.path(), &ada.home());
    for name in [None, Some("Another"), Some("A third")] {
        fs::write(roster(&ada), &other).unwrap();
        ada.reopen();
        if let Some(name) = name {
            add(&mut ada, name);
        }
        assert!(!names(&everyone(&ada)).contains(&"One"));
    }
    assert_eq!(names(&everyone(&ada)), ["A third", "Another", "Both"]);
}

#[test]
fn where_no_roster_can_be_kept_lists_are_made_of_the_entries() {
    let mut ada = Phone::of("Ada");
    for i in 0..5 {
        add(&mut ada, &format!("P{i}"));
    }
    // A directory in the way of the file.
    fs::create_dir(roster(&ada).with_extension("new")).unwrap();
    for _ in 0..2 {
        assert_eq!(names(&everyone(&ada)), ["P4", "P3", "P2", "P1", "P0"]);
        assert_eq!(names(&ada.latest(2).unwrap()), ["P4", "P3"]);
        ada.reopen();
    }
    assert!(!roster(&ada).exists());
}
