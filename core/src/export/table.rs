//! Tables (RFC 4180): columns by their headers, and cells that no spreadsheet takes for a formula.

use std::fmt::Write as _;

use super::card::{Card, headline};
use super::{Include, words};
use crate::badge::Field;
use crate::book::Note;
use crate::receipt::Comparison;

/// A column: its header, and what a card has in it.
pub(super) struct Column {
    pub(super) header: String,
    pub(super) cell: Box<dyn Fn(&Card) -> String>,
}

impl Column {
    pub(super) fn new(header: impl Into<String>, cell: impl Fn(&Card) -> String + 'static) -> Self {
        Self { header: header.into(), cell: Box::new(cell) }
    }

    /// The value of this number, from 0, of a field.
    pub(super) fn field(header: impl Into<String>, field: Field, number: usize) -> Self {
        Self::new(header, move |card| value(card, field, number))
    }
}

/// The value of this number, from 0, of a field.
pub(super) fn value(card: &Card, field: Field, number: usize) -> String {
    card.fields.values(field).get(number).cloned().unwrap_or_default()
}

/// So many values a badge can have of those fields that are lists.
pub(super) const MOST: usize = 4;

/// The plain table: a column for everything that may leave.
pub(super) fn plain(include: &Include) -> Vec<Column> {
    let mut columns = vec![
        Column::new("id", |card| card.person.to_string()),
        Column::new("fingerprint", |card| card.person.fingerprint().to_string()),
    ];
    for field in Field::ALL.into_iter().filter(|field| include.has(*field)) {
        match field {
            Field::Email | Field::Phone | Field::Url | Field::Handle => columns
                .extend((0..MOST).map(|n| Column::field(format!("{field}_{}", n + 1), field, n))),
            _ => columns.push(Column::field(field.to_string(), field, 0)),
        }
    }
    if include.has_encounters() {
        let first = |card: &Card| card.encounters.first().map(|met| met.met_at.to_string());
        let last = |card: &Card| card.encounters.last().map(|met| met.met_at.to_string());
        columns.extend([
            Column::new("first_met", move |card| first(card).unwrap_or_default()),
            Column::new("last_met", move |card| last(card).unwrap_or_default()),
            Column::new("encounters", |card| card.encounters.len().to_string()),
            Column::new("events", |card| card.events().join("\n")),
            Column::new("state", |card| card.state().map(state).unwrap_or_default().to_owned()),
            Column::new("check_code", |card| check_code(card).to_owned()),
            Column::new("revision", |card| card.revised.map(|r| r.to_string()).unwrap_or_default()),
        ]);
    }
    if include.notes {
        columns.extend(annotations());
    }
    if include.outcomes {
        columns.push(Column::new("outcomes", |card| {
            let mut told = String::new();
            for outcome in card.outcomes.iter().flatten() {
                let _ = writeln!(told, "{}", headline(&outcome.fields));
                for text in outcome.notes.iter().flat_map(Note::texts) {
                    let _ = writeln!(told, "{text}");
                }
            }
            told.trim_end().to_owned()
        }));
    }
    columns
}

fn annotations() -> [Column; 8] {
    let written = |card: &Card| card.written.clone().unwrap_or_default();
    [
        Column::new("tags", |card| card.tags().join("\n")),
        Column::new("rating", move |card| {
            written(card).rating.map(|rating| rating.points().to_string()).unwrap_or_default()
        }),
        Column::new("follow_up", move |card| {
            written(card).follow_up.map(|follow_up| follow_up.on.to_string()).unwrap_or_default()
        }),
        Column::new("followed_up", move |card| {
            written(card).follow_up.map(|follow_up| follow_up.done.to_string()).unwrap_or_default()
        }),
        Column::new("place", move |card| written(card).place.unwrap_or_default()),
        Column::new("introduced_by", |card| {
            card.written.as_ref().and_then(words::introducer).unwrap_or_default()
        }),
        Column::new("introduced_by_id", move |card| {
            let by = written(card).introduced.and_then(|introduced| introduced.introduction.by);
            by.map(|by| by.to_string()).unwrap_or_default()
        }),
        Column::new("notes", move |card| written(card).notes.join("\n\n")),
    ]
}

/// What was said of the check codes of any encounter, the worst of it.
fn check_code(card: &Card) -> &'static str {
    let said = |comparison| card.encounters.iter().any(|met| met.comparison == comparison);
    match (said(Comparison::Differs), said(Comparison::Agrees)) {
        (true, _) => "differs",
        (false, true) => "agrees",
        (false, false) => "",
    }
}

fn state(state: crate::receipt::State) -> &'static str {
    match state {
        crate::receipt::State::Offered => "offered",
        crate::receipt::State::Confirmed => "confirmed",
    }
}

/// Where programs that don't separate columns by commas see another cell begin.
const SEPARATORS: [char; 4] = [';', '\t', '\r', '\n'];
/// How a formula begins: OWASP, *CSV Injection*, with the full-width twins.
const BEGINNINGS: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];

/// A cell of which no spreadsheet takes anything for a formula: where it begins as one does, an apostrophe
/// is put before it, which spreadsheets read as "this is text". So it is behind each separator, and where a
/// cell begins with a tab or a line end. A plain phone number stays as it is. Where only apostrophes and
/// quotation marks stand before such a beginning there is one apostrophe more, so that a reader who takes
/// one off has what it was.
pub(super) fn guarded(cell: &str) -> String {
    let mut safe = String::with_capacity(cell.len() + 1);
    if cell.starts_with(['\t', '\r', '\n']) {
        safe.push('\'');
    }
    for part in cell.split_inclusive(SEPARATORS) {
        let is_formula = part.trim_start_matches(['\'', '"']).starts_with(BEGINNINGS);
        if is_formula && !is_phone_number(part.trim_end_matches(SEPARATORS)) {
            safe.push('\'');
        }
        safe.push_str(part);
    }
    safe
}

/// `+` and what a badge's number may have behind it, of which a spreadsheet computes nothing worse than a
/// wrong number.
fn is_phone_number(part: &str) -> bool {
    let Some(number) = part.strip_prefix('+') else { return false };
    number.chars().any(|c| c.is_ascii_digit())
        && number.chars().all(|c| c.is_ascii_digit() || " ().-/*#,".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_spreadsheet_would_run_is_text_and_a_phone_number_stays() {
        for (cell, expected) in [
            ("=1+1", "'=1+1"),
            ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
            ("-2+3", "'-2+3"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'\t'=1"),
            ("\r=1", "'\r'=1"),
            ("\n=1", "'\n'=1"),
            ("\tAda", "'\tAda"),
            ("x;@SUM(1)", "x;'@SUM(1)"),
            ("x;=1;y;-2", "x;'=1;y;'-2"),
            ("x;\"=1\"", "x;'\"=1\""),
            ("x;'=1", "x;''=1"),
            ("Notes:\n-2\t＋3", "Notes:\n'-2\t'＋3"),
            ("call\n+44 20 7946 0018\nsoon; =", "call\n+44 20 7946 0018\nsoon; ="),
            ("＝1", "'＝1"),
            ("+1+2", "'+1+2"),
            ("+", "'+"),
            ("+44 20 7946 0018", "+44 20 7946 0018"),
            ("+1 (555) 010-99.8/7", "+1 (555) 010-99.8/7"),
            ("+1 555 0100,,42#*", "+1 555 0100,,42#*"),
            ("0049 30", "0049 30"),
            ("Ada", "Ada"),
            ("'t Hooft", "'t Hooft"),
            ("'=1", "''=1"),
            ("'+44 20", "''+44 20"),
            ("", ""),
        ] {
            assert_eq!(guarded(cell), expected);
        }
    }
}
