//! What can be typed about contacts on their way out.

use std::path::PathBuf;

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use lapel::date::Date;
use lapel::export::{Format, Include, NotAFormat, NotAPart};

/// `lapel export`.
#[derive(Debug, Args)]
pub(crate) struct ExportArgs {
    /// The format
    #[arg(long, value_parser = formats(), required_unless_present = "schema")]
    pub(crate) format: Option<As>,
    /// Where to, or - for standard output
    #[arg(long, value_name = "FILE", required_unless_present_any = ["dry_run", "preview", "schema"])]
    pub(crate) out: Option<PathBuf>,
    /// Who [default: everybody]
    #[arg(value_name = "ID", conflicts_with_all = ["event", "tag", "search", "since", "confirmed"])]
    pub(crate) ids: Vec<String>,
    /// Only those met at this event
    #[arg(long, help_heading = "Who")]
    pub(crate) event: Option<String>,
    /// Only those with this tag
    #[arg(long, help_heading = "Who")]
    pub(crate) tag: Option<String>,
    /// Only those in which every one of these words begins some word
    #[arg(long, value_name = "WORDS", help_heading = "Who")]
    pub(crate) search: Option<String>,
    /// Only those met last on this day (in UTC) or later
    #[arg(long, value_name = "DATE", help_heading = "Who")]
    pub(crate) since: Option<Date>,
    /// Only those who confirmed
    #[arg(long, help_heading = "Who")]
    pub(crate) confirmed: bool,
    /// Only these fields beside name and id, such as email,phone,encounters [default: all]
    #[arg(long, value_name = "LIST", value_parser = only, help_heading = "What of them")]
    pub(crate) fields: Option<Include>,
    /// What you wrote about them, too: notes, tags, points, place, follow-up, who introduced them
    #[arg(long, help_heading = "What of them")]
    pub(crate) with_notes: bool,
    /// What came of meeting them, too
    #[arg(long, help_heading = "What of them")]
    pub(crate) with_outcomes: bool,
    /// For whom a proof is made, at most 96 bytes
    #[arg(long, value_name = "WHOM", help_heading = "Of a proof")]
    pub(crate) to: Option<String>,
    /// What a proof is for, at most 256 bytes
    #[arg(long = "for", value_name = "PURPOSE", help_heading = "Of a proof")]
    pub(crate) purpose: Option<String>,
    /// Your own badge, too
    #[arg(long, help_heading = "Of a proof")]
    pub(crate) with_badge: bool,
    /// Write nothing, and say how much would leave
    #[arg(long, conflicts_with_all = ["out", "preview"], help_heading = "Before it leaves")]
    pub(crate) dry_run: bool,
    /// Write nothing, and show the first N people as they would leave
    #[arg(
        long,
        value_name = "N",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "3",
        conflicts_with = "out",
        help_heading = "Before it leaves"
    )]
    pub(crate) preview: Option<usize>,
    /// Print the JSON Schema of json and jsonl, and do nothing else
    #[arg(long, exclusive = true)]
    pub(crate) schema: bool,
}

/// What contacts leave as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum As {
    /// Themselves.
    Cards(Format),
    /// The receipts of meetings with them.
    Proof,
}

impl As {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Cards(format) => format.as_str(),
            Self::Proof => "proof",
        }
    }
}

fn only(list: &str) -> Result<Include, NotAPart> {
    Include::only(list)
}

/// Every format there is, by the core's name for it, and a proof.
fn formats() -> impl TypedValueParser<Value = As> {
    let named = Format::ALL.map(|format| PossibleValue::new(format.as_str()).help(help(format)));
    let proof = PossibleValue::new(As::Proof.as_str())
        .help("Receipts of meetings, for a third party who checks them with `lapel verify`");
    PossibleValuesParser::new(named.into_iter().chain([proof])).try_map(|name| {
        match name.as_str() {
            "proof" => Ok::<_, NotAFormat>(As::Proof),
            name => name.parse().map(As::Cards),
        }
    })
}

fn help(format: Format) -> &'static str {
    match format {
        Format::Vcard4 => "vCard 4.0, for address books",
        Format::Vcard3 => "vCard 3.0, as iOS, Android and Outlook read it",
        Format::Jcard => "jCard, vCard in JSON",
        Format::Jscontact => "JSContact",
        Format::Csv => "A table for spreadsheets, with everything",
        Format::CsvGoogle => "A table for Google Contacts",
        Format::CsvOutlook => "A table for Outlook",
        Format::CsvHubspot => "A table for HubSpot: contacts with a note each",
        Format::CsvSalesforce => "A table for Salesforce: leads",
        Format::Json => "One JSON document",
        Format::Jsonl => "A JSON document on each line",
    }
}
