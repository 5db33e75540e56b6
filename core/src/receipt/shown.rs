//! What a receipt shows, in fields and in sentences.

use core::fmt;

use serde::Serialize;

use crate::badge::Badge;
use crate::event::Event;
use crate::identity::PersonId;
use crate::time::UnixTime;
use crate::transcript::Transcript;

/// Exactly what a receipt shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Shown {
    /// Names this run of the protocol; the same in both sides' receipts.
    pub transcript: Transcript,
    /// The side that kept the receipt. It could have signed its half at any time.
    pub holder: ShownSide,
    /// The other side: the evidence.
    pub peer: ShownSide,
    /// The event, if both sides claim the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<Event>,
    /// The holder's claim about the check codes.
    pub comparison: Comparison,
}

/// Exactly what a receipt shows of one side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ShownSide {
    /// The key that signed, or that the other side's signature is bound to.
    pub person: PersonId,
    /// What it signed.
    pub state: State,
    /// When the meeting was, as its own clock claimed.
    pub claimed_time: UnixTime,
    /// The event it claimed; empty if none.
    pub claimed_event: Event,
    /// The badge it committed to, if this copy discloses it.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "fields_only")]
    pub badge: Option<Badge>,
}

fn fields_only<S: serde::Serializer>(badge: &Option<Badge>, s: S) -> Result<S::Ok, S::Error> {
    badge.as_ref().map(Badge::fields).serialize(s)
}

/// Whether the holder compared check codes with the peer. The holder's claim; nobody signs it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Comparison {
    /// They didn't.
    #[default]
    NotCompared,
    /// Both phones showed the same code.
    Agrees,
    /// The phones showed different codes: someone stood between them.
    Differs,
}

/// How far one side went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It showed itself, signed, to whoever was showing the other code. Not a meeting by itself.
    Offered,
    /// It accepted the other side by their key, and had them on disk.
    Confirmed,
}

/// Sentences for a person, and no more than the receipt shows.
impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (holder, peer) = (self.holder.to_string(), self.peer.to_string());
        match self.peer.state {
            State::Confirmed => writeln!(f, "{peer} confirmed having accepted {holder}.")?,
            State::Offered => writeln!(
                f,
                "{peer} offered a badge in an exchange with {holder}, and did not confirm. \
                 This alone is not a meeting."
            )?,
        }
        if self.holder.state == State::Confirmed {
            writeln!(
                f,
                "{holder}, who kept this receipt, says the same; a holder can sign that at any time."
            )?;
        }
        writeln!(
            f,
            "Their clocks claimed {} ({peer}) and {} ({holder}).",
            self.peer.claimed_time, self.holder.claimed_time
        )?;
        match &self.event {
            Some(event) => writeln!(f, "Both named the event {}.", Quoted(event.as_str()))?,
            None => writeln!(f, "The two did not name one event.")?,
        }
        match self.comparison {
            Comparison::NotCompared => {}
            Comparison::Agrees => writeln!(f, "The holder says that the check codes agreed.")?,
            Comparison::Differs => writeln!(
                f,
                "The holder says that the check codes differed: someone may have stood between them."
            )?,
        }
        f.write_str("This proves neither presence nor place nor date.")
    }
}

/// The fingerprint, and the name in quotation marks, where it is disclosed: what somebody wrote on their
/// badge must not read as what is said here.
impl fmt::Display for ShownSide {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fingerprint = self.person.fingerprint();
        match &self.badge {
            Some(badge) => write!(f, "[{fingerprint}] {}", Quoted(badge.name())),
            None => write!(f, "[{fingerprint}]"),
        }
    }
}

/// Somebody's words in quotation marks, which can't end before they do: a quotation mark or backslash
/// among them has a backslash before it.
#[derive(Debug, Clone, Copy)]
pub struct Quoted<'a>(pub &'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.0.replace('\\', "\\\\").replace('"', "\\\""))
    }
}
