//! Floods, forgeries and damage: a name for each, and the session goes on.

use lapel::Flaw;
use lapel::exchange::{Scanned, Step};
use lapel_protocol_tests::{CONFIRM, OFFER, Party, Phone, cbor, digits, schedule};

const SHAPE: Scanned = Scanned::Damaged(Flaw::Shape);
const DIGITS: Scanned = Scanned::Damaged(Flaw::Digits);
const CONTENTS: Scanned = Scanned::Damaged(Flaw::Contents);

#[test]
fn a_forged_abort_or_acknowledgement_ends_nothing() {
    let (mut ada, grace) = (Phone::named("Ada"), Party::named("Grace"));
    let hello = ada.hello();
    let seen = ada.verifies(grace.offer(&hello));
    for kind in 4..=255 {
        for len in [2, 13, 66, 311] {
            assert_eq!(ada.scan_bytes([&[1, kind], vec![0; len - 2].as_slice()].concat()), SHAPE);
        }
    }
    // A confirm message that somebody made up, under Grace's key and under another.
    for e in [grace.public(), Party::named("Mallory").public()] {
        let forged = [&[1, CONFIRM], e.as_slice(), &[0x55; 277]].concat();
        assert_eq!(ada.scan_bytes(&forged), Scanned::NotForUs);
        assert_eq!(ada.scan_bytes(&forged), Scanned::NotForUs);
    }
    assert_eq!(ada.accepts(&seen).person().as_bytes(), &grace.person());
}

#[test]
fn a_forged_index_or_total_of_a_part_costs_nothing() {
    let (mut ada, grace) = (Phone::named("Ada"), Party::named("Grace"));
    let parts = schedule::parts(&grace.offer(&ada.hello()));
    for (index, total) in [(0, 0), (0, 1), (2, 2), (3, 3), (0, 4), (255, 255), (1, 0)] {
        let mut forged = parts[0].clone();
        (forged[2], forged[3]) = (index, total);
        assert_eq!(ada.scan_bytes(forged), SHAPE, "{index} of {total}");
    }
    // As if there were three: another set, beside the true one.
    let mut three = parts[0].clone();
    three[3] = 3;
    assert_eq!(ada.scan_bytes(three), Scanned::PartReceived { have: 1, total: 3 });
    // The true one first, and forged chunks after it, in both places.
    ada.scan_bytes(&parts[0]);
    for part in &parts {
        for fill in 0..3 {
            // As long as the true one, so that only the digest tells that it isn't.
            let forged = [&part[..12], &vec![fill; part.len() - 12]].concat();
            assert_eq!(ada.scan_bytes(forged).name(), "part_received");
        }
    }
    assert_eq!(ada.scan_bytes(&parts[0]), Scanned::NothingNew, "it is still there");
    assert_eq!(ada.scan_bytes(&parts[1]).name(), "verified");
}

#[test]
fn any_number_of_forged_parts_give_way_to_the_true_ones() {
    let (mut ada, grace) = (Phone::named("Ada"), Party::named("Grace"));
    let parts = schedule::parts(&grace.offer(&ada.hello()));
    for part in &parts {
        for fill in 0..9 {
            let forged = [&part[..12], &vec![fill; part.len() - 12]].concat();
            assert_eq!(ada.scan_bytes(forged).name(), "part_received");
        }
    }
    assert_eq!(ada.scan_bytes(&parts[0]).name(), "part_received");
    assert_eq!(ada.scan_bytes(&parts[1]).name(), "verified");
}

#[test]
fn parts_that_gave_a_message_give_it_again() {
    let (mut ada, grace) = (Phone::named("Ada"), Party::named("Grace"));
    let hello = ada.hello();
    let seen = ada.verifies(grace.offer(&hello));
    let encounter = ada.accepts(&seen);
    let parts = schedule::parts(&grace.confirm(&hello, &ada.person()));
    // It comes before the book has the encounter, and is shown on and on.
    for _ in 0..3 {
        assert_eq!(ada.scan_bytes(&parts[0]).name(), "part_received");
        assert_eq!(ada.scan_bytes(&parts[1]), Scanned::Progressed(Step::ConfirmedEarly));
    }
    let recorded = ada.records(&encounter).unwrap();
    ada.exchange.acknowledge(&recorded).unwrap();
    ada.scan_bytes(&parts[1]);
    let _ = ada.is_confirmed_by(&parts[0]);
}

#[test]
fn a_set_of_parts_that_adds_up_to_nothing_is_dropped_alone() {
    let (mut ada, grace) = (Phone::named("Ada"), Party::named("Grace"));
    let hello = ada.hello();
    let true_parts = schedule::parts(&grace.offer(&hello));
    ada.scan_bytes(&true_parts[0]);
    let whole_of = |head: &[u8]| [head, &vec![0x77; 311 - head.len()]].concat();
    for (whole, expected) in [
        (whole_of(&[1, OFFER, 9]), Scanned::NotForUs),
        (whole_of(&[1, 3, 0, 2]), SHAPE),
        (whole_of(&[1, 0]), SHAPE),
        (whole_of(&[2, 1]), SHAPE),
        (whole_of(&[1, 99]), SHAPE),
    ] {
        let parts = schedule::parts(&whole);
        assert_eq!(ada.scan_bytes(&parts[0]).name(), "part_received");
        assert_eq!(ada.scan_bytes(&parts[1]), expected);
    }
    assert_eq!(ada.scan_bytes(&true_parts[1]).name(), "verified");
}

#[test]
fn a_flood_of_parts_stays_bounded_and_the_true_ones_still_come_through() {
    let (mut ada, grace) = (Phone::named("Ada"), Party::named("Grace"));
    let parts = schedule::parts(&grace.offer(&ada.hello()));
    for round in 0..200u16 {
        let digest = [round.to_be_bytes().as_slice(), &[0; 6]].concat();
        let forged = [&[1, 3, (round % 3) as u8, 3], digest.as_slice(), &[1; 171]].concat();
        assert_eq!(ada.scan_bytes(forged), Scanned::PartReceived { have: 1, total: 3 });
    }
    ada.scan_bytes(&parts[0]);
    // Up to seven others in between do no harm.
    for other in 0..7u8 {
        ada.scan_bytes([&[1, 3, 0, 2, 0xFF, other], [2; 100].as_slice()].concat());
    }
    assert_eq!(ada.scan_bytes(&parts[1]).name(), "verified");
}

#[test]
fn the_first_hello_seen_does_not_capture_the_session() {
    let (mut ada, mallory, grace) =
        (Phone::named("Ada"), Party::named("Mallory"), Party::named("Grace"));
    let hello = ada.hello();
    ada.answers(mallory.hello());
    assert_eq!(ada.scan_bytes(grace.hello()), Scanned::Progressed(Step::Noticed));
    assert_eq!(ada.wait(1.4).scan_bytes(grace.hello()), Scanned::NothingNew);
    let offer = ada.wait(0.1).answers(grace.hello());
    assert!(grace.open(&offer).is_some(), "the newest offer comes first");
    let seen = ada.verifies(grace.confirm(&hello, &ada.person()));
    assert_eq!(ada.accepts(&seen).person().as_bytes(), &grace.person());
}

#[test]
fn four_hellos_get_an_offer_and_then_it_is_start_again() {
    let mut ada = Phone::named("Ada");
    let hello = ada.hello();
    let crowd: Vec<Party> = (0..6).map(|i| Party::named(&format!("number {i}"))).collect();
    for (i, one) in crowd[..4].iter().enumerate() {
        let expected = if i == 0 { Step::Answered } else { Step::Noticed };
        assert_eq!(ada.scan_bytes(one.hello()), Scanned::Progressed(expected));
        ada.wait(1.5);
        let again = ada.scan_bytes(one.hello());
        assert_eq!(again.name(), if i == 0 { "nothing_new" } else { "progressed" });
    }
    assert_eq!(ada.scan_bytes(crowd[4].hello()), Scanned::StartAgain);
    assert_eq!(ada.exchange.unanswered_offers().len(), 4);
    // All four can open theirs, and whoever signs is still verified, the fifth included.
    let film: Vec<_> = ada.films(20.0).iter().map(|t| digits::message(t)).collect();
    for one in &crowd[..4] {
        let sealed_to = |m: &&Vec<u8>| m[1] == OFFER && one.open(m).is_some();
        assert_eq!(film.iter().filter(sealed_to).count(), 1);
    }
    ada.verifies(crowd[4].offer(&hello));
    ada.exchange.start_again(ada.clock);
    assert_eq!(ada.exchange.unanswered_offers().len(), 4);
    ada.can_still_meet();
}

#[test]
fn of_hellos_noticed_before_the_fourth_offer_none_gets_a_fifth() {
    let mut ada = Phone::named("Ada");
    let crowd: Vec<Party> = (0..5).map(|i| Party::named(&format!("number {i}"))).collect();
    for one in &crowd {
        ada.scan_bytes(one.hello());
    }
    ada.wait(1.5);
    for one in &crowd[1..4] {
        assert_eq!(ada.scan_bytes(one.hello()), Scanned::Progressed(Step::Answered));
    }
    assert_eq!(ada.scan_bytes(crowd[4].hello()), Scanned::StartAgain);
}

#[test]
fn a_flood_of_hellos_is_forgotten_oldest_first_and_locks_nobody_out() {
    let (mut ada, grace) = (Phone::named("Ada"), Party::named("Grace"));
    let hello = ada.hello();
    for i in 0..300 {
        let scanned = ada.scan_bytes(Party::named("flood").again(i).hello());
        assert_eq!(scanned.name(), "progressed");
    }
    assert_eq!(ada.exchange.unanswered_offers().len(), 1);
    // The last four are known, and those before them are new again.
    let hello_of = |i| Party::named("flood").again(i).hello();
    assert_eq!(ada.scan_bytes(hello_of(296)), Scanned::NothingNew);
    assert_eq!(ada.scan_bytes(hello_of(295)), Scanned::Progressed(Step::Noticed));
    assert_eq!(ada.scan_bytes(grace.hello()), Scanned::Progressed(Step::Noticed));
    assert!(grace.open(&ada.wait(1.5).answers(grace.hello())).is_some());
    ada.verifies(grace.offer(&hello));
}

#[test]
fn of_noticed_hellos_the_one_unseen_for_longest_gives_way() {
    let mut ada = Phone::named("Ada");
    let crowd: Vec<Party> = (0..5).map(|i| Party::named(&format!("number {i}"))).collect();
    assert_eq!(ada.scan_bytes(Party::named("the first").hello()).name(), "progressed");
    for one in &crowd[..4] {
        let noticed = ada.wait(0.1).scan_bytes(one.hello());
        assert_eq!(noticed, Scanned::Progressed(Step::Noticed));
    }
    // The one that was noticed first is in view again as a fifth comes.
    assert_eq!(ada.wait(0.1).scan_bytes(crowd[0].hello()), Scanned::NothingNew);
    assert_eq!(ada.wait(0.1).scan_bytes(crowd[4].hello()), Scanned::Progressed(Step::Noticed));
    assert_eq!(ada.wait(0.1).scan_bytes(crowd[0].hello()), Scanned::NothingNew);
    assert_eq!(ada.wait(0.1).scan_bytes(crowd[1].hello()), Scanned::Progressed(Step::Noticed));
}

#[test]
fn a_flood_of_sealed_frames_is_named_and_leaves_room() {
    let (mut ada, grace) = (Phone::named("Ada"), Party::named("Grace"));
    let hello = ada.hello();
    for i in 0..300u32 {
        let flood = Party::named("flood").again(i);
        let sealed = [&[1, OFFER], flood.public().as_slice(), &[7; 277]].concat();
        assert_eq!(ada.scan_bytes(sealed), Scanned::NotForUs);
    }
    ada.verifies(grace.offer(&hello));
    ada.can_still_meet();
}

#[test]
fn a_message_truncated_at_every_byte_is_named() {
    let (mut ada, grace) = (Phone::named("Ada"), Party::named("Grace"));
    let hello = ada.hello();
    let sealed = grace.offer(&hello);
    for message in [grace.hello(), sealed.clone(), grace.confirm(&hello, &ada.person())] {
        for len in 1..message.len() {
            assert_eq!(ada.scan_bytes(&message[..len]), SHAPE, "{len} of {}", message.len());
        }
    }
    assert_eq!(ada.scan("LAPEL:/"), DIGITS);
    for part in schedule::parts(&sealed) {
        for len in 1..part.len() {
            let expected = if len <= 12 { "damaged" } else { "part_received" };
            assert_eq!(ada.scan_bytes(&part[..len]).name(), expected, "{len}");
        }
    }
    // And every truncation of the text itself.
    let text = digits::text(&sealed);
    for len in 0..text.len() {
        let name = ada.scan(&text[..len]).name();
        assert!(["not_ours", "damaged", "other_version"].contains(&name), "{len}: {name}");
    }
    ada.can_still_meet();
}

#[test]
fn trailing_bytes_and_oversize_are_refused() {
    let (mut ada, grace) = (Phone::named("Ada"), Party::named("Grace"));
    let hello = ada.hello();
    for message in [grace.hello(), grace.offer(&hello)] {
        for extra in [1, 2, 7, 45, 100] {
            let longer = [message.as_slice(), &vec![0; extra]].concat();
            assert_eq!(ada.scan_bytes(&longer).name(), "damaged", "{extra}");
        }
    }
    // As long as the next class, and still not what was sealed.
    let longer = [grace.offer(&hello), vec![0; 46]].concat();
    assert_eq!(ada.scan_bytes(longer), Scanned::NotForUs);
    assert_eq!(ada.scan_bytes([&[1, 9], [0; 412].as_slice()].concat()), SHAPE);
    assert_eq!(ada.scan_bytes([&[1, 1], [0; 412].as_slice()].concat()).name(), "damaged");
    assert_eq!(ada.scan_bytes([&[1, 1], [9; 413].as_slice()].concat()), DIGITS);
    assert_eq!(ada.scan(&format!("LAPEL:/{}", "0".repeat(1_006))).name(), "other_version");
    assert_eq!(ada.scan(&format!("LAPEL:/{}", "0".repeat(1_007))), DIGITS);
    assert_eq!(ada.scan(&format!("LAPEL:/{}", "1".repeat(1_000_000))), DIGITS);
    assert_eq!(ada.scan(&"x".repeat(1_000_000)), Scanned::NotOurs);
    assert_eq!(ada.scan_bytes([&[1, 3, 0, 2], [0; 180].as_slice()].concat()), SHAPE);
    ada.can_still_meet();
}

#[test]
fn multibyte_text_split_anywhere_does_no_harm() {
    let mut ada = Phone::named("Ada");
    for text in [
        "é",
        "LAPEL:é",
        "LAPEL:/é",
        "LAPEL:/१२३",
        "LAPEL:/0०1",
        "ＬＡＰＥＬ:/001",
        "LAPE\u{4c}\u{301}:/001",
        "https:/é",
        "https://é/b#001",
        "https://meet.example/b#००१",
        "👩‍💻",
        "\u{feff}LAPEL:/001",
        "LAPEL:/001\u{0}",
        "\u{0}",
        "LAPEL:/ 001",
        "LAPEL:/+01",
        "LAPEL:/1e3",
        "LAPELé/001",
    ] {
        let expected = if text.starts_with("LAPEL:/") { "damaged" } else { "not_ours" };
        assert_eq!(ada.scan(text).name(), expected, "{text:?}");
    }
    ada.can_still_meet();
}

#[test]
fn digits_that_stand_for_no_bytes_are_damaged() {
    let mut ada = Phone::named("Ada");
    for digits in [
        "256",
        "65536",
        "16777216",
        "4294967296",
        "1099511627776",
        "281474976710656",
        "72057594037927936",
        "99999999999999999",
        "1",
        "12",
        "1234",
        "123456",
        "1234567",
        "123456789",
        "00000000000000001000000000000000001",
    ] {
        assert_eq!(ada.scan(&format!("LAPEL:/{digits}")), DIGITS, "{digits}");
        assert_eq!(digits::decode(digits), None, "{digits}");
    }
    ada.can_still_meet();
}

#[test]
fn contents_in_any_other_encoding_are_refused() {
    let (mut ada, mut grace) = (Phone::named("Ada"), Party::named("Grace"));
    grace.contents.event = "rustconf".into();
    grace.class = 357;
    let hello = ada.hello();
    let signature = grace.offer_signature(&hello);
    let items = grace.contents.items(&signature);
    let with = |at: usize, item: Vec<u8>| {
        let mut changed = items.clone();
        changed[at] = item;
        cbor::array(&changed)
    };
    let body = items.concat();
    let seed = grace.contents.seed;
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("an overlong array head", [&[0x98, 8], body.as_slice()].concat()),
        ("an indefinite array", [&[0x9F], body.as_slice(), &[0xFF]].concat()),
        ("seven items", cbor::array(&items[..7])),
        ("nine items", cbor::array(&[items.clone(), vec![cbor::uint(0)]].concat())),
        ("a map", [&[0xA4], body.as_slice()].concat()),
        ("a tag in front", [&[0xC0], cbor::array(&items).as_slice()].concat()),
        ("nothing", vec![]),
        ("a short seed", with(0, cbor::bytes(&seed[..15]))),
        ("a long seed", with(0, cbor::bytes([0; 17]))),
        ("an overlong seed head", with(0, [&[0x58, 16], seed.as_slice()].concat())),
        ("an indefinite seed", with(0, [&[0x5F, 0x50], seed.as_slice(), &[0xFF]].concat())),
        ("a short person", with(1, cbor::bytes([1; 31]))),
        ("a person as text", with(1, cbor::text(&"a".repeat(32)))),
        ("a time before 65,536", with(2, cbor::uint(65_535))),
        ("a time after 2106", with(2, cbor::uint(1 << 32))),
        (
            "an overlong time",
            with(2, [&[0x1B, 0, 0, 0, 0], &1_795_458_300u32.to_be_bytes()[..]].concat()),
        ),
        ("a negative time", with(2, vec![0x3A, 0, 1, 0, 0])),
        ("a time as a float", with(2, vec![0xFA, 0x4E, 0xD6, 0, 0])),
        ("an event of 24 bytes", with(3, cbor::text(&"e".repeat(24)))),
        ("an overlong event head", with(3, [&[0x78, 8], "rustconf".as_bytes()].concat())),
        ("an indefinite event", with(3, [&[0x7F, 0x68], "rustconf".as_bytes(), &[0xFF]].concat())),
        ("an event not in NFC", with(3, cbor::text("Jose\u{301}"))),
        ("an event with a line break", with(3, cbor::text("a\nb"))),
        ("an event turned around", with(3, cbor::text("\u{202E}a"))),
        ("an untrimmed event", with(3, cbor::text(" a"))),
        ("an event that isn't UTF-8", with(3, vec![0x62, 0xC3, 0x28])),
        ("an event as bytes", with(3, cbor::bytes(b"rustconf"))),
        ("an attestation of another shape", with(5, cbor::bytes([0; 101]))),
        ("an attestation of null", with(5, cbor::null())),
        ("a short attestation", with(5, cbor::bytes([0x80]))),
        ("an overlong ext", with(6, vec![0x58, 0])),
        ("ext as null", with(6, cbor::null())),
        ("a short signature", with(7, cbor::bytes([0; 63]))),
        ("no signature", with(7, cbor::bytes([]))),
    ];
    for (what, plaintext) in cases {
        let mut padded = plaintext;
        padded.resize(307, 0);
        assert_eq!(ada.scan_bytes(grace.seal(OFFER, &hello, &padded)), CONTENTS, "{what}");
    }
    // Every byte of the padding is looked at.
    let good = grace.padded(&signature);
    let used = grace.contents.plaintext(&signature).len();
    for at in used..good.len() {
        let mut bad = good.clone();
        bad[at] = if at % 2 == 0 { 1 } else { 0x80 };
        assert_eq!(ada.scan_bytes(grace.seal(OFFER, &hello, &bad)), CONTENTS, "padding at {at}");
    }
    ada.verifies(grace.seal(OFFER, &hello, &good));
}

#[test]
fn a_badge_that_breaks_the_rules_is_refused_even_if_signed() {
    let named = |name: &[u8]| [&[0xA1, 0], name].concat();
    let cases: Vec<Vec<u8>> = vec![
        vec![],
        vec![0xA0],
        named(&[0x60]),
        named(b"\x78\x03Eve"),
        named(b"\x63E\ne"),
        named(&cbor::text("E\u{202E}ve")),
        named(&cbor::text("Jose\u{301}")),
        named(&cbor::text(" Eve")),
        named(&cbor::text(&"E".repeat(65))),
        named(&[0x62, 0xC3, 0x28]),
        [named(&cbor::text("Eve")), vec![0]].concat(),
        b"\xa2\x00\x63Eve\x00\x63Eve".to_vec(),
        b"\xa2\x01\x61t\x00\x63Eve".to_vec(),
        b"\xa2\x00\x63Eve\x09\x61x".to_vec(),
        b"\xa2\x00\x63Eve\x03\x80".to_vec(),
        b"\xa2\x00\x63Eve\x03\x81\x63eve".to_vec(),
        b"\xa2\x00\x63Eve\x05\x81\x6bjavascript:".to_vec(),
        b"\xbf\x00\x63Eve\xff".to_vec(),
    ];
    let mut ada = Phone::named("Ada");
    let hello = ada.hello();
    for badge in cases {
        let mut eve = Party::named("Eve");
        eve.contents.badge.clone_from(&badge);
        let scanned = ada.scan_bytes(eve.offer(&hello));
        assert_eq!(scanned, Scanned::Damaged(Flaw::Badge), "{badge:02x?}");
    }
    ada.can_still_meet();
}

#[test]
fn every_single_bit_of_a_sealed_message_counts() {
    let (mut ada, grace) = (Phone::named("Ada"), Party::named("Grace"));
    let hello = ada.hello();
    let sealed = grace.offer(&hello);
    for at in 0..sealed.len() {
        let mut bad = sealed.clone();
        bad[at] ^= 1 << (at % 8);
        let scanned = ada.scan_bytes(&bad);
        let name = match at {
            0 => "other_version",
            1 => "damaged",
            33 => scanned.name(), // the top byte: non-canonical or another key
            _ => "not_for_us",
        };
        assert_eq!(scanned.name(), name, "byte {at}");
        assert_ne!(scanned.name(), "verified");
    }
    ada.verifies(sealed);
}
