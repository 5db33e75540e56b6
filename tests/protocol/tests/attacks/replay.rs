//! Showing again what was shown before.

use lapel::exchange::{Scanned, Shows};
use lapel_protocol_tests::phone::Setup;
use lapel_protocol_tests::{Party, Phone, digits, schedule};

/// Ada as she was, in a later exchange.
fn ada_again(counter: u64) -> Phone {
    Phone::begin(Setup { counter, ..Setup::named("Ada") })
}

#[test]
fn an_old_hello_gets_an_offer_that_nobody_can_open_and_hinders_nobody() {
    let old = Party::named("Grace");
    let now = old.again(1);
    let mut ada = Phone::named("Ada");
    let sealed = ada.answers(old.hello());
    assert!(now.open_as(&old.hello(), &sealed).is_none());
    assert!(now.open(&sealed).is_none());
    let hello = ada.hello();
    ada.verifies(now.offer(&hello));
    assert_eq!(ada.exchange.unanswered_offers().len(), 1);
}

#[test]
fn a_photographed_hello_makes_nobody_but_its_owner_a_contact() {
    let (mut ada, mut grace) = (Phone::named("Ada"), Phone::named("Grace"));
    let photo = grace.hello();
    // A stranger shows the photo; Ada's badge is sealed to Grace, and no signature comes back.
    let offer = ada.answers(&photo);
    assert!(Party::named("stranger").open(&offer).is_none());
    assert_eq!(ada.exchange.waiting(), []);
    // If Grace happens to see it, she sees who it really is from: Ada, live.
    assert_eq!(grace.verifies(&offer).person, ada.identity.person());
    ada.can_still_meet();
}

#[test]
fn a_photographed_sealed_part_or_message_is_nothing_to_a_new_session() {
    let (mut ada, grace) = (Phone::named("Ada"), Party::named("Grace"));
    let sealed = grace.offer(&ada.hello());
    let parts = schedule::parts(&sealed);
    let mut later = ada_again(1);
    assert_eq!(later.scan_bytes(&parts[0]), Scanned::PartReceived { have: 1, total: 2 });
    assert_eq!(later.scan_bytes(&parts[1]), Scanned::NotForUs);
    assert_eq!(later.scan_bytes(&sealed), Scanned::NotForUs);
    // Half a set doesn't outlive its session.
    ada.scan_bytes(&parts[0]);
    ada.exchange.start_again(ada.clock);
    assert_eq!(ada.scan_bytes(&parts[1]), Scanned::PartReceived { have: 1, total: 2 });
    assert_eq!(ada.scan_bytes(&sealed), Scanned::NotForUs);
    later.can_still_meet();
    ada.can_still_meet();
}

#[test]
fn a_film_of_a_whole_session_played_to_either_side_gives_no_person() {
    let (mut ada, mut grace) = (Phone::named("Ada"), Phone::named("Grace"));
    let mut film = vec![ada.shows(), grace.shows()];
    ada.scan(&film[1].clone());
    grace.scan(&film[0].clone());
    film.extend(ada.films(4.0));
    film.extend(grace.films(4.0));
    let (offer, back) = (ada.offer(), grace.offer());
    ada.verifies(back);
    grace.verifies(offer);
    for mut later in [ada_again(1), Phone::begin(Setup { counter: 1, ..Setup::named("Grace") })] {
        for _ in 0..2 {
            for text in &film {
                later.wait(0.5);
                let name = later.scan(text).name();
                assert!(["progressed", "nothing_new", "not_for_us"].contains(&name), "{name}");
            }
        }
        assert_eq!(later.exchange.waiting(), []);
        later.can_still_meet();
    }
}

#[test]
fn a_printed_code_never_becomes_a_contact_and_is_named_for_what_it_is() {
    let (mut ada, poster) = (Phone::named("Ada"), Party::named("poster"));
    let old_offer = poster.offer(&Party::named("someone").hello());
    assert_eq!(ada.scan_bytes(old_offer), Scanned::NotForUs);
    ada.answers(poster.hello());
    for second in 1..400 {
        ada.at(f64::from(second)).scan_bytes(poster.hello());
        assert_eq!(ada.exchange.waiting(), []);
    }
    ada.exchange.start_again(ada.clock);
    ada.can_still_meet();
}

#[test]
fn a_frame_with_an_older_badge_does_not_open_in_a_newer_session() {
    let mut old = Setup::named("Grace");
    old.fields.title = Some("Intern".into());
    let (mut ada, mut grace) = (Phone::named("Ada"), Phone::begin(old));
    let rolled_back = grace.answers(ada.hello());
    ada.exchange.start_again(ada.clock);
    assert_eq!(ada.scan_bytes(&rolled_back), Scanned::NotForUs);
    let mut promoted = Setup { counter: 1, ..Setup::named("Grace") };
    promoted.fields.title = Some("Director".into());
    let mut grace = Phone::begin(promoted);
    let offer = grace.answers(ada.hello());
    let seen = ada.verifies(offer);
    assert_eq!(seen.badge.fields().title.as_deref(), Some("Director"));
    assert_eq!(ada.scan_bytes(&rolled_back), Scanned::NotForUs);
}

#[test]
fn codes_of_ones_own_are_known_again_after_a_renewal() {
    let mut ada = Phone::named("Ada");
    let first = ada.shows();
    ada.at(61.0);
    let second = ada.shows_a(Shows::Hello);
    assert_ne!(first, second);
    assert_eq!(ada.scan(&first), Scanned::OwnCode);
    assert_eq!(ada.scan(&second), Scanned::OwnCode);
    // Under any commitment, and in a sealed message as well.
    let own = schedule::ephemeral_of(&digits::message(&second));
    assert_eq!(ada.scan_bytes(schedule::hello(&own, &[1; 32])), Scanned::OwnCode);
    assert_eq!(ada.scan_bytes([&[1, 2], own.as_slice(), &[0; 277]].concat()), Scanned::OwnCode);
    ada.can_still_meet();
}

#[test]
fn of_ones_own_codes_the_last_32_are_known_again() {
    let mut ada = Phone::named("Ada");
    let first = ada.shows();
    for renewals in 1..32 {
        ada.exchange.start_again(ada.clock);
        assert_eq!(ada.scan(&first), Scanned::OwnCode, "after {renewals} renewals");
    }
    ada.exchange.start_again(ada.clock);
    assert_ne!(ada.scan(&first), Scanned::OwnCode);
}
