//! Each format read back: by a JSON parser, a reader of tables and the parser of vCards next door.

use std::collections::BTreeMap;

use lapel::badge::Field;
use lapel::book::{Book, Rating};
use lapel::export::{Format, Include, JSON_SCHEMA, Request, Selection, preview};
use lapel::identity::PersonId;
use serde_json::Value;

use super::*;

/// What a reader found of a badge's fields.
type Read = BTreeMap<Field, Vec<String>>;

fn expected(contact: &Contact, fields: &[Field]) -> Read {
    let all = contact.badge().fields();
    let there = fields.iter().map(|field| (*field, all.values(*field).to_vec()));
    there.filter(|(_, values)| !values.is_empty()).collect()
}

fn text(book: &Book, format: Format, person: PersonId) -> String {
    let selection = Selection::People(vec![person]);
    let request = Request { format, selection, include: Include::everything() };
    preview(book, &request, 1).unwrap()
}

/// Every field, as far as `has` knows the name a format has for it.
fn read<T>(names: &[(T, Field)], mut has: impl FnMut(&T) -> Vec<String>) -> Read {
    let mut read = Read::new();
    for (name, field) in names {
        let values: Vec<String> = has(name).into_iter().filter(|value| !value.is_empty()).collect();
        if !values.is_empty() {
            read.entry(*field).or_default().extend(values);
        }
    }
    read
}

fn of_vcard3(text: &str) -> Read {
    let properties = parse(text);
    assert_eq!(properties[1], ("VERSION".into(), "3.0".into()));
    let names = [
        ("FN", Field::Name),
        ("TITLE", Field::Title),
        ("ORG", Field::Organisation),
        ("EMAIL", Field::Email),
        ("TEL", Field::Phone),
        ("URL", Field::Url),
        ("X-SOCIALPROFILE", Field::Handle),
    ];
    read(&names, |name| {
        let of = properties.iter().filter(|(told, _)| told.split(';').next() == Some(name));
        of.map(|(_, raw)| values(raw, '\0').concat()).collect()
    })
}

fn of_jcard(text: &str) -> Read {
    let cards: Value = serde_json::from_str(text).unwrap();
    assert_eq!(cards[0][0], "vcard");
    let properties = cards[0][1].as_array().unwrap();
    assert_eq!(properties[0].to_string(), r#"["version",{},"text","4.0"]"#);
    let names = [
        ("fn", Field::Name),
        ("title", Field::Title),
        ("org", Field::Organisation),
        ("email", Field::Email),
        ("tel", Field::Phone),
        ("url", Field::Url),
        ("x-socialprofile", Field::Handle),
        ("pronouns", Field::Pronouns),
    ];
    read(&names, |name| {
        let of = properties.iter().filter(|property| property[0] == **name);
        of.map(|property| property[3].as_str().unwrap().to_owned()).collect()
    })
}

fn of_jscontact(text: &str) -> Read {
    let cards: Value = serde_json::from_str(text).unwrap();
    let card = &cards[0];
    assert_eq!((&card["@type"], &card["version"]), (&"Card".into(), &"1.0".into()));
    let names = [
        ("/titles", "name", Field::Title),
        ("/organizations", "name", Field::Organisation),
        ("/emails", "address", Field::Email),
        ("/phones", "number", Field::Phone),
        ("/links", "uri", Field::Url),
        ("/onlineServices", "user", Field::Handle),
        ("/speakToAs/pronouns", "pronouns", Field::Pronouns),
    ];
    let names = names.map(|(pointer, key, field)| ((pointer, key), field));
    let mut read = read(&names, |(pointer, key)| {
        let of = card.pointer(pointer).and_then(Value::as_object).into_iter().flatten();
        of.map(|(_, one)| one[*key].as_str().unwrap().to_owned()).collect()
    });
    read.insert(Field::Name, vec![card["name"]["full"].as_str().unwrap().to_owned()]);
    read
}

fn of_json(contact: &Value) -> Read {
    let badge = &contact["badge"];
    let names = [
        ("name", Field::Name),
        ("title", Field::Title),
        ("organisation", Field::Organisation),
        ("emails", Field::Email),
        ("phones", Field::Phone),
        ("urls", Field::Url),
        ("handles", Field::Handle),
        ("pronouns", Field::Pronouns),
        ("line", Field::Line),
    ];
    read(&names, |name| match &badge[*name] {
        Value::Null => Vec::new(),
        Value::Array(all) => all.iter().map(|one| one.as_str().unwrap().to_owned()).collect(),
        one => vec![one.as_str().unwrap().to_owned()],
    })
}

/// A table's only row by its headers, with what guards against formulas taken off again.
fn row(text: &str) -> BTreeMap<String, String> {
    let mut is_quoted = false;
    for line in text.split_inclusive('\n') {
        is_quoted ^= line.matches('"').count() % 2 == 1;
        assert!(is_quoted || line.ends_with("\r\n"), "RFC 4180 ends a line in CRLF: {line:?}");
    }
    assert!(!is_quoted);
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = csv::ReaderBuilder::new().flexible(false).from_reader(text.as_bytes());
    let headers = reader.headers().unwrap().clone();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 1, "no field ends a row");
    let mut row = BTreeMap::new();
    for (header, cell) in headers.iter().zip(rows[0].iter()) {
        row.insert(header.to_owned(), unguarded(header, cell));
    }
    assert_eq!(row.len(), headers.len(), "no header comes twice");
    row
}

/// What a cell was, of which nothing may run, by whatever a program separates columns.
fn unguarded(header: &str, cell: &str) -> String {
    let quotes = ['\'', '"'];
    let begins = |text: &str| text.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
    let is_phone = |text: &str| {
        let is_of_one = |c: char| c.is_ascii_digit() || " ().-/*#,".contains(c);
        text.strip_prefix('+').is_some_and(|number| number.chars().all(is_of_one))
    };
    assert!(!cell.starts_with(['\t', '\r', '\n']), "{header} begins in a line end: {cell}");
    let cell = match cell.strip_prefix('\'') {
        Some(rest) if rest.starts_with(['\t', '\r', '\n']) => rest,
        _ => cell,
    };
    let mut was = String::new();
    for part in cell.split_inclusive([';', '\t', '\r', '\n']) {
        let bare = part.trim_end_matches([';', '\t', '\r', '\n']);
        let runs = begins(part.trim_start_matches('"'));
        assert!(!runs || is_phone(bare), "{header} would be run: {part} of {cell}");
        let guarded = part.strip_prefix('\'');
        was += guarded.filter(|rest| begins(rest.trim_start_matches(quotes))).unwrap_or(part);
    }
    was
}

fn of_table(format: Format, row: &BTreeMap<String, String>) -> Read {
    let numbered = |header: &str, field: Field, most: usize| {
        (1..=most).map(|n| (header.replace('#', &n.to_string()), field)).collect::<Vec<_>>()
    };
    let names: Vec<(String, Field)> = match format {
        Format::Csv => [
            numbered("email_#", Field::Email, 4),
            numbered("phone_#", Field::Phone, 4),
            numbered("url_#", Field::Url, 4),
            numbered("handle_#", Field::Handle, 4),
            [Field::Name, Field::Title, Field::Organisation, Field::Pronouns, Field::Line]
                .map(|field| (field.to_string(), field))
                .to_vec(),
        ]
        .concat(),
        Format::CsvGoogle => [
            numbered("E-mail # - Value", Field::Email, 4),
            numbered("Phone # - Value", Field::Phone, 4),
            numbered("Website # - Value", Field::Url, 4),
            vec![
                ("File As".into(), Field::Name),
                ("Organization Name".into(), Field::Organisation),
                ("Organization Title".into(), Field::Title),
            ],
        ]
        .concat(),
        Format::CsvOutlook => vec![
            ("E-mail Address".into(), Field::Email),
            ("E-mail 2 Address".into(), Field::Email),
            ("E-mail 3 Address".into(), Field::Email),
            ("Primary Phone".into(), Field::Phone),
            ("Business Phone".into(), Field::Phone),
            ("Business Phone 2".into(), Field::Phone),
            ("Other Phone".into(), Field::Phone),
            ("Company".into(), Field::Organisation),
            ("Job Title".into(), Field::Title),
            ("Web Page".into(), Field::Url),
        ],
        Format::CsvHubspot => vec![
            ("Email".into(), Field::Email),
            ("Phone number".into(), Field::Phone),
            ("Mobile phone number".into(), Field::Phone),
            ("Website URL".into(), Field::Url),
            ("Job title".into(), Field::Title),
            ("Company name".into(), Field::Organisation),
        ],
        _ => vec![
            ("Title".into(), Field::Title),
            ("Company".into(), Field::Organisation),
            ("Email".into(), Field::Email),
            ("Phone".into(), Field::Phone),
            ("Mobile Phone".into(), Field::Phone),
            ("Website".into(), Field::Url),
        ],
    };
    let mut told = read(&names, |name| vec![row[name].clone()]);
    if format == Format::CsvSalesforce && row["Company"] == "[not provided]" {
        told.remove(&Field::Organisation);
    }
    told
}

/// In a vendor's layout: a name in two columns, and in the note whatever has no column.
fn assert_nothing_is_left_out(
    format: Format,
    row: &BTreeMap<String, String>,
    told: &Read,
    all: &Read,
) {
    let (names, note) = match format {
        Format::CsvGoogle => (["First Name", "Last Name"], "Notes"),
        Format::CsvOutlook => (["First Name", "Last Name"], "Notes"),
        Format::CsvHubspot => (["First name", "Last name"], "Note body"),
        Format::CsvSalesforce => (["First Name", "Last Name"], "Description"),
        other => panic!("{other} is no vendor's"),
    };
    let of_name = names.map(|header| row[header].as_str()).join(" ");
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(words(&of_name), words(&all[&Field::Name][0]), "{format}");
    for (field, values) in all.iter().filter(|(field, _)| **field != Field::Name) {
        for value in values {
            let has_column = told.get(field).is_some_and(|told| told.contains(value));
            assert!(
                has_column || row[note].contains(value),
                "{format}: no {field} {value}: {row:?}"
            );
        }
    }
}

/// A note that an owner may write, up to its bound.
fn notes() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => nasty(60),
        1 => Just("\n".to_owned()),
        1 => Just("\n\nEND:VCARD\n".to_owned()),
        1 => Just("\t".to_owned()),
        1 => Just("\",\"\n".to_owned()),
        1 => Just("é".repeat(500)),
    ];
    vec(piece, 1..40).prop_map(|pieces| {
        let mut text = "=".to_owned();
        for piece in pieces {
            if text.len() + piece.len() <= lapel::book::MAX_NOTE_BYTES {
                text.push_str(&piece);
            }
        }
        text
    })
}

static ADA: Mutex<Option<Phone>> = Mutex::new(None);

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 150,
        failure_persistence: None,
        rng_seed: proptest::test_runner::RngSeed::Fixed(11),
        ..ProptestConfig::default()
    })]

    #[test]
    fn any_badge_goes_through_every_format_and_back(
        badge in badges(),
        event in nasty(23),
        tag in nasty(48),
        note in notes(),
    ) {
        let mut ada = ADA.lock().unwrap_or_else(|broken| broken.into_inner());
        let ada = ada.get_or_insert_with(|| Phone::of("Ada"));
        let someone = (Identity::generate(&mut ada.rng), badge);
        ada.event = Event::new(&event).unwrap();
        let met = encounter(ada, &someone);
        let _ = ada.record(&met).unwrap();
        let person = someone.0.person();
        let (book, rng) = ada.both();
        book.note(&person, &note, rng).unwrap();
        book.tag(&person, &tag, rng).unwrap();
        book.rate(&person, Some(Rating::new(3).unwrap()), rng).unwrap();
        let contact = book.contact(&person).unwrap().unwrap();
        let note = contact.notes()[0].texts()[0].clone();
        let tag = contact.tags()[0].clone();
        let event = contact.meetings()[0].event().as_str().to_owned();
        let all = Field::ALL;
        let but = |left_out: &[Field]| -> Vec<Field> {
            all.into_iter().filter(|field| !left_out.contains(field)).collect()
        };

        for format in Format::ALL {
            let text = text(book, format, person);
            prop_assert_eq!(&text, &self::text(book, format, person), "the same bytes again");
            let (told, fields) = match format {
                // Next door, without the owner's words.
                Format::Vcard4 => continue,
                Format::Vcard3 => (of_vcard3(&text), but(&[Field::Pronouns, Field::Line])),
                Format::Jcard => (of_jcard(&text), but(&[Field::Line])),
                Format::Jscontact => (of_jscontact(&text), but(&[Field::Line])),
                Format::Json => {
                    let document: Value = serde_json::from_str(&text).unwrap();
                    (of_json(&document["contacts"][0]), all.to_vec())
                }
                Format::Jsonl => {
                    prop_assert_eq!(text.matches('\n').count(), 1);
                    let contact: Value = serde_json::from_str(&text).unwrap();
                    prop_assert_eq!(&contact["notes"][0], &note);
                    prop_assert_eq!(&contact["tags"][0], &tag);
                    prop_assert_eq!(&contact["encounters"][0]["event"], &event);
                    prop_assert_eq!(&contact["id"], &person.to_string());
                    (of_json(&contact), all.to_vec())
                }
                table => {
                    let row = row(&text);
                    let told = of_table(table, &row);
                    if table != Format::Csv {
                        assert_nothing_is_left_out(table, &row, &told, &expected(&contact, &all));
                    }
                    if table == Format::Csv {
                        prop_assert_eq!(&row["notes"], &note);
                        prop_assert_eq!(&row["tags"], &tag);
                        prop_assert_eq!(&row["events"], &event);
                    }
                    let fields = match table {
                        Format::Csv => all.to_vec(),
                        Format::CsvGoogle => but(&[Field::Handle, Field::Pronouns, Field::Line]),
                        _ => but(&[Field::Name, Field::Handle, Field::Pronouns, Field::Line]),
                    };
                    (told, fields)
                }
            };
            let mut expected = expected(&contact, &fields);
            // What there are too few columns for stands in the notes.
            let most = match format {
                Format::CsvOutlook => [3, 4, 1],
                Format::CsvHubspot | Format::CsvSalesforce => [1, 2, 1],
                _ => [4; 3],
            };
            for (field, most) in [Field::Email, Field::Phone, Field::Url].into_iter().zip(most) {
                if let Some(values) = expected.get_mut(&field) {
                    values.truncate(most);
                }
            }
            prop_assert_eq!(told, expected, "{}: {}", format, text);
        }

        let jcard: Value = serde_json::from_str(&self::text(book, Format::Jcard, person)).unwrap();
        let properties = jcard[0][1].as_array().unwrap();
        let of = |name: &str| properties.iter().find(|property| property[0] == name).unwrap();
        prop_assert!(of("note")[3].as_str().unwrap().contains(&note));
        let categories: Vec<&str> =
            of("categories").as_array().unwrap()[3..].iter().map(|c| c.as_str().unwrap()).collect();
        prop_assert!(categories.contains(&event.as_str()) && categories.contains(&tag.as_str()));
        for format in [Format::Vcard4, Format::Vcard3] {
            let card = parse(&self::text(book, format, person));
            let raw = &card.iter().find(|(name, _)| name.starts_with("NOTE")).unwrap().1;
            prop_assert!(values(raw, '\0').concat().contains(&note), "{}", raw);
            let raw = &card.iter().find(|(name, _)| name.starts_with("CATEGORIES")).unwrap().1;
            let categories = values(raw, ',');
            prop_assert!(categories.contains(&event) && categories.contains(&tag), "{}", raw);
        }
    }
}

#[test]
fn the_schema_is_json_and_says_which_draft_it_is() {
    let schema: Value = serde_json::from_str(JSON_SCHEMA).unwrap();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    assert_eq!(schema["$defs"]["contact"]["$anchor"], "contact");
}
