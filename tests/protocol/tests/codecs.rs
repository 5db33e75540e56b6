//! Codecs under random input: what is written reads back, and nothing panics.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests stop where something is wrong"
)]

use lapel::Carrier;
use lapel::badge::{Badge, BadgeFields};
use lapel::event::Event;
use lapel::identity::{Identity, PersonId};
use lapel::receipt::Receipt;
use lapel_protocol_tests::receipt::{Side, receipt};
use lapel_protocol_tests::{Party, Phone, cbor, digits};
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

/// The same cases every time.
fn seeded(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        rng_seed: RngSeed::Fixed(0x1A9E1),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

/// Text of many scripts, often not yet in form.
fn text(most: usize) -> impl Strategy<Value = String> {
    let letters = prop_oneof![
        "[A-Za-z0-9 ,.'-]{1,24}",
        "[a-zà-ÿ\u{301}\u{308} ]{1,12}",
        "[ぁ-ん山田太郎]{1,8}",
        "[א-ת ء-ي\u{200D}]{1,8}",
        "\\PC{1,8}",
    ];
    letters.prop_map(move |s| {
        let mut s = s;
        while s.len() > most {
            s.pop();
        }
        s
    })
}

fn fields() -> impl Strategy<Value = BadgeFields> {
    let emails = vec("[a-z]{1,6}@[a-z]{1,6}", 0..3);
    let phones = vec("\\+[0-9 ()-]{0,8}[0-9]{1,4}", 0..3);
    let urls = vec("https?://[a-z0-9./?=%&é-]{1,16}", 0..3);
    let handles = vec("@[a-z_]{1,8}", 0..3);
    (
        text(40),
        option::of(text(20)),
        option::of(text(20)),
        (emails, phones, urls, handles),
        option::of(text(12)),
        option::of(text(24)),
    )
        .prop_map(|(name, title, organisation, lists, pronouns, line)| {
            let (emails, phones, urls, handles) = lists;
            BadgeFields { name, title, organisation, emails, phones, urls, handles, pronouns, line }
        })
}

/// Their badge; fields that are refused are drawn again, up to a limit.
fn made(fields: BadgeFields) -> Result<Badge, TestCaseError> {
    Badge::new(fields).map_err(|refused| TestCaseError::reject(refused.to_string()))
}

proptest! {
    #![proptest_config(seeded(400))]

    #[test]
    fn a_valid_badge_reads_back_from_its_bytes(fields in fields()) {
        let badge = made(fields)?;
        prop_assert!(badge.as_bytes().len() <= Badge::MAX_BYTES);
        prop_assert_eq!(&Badge::from_bytes(badge.as_bytes()).unwrap(), &badge);
        // What was brought into form stays as it is.
        prop_assert_eq!(&Badge::new(badge.fields().clone()).unwrap(), &badge);
    }

    #[test]
    fn a_mutated_badge_is_refused_or_is_the_one_encoding_of_another(
        fields in fields(),
        at in any::<prop::sample::Index>(),
        what in 0..4,
        byte in any::<u8>(),
    ) {
        let badge = made(fields)?;
        let mut bytes = badge.as_bytes().to_vec();
        let at = at.index(bytes.len());
        match what {
            0 => bytes[at] = byte,
            1 => bytes[at] ^= 1 << (byte % 8),
            2 => { bytes.remove(at); }
            _ => bytes.insert(at, byte),
        }
        if let Ok(read) = Badge::from_bytes(&bytes) {
            prop_assert_eq!(read.as_bytes(), bytes.as_slice());
            let written = Badge::new(read.fields().clone()).unwrap();
            prop_assert_eq!(written.as_bytes(), bytes.as_slice());
        }
    }

    #[test]
    fn a_badge_cut_short_anywhere_is_refused(fields in fields()) {
        let badge = made(fields)?;
        for len in 0..badge.as_bytes().len() {
            prop_assert!(Badge::from_bytes(&badge.as_bytes()[..len]).is_err());
        }
    }

    #[test]
    fn random_bytes_are_hardly_a_badge_and_never_a_panic(bytes in vec(any::<u8>(), 0..300)) {
        if let Ok(badge) = Badge::from_bytes(&bytes) {
            prop_assert_eq!(badge.as_bytes(), bytes.as_slice());
        }
        prop_assert!(Receipt::verify(&bytes).is_err());
    }

    #[test]
    fn bytes_that_look_like_a_badge_are_read_strictly(
        name in "[A-Z][a-z]{0,4}",
        entries in btree_map(1u8..11, prop_oneof![
            4 => "[a-z]{1,6}".prop_map(|t| cbor::text(&t)),
            1 => vec(any::<u8>(), 0..6).prop_map(|b| [vec![0x60 | b.len() as u8], b].concat()),
            2 => vec("[a-z@:/]{0,9}", 0..5).prop_map(|list| {
                cbor::array(&list.iter().map(|t| cbor::text(t)).collect::<Vec<_>>())
            }),
        ], 0..4),
        swapped in prop::bool::weighted(0.1),
        miscounted in prop::bool::weighted(0.1),
    ) {
        let mut items: Vec<_> = entries.into_iter().map(|(key, v)| [vec![key], v].concat()).collect();
        items.insert(0, [vec![0], cbor::text(&name)].concat());
        if swapped {
            items.reverse();
        }
        let count = items.len() as u8 + u8::from(miscounted);
        let bytes = [vec![0xA0 | count], items.concat()].concat();
        let in_order = !swapped || items.len() == 1;
        match Badge::from_bytes(&bytes) {
            Ok(badge) => {
                prop_assert!(in_order && !miscounted);
                prop_assert_eq!(badge.as_bytes(), bytes.as_slice());
            }
            // The name alone, rightly counted, is a badge.
            Err(_) => prop_assert!(items.len() > 1 || miscounted),
        }
    }

    #[test]
    fn an_event_keeps_to_its_bound_and_form(name in "\\PC{0,12}") {
        if let Ok(event) = Event::new(&name) {
            prop_assert!(event.as_str().len() <= Event::MAX_BYTES);
            prop_assert_eq!(event.is_none(), event.as_str().is_empty());
            prop_assert_eq!(Event::new(event.as_str()).unwrap(), event);
        }
    }

    #[test]
    fn a_persons_id_reads_back_from_its_text(secret in any::<[u8; 32]>()) {
        let person = Identity::from_secret(&secret).person();
        prop_assert_eq!(person.to_string().parse::<PersonId>().unwrap(), person);
        prop_assert_eq!(PersonId::from_bytes(*person.as_bytes()).unwrap(), person);
    }

    #[test]
    fn any_text_is_a_persons_id_or_refused(text in prop_oneof!["\\PC*", "[0-9a-fA-F]{60,68}"]) {
        if let Ok(person) = text.parse::<PersonId>() {
            prop_assert_eq!(person.to_string(), text.to_lowercase());
        }
    }

    #[test]
    fn any_carrier_is_refused_or_written_as_it_was(url in prop_oneof![
        "\\PC*",
        "https://[a-z0-9.:-]{0,70}/b#",
    ]) {
        if let Ok(carrier) = Carrier::web(&url) {
            prop_assert!(url.len() <= Carrier::MAX_BYTES);
            prop_assert_eq!(carrier.to_string(), url);
        }
    }

    #[test]
    fn digits_read_back(bytes in vec(any::<u8>(), 0..500)) {
        prop_assert_eq!(digits::decode(&digits::encode(&bytes)).unwrap(), bytes);
    }
}

#[test]
fn any_text_at_all_gets_a_name_and_the_session_goes_on() {
    let mut runner = proptest::test_runner::TestRunner::new(seeded(1_500));
    let ada = std::cell::RefCell::new(Phone::named("Ada"));
    let texts = prop_oneof![
        "\\PC*",
        any::<String>(),
        "LAPEL:/[0-9]{0,1100}",
        "(?i)lapel:/[0-9]{160,162}",
        "https://[a-z]{1,9}/b#[0-9x]{0,40}",
        vec(any::<u8>(), 0..430).prop_map(digits::text),
        (0u8..5, vec(any::<u8>(), 0..415))
            .prop_map(|(kind, b)| { digits::text([vec![1, kind], b].concat()) }),
        vec(any::<u8>(), 64).prop_map(|b| digits::text([vec![1, 0], b].concat())),
    ];
    runner
        .run(&texts, |text| {
            let mut ada = ada.borrow_mut();
            ada.wait(0.01);
            let name = ada.scan(&text).name();
            prop_assert!(
                !["verified", "confirmed", "ended", "session_taken"].contains(&name),
                "{name}"
            );
            let now = ada.clock;
            prop_assert!(ada.exchange.frame(now).is_some());
            Ok(())
        })
        .unwrap();
    let mut ada = ada.into_inner();
    assert_eq!(ada.exchange.waiting(), []);
    ada.can_still_meet();
}

#[test]
fn a_receipt_mutated_twice_is_refused() {
    let (ada, grace) = (Party::named("Ada"), Party::named("Grace"));
    let ours = ada.confirm_signature(&grace.hello(), &grace.person());
    let theirs = grace.offer_signature(&ada.hello());
    let holder = Side::of(ada.public(), &ada.contents, 2, &ours);
    let peer = Side::of(grace.public(), &grace.contents, 1, &theirs).with_badge(&grace.contents);
    let good = receipt(0, &holder, &peer);
    let mut runner = proptest::test_runner::TestRunner::new(seeded(500));
    let change = (any::<prop::sample::Index>(), any::<u8>());
    runner
        .run(&vec(change, 1..4), |changes| {
            let mut bad = good.clone();
            for (at, byte) in changes {
                let at = at.index(bad.len());
                bad[at] = byte;
            }
            prop_assert!(bad == good || Receipt::verify(&bad).is_err());
            Ok(())
        })
        .unwrap();
}
