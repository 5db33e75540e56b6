//! What must work before anything is worth attacking.

use lapel::exchange::{Options, Reveal, Scanned, Shows, Step};
use lapel::{Carrier, event::Event, receipt::State};
use lapel_protocol_tests::{Party, Phone, digits};

#[test]
fn the_core_and_the_text_agree_on_every_byte_of_a_handshake() {
    let (mut ada, grace) = (Phone::named("Ada"), Party::named("Grace"));
    let hello = ada.hello();
    // The core answers a hello made from the text, and what it seals opens by the text.
    let opened = grace.open(&ada.answers(grace.hello())).expect("sealed to Grace's hello");
    assert_eq!((opened.kind, &opened.hello), (1, &hello));
    assert_eq!(opened.contents.person, ada.person());
    assert_eq!(opened.contents.badge, b"\xa1\x00\x63Ada");
    assert_eq!(opened.signature.len(), 64);
    // The core opens what the text seals, and both get the same digits.
    let seen = ada.verifies(grace.confirm(&hello, &ada.person()));
    assert_eq!((seen.badge.name(), seen.confirmed), ("Grace", true));
    assert_eq!(seen.transcript.as_bytes(), &grace.transcript(&hello));
    let code = seen.check_code.expect("Grace was answered first");
    assert_eq!(u64::from(code.number()), grace.check_code(&opened));
    assert_eq!(ada.accepts(&seen).state(), State::Confirmed);
}

#[test]
fn two_phones_face_to_face_meet_in_any_order() {
    let (mut ada, mut grace) = (Phone::named("Ada"), Phone::named("Grace"));
    let (from_ada, from_grace) = (ada.hello(), grace.hello());
    let graces = grace.answers(from_ada);
    let adas = ada.answers(from_grace);
    let (by_ada, by_grace) = (ada.verifies(graces), grace.verifies(adas));
    assert_eq!(by_ada.transcript, by_grace.transcript);
    assert_eq!(by_ada.check_code, by_grace.check_code);
    assert!(by_ada.check_code.is_some());
    assert_eq!(ada.accepts(&by_ada).person(), grace.identity.person());
    assert_eq!(grace.accepts(&by_grace).person(), ada.identity.person());
}

#[test]
fn the_first_hello_is_answered_at_once_unless_codes_are_compared() {
    let hello = Party::named("Grace").hello();
    let mut ada = Phone::named("Ada");
    assert_eq!(ada.scan_bytes(&hello), Scanned::Progressed(Step::Answered));
    let mut ada = Phone::with("Ada", Options { compare: true, ..Options::default() });
    assert_eq!(ada.scan_bytes(&hello), Scanned::Progressed(Step::Noticed));
}

#[test]
fn both_who_compare_before_accepting_see_the_same_code() {
    let compare = || Options { compare: true, ..Options::default() };
    let (mut ada, mut grace) = (Phone::with("Ada", compare()), Phone::with("Grace", compare()));
    let offer = grace.answers(ada.hello());
    let by_ada = ada.verifies(offer);
    // Comparing shows one's own badge at once: no second hello is needed.
    let by_grace = grace.verifies(ada.offer());
    assert_eq!(by_ada.check_code.expect("shown").to_string().len(), 7);
    assert_eq!(by_ada.check_code, by_grace.check_code);
}

#[test]
fn who_reveals_only_after_accepting_never_sends_an_offer() {
    let shy = Options { reveal: Reveal::AfterAccept, ..Options::default() };
    let (mut ada, grace) = (Phone::with("Ada", shy), Party::named("Grace"));
    let hello = ada.hello();
    assert_eq!(ada.scan_bytes(grace.hello()), Scanned::Progressed(Step::Noticed));
    for _ in 0..4 {
        ada.wait(1.0);
        assert_eq!(ada.scan_bytes(grace.hello()), Scanned::NothingNew);
    }
    assert_eq!(ada.films(3.0), [digits::text(&hello)]);
    let seen = ada.verifies(grace.offer(&hello));
    assert_eq!(ada.accepts(&seen).person().as_bytes(), &grace.person());
}

#[test]
fn two_who_reveal_only_after_accepting_are_told_so() {
    let shy = || Options { reveal: Reveal::AfterAccept, ..Options::default() };
    let (mut ada, mut grace) = (Phone::with("Ada", shy()), Phone::with("Grace", shy()));
    let hello = grace.hello();
    ada.at(1.0).scan_bytes(&hello);
    assert_eq!(ada.at(5.9).scan_bytes(&hello), Scanned::NothingNew);
    assert_eq!(ada.at(6.0).scan_bytes(&hello), Scanned::NobodyAnswersFirst);
    ada.can_still_meet();
}

#[test]
fn a_badge_goes_through_in_small_symbols_in_any_order() {
    let (mut ada, mut grace) = (Phone::named("Ada"), Phone::named("Grace"));
    grace.exchange.use_small_symbols(true);
    grace.scan_bytes(ada.hello());
    let mut parts: Vec<String> = grace.films(10.0);
    parts.retain(|text| digits::message(text)[1] == 3);
    assert_eq!(parts.len(), 2);
    assert!(parts.iter().all(|text| digits::message(text).len() <= 183));
    assert_eq!(ada.scan(&parts[1]), Scanned::PartReceived { have: 1, total: 2 });
    assert_eq!(ada.scan(&parts[1]), Scanned::NothingNew);
    assert_eq!(ada.scan(&parts[0]).name(), "verified");
    grace.exchange.use_small_symbols(false);
    assert_eq!(ada.scan_bytes(grace.offer()), Scanned::NothingNew);
}

#[test]
fn parts_are_cut_as_the_text_says() {
    for (name, class, count) in
        [("Ada", 311, 2), (&"A".repeat(64), 311, 2), ("long", 357, 3), ("longest", 414, 3)]
    {
        let mut setup = lapel_protocol_tests::phone::Setup::named("Ada");
        setup.fields.name = name.into();
        let line = match class {
            357 => 96,
            414 => 96,
            _ => 1,
        };
        setup.fields.line = Some("l".repeat(line));
        if class == 357 {
            setup.fields.title = Some("t".repeat(40));
        }
        if class == 414 {
            setup.fields.title = Some("t".repeat(64));
            setup.fields.organisation = Some("o".repeat(40));
        }
        let mut ada = Phone::begin(setup);
        let whole = ada.answers(Party::named("Grace").hello());
        assert_eq!(whole.len(), class, "{name}");
        ada.exchange.use_small_symbols(true);
        let mut shown: Vec<Vec<u8>> =
            ada.films(20.0).iter().map(|t| digits::message(t)).filter(|m| m[1] == 3).collect();
        shown.sort();
        assert_eq!(shown, lapel_protocol_tests::schedule::parts(&whole));
        assert_eq!(shown.len(), count);
    }
}

#[test]
fn codes_behind_different_carriers_meet() {
    let web =
        Options { carrier: Carrier::web("https://meet.example/b#").unwrap(), ..Options::default() };
    let (mut ada, mut grace) = (Phone::with("Ada", web), Phone::named("Grace"));
    let text = ada.shows();
    assert!(text.starts_with("https://meet.example/b#"));
    assert_eq!(
        grace.scan(&text.to_uppercase().replace("/B#", "/b#")),
        Scanned::Progressed(Step::Answered)
    );
    let offer = grace.shows_a(Shows::Offer);
    assert_eq!(ada.scan(&offer.to_lowercase()).name(), "verified");
}

#[test]
fn an_event_is_spoken_of_only_if_both_name_it() {
    let at = |name: &str| Options { event: Event::new(name).unwrap(), ..Options::default() };
    for (grace_at, agreed) in [("rustconf", true), ("strangeloop", false), ("", false)] {
        let (mut ada, mut grace) = (Phone::with("Ada", at("rustconf")), Party::named("Grace"));
        grace.contents.event = grace_at.into();
        let hello = ada.hello();
        let seen = ada.verifies(grace.confirm(&hello, &ada.person()));
        assert_eq!(seen.event.as_str(), grace_at);
        let shown = ada.accepts(&seen).shown();
        assert_eq!(shown.event.is_some(), agreed);
    }
}

#[test]
fn extensions_and_attestations_are_carried_and_covered() {
    let (mut ada, mut grace) = (Phone::named("Ada"), Party::named("Grace"));
    grace.contents.ext = b"what a later version adds".to_vec();
    grace.contents.attestation =
        [&[0x82, 0x58, 32], [7; 32].as_slice(), &[0x58, 64], &[8; 64]].concat();
    grace.class = 414;
    let hello = ada.hello();
    assert_eq!(ada.verifies(grace.offer(&hello)).badge.name(), "Grace");
    // Another ext is another hello, and so another candidate.
    let mut other = grace.clone();
    other.contents.ext.clear();
    assert_ne!(other.hello(), grace.hello());
    ada.can_still_meet();
}

#[test]
fn both_sides_export_the_same_key_for_other_evidence() {
    let (mut ada, grace) = (Phone::named("Ada"), Party::named("Grace"));
    let hello = ada.hello();
    let seen = ada.verifies(grace.offer(&hello));
    let prk = grace.prk(&lapel_protocol_tests::schedule::ephemeral_of(&hello));
    let info = lapel_protocol_tests::schedule::labelled(
        "lapel/1 exporter",
        &[seen.transcript.as_bytes(), b"ble"],
    );
    let expected: [u8; 32] = lapel_protocol_tests::schedule::expand(&prk, &info);
    assert_eq!(ada.exchange.export_key(&seen.transcript, "ble"), Some(expected));
    assert_ne!(ada.exchange.export_key(&seen.transcript, "uwb"), Some(expected));
}

#[test]
fn an_offer_after_a_confirm_message_says_nothing_more() {
    let (mut ada, grace) = (Phone::named("Ada"), Party::named("Grace"));
    let hello = ada.hello();
    assert!(ada.verifies(grace.confirm(&hello, &ada.person())).confirmed);
    assert_eq!(ada.scan_bytes(grace.offer(&hello)), Scanned::NothingNew);
    assert!(ada.exchange.waiting()[0].confirmed);
}
