//! Exported files, each opened by programs that others wrote: what they read is what was on the badge.
//!
//! `cargo test -p lapel-interop-tests --test exports -- --nocapture` prints who read what; README.md
//! says what that proves.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test says what is wrong by failing"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use lapel::badge::{Badge, BadgeFields};
use lapel::book::{Book, Link, OutcomeFields, OutcomeKind, Rating};
use lapel::event::Event;
use lapel::exchange::{Exchange, Options, Scanned};
use lapel::export::{Format, Include, JSON_SCHEMA, Request, export_to};
use lapel::identity::{Identity, PersonId};
use lapel::time::UnixTime;
use lapel::vault::FileVault;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use serde_json::Value;

/// Someone who is hard on formats.
struct Nasty {
    fields: BadgeFields,
    event: &'static str,
    note: String,
    tag: &'static str,
}

fn nasty(fields: BadgeFields, event: &'static str, note: &str, tag: &'static str) -> Nasty {
    Nasty { fields, event, note: note.to_owned(), tag }
}

fn people() -> Vec<Nasty> {
    let named = |name: &str| BadgeFields::named(name);
    let one = |text: &str| Some(text.to_owned());
    let mut people = vec![
        nasty(
            BadgeFields {
                title: one("Rear admiral; retired, \"mostly\""),
                organisation: one("Navy; Harvard, Mark I\\II"),
                emails: vec!["grace@example.org".into(), "g.h+lapel@navy.example".into()],
                phones: vec!["+1 (555) 010-0100".into(), "*31#0049".into()],
                urls: vec!["https://navy.example/?a=1,2;b=3".into()],
                handles: vec!["@grace@navy.example".into()],
                pronouns: one("she/her"),
                ..named("Grace Hopper")
            },
            "rustconf, day 2; hall",
            "Two lines;\nof \"notes\", with \\n and \\, in them\nEND:VCARD",
            "see, again; soon",
        ),
        nasty(named("👩‍💻 Ada 🏳️‍🌈"), "日本 🎉", "👍🏽\n\n\tindented", "emoji 🎈"),
        nasty(named("محمد علي"), "مؤتمر", "عربي و English معا", "ودود"),
        nasty(named("נועה לוי"), "", "עברית", "חבר"),
        nasty(named("山田 太郎"), "会議", "全角：、。", "知人"),
        nasty(
            named("Z\u{335}a\u{323}\u{302}lgo\u{315} Ng\u{169}"),
            "x\u{301}",
            "e\u{301}",
            "a\u{308}",
        ),
        nasty(named("=HYPERLINK(\"http://x\")"), "=1+1", "=cmd|' /C calc'!A0", "@SUM"),
        nasty(
            BadgeFields { title: one("-2+3"), organisation: one("+1"), ..named("@SUM(1+1)*cmd") },
            "-event",
            "+44 is not a phone here",
            "+tag",
        ),
        nasty(named("'t Hooft"), "'quoted'", "'", "'s"),
        // Cyrillic that looks Latin, and its Latin twin.
        nasty(named("Аdа Lоvеlасе"), "fosdem", "look-alike", "twin"),
        nasty(named("Ada Lovelace"), "fosdem", "the real one", "twin"),
        nasty(named("Bobby\"; DROP, TABLE: \\n \\; x"), "a:b;c,d", "a\\nb\\\\n", "x:y"),
        nasty(named("BEGIN:VCARD"), "END:VCARD", "END:VCARD\r\nBEGIN:VCARD\nFN:Eve", "N:Eve"),
        nasty(
            BadgeFields::named("é".repeat(32)),
            "ü".repeat(11).leak(),
            &"ß".repeat(1_000),
            "ö".repeat(24).leak(),
        ),
        nasty(
            named("x"),
            &"e".repeat(23).leak()[..],
            &"🙂 ".repeat(399),
            &"t".repeat(48).leak()[..],
        ),
    ];
    // Every other field at its bound; a badge has no room for all at once.
    let mail = format!("{}@{}.example", "m".repeat(30), "d".repeat(25));
    people.push(nasty(
        BadgeFields {
            title: Some("Ti;".repeat(21) + "t"),
            emails: vec![mail],
            ..named("bounds 1")
        },
        "",
        "-",
        "-",
    ));
    people.push(nasty(
        BadgeFields {
            organisation: Some("Org, ".repeat(12) + "inc."),
            phones: vec![format!("+{},,42#", "1 (5) .-".repeat(4).split_at(26).0)],
            handles: vec![format!("@{}", "h;".repeat(23) + "h")],
            pronouns: Some("p/".repeat(12)),
            ..named("bounds 2")
        },
        "",
        "-",
        "-",
    ));
    people.push(nasty(
        BadgeFields {
            urls: vec![format!("https://a.io/?{}", "q=;".repeat(27) + "z")],
            line: Some("x;=1+1;y, ".repeat(9) + "x;\"@S\""),
            ..named("bounds 3")
        },
        "x;@SUM(1)",
        "x;=cmd|' /C calc'!A0;y\n-2+3\tand\t=1",
        "y;-1",
    ));
    people.push(nasty(
        BadgeFields {
            emails: (1..=4).map(|n| format!("{n}@a.io")).collect(),
            phones: (1..=4).map(|n| format!("+{n}")).collect(),
            urls: (1..=4).map(|n| format!("http://a.io/{n}")).collect(),
            handles: (1..=4).map(|n| format!("@{n}")).collect(),
            line: one("=four of everything"),
            ..named("Four")
        },
        "",
        "-",
        "-",
    ));
    people
}

/// Where everybody was met: 96 bytes, as many as a place can have.
const PLACE: &str = "the queue; for \"tea\", behind the third pillar on the left of Hall 5, where it smells of soup ...";

/// Met, with everything that can be written about them.
fn record(book: &mut Book, someone: &Nasty, number: u64, rng: &mut ChaCha20Rng) -> PersonId {
    let now = Duration::from_secs;
    let wall = UnixTime::clamped(1_795_458_300 + i64::try_from(number).unwrap());
    let (event, identity) = (Event::new(someone.event).unwrap(), Identity::generate(rng));
    let options = Options { event, ..Options::default() };
    let badge = Badge::new(someone.fields.clone()).unwrap();
    let mine = Badge::new(BadgeFields::named("Owner")).unwrap();
    let me = book.identity().clone();
    let mut begin = |who: &Identity, badge: &Badge, options: &Options| {
        Exchange::begin(who, badge, options.clone(), now(0), wall, number, rng).unwrap()
    };
    let mut own = begin(&me, &mine, &options);
    let mut peer = begin(&identity, &badge, &Options::default());
    peer.scan(&own.frame(now(1)).unwrap().text, now(1));
    let Scanned::Verified(who) = own.scan(&peer.frame(now(1)).unwrap().text, now(1)) else {
        panic!("{} isn't verified", someone.fields.name)
    };
    let encounter = own.accept(&who.transcript).unwrap();
    let person = book.record(&encounter, rng).unwrap().person();
    book.note(&person, &someone.note, rng).unwrap();
    book.tag(&person, someone.tag, rng).unwrap();
    book.rate(&person, Some(Rating::new(3).unwrap()), rng).unwrap();
    book.set_place(&person, PLACE, rng).unwrap();
    book.follow_up(&person, Some("2026-12-01".parse().unwrap()), rng).unwrap();
    person
}

/// What a reader found of a format.
struct Found {
    reader: String,
    format: String,
    cards: Vec<Value>,
    warnings: Vec<Value>,
}

fn found(printed: &str) -> Vec<Found> {
    let documents = printed.lines().map(|line| {
        let mut document: Value =
            serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"));
        let list = |value: Value| value.as_array().unwrap().clone();
        Found {
            reader: document["reader"].as_str().unwrap().to_owned(),
            format: document["format"].as_str().unwrap().to_owned(),
            cards: list(document["cards"].take()),
            warnings: list(document["warnings"].take()),
        }
    });
    documents.collect()
}

fn reader(which: &str, dir: &Path) -> Vec<Found> {
    let printed = lapel_interop_tests::reader(which, &[dir.as_ref()]);
    found(&printed.unwrap_or_else(|said| panic!("{said}")))
}

fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Array(all) => all.iter().map(|one| one.as_str().unwrap().to_owned()).collect(),
        Value::String(one) => vec![one.clone()],
        other => panic!("no text: {other}"),
    }
}

/// A cell without what tells spreadsheets that this is text.
fn shown(cell: &str) -> String {
    let begins = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];
    let cell =
        cell.strip_prefix('\'').filter(|rest| rest.starts_with(['\t', '\r', '\n'])).unwrap_or(cell);
    let parts = cell.split_inclusive([';', '\t', '\r', '\n']).map(|part| {
        let guarded = part.strip_prefix('\'');
        guarded
            .filter(|rest| rest.trim_start_matches(['\'', '"']).starts_with(begins))
            .unwrap_or(part)
    });
    parts.collect()
}

/// What an address book has of a person is what was on the badge, and what the owner wrote.
fn check_card(
    card: &Value,
    contact: &lapel::book::Contact,
    cuts_addresses: bool,
    raw: impl Fn(&str) -> String,
) {
    let fields = contact.badge().fields();
    assert_eq!(card["uid"], contact.person().to_string());
    let list = |text: &Option<String>| text.iter().cloned().collect::<Vec<_>>();
    for (key, expected) in [
        ("name", vec![fields.name.clone()]),
        ("title", list(&fields.title)),
        ("organisation", list(&fields.organisation)),
        ("email", fields.emails.clone()),
        ("phone", fields.phones.clone()),
        ("url", fields.urls.clone()),
        ("handle", fields.handles.clone()),
    ] {
        let told = if key == "handle" && card["handle"].is_null() {
            texts(&card["raw_handle"]).iter().map(|text| raw(text)).collect()
        } else {
            texts(&card[key])
        };
        let expected: Vec<String> = match key {
            "url" if cuts_addresses => {
                expected.iter().map(|url| url.split(',').next().unwrap().to_owned()).collect()
            }
            _ => expected,
        };
        assert_eq!(told, expected, "{key} of {}", fields.name);
    }
    let (given, family) = match fields.name.rsplit_once(char::is_whitespace) {
        Some((given, family)) => (given.trim_end(), family),
        None => (fields.name.as_str(), ""),
    };
    assert_eq!((card["given"].as_str(), card["family"].as_str()), (Some(given), Some(family)));
    let categories = texts(&card["categories"]);
    let event = contact.meetings()[0].event().as_str();
    assert!(event.is_empty() || categories.contains(&event.to_owned()), "{event}: {categories:?}");
    assert!(categories.contains(&contact.tags()[0]), "{:?}: {categories:?}", contact.tags());
    let note = card["note"].as_str().unwrap();
    check_words(note, contact);
    let pronouns = match &card["raw_pronouns"] {
        Value::Null => card.get("pronouns").map(texts).unwrap_or_default(),
        raw_pronouns => texts(raw_pronouns).iter().map(|text| raw(text)).collect(),
    };
    // vCard 3.0 has no property for them.
    let in_note = fields.pronouns.iter().all(|own| note.contains(&format!("Pronouns: {own}")));
    assert!(pronouns == list(&fields.pronouns) || in_note, "{pronouns:?}: {note}");
    assert!(note.ends_with(&format!("Lapel fingerprint {}.", contact.person().fingerprint())));
}

/// What a note says beside the fields: when they were met, and what the owner wrote.
fn check_words(note: &str, contact: &lapel::book::Contact) {
    let met = format!("Accepted {}", contact.meetings()[0].met_at());
    let place = format!("Where: {PLACE}\n");
    for words in [&met, &place, &contact.notes()[0].texts()[0]] {
        assert!(note.contains(words.as_str()), "no {words} in {note}");
    }
    assert_eq!(note.contains("Introduced by: "), contact.introduction().is_some(), "{note}");
}

fn check_row(format: Format, row: &Value, contact: &lapel::book::Contact) {
    let fields = contact.badge().fields();
    let cell = |header: &str| shown(row[header].as_str().unwrap_or_else(|| panic!("{header}")));
    let (name, title, organisation, emails, phones, note): (_, _, _, Vec<_>, Vec<_>, _) =
        match format {
            Format::Csv => (
                cell("name"),
                "title",
                "organisation",
                vec!["email_1", "email_2", "email_3", "email_4"],
                vec!["phone_1", "phone_2", "phone_3", "phone_4"],
                "notes",
            ),
            Format::CsvGoogle => (
                cell("File As"),
                "Organization Title",
                "Organization Name",
                vec![
                    "E-mail 1 - Value",
                    "E-mail 2 - Value",
                    "E-mail 3 - Value",
                    "E-mail 4 - Value",
                ],
                vec!["Phone 1 - Value", "Phone 2 - Value", "Phone 3 - Value", "Phone 4 - Value"],
                "Notes",
            ),
            Format::CsvOutlook => (
                [cell("First Name"), cell("Last Name")].join(" "),
                "Job Title",
                "Company",
                vec!["E-mail Address", "E-mail 2 Address", "E-mail 3 Address"],
                vec!["Primary Phone", "Business Phone", "Business Phone 2", "Other Phone"],
                "Notes",
            ),
            Format::CsvHubspot => (
                [cell("First name"), cell("Last name")].join(" "),
                "Job title",
                "Company name",
                vec!["Email"],
                vec!["Phone number", "Mobile phone number"],
                "Note body",
            ),
            _ => (
                [cell("First Name"), cell("Last Name")].join(" "),
                "Title",
                "Company",
                vec!["Email"],
                vec!["Phone", "Mobile Phone"],
                "Description",
            ),
        };
    assert_eq!(name.trim(), fields.name);
    assert_eq!(cell(title), fields.title.as_deref().unwrap_or_default());
    let none = if format == Format::CsvSalesforce { "[not provided]" } else { "" };
    assert_eq!(cell(organisation), fields.organisation.as_deref().unwrap_or(none));
    let note = cell(note);
    for (columns, values) in [(emails, &fields.emails), (phones, &fields.phones)] {
        for (at, value) in values.iter().enumerate() {
            match columns.get(at) {
                Some(column) => assert_eq!(&cell(column), value, "{column}"),
                None => assert!(note.contains(value.as_str()), "{value} is in neither: {note}"),
            }
        }
    }
    if format == Format::Csv {
        assert_eq!(
            (cell("place"), note),
            (PLACE.to_owned(), contact.notes()[0].texts()[0].clone())
        );
        assert_eq!(cell("first_met"), contact.meetings()[0].met_at().to_string());
        assert_eq!(cell("pronouns"), fields.pronouns.as_deref().unwrap_or_default());
        assert_eq!(cell("line"), fields.line.as_deref().unwrap_or_default());
    } else {
        check_words(&note, contact);
    }
}

fn check_record(record: &Value, contact: &lapel::book::Contact) {
    let fields = serde_json::to_value(contact.badge().fields()).unwrap();
    assert_eq!((&record["badge"], &record["id"]), (&fields, &contact.person().to_string().into()));
    assert_eq!(texts(&record["notes"]), contact.notes()[0].texts());
    assert_eq!(texts(&record["tags"]), contact.tags());
    assert_eq!(
        (&record["place"], &record["follow_up"]["on"]),
        (&PLACE.into(), &"2026-12-01".into())
    );
    let met = &contact.meetings()[0];
    let encounter = &record["encounters"][0];
    assert_eq!(encounter["met_at"], met.met_at().to_string());
    assert_eq!(encounter["event"].as_str().unwrap_or_default(), met.event().as_str());
    assert_eq!(!record["introduced"].is_null(), contact.introduction().is_some());
    assert_eq!(record["outcomes"][0]["title"], "What came of it; \"all\"");
}

#[test]
fn every_format_is_read_by_programs_that_others_wrote_as_it_was_meant() {
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let home = tempfile::tempdir().unwrap();
    let vault = Arc::new(FileVault::new(home.path().join("keys")));
    let (mut book, _) = Book::open(&home.path().join("book"), vault, &mut rng).unwrap();
    let nasty = people();
    let mut met: Vec<PersonId> = Vec::new();
    for (number, someone) in (0..).zip(&nasty) {
        met.push(record(&mut book, someone, number, &mut rng));
    }
    for pair in met.windows(2) {
        book.set_introducer(&pair[0], Some(pair[1]), &mut rng).unwrap();
    }
    let today = "2027-01-01".parse().unwrap();
    let title = "What came of it; \"all\"".to_owned();
    let fields = OutcomeFields { kind: OutcomeKind::Talk, title, date: today, amount: None };
    let links: Vec<Link> = met.iter().map(|person| Link::Contact(*person)).collect();
    let outcome = book.add_outcome(&fields, &links, today, &mut rng).unwrap();
    book.note_on_outcome(outcome, "why\nand how", &mut rng).unwrap();

    let dir = tempfile::tempdir().unwrap();
    for format in Format::ALL {
        let request = Request { include: Include::everything(), ..Request::everybody(format) };
        let path = dir.path().join(format.as_str());
        let exported =
            export_to(&book, &request, &path, &mut |_| ControlFlow::Continue(())).unwrap();
        assert_eq!(exported.contacts, nasty.len());
    }
    for (number, include) in [
        Include::default(),
        Include::only("email,phone").unwrap(),
        Include { notes: true, ..Include::only("encounters").unwrap() },
        Include { outcomes: true, ..Include::only("name").unwrap() },
    ]
    .into_iter()
    .enumerate()
    {
        let request = Request { include, ..Request::everybody(Format::Json) };
        let path = dir.path().join(format!("part-{number}.json"));
        export_to(&book, &request, &path, &mut |_| ControlFlow::Continue(())).unwrap();
    }
    fs::write(dir.path().join("schema.json"), JSON_SCHEMA).unwrap();
    // Whoever was met last comes first.
    let contacts: Vec<_> =
        met.iter().rev().map(|person| book.contact(person).unwrap().unwrap()).collect();

    let python = lapel_interop_tests::python(&["read_exports.py".as_ref(), dir.path().as_ref()]);
    let mut all = found(&python);
    all.extend(reader("node", dir.path()));
    all.extend(reader("java", dir.path()));
    all.extend(reader("rust", dir.path()));
    println!("\nExports of {} nasty people, read as they were meant", contacts.len());
    let (mut read, mut parts) = (Vec::new(), 0);
    let mut revisions: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for Found { reader, format, cards, warnings } in &all {
        if reader.ends_with("what is wrong") {
            let expected = ["$.contacts[0].id", "$.contacts[1]", "$.contacts[2].badge"];
            assert_eq!(warnings, &expected, "the schema tells what is wrong");
            println!("  {format:<15} {reader}: found");
            continue;
        }
        assert_eq!(cards.len(), contacts.len(), "{reader}, {format}");
        if format.starts_with("part-") {
            assert!(warnings.is_empty(), "{reader}, {format}: {warnings:#?}");
            parts += 1;
            continue;
        }
        for (card, contact) in cards.iter().zip(&contacts) {
            if let Some(told) = card.get("rev").or_else(|| card.get("revision")) {
                let digits = told.as_str().unwrap().chars().filter(char::is_ascii_digit);
                revisions.entry(contact.person().to_string()).or_default().insert(digits.collect());
            }
            // It knows 3.0, where it wants a backslash before a comma that 4.0 forbids.
            let cuts_addresses = reader.starts_with("vobject") && format == "vcard4";
            match format.parse().unwrap() {
                Format::Vcard3 | Format::Vcard4 => {
                    check_card(card, contact, cuts_addresses, unescaped);
                }
                Format::Jcard | Format::Jscontact => {
                    check_card(card, contact, false, str::to_owned);
                }
                Format::Json | Format::Jsonl => check_record(card, contact),
                table => check_row(table, card, contact),
            }
        }
        // RFC 2426 knows no such parameter; Outlook takes UTF-8 for something else without it.
        let charset = |warning: &&Value| {
            let warning = warning.as_str().unwrap();
            format == "vcard3"
                && warning.ends_with("CHARSET parameter is not supported in this vCard version.")
        };
        let others: Vec<_> = warnings.iter().filter(|warning| !charset(warning)).collect();
        assert!(others.is_empty(), "{reader}, {format}: {others:#?}");
        println!("  {format:<15} {reader}");
        read.push((reader.split(' ').next().unwrap().to_owned(), format.clone()));
    }
    assert_eq!(parts, 4, "what leaves in part is valid by the schema too");
    let one_for_each = revisions.values().all(|told| told.len() == 1);
    assert!(revisions.len() == contacts.len() && one_for_each, "{revisions:?}");
    for expected in [
        ("vobject", "vcard3"),
        ("vobject", "vcard4"),
        ("ez-vcard", "vcard3"),
        ("ez-vcard", "vcard4"),
        ("ez-vcard", "jcard"),
        ("ical.js", "jcard"),
        ("vcard-rs", "jscontact"),
        ("pandas", "csv"),
        ("pandas", "csv-google"),
        ("pandas", "csv-outlook"),
        ("pandas", "csv-hubspot"),
        ("pandas", "csv-salesforce"),
        ("jsonschema", "json"),
        ("jsonschema", "jsonl"),
    ] {
        let expected = (expected.0.to_owned(), expected.1.to_owned());
        assert!(read.contains(&expected), "{expected:?} wasn't read: {read:?}");
    }
}

/// A text that a reader left as it stands in a vCard (RFC 6350 §3.4).
fn unescaped(raw: &str) -> String {
    let (mut text, mut letters) = (String::new(), raw.chars());
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => match letters.next() {
                Some('n' | 'N') => text.push('\n'),
                other => text.extend(other),
            },
            letter => text.push(letter),
        }
    }
    text
}
