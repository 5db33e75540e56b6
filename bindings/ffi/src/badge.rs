//! What a person shows.

use lapel::badge as core;
pub use lapel::badge::BadgeFields as Badge;

use crate::error::LapelError;

/// The fields of a badge. Lists hold at most four values; sizes are bytes of UTF-8.
#[uniffi::remote(Record)]
pub struct Badge {
    /// Display name, required, at most 64 bytes.
    pub name: String,
    /// Job title, at most 64 bytes.
    #[uniffi(default = None)]
    pub title: Option<String>,
    /// Company or other organisation, at most 64 bytes.
    #[uniffi(default = None)]
    pub organisation: Option<String>,
    /// Addresses of 64 bytes.
    #[uniffi(default = [])]
    pub emails: Vec<String>,
    /// Numbers of 32 bytes: digits, spaces and `+-().*#/,`.
    #[uniffi(default = [])]
    pub phones: Vec<String>,
    /// Addresses of 96 bytes with `http://` or `https://`.
    #[uniffi(default = [])]
    pub urls: Vec<String>,
    /// Social handles of 48 bytes.
    #[uniffi(default = [])]
    pub handles: Vec<String>,
    /// Pronouns, at most 24 bytes.
    #[uniffi(default = None)]
    pub pronouns: Option<String>,
    /// A short free line, at most 96 bytes.
    #[uniffi(default = None)]
    pub line: Option<String>,
}

/// A field and the bytes it takes in a badge.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct FieldSize {
    /// The field's name.
    pub field: String,
    /// Bytes encoded.
    pub bytes: u32,
}

/// A badge of the owner's, under its label.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct LabelledBadge {
    /// Such as `work`.
    pub label: String,
    /// The badge.
    pub badge: Badge,
}

/// Checks a badge as it is typed, and says what takes the space, largest first. All together may
/// take 236 bytes, or less beside an event.
#[uniffi::export]
pub fn check_badge(badge: Badge) -> Result<Vec<FieldSize>, LapelError> {
    let sizes = core::Badge::new(badge)?.sizes();
    Ok(sizes
        .iter()
        .map(|(field, bytes)| FieldSize { field: field.to_string(), bytes: bytes as u32 })
        .collect())
}
