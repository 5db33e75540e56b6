//! Contacts on their way out, as files of the formats that people use.

use lapel::badge::Field;
use lapel::export::{self as core, Format as ExportFormat, Include, Part, Request};

use crate::contact::ContactQuery;
use crate::error::LapelError;

/// What contacts can leave as.
#[uniffi::remote(Enum)]
pub enum ExportFormat {
    /// vCard 4.0 (RFC 6350).
    Vcard4,
    /// vCard 3.0 (RFC 2426) as iOS, Android and Outlook read it.
    Vcard3,
    /// jCard (RFC 7095).
    Jcard,
    /// JSContact (RFC 9553).
    Jscontact,
    /// A table with a column for everything that was asked for.
    Csv,
    /// The columns of Google Contacts.
    CsvGoogle,
    /// The columns of Outlook.
    CsvOutlook,
    /// The columns of HubSpot.
    CsvHubspot,
    /// The columns of Salesforce's leads.
    CsvSalesforce,
    /// One JSON document, as `export_schema` says.
    Json,
    /// A contact of that document on each line.
    Jsonl,
}

/// Who is to leave.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum ExportSelection {
    /// Whoever is in the book, the one met last first.
    Everybody,
    /// Whomever the query finds, in its order.
    Found {
        /// Whom.
        query: ContactQuery,
    },
    /// These, in this order.
    People {
        /// Their ids.
        people: Vec<String>,
    },
}

/// A part of a contact that can be left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum ContactPart {
    /// What they do.
    Title,
    /// For whom.
    Organisation,
    /// Their addresses.
    Email,
    /// Their numbers.
    Phone,
    /// Their pages.
    Url,
    /// What they are called elsewhere.
    Handle,
    /// How to speak of them.
    Pronouns,
    /// Their own line.
    Line,
    /// When and where they were met, and how far both went.
    Encounters,
}

/// Who is to leave, what of them, and as what. Name and id always leave.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct ExportRequest {
    /// As what.
    pub format: ExportFormat,
    /// Who.
    pub selection: ExportSelection,
    /// These parts and no others; all if nothing is said.
    #[uniffi(default = None)]
    pub parts: Option<Vec<ContactPart>>,
    /// What the owner wrote about them: notes, tags, points, place, follow-up, and who introduced them.
    #[uniffi(default = false)]
    pub notes: bool,
    /// The outcomes in which they had a part.
    #[uniffi(default = false)]
    pub outcomes: bool,
}

/// What left.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Exported {
    /// People.
    pub contacts: u64,
    /// Of them, those who confirmed, as far as encounters left.
    pub confirmed: u64,
    /// Encounters.
    pub encounters: u64,
    /// The owner's notes.
    pub notes: u64,
    /// The owner's tags.
    pub tags: u64,
    /// Outcomes, each as often as somebody had a part in it.
    pub outcomes: u64,
    /// Bytes that were written, or would be.
    pub bytes: u64,
}

/// What a file of this format is called behind the dot, such as `vcf`.
#[uniffi::export]
pub fn export_file_extension(format: ExportFormat) -> String {
    format.extension().to_owned()
}

/// Its media type, as a share sheet asks for it.
#[uniffi::export]
pub fn export_media_type(format: ExportFormat) -> String {
    format.media_type().to_owned()
}

/// The JSON Schema (draft 2020-12) of what leaves as JSON.
#[uniffi::export]
pub fn export_schema() -> String {
    core::JSON_SCHEMA.to_owned()
}

impl ExportSelection {
    pub(crate) fn checked(self) -> Result<core::Selection, LapelError> {
        Ok(match self {
            Self::Everybody => core::Selection::default(),
            Self::Found { query } => core::Selection::Found(query.checked()?),
            Self::People { people } => {
                let people = people.iter().map(|id| id.parse()).collect::<Result<_, _>>()?;
                core::Selection::People(people)
            }
        })
    }
}

impl ExportRequest {
    pub(crate) fn checked(self) -> Result<Request, LapelError> {
        let selection = self.selection.checked()?;
        let (notes, outcomes) = (self.notes, self.outcomes);
        let mut include = Include { notes, outcomes, ..Include::default() };
        if let Some(parts) = self.parts {
            include.parts = parts.into_iter().map(Part::from).collect();
        }
        Ok(Request { format: self.format, selection, include })
    }
}

impl From<ContactPart> for Part {
    fn from(part: ContactPart) -> Self {
        Self::Badge(match part {
            ContactPart::Title => Field::Title,
            ContactPart::Organisation => Field::Organisation,
            ContactPart::Email => Field::Email,
            ContactPart::Phone => Field::Phone,
            ContactPart::Url => Field::Url,
            ContactPart::Handle => Field::Handle,
            ContactPart::Pronouns => Field::Pronouns,
            ContactPart::Line => Field::Line,
            ContactPart::Encounters => return Self::Encounters,
        })
    }
}

impl From<core::Exported> for Exported {
    fn from(exported: core::Exported) -> Self {
        Self {
            contacts: exported.contacts as u64,
            confirmed: exported.confirmed as u64,
            encounters: exported.encounters as u64,
            notes: exported.notes as u64,
            tags: exported.tags as u64,
            outcomes: exported.outcomes as u64,
            bytes: exported.bytes,
        }
    }
}
