//! The formats by their names.

use core::fmt;
use core::str::FromStr;

/// What contacts can leave as. Its `Display` is the name that programs type, such as `vcard4`.
///
/// The tables of vendors have a vendor's own column names and no others, so that an import maps them
/// by itself. A badge has one name, and they want two: the last word is taken for the family name,
/// which is wrong for people whose family name comes first; the full name is in every other format.
/// What a table has no column for stands in its notes.
///
/// In every table a cell that a spreadsheet would take for a formula (it begins with `=`, `+`, `-`,
/// `@`, a tab or a line end: OWASP, *CSV Injection*) has an apostrophe before it, of which an import
/// into a CRM knows nothing. What begins so behind a semicolon, a tab or a line end has one too, because
/// there another cell begins for programs that don't separate by commas. A plain phone number stays as it
/// is: a spreadsheet may compute a wrong number of `+1-555-0100`, and nothing worse. Lines end in CRLF.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// vCard 4.0 (RFC 6350, with RFC 9554's pronouns, and `X-SOCIALPROFILE` for handles, which name no
    /// service).
    Vcard4,
    /// vCard 3.0 (RFC 2426) as iOS, Android and Outlook read it: `N` beside `FN`, `X-SOCIALPROFILE`,
    /// `CHARSET=UTF-8` where there is more than ASCII, for Outlook. Pronouns and handles stand in
    /// the note, too, where every reader shows them.
    Vcard3,
    /// jCard (RFC 7095): an array of cards, each as in vCard 4.0.
    Jcard,
    /// JSContact (RFC 9553): an array of cards, made of vCard 4.0 by RFC 9555.
    Jscontact,
    /// A table with a column for everything that was asked for, in RFC 4180's form with a byte order
    /// mark, without which Excel reads UTF-8 as something else. Lists of one cell are one a line. Of the
    /// encounters it has the first and last time, the number, and the worst that was said of check codes.
    Csv,
    /// The layout that Google Contacts has exported and imported since 2024 (Google Contacts Help,
    /// "Import contacts": a file as Google exports one). UTF-8 without a byte order mark. The day on
    /// which somebody was met is UTC's.
    CsvGoogle,
    /// Outlook's layout (Microsoft Support, "Import contacts to Outlook", and its template): three
    /// addresses at most, the rest stands in the notes. With a byte order mark, by which Outlook knows
    /// UTF-8.
    CsvOutlook,
    /// HubSpot's contacts with a note each
    /// (<https://knowledge.hubspot.com/import-and-export/set-up-your-import-file>). UTF-8 without a
    /// byte order mark. HubSpot knows a contact again by the first address, and wants a date with each
    /// note: it has none where encounters are left out.
    CsvHubspot,
    /// Salesforce's leads (Help, "Field Mapping for Importing Leads"). A lead has to have a company
    /// and a last name: who shows none gets `[not provided]`, and a name of one word is the last
    /// name. UTF-8 without a byte order mark.
    CsvSalesforce,
    /// One JSON document, as [`JSON_SCHEMA`](super::JSON_SCHEMA) says.
    Json,
    /// A contact of that document on each line.
    Jsonl,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Vcard4,
        Self::Vcard3,
        Self::Jcard,
        Self::Jscontact,
        Self::Csv,
        Self::CsvGoogle,
        Self::CsvOutlook,
        Self::CsvHubspot,
        Self::CsvSalesforce,
        Self::Json,
        Self::Jsonl,
    ];

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Vcard4 => "vcard4",
            Self::Vcard3 => "vcard3",
            Self::Jcard => "jcard",
            Self::Jscontact => "jscontact",
            Self::Csv => "csv",
            Self::CsvGoogle => "csv-google",
            Self::CsvOutlook => "csv-outlook",
            Self::CsvHubspot => "csv-hubspot",
            Self::CsvSalesforce => "csv-salesforce",
            Self::Json => "json",
            Self::Jsonl => "jsonl",
        }
    }

    /// What a file of it is called behind the dot.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Vcard4 | Self::Vcard3 => "vcf",
            Self::Csv
            | Self::CsvGoogle
            | Self::CsvOutlook
            | Self::CsvHubspot
            | Self::CsvSalesforce => "csv",
            Self::Jcard | Self::Jscontact | Self::Json => "json",
            Self::Jsonl => "jsonl",
        }
    }

    /// Its media type, as a share sheet asks for it.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Vcard4 | Self::Vcard3 => "text/vcard; charset=utf-8",
            Self::Csv
            | Self::CsvGoogle
            | Self::CsvOutlook
            | Self::CsvHubspot
            | Self::CsvSalesforce => "text/csv; charset=utf-8; header=present",
            Self::Jcard => "application/vcard+json",
            Self::Jscontact => "application/jscontact+json",
            Self::Json => "application/json",
            Self::Jsonl => "application/jsonl",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Format {
    type Err = NotAFormat;

    fn from_str(name: &str) -> Result<Self, NotAFormat> {
        let named = Self::ALL.into_iter().find(|format| format.as_str() == name);
        named.ok_or_else(|| NotAFormat(name.chars().take(40).collect()))
    }
}

/// The text names no format.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is no format; there are {all}", all = names())]
pub struct NotAFormat(String);

impl NotAFormat {
    /// What was written, or the first 40 characters of it.
    pub fn text(&self) -> &str {
        &self.0
    }
}

fn names() -> String {
    Format::ALL.map(Format::as_str).join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_reads_back_from_its_name_and_nothing_else_is_one() {
        for format in Format::ALL {
            assert_eq!(format.to_string().parse(), Ok(format));
        }
        for wrong in ["", "vcard", "VCARD4", "csv-", "xml"] {
            let error = wrong.parse::<Format>().unwrap_err();
            let sentence = error.to_string();
            assert!(sentence.starts_with(&format!("\"{wrong}\" is no format; there are vcard4, ")));
        }
    }
}
