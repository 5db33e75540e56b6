//! Two runs of one meeting, which a code that was renewed in the middle makes; or whoever wants them.

use core::time::Duration;

use lapel::Carrier;
use lapel::badge::{Badge, BadgeFields};
use lapel::book::BookError;
use lapel::exchange::{AcceptError, Options, Scanned, Shows};
use lapel::identity::Identity;
use lapel::receipt::{Comparison, Disclosure};
use lapel::statement::BadgeUpdate;
use lapel::time::UnixTime;
use lapel_protocol_tests::phone::WALL;
use lapel_protocol_tests::{Party, Phone, digits};

#[test]
fn that_codes_differ_goes_for_every_hello_of_that_person() {
    let mallory = Party::named("Mallory");
    let again = mallory.again(1);
    for differing_first in [true, false] {
        let mut ada = Phone::named("Ada");
        let hello = ada.hello();
        let one = ada.verifies(mallory.offer(&hello));
        let other = ada.verifies(again.offer(&hello));
        let edsger = ada.verifies(Party::named("Edsger").offer(&hello));
        ada.exchange.compared(&one.transcript, Comparison::Differs).unwrap();
        for seen in if differing_first { [&one, &other] } else { [&other, &one] } {
            let _ = ada.keeps(seen);
        }
        assert_eq!(ada.exchange.accept(&edsger.transcript), Err(AcceptError::Taken));
        // She confirms only the run of which nothing was said, and the contact speaks by that.
        let confirm = again.confirm(&hello, &ada.person());
        let _ = ada.is_confirmed_by(confirm);
        let (_, meeting) = ada.book().meeting(&one.transcript).unwrap().unwrap();
        assert_eq!(meeting.transcript(), other.transcript);
        assert_eq!(meeting.comparison(), Comparison::Differs);
        let shown = meeting.receipt(Disclosure::default()).shown();
        assert_eq!(shown.comparison, Comparison::Differs);
    }
}

#[test]
fn what_was_said_of_a_hello_of_its_own_stands_in_its_receipt() {
    let (mut ada, mallory) = (Phone::named("Ada"), Party::named("Mallory"));
    let hello = ada.hello();
    let edsger = ada.verifies(Party::named("Edsger").offer(&hello));
    let one = ada.verifies(mallory.offer(&hello));
    let other = ada.verifies(mallory.again(1).offer(&hello));
    ada.exchange.compared(&one.transcript, Comparison::Agrees).unwrap();
    ada.exchange.compared(&edsger.transcript, Comparison::Differs).unwrap();
    // Of another person it is nothing.
    assert_eq!(ada.accepts(&one).comparison(), Comparison::Agrees);
    let late = ada.exchange.compared(&one.transcript, Comparison::Differs);
    assert_eq!(late, Err(AcceptError::Taken), "what is accepted keeps what was said before");
    assert_eq!(ada.accepts(&one).comparison(), Comparison::Agrees);
    assert_eq!(ada.accepts(&other).comparison(), Comparison::NotCompared);
}

#[test]
fn one_hello_too_many_or_too_late_of_whoever_was_accepted_does_not_undo_that() {
    let (mallory, grace) = (Party::named("Mallory"), Party::named("Grace"));
    let full = |ada: &mut Phone| {
        let hello = ada.hello();
        for party in [mallory.clone(), mallory.again(1), Party::named("Edsger")] {
            ada.verifies(party.offer(&hello));
        }
    };
    let late = |ada: &mut Phone| ada.clock += Duration::from_secs(121);
    let before: [&dyn Fn(&mut Phone); 2] = [&full, &|_| {}];
    let after: [&dyn Fn(&mut Phone); 2] = [&|_| {}, &late];
    for (before, after) in before.into_iter().zip(after) {
        let mut ada = Phone::named("Ada");
        let hello = ada.hello();
        let seen = ada.verifies(grace.offer(&hello));
        before(&mut ada);
        let _ = ada.keeps(&seen);
        after(&mut ada);
        assert_eq!(ada.scan_bytes(grace.again(1).offer(&hello)), Scanned::NothingNew);
        assert!(grace.open(&ada.confirm()).is_some());
        let confirm = grace.confirm(&hello, &ada.person());
        let _ = ada.is_confirmed_by(confirm);
    }
}

#[test]
fn with_a_comparison_too_whoever_was_accepted_is_not_asked_about_again() {
    let options = Options { compare: true, ..Options::default() };
    let (mut ada, grace) = (Phone::with("Ada", options), Party::named("Grace"));
    let hello = ada.hello();
    let seen = ada.verifies(grace.offer(&hello));
    let _ = ada.keeps(&seen);
    let again = ada.verifies(grace.again(1).offer(&hello));
    assert_eq!((again.accepted_before, again.check_code), (true, None));
    // She is answered no more than before: the confirm messages are all that is shown.
    let _ = ada.keeps(&again);
    for text in ada.films(5.0) {
        let message = digits::message(&text);
        assert!(grace.open(&message).or(grace.again(1).open(&message)).is_some());
        assert_eq!(message[1], lapel_protocol_tests::CONFIRM);
    }
}

#[test]
fn both_are_counted_as_one_meeting_in_whatever_order_they_are_recorded() {
    let (mut ada, grace) = (Phone::named("Ada"), Party::named("Grace"));
    let hello = ada.hello();
    let one = ada.verifies(grace.offer(&hello));
    let first = ada.accepts(&one);
    let other = ada.verifies(grace.again(1).offer(&hello));
    let second = ada.accepts(&other);
    // The first couldn't be recorded when it was accepted, and is once there is room.
    for (encounter, runs) in [(&second, 1), (&first, 2), (&second, 2), (&first, 2)] {
        let recorded = ada.records(encounter).unwrap();
        assert_eq!((recorded.encounters(), recorded.met_again()), (1, false));
        ada.exchange.acknowledge(&recorded).unwrap();
        let (_, meeting) = ada.book().meeting(&other.transcript).unwrap().unwrap();
        assert_eq!(meeting.confirm_texts(&Carrier::lapel()).len(), runs);
    }
    let person = one.person;
    assert_eq!(ada.book().contact(&person).unwrap().unwrap().meetings().len(), 1);
    // After a crash the book has both confirm messages, as the screen had.
    let mut film = ada.films(5.0);
    let (_, meeting) = ada.book().meeting(&one.transcript).unwrap().unwrap();
    let mut texts = meeting.confirm_texts(&Carrier::lapel());
    film.sort();
    texts.sort();
    assert_eq!(texts, film);
}

#[test]
fn a_meeting_speaks_by_the_same_run_in_whatever_order_they_are_confirmed() {
    let grace = Party::named("Grace");
    let parties = [grace.clone(), grace.again(1)];
    for (order, speaks) in [(&[0, 1][..], 0), (&[1, 0], 0), (&[1], 1), (&[], 0)] {
        let mut ada = Phone::named("Ada");
        let hello = ada.hello();
        for party in &parties {
            let seen = ada.verifies(party.offer(&hello));
            let _ = ada.keeps(&seen);
        }
        for at in order {
            let confirm = parties[*at].confirm(&hello, &ada.person());
            let _ = ada.is_confirmed_by(confirm);
        }
        let contact = ada.book().contacts().unwrap().remove(0);
        let transcript = contact.meetings()[0].transcript();
        assert_eq!(transcript.as_bytes(), &parties[speaks].transcript(&hello), "{order:?}");
    }
}

#[test]
fn a_badge_signed_between_the_two_does_not_take_the_place_of_the_one_shown() {
    let (mut ada, grace) = (Phone::named("Ada"), Party::named("Grace"));
    let hello = ada.hello();
    let mut later = grace.again(1);
    later.contents.met_at += 100;
    let seen = ada.verifies(grace.offer(&hello));
    let _ = ada.keeps(&seen);
    let identity = Identity::from_secret(&grace.key.to_bytes());
    let badge = Badge::new(BadgeFields::named("Grace Hopper")).unwrap();
    let update = BadgeUpdate::sign(&identity, badge, UnixTime::clamped(WALL + 50));
    let mut rng = ada.rng.clone();
    ada.book().apply_badge(&update, &mut rng).unwrap();
    let name = |ada: &mut Phone| ada.book().contacts().unwrap()[0].name().to_owned();
    assert_eq!(name(&mut ada), "Grace Hopper");
    // She shows the other one once more, by her own clock after that.
    let again = ada.verifies(later.offer(&hello));
    let _ = ada.keeps(&again);
    assert_eq!(name(&mut ada), "Grace");
}

#[test]
fn a_badge_has_to_be_later_than_what_was_claimed_in_either() {
    let (mut ada, grace) = (Phone::named("Ada"), Party::named("Grace"));
    let hello = ada.hello();
    let mut later = grace.again(1);
    later.contents.met_at += 100;
    for party in [&grace, &later] {
        let seen = ada.verifies(party.offer(&hello));
        let _ = ada.keeps(&seen);
    }
    let identity = Identity::from_secret(&grace.key.to_bytes());
    let met_at = i64::try_from(grace.contents.met_at).unwrap();
    assert_eq!(met_at, WALL);
    let badge = ada.book().contact(&identity.person()).unwrap().unwrap().badge().clone();
    let update =
        |after| BadgeUpdate::sign(&identity, badge.clone(), UnixTime::clamped(met_at + after));
    let mut rng = ada.rng.clone();
    for after in [50, 100] {
        let refused = ada.book().apply_badge(&update(after), &mut rng);
        assert!(matches!(refused, Err(BookError::OlderBadge { .. })), "{refused:?}");
    }
    ada.book().apply_badge(&update(101), &mut rng).unwrap();
}

#[test]
fn the_screen_says_when_a_session_before_lapses() {
    let mut ada = Phone::named("Ada");
    // Two sessions with someone verified, one with an offer that nobody answers, and no place for another.
    for person in ["one", "two"] {
        let shown = ada.hello();
        ada.verifies(Party::named(person).offer(&shown));
        ada.wait(105.0).shows();
    }
    let lapses = ada.clock + Duration::from_millis(300_001);
    ada.answers(Party::named("three").hello());
    ada.clock = lapses - Duration::from_millis(300_001) + Duration::from_secs(105);
    ada.shows();
    ada.wait(105.0);
    let frame = ada.exchange.frame(ada.clock).unwrap();
    assert_eq!((frame.shows, frame.until), (Shows::Offer, Some(lapses)));
    // Whoever follows that has a hello again, which can be answered.
    ada.clock = lapses;
    ada.can_still_meet();
}

#[test]
fn a_screen_that_follows_what_it_is_told_never_stands_still() {
    let mut ada = Phone::named("Ada");
    ada.answers(Party::named("one").hello());
    let lapses = ada.clock + Duration::from_millis(300_001);
    let mut changes = std::collections::BTreeSet::new();
    while ada.clock <= lapses {
        let until = ada.exchange.frame(ada.clock).unwrap().until.unwrap();
        assert!(until > ada.clock, "at {:?}", ada.clock);
        changes.insert(until);
        ada.clock = until;
    }
    assert!(changes.contains(&lapses), "the offer that nobody answered went then");
    let end = ada.clock + Duration::from_secs(5);
    while ada.clock < end {
        let frame = ada.exchange.frame(ada.clock).unwrap();
        assert_eq!(frame.shows, Shows::Hello);
        ada.clock = frame.until.unwrap();
    }
}
