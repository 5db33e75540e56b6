//! What a reader found of somebody, held against the book.

use lapel::book::Contact;
use lapel::export::Format;
use serde_json::Value;

use crate::people::PLACE;

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
pub(crate) fn check_card(
    card: &Value,
    contact: &Contact,
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
    let in_note = fields.pronouns.iter().any(|own| note.contains(&format!("Pronouns: {own}")));
    let is_told = pronouns == list(&fields.pronouns) || pronouns.is_empty() && in_note;
    assert!(is_told, "{pronouns:?}: {note}");
    assert!(note.ends_with(&format!("Lapel fingerprint {}.", contact.person().fingerprint())));
}

/// What a note says beside the fields: when they were met, and what the owner wrote.
fn check_words(note: &str, contact: &Contact) {
    let met = format!("Accepted {}", contact.meetings()[0].met_at());
    let place = format!("Where: {PLACE}\n");
    for words in [&met, &place, &contact.notes()[0].texts()[0]] {
        assert!(note.contains(words.as_str()), "no {words} in {note}");
    }
    assert_eq!(note.contains("Introduced by: "), contact.introduction().is_some(), "{note}");
}

pub(crate) fn check_row(format: Format, row: &Value, contact: &Contact) {
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

pub(crate) fn check_record(record: &Value, contact: &Contact) {
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

/// A text that a reader left as it stands in a vCard (RFC 6350 §3.4).
pub(crate) fn unescaped(raw: &str) -> String {
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
