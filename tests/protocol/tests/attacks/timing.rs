//! What the clock decides, to the millisecond.

use core::time::Duration;

use lapel::exchange::{Scanned, Shows, Step};
use lapel_protocol_tests::{Party, Phone, digits};

#[test]
fn a_hello_that_nobody_answered_is_replaced_after_sixty_seconds() {
    let mut ada = Phone::named("Ada");
    let first = ada.shows();
    assert_eq!(ada.exchange.frame(ada.clock).unwrap().until, Some(Duration::from_secs(60)));
    assert_eq!(ada.at(59.999).shows(), first);
    let second = ada.at(60.0).shows();
    assert_ne!(second, first);
    assert_eq!(ada.at(119.999).shows(), second);
    assert_ne!(ada.at(120.0).shows(), second);
}

#[test]
fn a_hello_that_was_merely_noticed_is_replaced_as_well() {
    let mut ada = Phone::with(
        "Ada",
        lapel::exchange::Options {
            reveal: lapel::exchange::Reveal::AfterAccept,
            ..Default::default()
        },
    );
    let first = ada.hello();
    assert_eq!(ada.scan_bytes(Party::named("Grace").hello()), Scanned::Progressed(Step::Noticed));
    assert_ne!(ada.at(60.0).hello(), first);
}

#[test]
fn a_replaced_hello_opens_frames_until_its_own_limit() {
    let grace = Party::named("Grace");
    for (at, name) in [(60.0, "verified"), (119.999, "verified"), (120.0, "not_for_us")] {
        let mut ada = Phone::named("Ada");
        let hello = ada.hello();
        ada.at(60.0).shows();
        assert_eq!(ada.at(at).scan_bytes(grace.offer(&hello)).name(), name, "at {at}");
    }
}

#[test]
fn the_first_frame_of_a_peer_never_answered_counts_for_two_minutes() {
    let (thrown, grace) = (Party::named("thrown away"), Party::named("Grace"));
    for (at, name) in [(120.0, "verified"), (120.001, "expired"), (299.0, "expired")] {
        let mut ada = Phone::named("Ada");
        let hello = ada.hello();
        ada.answers(thrown.hello()); // keeps the hello from being replaced
        assert_eq!(ada.at(at).scan_bytes(grace.offer(&hello)).name(), name, "at {at}");
        if name == "expired" {
            ada.exchange.start_again(ada.clock);
            ada.can_still_meet();
        }
    }
}

#[test]
fn the_first_frame_of_an_answered_peer_counts_for_five_minutes() {
    let grace = Party::named("Grace");
    for (answered_at, at, name) in
        [(0.0, 299.999, "verified"), (59.0, 299.999, "verified"), (59.0, 300.001, "not_for_us")]
    {
        let mut ada = Phone::named("Ada");
        let hello = ada.hello();
        ada.at(answered_at).scan_bytes(grace.hello());
        while ada.clock.as_secs_f64() + 1.0 < at {
            ada.wait(1.0).shows();
        }
        assert_eq!(ada.at(at).scan_bytes(grace.offer(&hello)).name(), name, "at {at}");
    }
}

#[test]
fn no_hello_is_answered_after_two_minutes() {
    let (one, other) = (Party::named("one"), Party::named("other"));
    let mut ada = Phone::named("Ada");
    let first = ada.hello();
    ada.answers(one.hello());
    // Engaged, the hello is replaced while whoever sees it still has time to answer.
    assert_eq!(ada.at(104.5).hello(), first);
    assert_ne!(ada.at(105.0).hello(), first);
    // Four more people each engage one; of the last, nobody new can be told in time, since three
    // engaged ones are kept before it.
    for (at, person) in [(110.0, "two"), (220.0, "three"), (330.0, "four")] {
        let (shown, someone) = (ada.at(at).hello(), Party::named(person));
        ada.verifies(someone.offer(&shown));
        ada.at(at + 104.0).shows();
    }
    let last = ada.at(436.0).hello();
    ada.verifies(Party::named("five").offer(&last));
    assert_eq!(ada.at(554.0).scan_bytes(other.hello()), Scanned::Progressed(Step::Noticed));
    assert_eq!(ada.at(554.001).scan_bytes(other.hello()), Scanned::Expired);
}

#[test]
fn one_code_kept_in_view_holds_nothing_back_for_long() {
    let (mut ada, one, other) = (Phone::named("Ada"), Party::named("one"), Party::named("other"));
    let offer = one.offer(&ada.hello());
    ada.verifies(&offer);
    assert_eq!(ada.scan_bytes(other.hello()), Scanned::Progressed(Step::Noticed));
    for _ in 0..11 {
        assert_eq!(ada.wait(0.5).scan_bytes(&offer), Scanned::NothingNew);
        assert_eq!(ada.scan_bytes(other.hello()), Scanned::NothingNew);
    }
    ada.wait(0.5).scan_bytes(&offer);
    assert_eq!(ada.scan_bytes(other.hello()), Scanned::Progressed(Step::Answered));
}

#[test]
fn once_verified_a_peer_has_time() {
    let (mut ada, grace) = (Phone::named("Ada"), Party::named("Grace"));
    let hello = ada.hello();
    let seen = ada.at(30.0).verifies(grace.offer(&hello));
    // A person may take their time to accept, and the peer may confirm meanwhile.
    let confirm = grace.confirm(&hello, &ada.person());
    assert!(ada.at(90_000.0).verifies(confirm).confirmed);
    assert_eq!(ada.accepts(&seen).person().as_bytes(), &grace.person());
}

#[test]
fn an_acceptance_in_the_replaced_session_brings_it_back() {
    let (mut ada, grace) = (Phone::named("Ada"), Party::named("Grace"));
    let first = ada.hello();
    let second = ada.at(61.0).hello();
    let seen = ada.at(100.0).verifies(grace.offer(&first));
    // Verified, so this session stays, whatever is on the screen.
    assert_ne!(ada.at(170.0).hello(), second);
    let _ = ada.accepts(&seen);
    assert_eq!(ada.scan_bytes(grace.hello()), Scanned::NothingNew);
    assert_eq!(
        ada.scan_bytes(grace.confirm(&first, &ada.person())),
        Scanned::Progressed(Step::ConfirmedEarly)
    );
    // The other session is closed to everyone else, and opens what the accepted one sealed to it.
    let late = Party::named("late");
    assert_eq!(ada.scan_bytes(late.offer(&second)), Scanned::SessionTaken);
    let again = ada.verifies(grace.offer(&second));
    assert!(again.accepted_before);
    assert_eq!(ada.accepts(&again).person(), seen.person);
}

#[test]
fn further_hellos_are_answered_after_a_second_and_a_half_without_a_frame_for_us() {
    let (mut ada, one, other) = (Phone::named("Ada"), Party::named("one"), Party::named("other"));
    let hello = ada.hello();
    ada.at(1.0).verifies(one.offer(&hello));
    // Someone verified holds it back, and so does every further sight of them.
    assert_eq!(ada.at(1.5).scan_bytes(other.hello()), Scanned::Progressed(Step::Noticed));
    assert_eq!(ada.at(2.9).scan_bytes(other.hello()), Scanned::NothingNew);
    assert_eq!(ada.at(2.95).scan_bytes(one.offer(&hello)), Scanned::NothingNew);
    assert_eq!(ada.at(3.1).scan_bytes(other.hello()), Scanned::NothingNew);
    assert_eq!(ada.at(4.449).scan_bytes(other.hello()), Scanned::NothingNew);
    assert_eq!(ada.at(4.45).scan_bytes(other.hello()), Scanned::Progressed(Step::Answered));
    assert_eq!(ada.scan_bytes(other.hello()), Scanned::NothingNew);
}

#[test]
fn a_frame_that_is_not_for_us_holds_nothing_back() {
    let (mut ada, one, other) = (Phone::named("Ada"), Party::named("one"), Party::named("other"));
    ada.at(0.0).answers(one.hello());
    let start = ada.clock.as_secs_f64();
    ada.scan_bytes(other.hello());
    ada.at(start + 1.4).scan_bytes(one.offer(&other.hello()));
    assert_eq!(ada.at(start + 1.5).scan_bytes(other.hello()), Scanned::Progressed(Step::Answered));
}

#[test]
fn an_offer_is_sealed_once_and_stays_the_same() {
    let (mut ada, one, other) = (Phone::named("Ada"), Party::named("one"), Party::named("other"));
    let first = ada.answers(one.hello());
    ada.wait(0.1).scan_bytes(other.hello());
    let second = ada.wait(1.6).answers(other.hello());
    ada.exchange.use_small_symbols(true);
    ada.exchange.use_small_symbols(false);
    let mut film: Vec<_> = ada.films(20.0).iter().map(|text| digits::message(text)).collect();
    film.retain(|m| m[1] == 1);
    film.sort();
    let mut expected = [first, second];
    expected.sort();
    assert_eq!(film, expected);
}

#[test]
fn the_newest_offer_comes_first_on_the_screen() {
    let (mut ada, one, other) = (Phone::named("Ada"), Party::named("one"), Party::named("other"));
    ada.answers(one.hello());
    ada.scan_bytes(other.hello());
    ada.wait(1.5).scan_bytes(other.hello());
    let frame = ada.exchange.frame(ada.clock).unwrap();
    assert_eq!(frame.shows, Shows::Offer);
    assert!(other.open(&digits::message(&frame.text)).is_some());
}

#[test]
fn a_code_on_the_screen_can_be_answered_while_someone_verified_waits() {
    let (mut ada, grace, edsger) =
        (Phone::named("Ada"), Party::named("Grace"), Party::named("Edsger"));
    let first = ada.hello();
    ada.verifies(grace.offer(&first));
    for second in [106.0, 200.0, 300.0, 500.0] {
        let shown = ada.at(second).hello();
        let name = ada.wait(1.0).scan_bytes(edsger.again(second as u32).offer(&shown)).name();
        assert_ne!(name, "expired", "after {second} s");
    }
}

#[test]
fn a_hello_that_can_not_be_replaced_is_hidden_behind_offers_from_105_seconds_on() {
    let mut ada = Phone::named("Ada");
    // Three sessions with someone verified in each, and so no place for a fourth before the next.
    for person in ["one", "two", "three"] {
        let shown = ada.hello();
        ada.verifies(Party::named(person).offer(&shown));
        ada.wait(106.0).shows();
    }
    let made_at = ada.clock;
    let shown = ada.hello();
    let four = Party::named("four");
    ada.verifies(four.offer(&shown));
    assert_eq!(ada.wait(2.0).answers(Party::named("five").hello())[1], 1);
    let hidden_at = made_at + Duration::from_secs(105);
    ada.clock = hidden_at - Duration::from_millis(1_500);
    assert_eq!(ada.hello(), shown, "not yet");
    ada.clock = hidden_at - Duration::from_millis(1);
    assert!(ada.exchange.frame(ada.clock).unwrap().until <= Some(hidden_at));
    ada.clock = hidden_at;
    let frame = ada.exchange.frame(ada.clock).unwrap();
    assert_eq!((frame.shows, frame.until), (Shows::Offer, None), "the offer, and nothing else");
    assert_eq!(ada.films(60.0), [frame.text]);
    // It still opens what is sealed to it.
    assert!(ada.verifies(four.confirm(&shown, &ada.person())).confirmed);
}

#[test]
fn whatever_holds_and_is_sealed_to_this_session_keeps_it_from_answering_for_a_while() {
    let mut ada = Phone::named("Ada");
    let hello = ada.hello();
    let crowd: Vec<Party> = (0..5).map(|i| Party::named(&format!("number {i}"))).collect();
    for one in &crowd[..4] {
        ada.verifies(one.offer(&hello));
    }
    let grace = Party::named("Grace").hello();
    assert_eq!(ada.wait(10.0).scan_bytes(&grace), Scanned::Progressed(Step::Noticed));
    // A fifth, for whom there is no place.
    assert_eq!(ada.wait(1.4).scan_bytes(crowd[4].offer(&hello)), Scanned::StartAgain);
    assert_eq!(ada.wait(1.4).scan_bytes(&grace), Scanned::NothingNew);
    assert_eq!(ada.wait(0.1).scan_bytes(&grace), Scanned::Progressed(Step::Answered));
}
