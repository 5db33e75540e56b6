//! The name of one run of the protocol, the same for both sides.

use core::fmt;
use core::str::FromStr;

use serde::{Serialize, Serializer};

use crate::digest::{Hash, hash};
use crate::hex;
use crate::wire::Hello;

/// `th`: a hash over both hellos, the lower one first, so that both sides get the same value
/// without roles. Shown as 64 lowercase hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Transcript(Hash);

impl Transcript {
    pub(crate) fn of(one: &Hello, other: &Hello) -> Self {
        let (one, other) = (one.to_bytes(), other.to_bytes());
        Self(hash("lapel/1 transcript", &[one.as_slice().min(&other), one.as_slice().max(&other)]))
    }

    /// Takes the 32 bytes of a transcript, as an app or a book kept them.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Its 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Transcript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        hex::write(f, &self.0)
    }
}

impl fmt::Debug for Transcript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Transcript({self})")
    }
}

impl FromStr for Transcript {
    type Err = NotATranscript;

    fn from_str(text: &str) -> Result<Self, NotATranscript> {
        hex::read(text).map(Self).ok_or(NotATranscript)
    }
}

/// The text doesn't name a run of the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an exchange's name: it must be 64 hexadecimal digits")]
pub struct NotATranscript;

impl Serialize for Transcript {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
