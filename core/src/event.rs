//! The occasion of a meeting, as one side names it.

use serde::{Serialize, Serializer};

use crate::text::{self, TextFlaw};

/// An event's name or id, such as `rustconf-2026`: at most 23 bytes under the badge's character
/// rule, or nothing. Each side signs its own; a receipt speaks of an event only if both agree.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Event(String);

impl Event {
    /// The most bytes of UTF-8.
    pub const MAX_BYTES: usize = 23;

    /// No event.
    pub const fn none() -> Self {
        Self(String::new())
    }

    /// An event of a typed name: brought into Normalization Form C and trimmed. An empty name is
    /// no event.
    pub fn new(name: &str) -> Result<Self, EventError> {
        Self::received(&text::tidy(name))
    }

    pub(crate) fn received(name: &str) -> Result<Self, EventError> {
        if !name.is_empty() {
            text::check(name, Self::MAX_BYTES).map_err(EventError)?;
        }
        Ok(Self(name.to_owned()))
    }

    /// Whether no event is named.
    pub fn is_none(&self) -> bool {
        self.0.is_empty()
    }

    /// The name; empty if there is none.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Serialize for Event {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

/// The event's name breaks the character rule or its bound.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the event {0}")]
pub struct EventError(pub TextFlaw);
