//! Tables in the layouts that vendors document for their imports. [`Format`](super::Format) has the
//! documents.

use super::card::Card;
use super::table::{Column, MOST, value};
use super::{name, words};
use crate::badge::Field;
use crate::date::Date;

/// Between several labels of one cell, as Google writes them.
const GOOGLE_BETWEEN: &str = " ::: ";

/// Google Contacts, in the order of its own exports.
pub(super) fn google() -> Vec<Column> {
    let empty = |header: &str| Column::new(header, |_| String::new());
    let mut columns = vec![
        given("First Name"),
        empty("Middle Name"),
        family("Last Name"),
        empty("Phonetic First Name"),
        empty("Phonetic Middle Name"),
        empty("Phonetic Last Name"),
        empty("Name Prefix"),
        empty("Name Suffix"),
        empty("Nickname"),
        Column::field("File As", Field::Name, 0),
        Column::field("Organization Name", Field::Organisation, 0),
        Column::field("Organization Title", Field::Title, 0),
        empty("Organization Department"),
        empty("Birthday"),
        notes("Notes", true, |field, _| !matches!(field, Field::Pronouns | Field::Handle)),
        empty("Photo"),
        // Without `* myContacts` they would be in no list that Google shows.
        Column::new("Labels", |card| {
            let labels = card.categories().into_iter().map(google_label);
            let labels: Vec<String> = labels.chain(["* myContacts".to_owned()]).collect();
            labels.join(GOOGLE_BETWEEN)
        }),
    ];
    for (header, field, label) in [
        ("E-mail", Field::Email, "* Other"),
        ("Phone", Field::Phone, "Other"),
        ("Website", Field::Url, "Profile"),
    ] {
        for number in 0..MOST {
            let n = number + 1;
            columns.push(Column::new(format!("{header} {n} - Label"), move |card| {
                // The asterisk marks the first address as the one to write to.
                let label = if number == 0 { label } else { label.trim_start_matches("* ") };
                if value(card, field, number).is_empty() { String::new() } else { label.to_owned() }
            }));
            columns.push(Column::field(format!("{header} {n} - Value"), field, number));
        }
    }
    let introducer = |card: &Card| card.written.as_ref().and_then(words::introducer);
    let first_met =
        |card: &Card| card.encounters.first().map(|met| Date::of(met.met_at).to_string());
    columns.extend([
        labelled("Relation 1", "Introduced by", introducer),
        Column::new("Relation 1 - Value", move |card| introducer(card).unwrap_or_default()),
        labelled("Event 1", "Met", first_met),
        Column::new("Event 1 - Value", move |card| first_met(card).unwrap_or_default()),
        Column::new("Custom Field 1 - Label", |_| "Lapel".into()),
        Column::new("Custom Field 1 - Value", |card| card.person.to_string()),
    ]);
    columns
}

/// A label that is one, whatever it is called, and none of Google's own, which begin with an asterisk.
fn google_label(label: &str) -> String {
    let mut one = label.trim_start_matches(['*', ' ']).to_owned();
    while one.contains(":::") {
        one = one.replace(":::", "::");
    }
    one
}

/// The label of a column, where there is a value for it.
fn labelled(
    header: &str,
    label: &'static str,
    value: impl Fn(&Card) -> Option<String> + 'static,
) -> Column {
    Column::new(format!("{header} - Label"), move |card| {
        value(card).map(|_| label.to_owned()).unwrap_or_default()
    })
}

/// Outlook. Its `Title` is a form of address, and a job is in `Job Title`.
pub(super) fn outlook() -> Vec<Column> {
    vec![
        given("First Name"),
        family("Last Name"),
        Column::field("Company", Field::Organisation, 0),
        Column::field("Job Title", Field::Title, 0),
        Column::field("E-mail Address", Field::Email, 0),
        Column::field("E-mail 2 Address", Field::Email, 1),
        Column::field("E-mail 3 Address", Field::Email, 2),
        Column::field("Primary Phone", Field::Phone, 0),
        Column::field("Business Phone", Field::Phone, 1),
        Column::field("Business Phone 2", Field::Phone, 2),
        Column::field("Other Phone", Field::Phone, 3),
        Column::field("Web Page", Field::Url, 0),
        notes("Notes", true, |field, number| match field {
            Field::Email => number < 3,
            Field::Phone => true,
            Field::Url => number < 1,
            _ => false,
        }),
        Column::new("Categories", |card| joined(&card.categories(), ";")),
        Column::new("Referred By", |card| {
            card.written.as_ref().and_then(words::introducer).unwrap_or_default()
        }),
        Column::new("User 1", |card| card.person.to_string()),
    ]
}

/// HubSpot: a contact, and a note on it.
pub(super) fn hubspot() -> Vec<Column> {
    vec![
        given("First name"),
        family("Last name"),
        Column::field("Email", Field::Email, 0),
        Column::field("Phone number", Field::Phone, 0),
        Column::field("Mobile phone number", Field::Phone, 1),
        Column::field("Job title", Field::Title, 0),
        Column::field("Company name", Field::Organisation, 0),
        Column::field("Website URL", Field::Url, 0),
        // It wants a date with each note, so none is made for a fingerprint alone.
        Column::new("Note body", |card| {
            let said = words::said(card, false, has_column_in_a_crm);
            if said.is_empty() { said } else { words::signed(said, card) }
        }),
        Column::new("Activity date", |card| {
            card.encounters.last().map(|met| met.met_at.to_string()).unwrap_or_default()
        }),
    ]
}

/// Salesforce: a lead.
pub(super) fn salesforce() -> Vec<Column> {
    vec![
        Column::new("First Name", |card| match name::parts(&card.fields.name) {
            (_, "") => String::new(),
            (given, _) => given.to_owned(),
        }),
        Column::new("Last Name", |card| match name::parts(&card.fields.name) {
            (only, "") => only.to_owned(),
            (_, family) => family.to_owned(),
        }),
        Column::new("Company", |card| match value(card, Field::Organisation, 0) {
            none if none.is_empty() => "[not provided]".to_owned(),
            company => company,
        }),
        Column::field("Title", Field::Title, 0),
        Column::field("Email", Field::Email, 0),
        Column::field("Phone", Field::Phone, 0),
        Column::field("Mobile Phone", Field::Phone, 1),
        Column::field("Website", Field::Url, 0),
        notes("Description", false, has_column_in_a_crm),
        Column::new("Lead Source", |card| {
            card.events().first().map(|event| (*event).to_owned()).unwrap_or_default()
        }),
    ]
}

/// HubSpot and Salesforce take one address of each kind and two numbers.
fn has_column_in_a_crm(field: Field, number: usize) -> bool {
    match field {
        Field::Email | Field::Url => number < 1,
        Field::Phone => number < 2,
        _ => false,
    }
}

fn given(header: &str) -> Column {
    Column::new(header, |card| name::parts(&card.fields.name).0.to_owned())
}

fn family(header: &str) -> Column {
    Column::new(header, |card| name::parts(&card.fields.name).1.to_owned())
}

fn notes(
    header: &str,
    has_categories: bool,
    elsewhere: impl Fn(Field, usize) -> bool + 'static,
) -> Column {
    Column::new(header, move |card| words::about(card, has_categories, &elsewhere))
}

/// Several values of one cell, of which none holds what stands between.
fn joined(values: &[&str], between: &str) -> String {
    values.iter().map(|value| value.replace(between, ",")).collect::<Vec<_>>().join(between)
}
