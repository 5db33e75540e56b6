//! A proof: chosen receipts in one file, for a third party who trusts nothing and has only the file.
//!
//! It says of each meeting exactly what its [receipt](crate::receipt) shows and no word more: that the
//! other *confirmed* or only *offered*, and what both clocks and both events claim. Over all of it the
//! holder signs for whom it is made, what for, when by their own clock, and how many receipts it holds. So
//! nobody can leave one out, add one or hand it on as made for somebody else without its being seen.
//!
//! It proves neither presence nor place nor date; nor that these are all whom the holder met, since they
//! chose them; nor that whoever hands it over is its holder. Notes and tags are never in it: they are the
//! holder's words and would prove nothing beside what others signed.
//!
//! A proof is written and checked as a stream: one receipt is in memory at a time. The same receipts, words
//! and time give the same bytes. `PROTOCOL.md` has the format.

#[cfg(feature = "qr")]
mod report;
mod terms;
#[cfg(test)]
mod tests;
mod verify;
mod write;

use core::fmt;

use serde::{Serialize, Serializer};

use crate::digest::Hash;
use crate::hex;
use crate::identity::PersonId;
use crate::receipt::Shown;
use crate::transcript::Transcript;

#[cfg(feature = "qr")]
pub use report::{ReportError, report};
pub use terms::{Header, ProofTerms, ProofTermsError};
pub use verify::{Part, ProofError, Verified, Visit, verify};
pub use write::{ProofWriteError, ProofWriter};

/// The most receipts of a proof.
pub const MAX_RECEIPTS: u32 = 1_000_000;

/// SHA-256 of a whole proof, by which two people know that they have the same file. Shown as 64 lowercase
/// hexadecimal digits, as `sha256sum` prints it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Digest(Hash);

impl Digest {
    /// Its 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        hex::write(f, &self.0)
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Where a receipt stands in a proof: all of one person together, none twice.
fn place(shown: &Shown) -> (PersonId, Transcript) {
    (shown.peer.person, shown.transcript)
}
