//! Forgetting people for good, and nobody else.

use std::fs;

use lapel::book::{BookError, Contact, Rewritten, Standing};
use lapel::receipt::{Disclosure, Receipt, State};
use lapel_book_tests::{Phone, Talk, copy_tree, encounter, files, ledger, meet, stranger};

/// Everything about someone but where it stands in the ledger.
fn all_of(contact: &Contact) -> String {
    let (notes, tags, blocked) = (contact.notes(), contact.tags(), contact.is_blocked());
    format!("{:?} {notes:?} {tags:?} {blocked}", contact.meetings())
}

fn forgot(people: usize) -> Rewritten {
    Rewritten { people, ..Rewritten::default() }
}

#[test]
fn someone_forgotten_is_gone_and_everyone_else_is_untouched() {
    let (mut ada, mut grace, mut alan) = (Phone::of("Ada"), Phone::of("Grace"), Phone::of("Alan"));
    for _ in 0..3 {
        meet(&mut ada, &mut grace);
        meet(&mut alan, &mut ada);
    }
    let offered = Talk::between(&mut ada, &mut alan).first_accepts();
    let _ = ada.record(&offered).unwrap();
    let before = ada.contact(&alan.person()).unwrap().unwrap();
    assert_eq!(ada.forget(&[grace.person()]).unwrap(), forgot(1));
    for _ in 0..3 {
        assert_eq!(ada.names(), ["Alan"]);
        assert!(ada.contact(&grace.person()).unwrap().is_none());
        assert_eq!(ada.standing(&grace.person()).unwrap(), Standing::New);
        let after = ada.contact(&alan.person()).unwrap().unwrap();
        assert_eq!(all_of(&after), all_of(&before));
        assert_eq!(after.meetings().len(), 4);
        for meeting in after.meetings() {
            let bytes = meeting.receipt(Disclosure { holder: true, peer: true }).to_bytes();
            let shown = Receipt::verify(&bytes).unwrap();
            assert_eq!(shown.peer.badge.unwrap().name(), "Alan");
            assert_eq!(shown.holder.person, ada.person());
            let (person, found) = ada.meeting(&shown.transcript).unwrap().unwrap();
            assert_eq!((person, found.transcript()), (alan.person(), shown.transcript));
        }
        ada.reopen();
    }
}

#[test]
fn forgetting_takes_a_list_and_counts_whom_it_knew() {
    let mut ada = Phone::of("Ada");
    let people: Vec<_> = (0..6).map(|i| stranger(&format!("P{i}"), &mut ada.rng)).collect();
    for person in &people[..5] {
        let met = encounter(&mut ada, person);
        let _ = ada.record(&met).unwrap();
    }
    let id = |i: usize| people[i].0.person();
    let untouched = fs::read(ledger(&ada.home())).unwrap();
    assert_eq!(ada.forget(&[]).unwrap(), forgot(0));
    assert_eq!(ada.forget(&[id(5), ada.person()]).unwrap(), forgot(0));
    assert_eq!(fs::read(ledger(&ada.home())).unwrap(), untouched, "nobody known, nothing written");
    assert_eq!(ada.forget(&[id(1), id(3), id(1), id(5)]).unwrap(), forgot(2));
    assert_eq!(ada.names(), ["P0", "P2", "P4"]);
    assert_eq!(ada.forget(&[id(1), id(3)]).unwrap(), forgot(0));
    assert_eq!(ada.forget(&[id(0), id(2), id(4)]).unwrap(), forgot(3));
    ada.reopen();
    assert!(ada.names().is_empty());
}

#[test]
fn a_block_is_forgotten_too() {
    let (mut ada, mut grace, mut eve) = (Phone::of("Ada"), Phone::of("Grace"), Phone::of("Eve"));
    meet(&mut ada, &mut grace);
    for person in [grace.person(), eve.person()] {
        ada.block(&person);
    }
    assert_eq!(ada.forget(&[eve.person()]).unwrap(), forgot(1), "blocked and never met");
    assert_eq!(ada.blocked().unwrap(), [grace.person()]);
    assert_eq!(ada.forget(&[grace.person()]).unwrap(), forgot(1));
    ada.reopen();
    assert!(ada.blocked().unwrap().is_empty());
    meet(&mut eve, &mut ada);
    assert_eq!(ada.names(), ["Eve"]);
}

#[test]
fn whoever_is_met_after_being_forgotten_is_new() {
    let (mut ada, mut grace, mut alan) = (Phone::of("Ada"), Phone::of("Grace"), Phone::of("Alan"));
    meet(&mut ada, &mut grace);
    meet(&mut ada, &mut alan);
    ada.forget(&[grace.person()]).unwrap();
    let mut talk = Talk::between(&mut ada, &mut grace);
    let seen = talk.first_sees();
    assert_eq!(ada.standing(&seen.person).unwrap(), Standing::New);
    let recorded = ada.record(&talk.first.accept(&seen.transcript).unwrap()).unwrap();
    assert_eq!((recorded.encounters(), recorded.met_again()), (1, false));
    ada.reopen();
    assert_eq!(ada.names(), ["Alan", "Grace"]);
    assert_eq!(ada.contact(&grace.person()).unwrap().unwrap().state(), State::Offered);
}

#[test]
fn a_confirmation_of_a_forgotten_encounter_brings_nobody_back() {
    let (mut ada, mut grace) = (Phone::of("Ada"), Phone::of("Grace"));
    let mut talk = Talk::between(&mut ada, &mut grace);
    let recorded = ada.record(&talk.first_accepts()).unwrap();
    let recorded = grace.record(&talk.second_accepts(&recorded)).unwrap();
    let confirmation = talk.first_hears(&recorded);
    ada.forget(&[grace.person()]).unwrap();
    assert!(matches!(ada.confirm(&confirmation), Err(BookError::NotRecorded)));
    ada.reopen();
    assert!(ada.names().is_empty());
}

/// That none of the sealed bytes stay is for the faults to show, by another reading of the format.
#[test]
fn a_copy_from_before_opens_no_more_even_beside_today_s_keys() {
    let (mut ada, mut grace, mut alan) = (Phone::of("Ada"), Phone::of("Grace"), Phone::of("Alan"));
    meet(&mut ada, &mut alan);
    meet(&mut ada, &mut grace);
    let (identity, copy) = (ada.person(), tempfile::tempdir().unwrap());
    drop(ada.take());
    copy_tree(&ada.home(), &copy.path().join("book"));
    ada.reopen();
    ada.forget(&[grace.person()]).unwrap();
    ada.reopen();
    assert_eq!((ada.names(), ada.person()), (vec!["Alan".to_owned()], identity));
    copy_tree(&ada.keys(), &copy.path().join("keys"));
    let error = lapel_book_tests::phone::open(copy.path(), &mut ada.rng).err().unwrap();
    assert_eq!(error.to_string(), "the key of this book is lost");
}

#[test]
fn a_book_can_forget_many_times_and_grows_by_an_entry_each_and_no_more() {
    let (mut ada, mut alan) = (Phone::of("Ada"), Phone::of("Alan"));
    meet(&mut ada, &mut alan);
    let mut sizes = Vec::new();
    for round in 0..6 {
        let passer_by = stranger(&format!("Passer-by {round}"), &mut ada.rng);
        let met = encounter(&mut ada, &passer_by);
        let _ = ada.record(&met).unwrap();
        ada.forget(&[passer_by.0.person()]).unwrap();
        assert_eq!(files(&ada.keys()).len(), 1, "one key at rest");
        sizes.push(ada.size().unwrap());
    }
    ada.reopen();
    assert_eq!(ada.names(), ["Alan"]);
    // A frame in ledger and index; and the engine may take twice as much.
    let may_be = |round: u64| 2 * (sizes[0] + 1_200 * round);
    assert!((0..).zip(&sizes).all(|(round, size)| *size <= may_be(round)), "{sizes:?}");
}
