//! Taking what someone shows, and using it later or elsewhere.

use lapel::exchange::{AcceptError, Scanned, Step};
use lapel::receipt::{Half, Receipt, ReceiptError, State};
use lapel_protocol_tests::phone::Setup;
use lapel_protocol_tests::receipt::{Side, receipt};
use lapel_protocol_tests::{OFFER, Party, Phone, schedule};

#[test]
fn an_offer_taken_and_never_answered_is_listed_and_proves_no_meeting() {
    let (mut ada, mallory) = (Phone::named("Ada"), Party::named("Mallory"));
    let hello = ada.hello();
    ada.wait(1.0);
    let taken = mallory.open(&ada.answers(mallory.hello())).unwrap();
    assert_eq!(ada.exchange.unanswered_offers().len(), 1);
    // What Mallory holds verifies, and says no more than that Ada offered.
    let ours = mallory.confirm_signature(&hello, &ada.person());
    let holder = Side::of(mallory.public(), &mallory.contents, 2, &ours);
    let peer = Side::of(schedule::ephemeral_of(&hello), &taken.contents, 1, &taken.signature);
    let shown = Receipt::verify(&receipt(1, &holder, &peer)).unwrap();
    assert_eq!(shown.peer.state, State::Offered);
    let said = shown.to_string();
    assert!(said.contains("did not confirm"), "{said}");
    assert!(said.contains("This alone is not a meeting."), "{said}");
    // An offer's signature doesn't pass as a confirmation.
    let peer = Side { kind: 2, ..peer };
    let forged = Receipt::verify(&receipt(1, &holder, &peer));
    assert_eq!(forged, Err(ReceiptError::Signature(Half::Peer)));
}

#[test]
fn a_receipt_completed_next_week_is_refused_by_the_clock_that_counts() {
    let mallory = Party::named("Mallory");
    // After a week's sleep the session still knows its own; a screen that was awake has forgotten.
    for (late, name) in [(299.0, "verified"), (301.0, "expired"), (604_800.0, "expired")] {
        let mut ada = Phone::named("Ada");
        let hello = ada.hello();
        ada.wait(1.0).answers(mallory.hello());
        let late_word = mallory.confirm(&hello, &ada.person());
        let scanned = ada.at(late).scan_bytes(late_word);
        assert_eq!(scanned.name(), name, "after {late} s");
    }
}

#[test]
fn after_the_exchange_ended_nothing_completes_it() {
    let (mut ada, mallory) = (Phone::named("Ada"), Party::named("Mallory"));
    let hello = ada.hello();
    ada.answers(mallory.hello());
    ada.exchange.end();
    assert_eq!(ada.scan_bytes(mallory.offer(&hello)), Scanned::Ended);
    assert_eq!(ada.exchange.frame(ada.clock), None);
    // The next exchange is a stranger to the last one.
    let mut setup = lapel_protocol_tests::phone::Setup::named("Ada");
    setup.counter = 1;
    let mut next = Phone::begin(setup);
    assert_eq!(next.scan_bytes(mallory.offer(&hello)), Scanned::NotForUs);
    next.can_still_meet();
}

#[test]
fn time_badge_and_event_signed_anew_later_do_not_fit_the_commitment() {
    type Change = fn(&mut Party);
    let changes: [(&str, Change); 6] = [
        ("time", |m| m.contents.met_at += 1),
        ("event", |m| m.contents.event = "elsewhere".into()),
        ("badge", |m| m.contents.badge = b"\xa1\x00\x63Eve".to_vec()),
        ("ext", |m| m.contents.ext = vec![1]),
        ("seed", |m| m.contents.seed[0] ^= 1),
        ("person", |m| {
            let other = Party::named("Eve");
            (m.contents.person, m.key) = (other.contents.person, other.key);
        }),
    ];
    for (what, change) in changes {
        let (mut ada, mallory) = (Phone::named("Ada"), Party::named("Mallory"));
        let hello = ada.hello();
        ada.answers(mallory.hello());
        let first = ada.verifies(mallory.offer(&hello));
        // Under the old signature it doesn't hold.
        let mut changed = mallory.clone();
        change(&mut changed);
        let old = changed.padded(&mallory.offer_signature(&hello));
        let sealed = changed.seal(OFFER, &hello, &old);
        assert_eq!(ada.scan_bytes(sealed).name(), "damaged", "{what}");
        // Signed anew it is another candidate under another transcript, never the first changed.
        let second = ada.verifies(changed.confirm(&hello, &ada.person()));
        assert_ne!(second.transcript, first.transcript, "{what}");
        assert_eq!(second.check_code, None, "{what}: it was chosen after the blind was known");
        assert_eq!(ada.exchange.waiting()[0].badge, first.badge);
        assert_eq!(ada.accepts(&first).person(), first.person);
    }
}

#[test]
fn a_forged_hello_beside_a_true_ephemeral_gets_no_second_plaintext_under_one_key() {
    let (mut ada, grace) = (Phone::named("Ada"), Party::named("Grace"));
    let hello = ada.hello();
    let forged = schedule::hello(&grace.public(), &[0xAA; 32]);
    let to_forged = ada.answers(&forged);
    ada.scan_bytes(grace.hello());
    let to_grace = ada.wait(1.6).answers(grace.hello());
    assert_ne!(to_forged, to_grace);
    // Each opens under the key of its own hello alone, though E is the same.
    assert!(grace.open_as(&forged, &to_forged).is_some());
    assert!(grace.open_as(&forged, &to_grace).is_none());
    assert!(grace.open(&to_forged).is_none());
    let opened = grace.open(&to_grace).unwrap();
    assert_eq!(opened.hello, hello);
    // No two of four shown ciphertexts share a keystream: their xor isn't that of two plaintexts.
    let xor: Vec<u8> = to_forged[34..].iter().zip(&to_grace[34..]).map(|(a, b)| a ^ b).collect();
    assert!(xor[..180].iter().filter(|b| **b == 0).count() < 20);
    // And Grace, whose hello was imitated, is met all the same.
    let seen = ada.verifies(grace.offer(&hello));
    assert_eq!(seen.transcript.as_bytes(), &grace.transcript(&hello));
}

#[test]
fn grinding_after_a_throw_away_candidate_gets_no_check_code() {
    let (mut ada, thrown) = (Phone::named("Ada"), Party::named("thrown away"));
    let hello = ada.hello();
    let opened = thrown.open(&ada.answers(thrown.hello())).unwrap();
    // Mallory knows Ada's blind now, and grinds a commitment until the six digits are those that
    // the other victim's phone shows.
    let wanted = 137;
    let mallory = (0..)
        .map(|salt| Party::named("Mallory").again(salt))
        .find(|m| m.check_code(&opened) % 1_000 == wanted)
        .unwrap();
    let seen = ada.verifies(mallory.offer(&hello));
    assert_eq!(seen.check_code, None);
    // With a comparison asked for, there is a name for it.
    let compare = lapel::exchange::Options { compare: true, ..Default::default() };
    let mut ada = Phone::with("Ada", compare);
    let hello = ada.hello();
    ada.answers(thrown.hello());
    let Scanned::StartAgainToCompare(seen) = ada.scan_bytes(mallory.offer(&hello)) else {
        panic!("the code could have been ground")
    };
    assert_eq!(seen.check_code, None);
    ada.exchange.start_again(ada.clock);
    assert_eq!(ada.exchange.accept(&seen.transcript), Err(AcceptError::NotVerified));
    ada.can_still_meet();
}

#[test]
fn only_a_candidate_that_came_before_the_blind_was_known_gets_a_check_code() {
    let (mut ada, first, second) =
        (Phone::named("Ada"), Party::named("first"), Party::named("second"));
    let hello = ada.hello();
    // Before anything was sealed, whoever verified gets one.
    let of_first = ada.verifies(first.offer(&hello));
    let of_second = ada.verifies(second.offer(&hello));
    assert!(of_first.check_code.is_some() && of_second.check_code.is_some());
    // Once something was sealed, only the one it was sealed to.
    let third = Party::named("third");
    assert_eq!(ada.scan_bytes(third.hello()), Scanned::Progressed(Step::Noticed));
    ada.wait(1.6).answers(third.hello());
    let codes: Vec<_> = ada.exchange.waiting().iter().map(|v| v.check_code).collect();
    assert_eq!(codes, [None, None]);
    assert!(ada.verifies(third.offer(&hello)).check_code.is_some());
}

#[test]
fn a_film_shows_one_of_three_lengths_whatever_the_badge() {
    let mut lengths = std::collections::BTreeSet::new();
    let mut shown = |name: usize, line: usize| {
        let mut setup = Setup::named("Ada");
        setup.fields.name = "n".repeat(name);
        setup.fields.line = Some("l".repeat(line)).filter(|line| !line.is_empty());
        setup.fields.title = Some("t".repeat(line.min(64))).filter(|title| !title.is_empty());
        let mut ada = Phone::begin(setup);
        let hello = ada.hello();
        lengths.insert(ada.answers(Party::named("Grace").hello()).len());
        let seen = ada.verifies(Party::named("Grace").offer(&hello));
        let _ = ada.keeps(&seen);
        lengths.insert(ada.confirm().len());
    };
    for (name, line) in [(1, 0), (2, 0), (7, 0), (23, 0), (24, 0), (64, 0), (64, 11), (64, 12)] {
        shown(name, line);
    }
    for line in [13, 20, 32, 33, 34, 40, 48, 64, 65, 90, 96] {
        shown(64, line);
    }
    assert_eq!(lengths.into_iter().collect::<Vec<_>>(), [311, 357, 414]);
}
