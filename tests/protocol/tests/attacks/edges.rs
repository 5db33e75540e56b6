//! The edges of the curves, and a random source that repeats itself.

use ed25519_dalek::{Signature, VerifyingKey};
use lapel::Flaw;
use lapel::event::Event;
use lapel::exchange::{Scanned, Step};
use lapel::identity::{NotAPerson, PersonId};
use lapel_protocol_tests::phone::Setup;
use lapel_protocol_tests::points::{
    low_order_u, non_canonical_points, non_canonical_u, plus_order, small, small_order_points,
    times_plus,
};
use lapel_protocol_tests::{OFFER, Party, Phone, points, schedule};
use sha2::{Digest, Sha512};

const KEY: Scanned = Scanned::Damaged(Flaw::EphemeralKey);

#[test]
fn low_order_and_non_canonical_ephemeral_keys_are_refused_everywhere() {
    let mut ada = Phone::named("Ada");
    let low = low_order_u();
    for u in low {
        assert_eq!(schedule::agree(&Party::named("Ada").ephemeral, &u), [0; 32], "{u:02x?}");
    }
    for u in low.into_iter().chain(non_canonical_u()) {
        assert_eq!(ada.scan_bytes(schedule::hello(&u, &[3; 32])), KEY, "{u:02x?}");
        for class in [311, 357, 414] {
            let sealed = [&[1, 1], u.as_slice(), &vec![3; class - 34]].concat();
            assert_eq!(ada.scan_bytes(&sealed), KEY, "{u:02x?}");
        }
        let sealed = [&[1, 2], u.as_slice(), &[3; 277]].concat();
        let parts = schedule::parts(&sealed);
        ada.scan_bytes(&parts[0]);
        assert_eq!(ada.scan_bytes(&parts[1]), KEY);
    }
    assert_eq!(ada.exchange.unanswered_offers(), []);
    ada.can_still_meet();
}

#[test]
fn a_low_order_key_is_damaged_at_any_time() {
    let (mut ada, grace) = (Phone::named("Ada"), Party::named("Grace"));
    let hello = ada.hello();
    let bad = schedule::hello(&small(1), &[3; 32]);
    ada.answers(grace.hello());
    assert_eq!(ada.at(130.0).scan_bytes(&bad), KEY, "late");
    let seen = ada.verifies(grace.offer(&hello));
    let _ = ada.accepts(&seen);
    assert_eq!(ada.scan_bytes(&bad), KEY, "after acceptance");
}

#[test]
fn a_key_that_is_merely_on_the_twist_is_a_key() {
    // u = 9 is the base point, u = 2 is on the twist: neither gives everybody the same secret.
    for u in [2, 9] {
        let mut ada = Phone::named("Ada");
        let hello = schedule::hello(&small(u), &[3; 32]);
        assert_eq!(ada.scan_bytes(hello), Scanned::Progressed(Step::Answered));
        ada.can_still_meet();
    }
}

#[test]
fn a_person_of_small_order_or_in_another_encoding_is_nobody() {
    let (mut ada, mut mallory) = (Phone::named("Ada"), Party::named("Mallory"));
    let hello = ada.hello();
    for point in small_order_points().into_iter().chain(non_canonical_points()) {
        assert_eq!(PersonId::from_bytes(point), Err(NotAPerson), "{point:02x?}");
        mallory.contents.person = point;
        // R the neutral element and S zero satisfies the plain equation for A of order one.
        let universal = [small(1), small(0)].concat();
        let sealed = mallory.seal(OFFER, &hello, &mallory.padded(&universal));
        assert_eq!(ada.scan_bytes(sealed), Scanned::Damaged(Flaw::Signature), "{point:02x?}");
    }
    // Not on the curve at all.
    mallory.contents.person = small(2);
    assert_eq!(PersonId::from_bytes(small(2)), Err(NotAPerson));
    assert_eq!(ada.scan_bytes(mallory.offer(&hello)), Scanned::Damaged(Flaw::Signature));
    ada.can_still_meet();
}

#[test]
fn a_signature_has_one_form_only() {
    let (mut ada, grace) = (Phone::named("Ada"), Party::named("Grace"));
    let hello = ada.hello();
    let good = grace.offer_signature(&hello);
    let mut wrong = vec![plus_order(good), plus_order(plus_order(good)), [0; 64], [0xFF; 64]];
    for bit in [255, 254, 253, 252] {
        let mut high = good;
        high[32 + bit / 8] |= 1 << (bit % 8);
        wrong.push(high);
    }
    let mut sign = good;
    sign[31] ^= 0x80;
    wrong.push(sign);
    for signature in wrong {
        let sealed = grace.seal(OFFER, &hello, &grace.padded(&signature));
        assert_eq!(ada.scan_bytes(sealed), Scanned::Damaged(Flaw::Signature));
    }
    ada.verifies(grace.offer(&hello));
}

#[test]
fn a_signature_with_r_of_small_order_is_refused_though_the_equation_holds() {
    let (mut ada, grace) = (Phone::named("Ada"), Party::named("Grace"));
    let hello = ada.hello();
    let message =
        schedule::labelled("lapel/1 offer", &[&grace.transcript(&hello), &grace.public()]);
    let forged = |r: [u8; 32]| {
        // S = k·a, so that S·B = R + k·A for R the neutral element, and 8S·B = 8R + 8k·A for all
        // others of small order.
        let k = Sha512::new().chain_update(r).chain_update(grace.person()).chain_update(&message);
        let s = times_plus(&k.finalize(), &points::scalar(&grace.key), &[0; 32]);
        <[u8; 64]>::try_from([r, s].concat()).unwrap()
    };
    let neutral = forged(small(1));
    let key = VerifyingKey::from_bytes(&grace.person()).unwrap();
    use ed25519_dalek::Verifier as _;
    assert!(key.verify(&message, &Signature::from_bytes(&neutral)).is_ok(), "the equation holds");
    let points = small_order_points().into_iter().chain(non_canonical_points());
    for r in points.chain([points::p_plus(1)]) {
        let sealed = grace.seal(OFFER, &hello, &grace.padded(&forged(r)));
        assert_eq!(ada.scan_bytes(sealed), Scanned::Damaged(Flaw::Signature), "{r:02x?}");
    }
    ada.verifies(grace.offer(&hello));
}

#[test]
fn for_a_point_of_mixed_order_the_equation_decides_and_not_eight_times_it() {
    use curve25519_dalek::{EdwardsPoint, Scalar, edwards::CompressedEdwardsY};
    let (mut ada, grace) = (Phone::named("Ada"), Party::named("Grace"));
    let hello = ada.hello();
    let mut mixed = grace.clone();
    mixed.contents.person = points::plus(&grace.person(), &small_order_points()[4]);
    let person = mixed.person();
    let (th, e) = (mixed.transcript(&hello), mixed.public());
    let message = schedule::labelled("lapel/1 offer", &[&th, &e]);
    let point = |bytes: [u8; 32]| CompressedEdwardsY(bytes).decompress().unwrap();
    let rest = |signature: &[u8; 64]| -> EdwardsPoint {
        let (r, s) = signature.split_at(32);
        let (r, s): ([u8; 32], [u8; 32]) = (r.try_into().unwrap(), s.try_into().unwrap());
        let k = Scalar::from_bytes_mod_order_wide(&points::challenge(&r, &person, &message));
        EdwardsPoint::mul_base(&Scalar::from_bytes_mod_order(s)) - point(r) - k * point(person)
    };
    let neutral = point(small(1));
    let wrong = points::sign_mixed(&mixed.key, &person, &message, false);
    assert!(rest(&wrong) != neutral && rest(&wrong).mul_by_cofactor() == neutral);
    let sealed = mixed.seal(OFFER, &hello, &mixed.padded(&wrong));
    assert_eq!(ada.scan_bytes(sealed), Scanned::Damaged(Flaw::Signature));
    let right = points::sign_mixed(&mixed.key, &person, &message, true);
    assert!(rest(&right) == neutral);
    let sealed = mixed.seal(OFFER, &hello, &mixed.padded(&right));
    assert_eq!(ada.verifies(sealed).person.as_bytes(), &person);
}

#[test]
fn a_random_source_that_repeats_itself_repeats_no_key() {
    let hello = |change: fn(&mut Setup)| {
        let mut setup = Setup::named("Ada");
        setup.random = [0; 32];
        change(&mut setup);
        Phone::begin(setup).hello()
    };
    let hellos = [
        hello(|_| {}),
        hello(|s| s.counter = 1),
        hello(|s| s.now = core::time::Duration::from_millis(1)),
        hello(|s| s.wall += 1),
        hello(|s| s.fields.line = Some("a".into())),
        hello(|s| s.options.event = Event::new("rustconf").unwrap()),
        hello(|s| s.secret = [9; 32]),
    ];
    for (i, one) in hellos.iter().enumerate() {
        for other in &hellos[..i] {
            assert_ne!(one[2..34], other[2..34], "an ephemeral key");
            assert_ne!(one[34..], other[34..], "a commitment");
        }
    }
    // With everything the same, it is the same session; that is what the counter is for.
    assert_eq!(hellos[0], hello(|_| {}));
}

#[test]
fn a_renewed_session_shares_nothing_with_the_one_before() {
    let mut ada = Phone::named("Ada");
    let mut seen: Vec<Vec<u8>> = Vec::new();
    for _ in 0..50 {
        let hello = ada.hello();
        for old in &seen {
            assert_ne!(old[2..34], hello[2..34]);
            assert_ne!(old[34..], hello[34..]);
        }
        seen.push(hello);
        ada.exchange.start_again(ada.clock); // at the very same moment
    }
}
