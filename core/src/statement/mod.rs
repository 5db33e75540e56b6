//! What somebody signs outside of a meeting and passes on as a file or a code: that an old key and a
//! new one are one person's, and that their badge changed.
//!
//! A statement makes nobody a contact. It is for whoever met the person; what a book makes of it is
//! said at [`Book::apply_link`](crate::book::Book::apply_link) and
//! [`Book::apply_badge`](crate::book::Book::apply_badge), and what it proves, in `PROTOCOL.md`.
//! File and code are the same thing: one line of text, as a phone shows it in a meeting, of a kind of
//! its own.

mod badge;
mod link;

use core::fmt;

use crate::badge::BadgeError;
use crate::cbor::NotCanonical;
use crate::identity::PersonId;
use crate::wire::{Envelope, VERSION, unwrap};

pub use self::badge::BadgeUpdate;
pub use self::link::IdentityLink;

/// The most bytes of a file with a statement that are worth reading: the longest text behind any
/// carrier of [`Carrier::MAX_BYTES`](crate::Carrier::MAX_BYTES), and room for white space around it.
pub const MAX_FILE_BYTES: usize = 2_048;

/// What a text of Lapel's is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Something that phones show each other when they meet.
    Meeting,
    /// An [`IdentityLink`].
    Link,
    /// A [`BadgeUpdate`].
    Badge,
}

impl Kind {
    const fn of(byte: u8) -> Option<Self> {
        match byte {
            0..=3 => Some(Self::Meeting),
            4 => Some(Self::Link),
            5 => Some(Self::Badge),
            _ => None,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Meeting => "a code of a meeting",
            Self::Link => "a link between two keys",
            Self::Badge => "a signed badge",
        })
    }
}

/// Why a text or bytes are not the statement that was wanted. There are no unverified ones.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StatementError {
    /// Not a text of Lapel's.
    #[error("this is not a text of Lapel's")]
    Foreign,
    /// Of a version that this program doesn't know. Update it.
    #[error("this is of version {0}, which this program doesn't know: update it")]
    NewerVersion(u8),
    /// Lapel's, and something else.
    #[error("this is {found}, not {wanted}")]
    Another {
        /// What it is.
        found: Kind,
        /// What it should be.
        wanted: Kind,
    },
    /// Not in its one encoding, altered on its way, or of a kind that isn't known.
    #[error("this was altered or cut short: its bytes don't add up")]
    Bytes,
    /// The badge breaks the badge's rules.
    #[error("the badge in this breaks the rules: {0}")]
    Badge(#[from] BadgeError),
    /// Both keys of a link are the same.
    #[error("this link is of one key with itself")]
    OnePerson,
    /// A signature doesn't hold, or the key is nobody's.
    #[error("the signature by {} doesn't hold", .0.fingerprint())]
    Signature(PersonId),
}

impl From<NotCanonical> for StatementError {
    fn from(_: NotCanonical) -> Self {
        Self::Bytes
    }
}

/// The two clear bytes in front of a statement, as of every message.
const fn head(kind: Kind) -> [u8; 2] {
    let kind = match kind {
        Kind::Meeting => 0,
        Kind::Link => 4,
        Kind::Badge => 5,
    };
    [VERSION, kind]
}

/// What stands behind them in at most `max` bytes of the wanted kind.
fn behind_head(bytes: &[u8], wanted: Kind, max: usize) -> Result<&[u8], StatementError> {
    match bytes {
        [VERSION, kind, body @ ..] => match Kind::of(*kind) {
            Some(found) if found == wanted && bytes.len() <= max => Ok(body),
            Some(found) if found != wanted => Err(StatementError::Another { found, wanted }),
            _ => Err(StatementError::Bytes),
        },
        [version, ..] if *version > VERSION => Err(StatementError::NewerVersion(*version)),
        _ => Err(StatementError::Bytes),
    }
}

/// The bytes of a text, behind any carrier and with white space around it.
fn bytes_of(text: &str) -> Result<Vec<u8>, StatementError> {
    match unwrap(text) {
        Envelope::Foreign => Err(StatementError::Foreign),
        Envelope::Garbled => Err(StatementError::Bytes),
        Envelope::Bytes(bytes) => Ok(bytes),
    }
}
