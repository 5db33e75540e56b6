//! Who gets into the book, how often, and who stays out.

use lapel::book::{Book, BookError, Standing};
use lapel::receipt::State;
use lapel_book_tests::{Phone, Talk, encounter, ledger, meet, stranger};

const _: () = {
    const fn is_send<T: Send>() {}
    is_send::<Book>();
};

fn ledger_of(phone: &Phone) -> Vec<u8> {
    std::fs::read(ledger(&phone.home())).unwrap()
}

#[test]
fn a_new_book_is_empty_and_its_owner_stays_the_same() {
    let mut ada = Phone::of("Ada");
    let person = ada.person();
    assert!(ada.contacts().unwrap().is_empty());
    assert!(ada.blocked().unwrap().is_empty());
    assert!(!ada.reopen().created);
    assert_eq!(ada.person(), person);
    assert_eq!(ada.standing(&person).unwrap(), Standing::New);
    assert_ne!(Phone::of("Grace").person(), person);
}

#[test]
fn an_encounter_is_in_the_book_once_however_often_it_is_recorded() {
    let (mut ada, mut grace) = (Phone::of("Ada"), Phone::of("Grace"));
    let encounter = Talk::between(&mut ada, &mut grace).first_accepts();
    let first = ada.record(&encounter).unwrap();
    assert_eq!((first.encounters(), first.met_again()), (1, false));
    assert_eq!((first.person(), first.transcript()), (grace.person(), encounter.transcript()));
    let written = ledger_of(&ada);
    for _ in 0..5 {
        assert_eq!(ada.record(&encounter).unwrap(), first);
        ada.reopen();
    }
    assert_eq!(ledger_of(&ada), written);
    assert_eq!(ada.names(), ["Grace"]);
    assert_eq!(ada.contacts().unwrap()[0].meetings().len(), 1);
}

#[test]
fn meeting_again_is_counted_and_an_old_record_keeps_its_number() {
    let (mut ada, mut grace) = (Phone::of("Ada"), Phone::of("Grace"));
    let first = Talk::between(&mut ada, &mut grace).first_accepts();
    assert_eq!(ada.record(&first).unwrap().encounters(), 1);
    for times in 2..=4 {
        let again = Talk::between(&mut ada, &mut grace).first_accepts();
        let recorded = ada.record(&again).unwrap();
        assert_eq!((recorded.encounters(), recorded.met_again()), (times, true));
    }
    ada.reopen();
    assert_eq!(ada.record(&first).unwrap().encounters(), 1, "a late retry of the first");
    assert_eq!(ada.names(), ["Grace"]);
    let contact = ada.contact(&grace.person()).unwrap().unwrap();
    let met_at: Vec<_> = contact.meetings().iter().map(|m| m.met_at()).collect();
    assert!(met_at.is_sorted() && met_at.len() == 4);
    assert!(contact.meeting(&first.transcript()).is_some());
}

#[test]
fn the_latest_are_those_met_last_each_once() {
    let mut ada = Phone::of("Ada");
    assert!(ada.latest(9).unwrap().is_empty());
    let mut others = ["Grace", "Alan", "Barbara", "Donald"].map(Phone::of);
    for met in [0, 1, 2, 0, 3, 1, 1] {
        meet(&mut ada, &mut others[met]);
    }
    let names = |ada: &Phone, limit| {
        let latest = ada.latest(limit).unwrap();
        latest.into_iter().map(|line| (line.name, line.encounters)).collect::<Vec<_>>()
    };
    let line = |name: &str, encounters| (name.to_owned(), encounters);
    let [alan, donald, grace] = [line("Alan", 3), line("Donald", 1), line("Grace", 2)];
    for _ in 0..2 {
        let all = [alan.clone(), donald.clone(), grace.clone(), line("Barbara", 1)];
        assert_eq!(names(&ada, 9), all);
        assert_eq!(names(&ada, 2), all[..2]);
        assert!(names(&ada, 0).is_empty());
        ada.reopen();
    }
    meet(&mut ada, &mut others[2]);
    assert_eq!(names(&ada, 3), [line("Barbara", 2), alan, donald]);
}

#[test]
fn before_acceptance_the_book_says_new_met_or_blocked() {
    let (mut ada, mut grace) = (Phone::of("Ada"), Phone::of("Grace"));
    let mut talk = Talk::between(&mut ada, &mut grace);
    let seen = talk.first_sees();
    assert_eq!(ada.standing(&seen.person).unwrap(), Standing::New);
    let encounter = talk.first.accept(&seen.transcript).unwrap();
    assert_eq!(ada.standing(&seen.person).unwrap(), Standing::New, "accepting alone keeps nothing");
    let _ = ada.record(&encounter).unwrap();
    let met = |encounters, state| Standing::Met { encounters, state };
    assert_eq!(ada.standing(&seen.person).unwrap(), met(1, State::Offered));
    meet(&mut ada, &mut grace);
    assert_eq!(ada.standing(&seen.person).unwrap(), met(2, State::Confirmed));
    let third = Talk::between(&mut ada, &mut grace).first_accepts();
    let _ = ada.record(&third).unwrap();
    assert_eq!(ada.standing(&seen.person).unwrap(), met(3, State::Confirmed), "the furthest");
    ada.block(&seen.person);
    assert_eq!(ada.standing(&seen.person).unwrap(), Standing::Blocked);
    ada.unblock(&seen.person);
    assert_eq!(ada.standing(&seen.person).unwrap(), met(3, State::Confirmed));
}

#[test]
fn whoever_accepts_first_sees_an_offer_until_the_other_confirms() {
    let (mut ada, mut grace) = (Phone::of("Ada"), Phone::of("Grace"));
    let mut talk = Talk::between(&mut ada, &mut grace);
    let state = |phone: &Phone| phone.contacts().unwrap()[0].state();
    let recorded = ada.record(&talk.first_accepts()).unwrap();
    assert_eq!(state(&ada), State::Offered);
    let recorded = grace.record(&talk.second_accepts(&recorded)).unwrap();
    assert_eq!(state(&grace), State::Confirmed);
    let confirmation = talk.first_hears(&recorded);
    assert_eq!(state(&ada), State::Offered, "a scan alone changes nothing in the book");
    for _ in 0..3 {
        ada.confirm(&confirmation).unwrap();
        assert_eq!(state(&ada), State::Confirmed);
        ada.reopen();
    }
    let written = ledger_of(&ada);
    ada.confirm(&confirmation).unwrap();
    assert_eq!(ledger_of(&ada), written);
    let contact = ada.contact(&grace.person()).unwrap().unwrap();
    assert_eq!(contact.meetings().len(), 1);
    assert_eq!(contact.meetings()[0].state(), State::Confirmed);
}

#[test]
fn a_confirmation_waits_for_its_own_encounter() {
    let (mut ada, mut grace) = (Phone::of("Ada"), Phone::of("Grace"));
    // Ada's phone acknowledges what a copy of her book recorded, so that her own never saw it.
    let spare = tempfile::tempdir().unwrap();
    lapel_book_tests::copy_tree(ada.dir(), spare.path());
    let (mut copy, _) = lapel_book_tests::phone::open(spare.path(), &mut ada.rng).unwrap();

    let mut talk = Talk::between(&mut ada, &mut grace);
    let encounter = talk.first_accepts();
    let recorded = copy.record(&encounter, &mut ada.rng).unwrap();
    let recorded = grace.record(&talk.second_accepts(&recorded)).unwrap();
    let confirmation = talk.first_hears(&recorded);
    assert_eq!(confirmation.person(), grace.person());

    let refused = |ada: &mut Phone| {
        let error = ada.confirm(&confirmation).unwrap_err();
        assert!(matches!(error, BookError::NotRecorded), "{error}");
        assert!(error.to_string().contains("record it first"));
    };
    refused(&mut ada);
    assert!(ada.contacts().unwrap().is_empty());
    // Another encounter with the same person is none that it confirms.
    let other = Talk::between(&mut ada, &mut grace).first_accepts();
    let _ = ada.record(&other).unwrap();
    refused(&mut ada);
    assert_eq!(ada.contacts().unwrap()[0].state(), State::Offered);
    // Nor can the peer's own book take it.
    assert!(matches!(grace.confirm(&confirmation), Err(BookError::NotRecorded)));

    let _ = ada.record(&encounter).unwrap();
    ada.confirm(&confirmation).unwrap();
    let contact = ada.contact(&grace.person()).unwrap().unwrap();
    assert_eq!(contact.meeting(&encounter.transcript()).unwrap().state(), State::Confirmed);
    assert_eq!(contact.meeting(&other.transcript()).unwrap().state(), State::Offered);
}

#[test]
fn an_encounter_of_another_owner_is_refused() {
    let (mut ada, mut grace, mut eve) = (Phone::of("Ada"), Phone::of("Grace"), Phone::of("Eve"));
    let mut talk = Talk::between(&mut eve, &mut grace);
    let eves = talk.first_accepts();
    let recorded = eve.record(&eves).unwrap();
    let graces = talk.second_accepts(&recorded);
    for encounter in [&eves, &graces] {
        let error = ada.record(encounter).unwrap_err();
        assert!(matches!(error, BookError::AnotherOwner), "{error}");
        assert!(error.to_string().contains("another identity"));
    }
    // Not even the other side of the same exchange.
    assert!(matches!(eve.record(&graces), Err(BookError::AnotherOwner)));
    assert!(ada.contacts().unwrap().is_empty());
}

#[test]
fn someone_blocked_is_not_recorded_and_nothing_is_lost_by_that() {
    let (mut ada, mut grace) = (Phone::of("Ada"), Phone::of("Grace"));
    meet(&mut ada, &mut grace);
    let encounter = Talk::between(&mut ada, &mut grace).first_accepts();
    ada.block(&grace.person());
    ada.reopen();
    for _ in 0..2 {
        let error = ada.record(&encounter).unwrap_err();
        assert!(matches!(error, BookError::Blocked), "{error}");
        assert!(error.to_string().contains("unblock"));
    }
    let contact = ada.contact(&grace.person()).unwrap().unwrap();
    assert!(contact.is_blocked());
    assert_eq!((contact.meetings().len(), contact.state()), (1, State::Confirmed));
    ada.unblock(&grace.person());
    assert_eq!(ada.record(&encounter).unwrap().encounters(), 2);
    assert!(!ada.contact(&grace.person()).unwrap().unwrap().is_blocked());
}

#[test]
fn someone_never_met_can_be_blocked_and_met_after_that() {
    let (mut ada, mut eve) = (Phone::of("Ada"), Phone::of("Eve"));
    for _ in 0..2 {
        ada.block(&eve.person());
    }
    ada.reopen();
    assert_eq!(ada.blocked().unwrap(), [eve.person()]);
    assert_eq!(ada.standing(&eve.person()).unwrap(), Standing::Blocked);
    assert!(ada.contacts().unwrap().is_empty(), "blocking makes no contact");
    assert!(ada.contact(&eve.person()).unwrap().is_none());
    let encounter = Talk::between(&mut ada, &mut eve).first_accepts();
    assert!(matches!(ada.record(&encounter), Err(BookError::Blocked)));
    ada.unblock(&eve.person());
    assert!(ada.blocked().unwrap().is_empty());
    assert!(!ada.record(&encounter).unwrap().met_again());
    ada.reopen();
    assert_eq!(ada.names(), ["Eve"]);
}

#[test]
fn a_new_key_is_a_second_contact_whatever_its_badge_says() {
    let mut ada = Phone::of("Ada");
    let (old, new) = (stranger("Grace", &mut ada.rng), stranger("Grace", &mut ada.rng));
    assert_ne!(old.0.person(), new.0.person());
    let met = encounter(&mut ada, &old);
    let _ = ada.record(&met).unwrap();
    assert_eq!(ada.standing(&new.0.person()).unwrap(), Standing::New);
    let met = encounter(&mut ada, &new);
    assert!(!ada.record(&met).unwrap().met_again());
    ada.reopen();
    let people: Vec<_> = ada.contacts().unwrap().iter().map(|c| c.person()).collect();
    assert_eq!(people, [old.0.person(), new.0.person()]);
    assert_eq!(ada.names(), ["Grace", "Grace"]);
}

#[test]
fn the_badge_shown_last_is_the_contacts_and_each_meeting_keeps_its_own() {
    let mut ada = Phone::of("Ada");
    let (grace, badge) = stranger("Grace Murray", &mut ada.rng);
    let (_, married) = stranger("Grace Hopper", &mut ada.rng);
    for badge in [badge, married] {
        let met = encounter(&mut ada, &(grace.clone(), badge));
        let _ = ada.record(&met).unwrap();
    }
    ada.reopen();
    let contact = ada.contact(&grace.person()).unwrap().unwrap();
    assert_eq!(contact.name(), "Grace Hopper");
    let names: Vec<_> = contact.meetings().iter().map(|m| m.badge().unwrap().name()).collect();
    assert_eq!(names, ["Grace Murray", "Grace Hopper"]);
}

#[test]
fn contacts_come_in_the_order_they_were_first_met() {
    let mut ada = Phone::of("Ada");
    let people: Vec<_> = (0..80).map(|i| stranger(&format!("P{i:02}"), &mut ada.rng)).collect();
    for person in people.iter().chain(people.iter().step_by(7)) {
        let met = encounter(&mut ada, person);
        let _ = ada.record(&met).unwrap();
    }
    for (identity, _) in people.iter().step_by(9) {
        let (book, rng) = ada.both();
        book.tag(&identity.person(), "ninth", rng).unwrap();
    }
    for _ in 0..2 {
        assert!(ada.names().is_sorted() && ada.names().len() == 80);
        let all = ada.contacts().unwrap();
        assert_eq!(all.iter().filter(|c| c.meetings().len() == 2).count(), 12);
        assert_eq!(all.iter().filter(|c| c.tags() == ["ninth"]).count(), 9);
        for contact in &all {
            let alone = ada.contact(&contact.person()).unwrap();
            assert_eq!(format!("{:?}", Some(contact)), format!("{alone:?}"));
        }
        ada.reopen();
    }
    ada.take().close().unwrap();
    ada.reopen();
    assert_eq!(ada.names().len(), 80);
    for (identity, _) in &people {
        assert!(ada.contact(&identity.person()).unwrap().is_some());
    }
}

#[test]
fn the_counter_never_repeats_while_the_book_is_used() {
    let (mut ada, mut grace) = (Phone::of("Ada"), Phone::of("Grace"));
    let mut seen = std::collections::BTreeSet::new();
    for round in 0..20 {
        for _ in 0..50 {
            assert!(seen.insert(ada.both().0.counter()), "round {round}");
        }
        match round % 4 {
            3 => drop(ada.forget(&[grace.person()]).unwrap()),
            _ => drop(meet(&mut ada, &mut grace)),
        }
    }
}

#[test]
fn a_note_can_be_written_anew_and_taken_away() {
    let mut ada = Phone::of("Ada");
    let grace = stranger("Grace", &mut ada.rng);
    let met = encounter(&mut ada, &grace);
    let _ = ada.record(&met).unwrap();
    let grace = grace.0.person();
    let (book, rng) = ada.both();
    let first = book.note(&grace, "owes me a compiler", rng).unwrap();
    let second = book.note(&grace, "likes tea", rng).unwrap();
    book.rewrite_note(&grace, first, "gave me a compiler\r\nand a nanosecond ", rng).unwrap();
    let texts = |phone: &Phone| {
        let contact = phone.contact(&grace).unwrap().unwrap();
        contact.notes().iter().map(|note| note.texts().join("|")).collect::<Vec<_>>()
    };
    assert_eq!(texts(&ada), ["gave me a compiler\nand a nanosecond", "likes tea"]);
    ada.reopen();
    let (book, rng) = ada.both();
    book.remove_note(&grace, second, rng).unwrap();
    for gone in [book.remove_note(&grace, second, rng), book.rewrite_note(&grace, second, "x", rng)]
    {
        assert!(matches!(gone, Err(BookError::NoSuchNote)), "{gone:?}");
    }
    let error = book.rewrite_note(&grace, first, &"x".repeat(2_001), rng).unwrap_err();
    assert!(matches!(error, BookError::Note(_)), "{error}");
    ada.reopen();
    assert_eq!(texts(&ada), ["gave me a compiler\nand a nanosecond"]);
}
