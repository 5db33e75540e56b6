//! Contacts on their way out, in the formats that address books read: a file per format.

mod vcard;

pub use vcard::vcard4;
