//! An adversary's toolkit, written from PROTOCOL.md alone.
//!
//! Nothing here calls the inside of Lapel: digits, hellos, commitments, the key schedule, seals
//! and signatures are made a second time, from public crates, so that a dishonest peer can deviate
//! anywhere, and so that core and text are checked against each other. [`Party`] is one side with
//! every secret in the open; [`Phone`] is the real thing, with a clock and randomness of its own.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that can't go on should stop where it stands"
)]

pub mod cbor;
pub mod digits;
pub mod party;
pub mod phone;
pub mod points;
pub mod receipt;
pub mod schedule;
pub mod secrets;
pub mod vectors;

pub use party::{Contents, Opened, Party};
pub use phone::Phone;

/// The kind byte of an offer.
pub const OFFER: u8 = 1;
/// The kind byte of a confirm message.
pub const CONFIRM: u8 = 2;

/// Lower-case hexadecimal digits.
pub fn hex(bytes: impl AsRef<[u8]>) -> String {
    bytes.as_ref().iter().map(|b| format!("{b:02x}")).collect()
}

/// The bytes of hexadecimal digits.
pub fn unhex(digits: &str) -> Vec<u8> {
    assert!(digits.len().is_multiple_of(2), "an odd number of digits");
    (0..digits.len())
        .step_by(2)
        .map(|i| u8::from_str_radix(&digits[i..i + 2], 16).expect("hexadecimal digits"))
        .collect()
}
