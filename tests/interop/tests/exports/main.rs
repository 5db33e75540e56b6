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

mod checks;
mod people;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use checks::{check_card, check_record, check_row, unescaped};
use lapel::book::{Book, Link, OutcomeFields, OutcomeKind};
use lapel::export::{Format, Include, JSON_SCHEMA, Request, export_to};
use lapel::identity::PersonId;
use lapel::vault::FileVault;
use people::{people, record};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use serde_json::Value;

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
