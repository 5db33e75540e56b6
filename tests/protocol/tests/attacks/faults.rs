//! What goes wrong without anybody's ill will, as far as the exchange sees it.

use core::time::Duration;

use lapel::encounter::Encounter;
use lapel::exchange::{AcceptError, Exchange, Options, Scanned, Step};
use lapel::receipt::{Comparison, State};
use lapel_protocol_tests::phone::{Setup, WALL};
use lapel_protocol_tests::{Party, Phone, digits};

const YEAR: i64 = 31_556_952;

#[test]
fn a_wall_clock_off_by_ten_years_breaks_nothing_and_is_shown_as_a_claim() {
    for wall in [WALL - 10 * YEAR, WALL + 10 * YEAR, 0, -1, i64::MIN, i64::MAX] {
        let mut setup = Setup::named("Ada");
        setup.wall = wall;
        let (mut ada, mut grace) = (Phone::begin(setup), Phone::named("Grace"));
        let offer = grace.answers(ada.hello());
        let seen = ada.verifies(offer);
        let adas = ada.accepts(&seen);
        assert_eq!(i64::from(adas.met_at().seconds()), wall.clamp(65_536, i64::from(u32::MAX)));
        assert_eq!(i64::from(adas.shown().peer.claimed_time.seconds()), WALL);
    }
}

#[test]
fn a_wall_clock_changed_in_mid_session_changes_nothing() {
    // The exchange takes the wall clock once; a renewed session counts on by the monotonic clock.
    let (mut ada, grace) = (Phone::named("Ada"), Party::named("Grace"));
    let mut times = Vec::new();
    for start in [0.0, 61.0, 122.5, 200.0] {
        ada.at(start).shows();
        let mut again = Phone::begin(Setup::named("Ada"));
        again.at(start).shows();
        let offer = again.answers(grace.hello());
        times.push(grace.open(&offer).unwrap().contents.met_at - WALL as u64);
    }
    assert_eq!(times, [0, 61, 122, 200]);
}

#[test]
fn a_monotonic_clock_that_steps_back_makes_no_time() {
    let (mut ada, grace) = (Phone::named("Ada"), Party::named("Grace"));
    let hello = ada.hello();
    ada.at(119.0).scan("anything");
    ada.at(0.0);
    assert_eq!(ada.scan_bytes(grace.offer(&hello)).name(), "verified");
    let mut ada = Phone::named("Ada");
    let hello = ada.hello();
    ada.at(125.0).scan("anything");
    assert_ne!(ada.at(1.0).scan_bytes(grace.offer(&hello)).name(), "verified");
}

#[test]
fn clocks_at_their_very_end_do_not_stop_the_app() {
    let grace = Party::named("Grace");
    for now in [Duration::MAX, Duration::from_millis(u64::MAX), Duration::from_secs(u64::MAX)] {
        let mut ada = Phone::begin(Setup { now, ..Setup::named("Ada") });
        let hello = ada.hello();
        ada.scan_bytes(grace.hello());
        ada.scan_bytes(grace.offer(&hello));
        ada.shows();
        let mut ada = Phone::named("Ada");
        ada.clock = now;
        ada.shows();
        ada.scan_bytes(grace.hello());
        ada.shows();
    }
}

#[test]
fn sleep_counts_as_time() {
    let (mut ada, grace) = (Phone::named("Ada"), Party::named("Grace"));
    let hello = ada.hello();
    ada.wait(8.0 * 3_600.0);
    let scanned = ada.scan_bytes(grace.offer(&hello));
    assert!(["expired", "not_for_us"].contains(&scanned.name()), "{scanned:?}");
    assert_ne!(ada.hello(), hello);
    ada.can_still_meet();
}

#[test]
fn going_to_the_background_ends_everything() {
    let (mut ada, grace) = (Phone::named("Ada"), Party::named("Grace"));
    let hello = ada.hello();
    let seen = ada.verifies(grace.offer(&hello));
    ada.exchange.end();
    let th = &seen.transcript;
    assert_eq!(ada.exchange.accept(th), Err(AcceptError::Ended));
    assert_eq!(ada.exchange.compared(th, Comparison::Agrees), Err(AcceptError::Ended));
    assert_eq!(ada.exchange.export_key(th, "ble"), None);
    assert_eq!(ada.exchange.waiting(), []);
    assert_eq!(ada.exchange.frame(ada.clock), None);
    for text in [grace.hello_text(), digits::text(grace.offer(&hello)), "anything".into()] {
        assert_eq!(ada.scan(&text), Scanned::Ended);
    }
    // Nothing brings it back.
    ada.exchange.start_again(ada.clock);
    ada.exchange.use_small_symbols(true);
    assert_eq!(ada.wait(100.0).scan_bytes(grace.hello()), Scanned::Ended);
    assert_eq!(ada.exchange.frame(ada.clock), None);
}

#[test]
fn offers_that_were_never_answered_stay_listed_whatever_happens_next() {
    let (thrown, grace) = (Party::named("thrown away"), Party::named("Grace"));
    let shown_at = [Duration::from_secs(1)];
    let with_an_offer = || {
        let mut ada = Phone::named("Ada");
        ada.at(1.0).scan_bytes(thrown.hello());
        assert_eq!(ada.exchange.unanswered_offers(), shown_at);
        ada
    };
    // A renewal.
    let mut ada = with_an_offer();
    for later in [301.0, 362.0, 423.0] {
        ada.at(later).shows();
        assert_eq!(ada.exchange.unanswered_offers(), shown_at, "after {later} s");
    }
    // Someone accepted in the session after the next.
    let mut ada = with_an_offer();
    let hello = ada.at(301.0).hello();
    let seen = ada.verifies(grace.offer(&hello));
    let _ = ada.accepts(&seen);
    assert_eq!(ada.exchange.unanswered_offers(), shown_at, "after an acceptance");
    // The screen closed: the list is what the person reads then.
    let mut ada = with_an_offer();
    ada.exchange.end();
    assert_eq!(ada.exchange.unanswered_offers(), shown_at, "after the end");
}

#[test]
fn offers_of_the_session_that_a_late_acceptance_drops_stay_listed() {
    let (thrown, grace) = (Party::named("thrown away"), Party::named("Grace"));
    let mut ada = Phone::named("Ada");
    let first = ada.hello();
    ada.at(60.0).shows(); // renewed; the first still opens
    ada.at(60.5).scan_bytes(thrown.hello());
    ada.at(62.0).scan_bytes(thrown.hello());
    let seen = ada.verifies(grace.offer(&first));
    let _ = ada.accepts(&seen);
    assert_eq!(ada.exchange.unanswered_offers(), [Duration::from_secs(62)]);
    ada.exchange.end();
    assert_eq!(ada.exchange.unanswered_offers(), [Duration::from_secs(62)]);
}

#[test]
fn the_same_person_met_again_is_another_encounter() {
    let grace = Party::named("Grace");
    let meet = |counter| -> Encounter {
        let mut ada = Phone::begin(Setup { counter, ..Setup::named("Ada") });
        let hello = ada.hello();
        let seen = ada.verifies(grace.again(counter as u32).offer(&hello));
        ada.accepts(&seen)
    };
    let (first, second) = (meet(1), meet(2));
    assert_eq!(first.person(), second.person());
    assert_ne!(first.transcript(), second.transcript());
}

#[test]
fn a_key_change_of_a_known_contact_is_another_person_of_the_same_name() {
    let (mut ada, old) = (Phone::named("Ada"), Party::named("Grace"));
    let hello = ada.hello();
    let before = ada.verifies(old.offer(&hello));
    let mut new = Party { key: Party::named("new phone").key, ..old.again(1) };
    new.contents.person = new.key.verifying_key().to_bytes();
    let after = ada.verifies(new.offer(&hello));
    assert_eq!(before.badge, after.badge);
    assert_ne!(before.person, after.person);
    assert_ne!(before.person.fingerprint().to_string(), after.person.fingerprint().to_string());
}

#[test]
fn two_sessions_of_one_phone_at_once_keep_to_themselves() {
    let mut work = Phone::named("Ada");
    let mut private = Phone::begin(Setup { counter: 1, ..Setup::named("Ada") });
    let (grace, edsger) = (Party::named("Grace"), Party::named("Edsger"));
    let (w, p) = (work.hello(), private.hello());
    assert_eq!(private.scan_bytes(grace.offer(&w)), Scanned::NotForUs);
    let (by_work, by_private) =
        (work.verifies(grace.offer(&w)), private.verifies(edsger.offer(&p)));
    assert_eq!(private.exchange.accept(&by_work.transcript), Err(AcceptError::NotVerified));
    assert_eq!(work.accepts(&by_work).person().as_bytes(), &grace.person());
    assert_eq!(private.accepts(&by_private).person().as_bytes(), &edsger.person());
}

#[test]
fn the_last_frame_lost_leaves_one_side_with_an_offer_and_a_person_all_the_same() {
    let (mut ada, grace) = (Phone::named("Ada"), Party::named("Grace"));
    let hello = ada.hello();
    let seen = ada.verifies(grace.offer(&hello));
    let encounter = ada.accepts(&seen);
    // Grace's confirm message never comes.
    assert_eq!(encounter.state(), State::Offered);
    assert_eq!(encounter.shown().holder.state, State::Confirmed);
    // Hours later it does; the session still lives, and the record isn't acknowledged yet.
    ada.wait(7_200.0);
    let late = ada.scan_bytes(grace.confirm(&hello, &ada.person()));
    assert_eq!(late, Scanned::Progressed(Step::ConfirmedEarly));
}

#[test]
fn between_acceptance_and_the_record_the_screen_stays_as_it_was() {
    let (mut ada, grace) = (Phone::named("Ada"), Party::named("Grace"));
    let hello = ada.hello();
    ada.answers(grace.hello());
    let before = ada.films(5.0);
    let seen = ada.verifies(grace.offer(&hello));
    let _ = ada.accepts(&seen);
    let mut after = ada.films(5.0);
    assert_eq!(before.len(), 2);
    after.sort();
    let mut before = before;
    before.sort();
    assert_eq!(before, after);
}

#[test]
fn an_exchange_prints_no_secret_and_no_badge() {
    let mut ada = Phone::with("Ada", Options::default());
    let hello = ada.hello();
    let seen = ada.verifies(Party::named("Grace").offer(&hello));
    let _ = ada.accepts(&seen);
    let printed = |exchange: &Exchange| format!("{exchange:?}");
    assert_eq!(
        printed(&ada.exchange),
        format!(
            "Exchange {{ person: PersonId({}), ended: false, .. }}",
            ada.identity.person().fingerprint()
        )
    );
}
