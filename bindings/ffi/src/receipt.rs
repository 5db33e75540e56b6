//! What a receipt shows, from its bytes alone.

use lapel::receipt as core;
use lapel::receipt::{Comparison, State as MeetingState};

use crate::badge::Badge;
use crate::error::LapelError;

/// How far one side went.
#[uniffi::remote(Enum)]
pub enum MeetingState {
    /// It showed itself, signed, to whoever was showing the other code. Not a meeting by itself.
    Offered,
    /// It accepted the other side by their key, and had them on disk.
    Confirmed,
}

/// Whether two people compared check codes.
#[uniffi::remote(Enum)]
pub enum Comparison {
    /// They didn't.
    NotCompared,
    /// The phones showed the same code.
    Agrees,
    /// The phones showed different codes: someone stood between them.
    Differs,
}

/// Exactly what a receipt shows: neither presence nor place nor date.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Shown {
    /// Names this run of the protocol; the same in both sides' receipts.
    pub transcript: String,
    /// The side that kept the receipt. It could have signed its half at any time.
    pub holder: ShownSide,
    /// The other side: the evidence.
    pub peer: ShownSide,
    /// The event, if both sides claim the same.
    pub event: Option<String>,
    /// The holder's claim about the check codes.
    pub comparison: Comparison,
}

/// Exactly what a receipt shows of one side.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct ShownSide {
    /// The key that signed, or that the other side's signature is bound to.
    pub person: String,
    /// It in a form to read out.
    pub fingerprint: String,
    /// What it signed.
    pub state: MeetingState,
    /// When the meeting was, as its own clock claimed: seconds since 1970.
    pub claimed_at: i64,
    /// The event it claimed; empty if none.
    pub claimed_event: String,
    /// The badge, if it is disclosed.
    pub badge: Option<Badge>,
}

/// Checks a receipt's bytes, of which it needs nothing else, and says what they show.
#[uniffi::export]
pub fn verify_receipt(receipt: Vec<u8>) -> Result<Shown, LapelError> {
    Ok(core::Receipt::verify(&receipt)?.into())
}

impl From<core::Shown> for Shown {
    fn from(shown: core::Shown) -> Self {
        Self {
            transcript: shown.transcript.to_string(),
            holder: shown.holder.into(),
            peer: shown.peer.into(),
            event: shown.event.map(|event| event.as_str().to_owned()),
            comparison: shown.comparison,
        }
    }
}

impl From<core::ShownSide> for ShownSide {
    fn from(side: core::ShownSide) -> Self {
        Self {
            person: side.person.to_string(),
            fingerprint: side.person.fingerprint().to_string(),
            state: side.state,
            claimed_at: side.claimed_time.seconds().into(),
            claimed_event: side.claimed_event.as_str().to_owned(),
            badge: side.badge.map(|badge| badge.fields().clone()),
        }
    }
}
