//! What leaves the book. Here: vCards, read back by a parser that is strict and knows nothing of the
//! one that writes.

mod choosing;
mod replacing;
mod shapes;

use std::sync::Mutex;
use std::time::Duration;

use lapel::badge::{Badge, BadgeFields};
use lapel::book::Contact;
use lapel::event::Event;
use lapel::export::vcard4;
use lapel::identity::Identity;
use lapel_book_tests::{Phone, encounter, meet};
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;

/// The properties of a card in order, each with its parameters and its raw value.
fn parse(card: &str) -> Vec<(String, String)> {
    let body = card.strip_suffix("\r\n").expect("the last line ends as well");
    for line in body.split("\r\n") {
        assert!(line.len() <= 75, "{} octets: {line}", line.len());
        assert!(!line.contains(['\r', '\n', '\0']) && !line.is_empty(), "{line:?}");
        assert!(!line.starts_with('\t'), "a tab folds as a space does: {line:?}");
    }
    let logical = body.replace("\r\n ", "");
    let property = |line: &str| {
        let (name, value) = line.split_once(':').unwrap_or_else(|| panic!("no property: {line}"));
        let plain = |c: char| c.is_ascii_alphanumeric() || "-;=".contains(c);
        assert!(name.chars().all(plain), "{name}");
        (name.to_ascii_uppercase(), value.to_owned())
    };
    logical.split("\r\n").map(property).collect()
}

/// Splits at separators that aren't escaped, and undoes RFC 6350 §3.4.
fn values(raw: &str, separator: char) -> Vec<String> {
    let (mut values, mut chars) = (vec![String::new()], raw.chars());
    while let Some(c) = chars.next() {
        let c = match c {
            '\\' => match chars.next() {
                Some('n' | 'N') => '\n',
                Some(c @ ('\\' | ',' | ';')) => c,
                other => panic!("a stray backslash before {other:?} in {raw}"),
            },
            c if c == separator => {
                values.push(String::new());
                continue;
            }
            c => c,
        };
        values.last_mut().unwrap().push(c);
    }
    values
}

/// Asserts that a card says exactly what the contact is.
fn check(card: &str, contact: &Contact) {
    let properties = parse(card);
    let (first, last) = (&properties[0], &properties[properties.len() - 1]);
    assert_eq!((first.0.as_str(), first.1.as_str()), ("BEGIN", "VCARD"));
    assert_eq!((last.0.as_str(), last.1.as_str()), ("END", "VCARD"));
    assert_eq!((properties[1].0.as_str(), properties[1].1.as_str()), ("VERSION", "4.0"));
    let mut expected = Vec::new();
    let fields = contact.badge().fields();
    expected.push(("UID", contact.person().to_string()));
    expected.push(("FN", fields.name.clone()));
    let (given, family) = match fields.name.rsplit_once(char::is_whitespace) {
        Some((given, family)) => (given.trim_end(), family),
        None => (fields.name.as_str(), ""),
    };
    expected.push(("N", format!("{family}|{given}|||")));
    let optional =
        [("TITLE", &fields.title), ("ORG", &fields.organisation), ("PRONOUNS", &fields.pronouns)];
    for (name, value) in optional {
        expected.extend(value.iter().map(|value| (name, value.clone())));
    }
    for (name, list) in [
        ("EMAIL", &fields.emails),
        ("TEL", &fields.phones),
        ("URL", &fields.urls),
        ("X-SOCIALPROFILE", &fields.handles),
    ] {
        expected.extend(list.iter().map(|value| (name, value.clone())));
    }
    let mut told = Vec::new();
    for (name, raw) in &properties[2..properties.len() - 1] {
        let name = name.split(';').next().unwrap();
        match name {
            "NOTE" => {
                let note = values(raw, '\0').concat();
                if let Some(line) = &fields.line {
                    assert!(note.starts_with(&format!("Their line: {line}\n")), "{note}");
                }
                let fingerprint = contact.person().fingerprint();
                assert!(note.ends_with(&format!("Lapel fingerprint {fingerprint}.")), "{note}");
                let lines = contact.meetings().len() + 1 + usize::from(fields.line.is_some());
                assert_eq!(note.lines().count(), lines, "{note}");
            }
            "CATEGORIES" => {
                let events: Vec<_> =
                    contact.meetings().iter().map(|m| m.event().as_str()).collect();
                for event in values(raw, ',') {
                    assert!(events.contains(&event.as_str()), "{event}");
                }
            }
            "REV" => assert!(raw.len() == 16 && raw.ends_with('Z'), "{raw}"),
            "URL" => told.push((name, raw.clone())),
            "N" => told.push((name, values(raw, ';').join("|"))),
            "ORG" => told.push((name, values(raw, ';').join("|separated|"))),
            _ => told.push((name, values(raw, '\0').concat())),
        }
    }
    told.sort();
    expected.sort();
    assert_eq!(told, expected);
}

/// Text that an owner may write and a card must survive.
fn nasty(most: usize) -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[a-zA-Z0-9]{1,4}",
        3 => r#"[,;:\\"'=<>|\[\]{}%&?#!*^~`]{1,3}"#,
        1 => Just("\\n".to_owned()),
        1 => Just("\\nTEL:+1".to_owned()),
        1 => Just("END:VCARD".to_owned()),
        1 => Just("=0D=0A".to_owned()),
        1 => Just(" van ".to_owned()),
        1 => Just(":::".to_owned()),
        1 => Just("'".to_owned()),
        1 => Just("ẹ\u{323}\u{301}".to_owned()),
        1 => Just("аdа".to_owned()), // Cyrillic
        1 => Just("👩‍💻🏳️‍🌈".to_owned()),
        1 => Just("محمد".to_owned()),
        1 => Just("נועה".to_owned()),
        1 => Just("山田".to_owned()),
        1 => Just("é ñ".to_owned()),
    ];
    vec(piece, 1..6).prop_map(move |pieces| {
        let mut text = String::new();
        for piece in pieces {
            if text.len() + piece.len() <= most {
                text.push_str(&piece);
            }
        }
        if text.is_empty() { "x".to_owned() } else { text }
    })
}

fn badges() -> impl Strategy<Value = Badge> {
    let handle = nasty(40).prop_map(|text| format!("@{text}"));
    let email = r"[a-z,;\\:']{1,6}@[a-z,;\\]{1,8}";
    let url = "https?://[a-zA-Z0-9,;:@!$&'()*+=/?#%.-]{1,60}";
    (
        nasty(64),
        of(nasty(64)),
        of(nasty(64)),
        vec(email, 0..5),
        vec("[+]?[0-9][-0-9 +().*#/,]{0,20}[0-9]", 0..5),
        vec(url, 0..3),
        vec(handle, 0..2),
        (of(nasty(24)), of(nasty(96))),
    )
        .prop_filter_map(
            "too large for a badge",
            |(name, title, organisation, emails, phones, urls, handles, (pronouns, line))| {
                Badge::new(BadgeFields {
                    name,
                    title,
                    organisation,
                    emails,
                    phones,
                    urls,
                    handles,
                    pronouns,
                    line,
                })
                .ok()
            },
        )
}

/// One book for all cases: each is someone new in it.
static ADA: Mutex<Option<Phone>> = Mutex::new(None);

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 200,
        failure_persistence: None,
        rng_seed: proptest::test_runner::RngSeed::Fixed(7),
        ..ProptestConfig::default()
    })]

    #[test]
    fn no_field_of_any_badge_can_break_a_line_or_begin_another(
        badge in badges(),
        events in vec(nasty(23), 1..3),
    ) {
        let mut ada = ADA.lock().unwrap_or_else(|broken| broken.into_inner());
        let ada = ada.get_or_insert_with(|| Phone::of("Ada"));
        let someone = (Identity::generate(&mut ada.rng), badge);
        // A session sets aside room for the event before it seals a badge, so the largest badges
        // go without one.
        for event in events {
            ada.event = Event::new(&event).unwrap();
            let met = encounter(ada, &someone);
            let _ = ada.record(&met).unwrap();
        }
        let contact = ada.contact(&someone.0.person()).unwrap().unwrap();
        let card = vcard4(&contact);
        check(&card, &contact);
        prop_assert_eq!(vcard4(&contact), card);
    }
}

#[test]
fn a_plain_card_is_this() {
    let mut ada = Phone::of("Ada");
    let mut grace = Phone::showing(BadgeFields {
        title: Some("Rear admiral".into()),
        organisation: Some("Navy; Harvard, Mark I".into()),
        emails: vec!["grace@example.org".into()],
        line: Some("It's easier to ask forgiveness than it is to get permission.".into()),
        ..BadgeFields::named("Grace Hopper")
    });
    meet(&mut ada, &mut grace);
    let contact = ada.contact(&grace.person()).unwrap().unwrap();
    let card = vcard4(&contact);
    check(&card, &contact);
    let lines: Vec<&str> = card.split("\r\n").collect();
    assert_eq!(lines[..2], ["BEGIN:VCARD", "VERSION:4.0"]);
    for line in [
        "FN:Grace Hopper",
        "TITLE:Rear admiral",
        "ORG:Navy\\; Harvard\\, Mark I",
        "EMAIL:grace@example.org",
        "CATEGORIES:rustconf",
    ] {
        assert!(lines.contains(&line), "{line} isn't in\n{card}");
    }
}

#[test]
fn the_same_contact_is_the_same_card_and_a_later_one_keeps_its_uid() {
    let (mut ada, mut grace, mut alan) = (Phone::of("Ada"), Phone::of("Grace"), Phone::of("Alan"));
    meet(&mut ada, &mut grace);
    let person = grace.person();
    let card = |ada: &Phone| vcard4(&ada.contact(&person).unwrap().unwrap());
    let first = card(&ada);
    ada.reopen();
    assert_eq!(card(&ada), first, "exported again");
    meet(&mut ada, &mut alan);
    ada.forget(&[alan.person()]).unwrap();
    assert_eq!(card(&ada), first, "nor does a rewrite change it");

    ada.now += Duration::from_secs(3_600);
    meet(&mut ada, &mut grace);
    let later = card(&ada);
    let value = |card: &str, name: &str| {
        parse(card).into_iter().find(|(told, _)| told.starts_with(name)).unwrap().1
    };
    assert_eq!(value(&first, "UID"), person.to_string());
    assert_eq!(value(&later, "UID"), person.to_string());
    assert!(value(&later, "REV") > value(&first, "REV"), "the later card is the newer one");
    assert_eq!(value(&later, "NOTE").matches("Met ").count(), 2);
}
