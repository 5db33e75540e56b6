//! What is settled when an exchange begins, what it shows, and what it refuses.

use core::time::Duration;

use crate::attestation::Attestation;
use crate::badge::{Badge, FieldSizes};
use crate::event::Event;
use crate::identity::{Identity, PersonId};
use crate::wire::{Carrier, Plaintext, SizeClass};

/// Who shows a badge first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Reveal {
    /// Whoever is scanned gets this badge, sealed, before this person has accepted anyone.
    #[default]
    First,
    /// Nobody gets this badge before this person accepted them. Two such phones can't meet.
    AfterAccept,
}

/// What one exchange is about; fixed when it begins.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The event both are at, as this side claims it.
    pub event: Event,
    /// An organiser's word about this person, carried and not checked in this version.
    pub attestation: Option<Attestation>,
    /// Who shows a badge first.
    pub reveal: Reveal,
    /// Compare check codes before accepting: one's own badge is shown first, one scan more.
    pub compare: bool,
    /// What stands in front of the digits.
    pub carrier: Carrier,
}

/// Why an exchange can't begin.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BeginError {
    /// Badge, event and attestation together are more than a frame holds. Shorten a named field.
    #[error(
        "the badge takes {badge} bytes; beside an event of {event} and an attestation of \
         {attestation} bytes it may take {budget}: shorten {fields}"
    )]
    TooLarge {
        /// Bytes of the badge.
        badge: usize,
        /// Bytes the badge may take in this exchange.
        budget: usize,
        /// Bytes of the event's name.
        event: usize,
        /// Bytes of the attestation.
        attestation: usize,
        /// What takes the space in the badge, largest first.
        fields: FieldSizes,
    },
    /// Comparing before accepting shows one's badge first, which [`Reveal::AfterAccept`] forbids.
    #[error(
        "comparing check codes before accepting shows your badge first: reveal it first, or don't compare"
    )]
    CompareNeedsReveal,
}

/// Why a person can't be accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AcceptError {
    /// Nobody was verified under this transcript; scan their code.
    #[error("nobody is verified under that transcript: scan their code first")]
    NotVerified,
    /// This exchange accepted someone before; start again for the next person.
    #[error("this exchange has accepted someone already: start again for the next person")]
    Taken,
    /// No check code is offered for this person, so none can have agreed; both start again to
    /// compare.
    #[error("no check code is offered for this person: both of you start again to compare")]
    NoCheckCode,
    /// The exchange has ended; begin another.
    #[error("this exchange has ended: begin another")]
    Ended,
}

/// Why a record can't be acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AcknowledgeError {
    /// The record is of another exchange, or nobody was accepted in this one.
    #[error("that record is of another exchange")]
    AnotherExchange,
    /// The exchange has ended. The peer can still be shown the confirm code kept in the book.
    #[error("this exchange has ended: show the confirm code kept in the book")]
    Ended,
}

/// What a frame on the screen is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shows {
    /// A fresh key that names nobody.
    Hello,
    /// This badge, sealed to someone who isn't accepted yet.
    Offer,
    /// This side's confirmation. Keep showing it until the other phone is done too.
    Confirm,
}

/// What to draw now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// What it is.
    pub shows: Shows,
    /// The text of the QR code: ASCII, at most 1,100 bytes.
    pub text: String,
    /// When to ask again; `None` if only a scan or an acknowledgement changes it.
    pub until: Option<Duration>,
}

/// What is fixed for an exchange and all its sessions.
pub(super) struct Terms {
    pub(super) identity: Identity,
    pub(super) person: PersonId,
    pub(super) badge: Badge,
    pub(super) event: Event,
    pub(super) attestation: Option<Attestation>,
    pub(super) reveal: Reveal,
    pub(super) compare: bool,
    pub(super) class: SizeClass,
}

/// The size class of every sealed message of an exchange.
pub(super) fn class_for(
    badge: &Badge,
    event: &Event,
    attestation: Option<&Attestation>,
) -> Result<SizeClass, BeginError> {
    let (badge_bytes, event) = (badge.as_bytes().len(), event.as_str().len());
    let attestation = attestation.map_or(0, |a| a.as_bytes().len());
    let fits = |badge| SizeClass::fitting(Plaintext::size(badge, event, attestation, 0));
    fits(badge_bytes).ok_or_else(|| BeginError::TooLarge {
        badge: badge_bytes,
        budget: (0..=Badge::MAX_BYTES).rev().find(|&b| fits(b).is_some()).unwrap_or_default(),
        event,
        attestation,
        fields: badge.sizes(),
    })
}
