//! What a sealed message holds, padded to one of three sizes.

use std::sync::Arc;

use minicbor::Decoder;
use zeroize::Zeroizing;

use super::{Committed, Flaw, Opening};
use crate::attestation::Attestation;
use crate::badge::Badge;
use crate::cbor;
use crate::digest::{Hash, hash};
use crate::event::Event;
use crate::identity::PersonId;
use crate::time::UnixTime;

/// The size of a sealed message in bytes. Without classes, the length of a badge would recognise
/// its owner in every film; with more, symbols would rarely get smaller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u16)]
pub(crate) enum SizeClass {
    /// A badge of 110 bytes with an event of 23; QR version 11-L.
    Small = 311,
    /// QR version 12-L.
    Medium = 357,
    /// QR version 13-L.
    Large = 414,
}

impl SizeClass {
    /// Version, kind, ephemeral key and tag.
    const OVERHEAD: usize = 2 + 32 + 16;

    /// The smallest class whose plaintext takes `bytes`.
    pub(crate) fn fitting(bytes: usize) -> Option<Self> {
        [Self::Small, Self::Medium, Self::Large].into_iter().find(|c| bytes <= c.plaintext_bytes())
    }

    /// The class of a sealed message of this length.
    pub(crate) fn of_message(bytes: usize) -> Option<Self> {
        [Self::Small, Self::Medium, Self::Large].into_iter().find(|c| c.message_bytes() == bytes)
    }

    pub(crate) const fn message_bytes(self) -> usize {
        self as usize
    }

    pub(crate) const fn plaintext_bytes(self) -> usize {
        self.message_bytes() - Self::OVERHEAD
    }
}

/// `[seed, I, met_at, event, badge, attestation, ext, signature]`, then zeros.
///
/// Everything the opening commits to follows from it, so a sealed message need not carry `com`. Whose
/// key the person is shows when the signature is verified.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Plaintext {
    pub(crate) seed: Arc<Zeroizing<[u8; 16]>>,
    pub(crate) person: PersonId,
    pub(crate) met_at: UnixTime,
    pub(crate) event: Event,
    pub(crate) badge: Badge,
    pub(crate) attestation: Option<Attestation>,
    pub(crate) ext: Vec<u8>,
    pub(crate) signature: [u8; 64],
}

/// What follows from a plaintext, computed once.
#[cfg_attr(test, derive(Clone))]
pub(crate) struct Facts {
    pub(crate) blind: Hash,
    pub(crate) badge: Committed,
    pub(crate) attestation: Committed,
    pub(crate) opening: Opening,
    pub(crate) commitment: Hash,
}

impl Plaintext {
    /// Bytes it takes before padding, for a badge, event, attestation and ext of these sizes.
    pub(crate) const fn size(badge: usize, event: usize, attestation: usize, ext: usize) -> usize {
        1 + 17
            + 34
            + 5
            + cbor::string_size(event)
            + cbor::string_size(badge)
            + cbor::string_size(attestation)
            + cbor::string_size(ext)
            + 66
    }

    /// What follows from it: everything the sender's hello committed to.
    pub(crate) fn facts(&self) -> Facts {
        let of_seed = |label| hash(label, &[self.seed.as_slice()]);
        let attestation = self.attestation.as_ref().map(Attestation::as_bytes).unwrap_or_default();
        let badge = Committed {
            bytes: self.badge.as_bytes().to_vec(),
            salt: of_seed("lapel/1 badge salt"),
        };
        let attestation =
            Committed { bytes: attestation.to_vec(), salt: of_seed("lapel/1 attestation salt") };
        let opening = Opening {
            person: self.person,
            met_at: self.met_at,
            event: self.event.clone(),
            badge_hash: badge.badge_hash(),
            attestation_hash: attestation.attestation_hash(),
            ext: self.ext.clone(),
        };
        let blind = of_seed("lapel/1 blind");
        Facts { commitment: opening.commitment(&blind), blind, badge, attestation, opening }
    }

    /// The encoding, padded with zeros to `class`. `class` was chosen by [`Plaintext::size`].
    pub(crate) fn padded(&self, class: SizeClass) -> Zeroizing<Vec<u8>> {
        let mut bytes = Zeroizing::new(self.encode());
        bytes.resize(class.plaintext_bytes(), 0);
        bytes
    }

    fn encode(&self) -> Vec<u8> {
        let attestation = self.attestation.as_ref().map(Attestation::as_bytes).unwrap_or_default();
        cbor::write(|w| {
            w.array(8)?
                .bytes(self.seed.as_slice())?
                .bytes(self.person.as_bytes())?
                .u32(self.met_at.seconds())?
                .str(self.event.as_str())?
                .bytes(self.badge.as_bytes())?
                .bytes(attestation)?
                .bytes(&self.ext)?
                .bytes(&self.signature)?;
            Ok(())
        })
    }

    /// Reads a padded plaintext. Its length is a class's, because the message's was.
    pub(crate) fn parse(padded: &[u8]) -> Result<Self, Flaw> {
        let plaintext = Self::read(&mut Decoder::new(padded))?;
        // One comparison refuses other encodings, other lengths and padding that isn't zero.
        let mut bytes = Zeroizing::new(plaintext.encode());
        bytes.resize(padded.len(), 0);
        if *bytes == padded { Ok(plaintext) } else { Err(Flaw::Contents) }
    }

    fn read(d: &mut Decoder<'_>) -> Result<Self, Flaw> {
        let cbor = cbor::NotCanonical::from;
        cbor::array(d, 8)?;
        let seed = Arc::new(Zeroizing::new(cbor::fixed(d)?));
        let person = PersonId::unchecked(cbor::fixed(d)?);
        let met_at = UnixTime::received(d.u32().map_err(cbor)?).ok_or(Flaw::Contents)?;
        let event = Event::received(d.str().map_err(cbor)?).map_err(|_| Flaw::Contents)?;
        let badge = Badge::from_bytes(d.bytes().map_err(cbor)?).map_err(|_| Flaw::Badge)?;
        let attestation = match d.bytes().map_err(cbor)? {
            [] => None,
            bytes => Some(Attestation::from_bytes(bytes).map_err(|_| Flaw::Contents)?),
        };
        let ext = d.bytes().map_err(cbor)?.to_vec();
        Ok(Self {
            seed,
            person,
            met_at,
            event,
            badge,
            attestation,
            ext,
            signature: cbor::fixed(d)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ordinary_badge_with_an_event_fills_the_smallest_class_exactly() {
        assert_eq!(Plaintext::size(110, 23, 0, 0), SizeClass::Small.plaintext_bytes());
        assert_eq!(Plaintext::size(156, 23, 0, 0), SizeClass::Medium.plaintext_bytes());
        assert_eq!(Plaintext::size(213, 23, 0, 0), SizeClass::Large.plaintext_bytes());
        assert_eq!(Plaintext::size(133, 0, 0, 0), SizeClass::Small.plaintext_bytes());
        assert_eq!(Plaintext::size(179, 0, 0, 0), SizeClass::Medium.plaintext_bytes());
        assert_eq!(Plaintext::size(Badge::MAX_BYTES, 0, 0, 0), SizeClass::Large.plaintext_bytes());
        assert_eq!(
            Plaintext::size(111, 23, Attestation::BYTES, 0),
            SizeClass::Large.plaintext_bytes()
        );
    }
}
