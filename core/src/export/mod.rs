//! Contacts on their way out, in the formats that address books read, and what they were worth as a
//! page to look at: a file per format.

mod lookback;
mod vcard;

pub use lookback::lookback_page;
pub use vcard::vcard4;
