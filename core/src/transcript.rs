//! The name of one run of the protocol, the same for both sides.

use core::fmt;

use serde::{Serialize, Serializer};

use crate::digest::{Hash, hash};
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
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Transcript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Transcript({self})")
    }
}

impl Serialize for Transcript {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
