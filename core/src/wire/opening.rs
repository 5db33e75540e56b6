//! What a hello commits to: one person, one time, one event, one badge, one attestation.

use minicbor::Decoder;

use crate::badge::Badge;
use crate::cbor::{self, NotCanonical, Writer, Written};
use crate::digest::{Hash, hash};
use crate::event::Event;
use crate::identity::PersonId;
use crate::time::UnixTime;

/// The six items under the commitment, `[I, met_at, event, badge hash, attestation hash, ext]`.
///
/// Whose key the person is shows when a signature is verified. Badge and attestation stand in it as salted hashes, so that a receipt can show the opening
/// without showing the badge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Opening {
    pub(crate) person: PersonId,
    pub(crate) met_at: UnixTime,
    pub(crate) event: Event,
    pub(crate) badge_hash: Hash,
    pub(crate) attestation_hash: Hash,
    pub(crate) ext: Vec<u8>,
}

impl Opening {
    /// Bytes of `ext` that a receipt may carry; a frame leaves less.
    const MAX_EXT: usize = 256;

    /// `com`, under `blind`.
    pub(crate) fn commitment(&self, blind: &Hash) -> Hash {
        hash("lapel/1 commitment", &[blind, &cbor::write(|w| self.write(w))])
    }

    pub(crate) fn write(&self, w: &mut Writer<'_>) -> Written {
        w.array(6)?
            .bytes(self.person.as_bytes())?
            .u32(self.met_at.seconds())?
            .str(self.event.as_str())?
            .bytes(&self.badge_hash)?
            .bytes(&self.attestation_hash)?
            .bytes(&self.ext)?;
        Ok(())
    }

    pub(crate) fn read(d: &mut Decoder<'_>) -> Result<Self, NotCanonical> {
        cbor::array(d, 6)?;
        let person = PersonId::unchecked(cbor::fixed(d)?);
        let met_at = UnixTime::received(d.u32()?).ok_or(NotCanonical)?;
        let event = Event::received(d.str()?).map_err(|_| NotCanonical)?;
        let (badge_hash, attestation_hash) = (cbor::fixed(d)?, cbor::fixed(d)?);
        let ext = d.bytes()?.to_vec();
        if ext.len() > Self::MAX_EXT {
            return Err(NotCanonical);
        }
        Ok(Self { person, met_at, event, badge_hash, attestation_hash, ext })
    }
}

/// A badge or an attestation together with the salt it was committed under: what shows that an
/// opening's hash is of these bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Committed {
    pub(crate) bytes: Vec<u8>,
    pub(crate) salt: Hash,
}

impl Committed {
    pub(crate) fn badge_hash(&self) -> Hash {
        hash("lapel/1 badge", &[&self.salt, &self.bytes])
    }

    pub(crate) fn attestation_hash(&self) -> Hash {
        hash("lapel/1 attestation", &[&self.salt, &self.bytes])
    }

    pub(crate) fn write(&self, w: &mut Writer<'_>) -> Written {
        w.array(2)?.bytes(&self.bytes)?.bytes(&self.salt)?;
        Ok(())
    }

    pub(crate) fn read(d: &mut Decoder<'_>) -> Result<Self, NotCanonical> {
        cbor::array(d, 2)?;
        let bytes = d.bytes()?.to_vec();
        if bytes.len() > Badge::MAX_BYTES {
            return Err(NotCanonical);
        }
        Ok(Self { bytes, salt: cbor::fixed(d)? })
    }
}
