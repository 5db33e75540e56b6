//! Whom an exchange is closed to: everyone but the one on the screen when the person tapped.

use crate::attestation::Attestation;
use crate::badge::Badge;
use crate::event::Event;
use crate::identity::PersonId;
use crate::transcript::Transcript;
use crate::wire::Plaintext;

/// Whom an exchange accepted, as they were on the screen: one tap is for one badge.
pub(in crate::exchange) struct Taken {
    pub(super) transcript: Transcript,
    person: PersonId,
    badge: Badge,
    event: Event,
    attestation: Option<Attestation>,
    ext: Vec<u8>,
}

impl Taken {
    pub(super) fn by(transcript: Transcript, shown: &Plaintext) -> Self {
        let Plaintext { person, badge, event, attestation, ext, .. } = shown.clone();
        Self { transcript, person, badge, event, attestation, ext }
    }

    /// Whether `shown` differs in nothing that the owner saw or the receipt keeps, but for keys
    /// and time, which a renewed session draws anew.
    pub(super) fn is(&self, shown: &Plaintext) -> bool {
        self.person == shown.person
            && self.badge == shown.badge
            && self.event == shown.event
            && self.attestation == shown.attestation
            && self.ext == shown.ext
    }
}
