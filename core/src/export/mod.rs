//! Contacts on their way out: a file per format, and what handshakes were worth as a page to look at.
//!
//! Data walks one way. [`export`] reads the book; a *card* is made of each contact, which holds what
//! of it may leave and nothing else; and every format writes cards and never sees a contact. What
//! [`Include`] leaves out is therefore left out in one place, of every format.
//!
//! | format | for | source |
//! | --- | --- | --- |
//! | [`Format::Vcard4`] | address books | RFC 6350, RFC 9554 |
//! | [`Format::Vcard3`] | iOS, Android, Outlook | RFC 2426 |
//! | [`Format::Jcard`] | programs that speak vCard in JSON | RFC 7095 |
//! | [`Format::Jscontact`] | JMAP and its kin | RFC 9553 |
//! | [`Format::Csv`] | spreadsheets | RFC 4180 |
//! | [`Format::CsvGoogle`], [`Format::CsvOutlook`], [`Format::CsvHubspot`], [`Format::CsvSalesforce`] | their imports | the vendors' pages, see [`Format`] |
//! | [`Format::Json`], [`Format::Jsonl`] | programs | [`JSON_SCHEMA`] |
//! | [`prove()`] | whoever wants proof of meetings | [`proof`](crate::proof) |
//!
//! One contact is in memory at a time, all keys of one person together, beside some 100 bytes and a name
//! for each who is to leave, and all outcomes where they leave. Whoever was met last
//! comes first, unless the query says otherwise; contacts that are one person leave once, with the
//! badge of the one that stands for them and the encounters of all. The same book gives the same
//! bytes.

mod card;
mod error;
mod file;
mod format;
mod jcard;
mod jscontact;
mod json;
mod layout;
mod lookback;
mod name;
mod pen;
mod prove;
mod request;
mod run;
mod table;
mod vcard;
mod words;

pub use error::ExportError;
pub use file::{export_to, prove_to};
pub use format::{Format, NotAFormat};
pub use json::JSON_SCHEMA;
pub use lookback::lookback_page;
pub use prove::{ProofRequest, prove};
pub use request::{Include, NotAPart, Part, Request, Selection};
pub use run::{Exported, Progress, Watch, export, preview};
pub use vcard::vcard4;
