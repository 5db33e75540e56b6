//! Writes cards one after another in one format: what begins a file, each card, what ends it.

use std::io::{self, Write};

use calcard::vcard::VCardVersion;

use super::card::Card;
use super::table::{self, Column};
use super::{ExportError, Format, Include, jcard, jscontact, json, layout, vcard};

/// What a file in UTF-8 begins with where its reader would take it for something else.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// Writes cards to `W`.
pub(super) struct Pen<W: Write> {
    format: Format,
    out: W,
    /// Of a table.
    columns: Vec<Column>,
    is_first: bool,
}

impl<W: Write> Pen<W> {
    /// Begins the file.
    pub(super) fn begin(format: Format, include: &Include, out: W) -> Result<Self, ExportError> {
        let columns = match format {
            Format::Csv => table::plain(include),
            Format::CsvGoogle => layout::google(),
            Format::CsvOutlook => layout::outlook(),
            Format::CsvHubspot => layout::hubspot(),
            Format::CsvSalesforce => layout::salesforce(),
            _ => Vec::new(),
        };
        let mut pen = Self { format, out, columns, is_first: true };
        match format {
            Format::Jcard | Format::Jscontact => pen.text("[\n")?,
            Format::Json => pen.text(json::BEGIN)?,
            Format::Csv | Format::CsvOutlook => pen.text(BYTE_ORDER_MARK)?,
            _ => {}
        }
        if !pen.columns.is_empty() {
            let headers: Vec<String> = pen.columns.iter().map(|c| c.header.clone()).collect();
            pen.row(&headers)?;
        }
        Ok(pen)
    }

    /// Writes a card.
    pub(super) fn put(&mut self, card: &Card) -> Result<(), ExportError> {
        let is_first = std::mem::replace(&mut self.is_first, false);
        let between = if is_first { "" } else { ",\n" };
        match self.format {
            Format::Vcard4 => self.text(&vcard::text(card, VCardVersion::V4_0)),
            Format::Vcard3 => self.text(&vcard::text(card, VCardVersion::V3_0)),
            Format::Jcard => self.text(&format!("{between}{}", jcard::document(card))),
            Format::Jscontact => self.text(&format!("{between}{}", jscontact::document(card)?)),
            Format::Json => self.text(&format!("{between}{}", json::document(card)?)),
            Format::Jsonl => self.text(&format!("{}\n", json::document(card)?)),
            Format::Csv
            | Format::CsvGoogle
            | Format::CsvOutlook
            | Format::CsvHubspot
            | Format::CsvSalesforce => {
                let cells = self.columns.iter().map(|column| table::guarded(&(column.cell)(card)));
                let cells: Vec<String> = cells.collect();
                self.row(&cells)
            }
        }
    }

    /// Ends the file.
    pub(super) fn end(mut self) -> Result<(), ExportError> {
        match self.format {
            Format::Jcard | Format::Jscontact => self.text("\n]\n")?,
            Format::Json => self.text(json::END)?,
            _ => {}
        }
        self.out.flush().map_err(ExportError::Write)
    }

    /// Gives the writer back in the middle of the file.
    pub(super) fn abandon(self) -> W {
        self.out
    }

    fn row(&mut self, cells: &[String]) -> Result<(), ExportError> {
        let bytes = row(cells).map_err(ExportError::Write)?;
        self.out.write_all(&bytes).map_err(ExportError::Write)
    }

    fn text(&mut self, text: &str) -> Result<(), ExportError> {
        self.out.write_all(text.as_bytes()).map_err(ExportError::Write)
    }
}

/// A row of a table, with CRLF at its end (RFC 4180 §2).
fn row(cells: &[String]) -> io::Result<Vec<u8>> {
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .buffer_capacity(1_024)
        .from_writer(Vec::new());
    writer.write_record(cells).map_err(io::Error::other)?;
    writer.into_inner().map_err(|error| io::Error::other(error.to_string()))
}
