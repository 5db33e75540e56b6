//! What stays of those who are forgotten, so that no merge brings back what was known of them then:
//! keyed hashes, which tell somebody who has a name whether it is among them, and nobody a name.

use hkdf::Hkdf;
use minicbor::Decoder;
use sha2::Sha256;

use super::annotation::Introduction;
use super::outcome::{Link, OutcomeId};
use super::write::Write;
use crate::cbor::{self, NotCanonical, Writer, Written};
use crate::identity::{Identity, PersonId};
use crate::ledger::Entry;
use crate::transcript::Transcript;

/// The first 16 bytes of HMAC-SHA256(key, name ‖ 0x01), that is of HKDF-Expand (RFC 5869). The key
/// follows from the identity's secret, so that books of one identity hide alike.
pub(super) type Hidden = [u8; 16];

/// Hides names of one identity's book.
pub(super) struct Hider(Option<Hkdf<Sha256>>);

impl Hider {
    pub(super) fn of(identity: &Identity) -> Self {
        Self(Hkdf::from_prk(&*identity.hiding_key()).ok())
    }

    pub(super) fn person(&self, person: &PersonId) -> Hidden {
        self.hide(b"p", person.as_bytes())
    }

    pub(super) fn encounter(&self, transcript: &Transcript) -> Hidden {
        self.hide(b"t", transcript.as_bytes())
    }

    /// That a peer confirmed.
    #[cfg(feature = "backup")]
    pub(super) fn confirmation(&self, transcript: &Transcript) -> Hidden {
        self.hide(b"c", transcript.as_bytes())
    }

    /// That an outcome isn't linked any more to somebody, or to an encounter of theirs.
    pub(super) fn unlinked(&self, outcome: OutcomeId, link: Link) -> Hidden {
        let write = cbor::write(|w| Write::Link(link, false).encode(w));
        self.hide(b"l", &[outcome.as_bytes(), write.as_slice()].concat())
    }

    /// An entry that has neither a transcript nor a stamp.
    pub(super) fn entry(&self, entry: &Entry) -> Hidden {
        self.hide(b"e", &[&[entry.kind], entry.payload.as_slice()].concat())
    }

    fn hide(&self, sort: &[u8], name: &[u8]) -> Hidden {
        let mut hidden = [0; 16];
        if let Some(key) = &self.0 {
            // Sixteen bytes are never too many.
            let _ = key.expand_multi_info(&[sort, name], &mut hidden);
        }
        hidden
    }
}

/// One person, or a part of what was known of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tombstone {
    pub(super) person: Hidden,
    /// What was written about them by then is forgotten with them.
    pub(super) clock: u64,
    /// How they are remembered where they had introduced somebody or led to something.
    pub(super) trace: Introduction,
    /// Their encounters, entries of other sorts about them, and links to them that were taken away.
    pub(super) known: Vec<Hidden>,
}

impl Tombstone {
    /// So many hashes fit into one entry; who has more of them gets several.
    pub(super) const MOST: usize = 200;

    pub(super) fn encode(&self, w: &mut Writer<'_>) -> Written {
        w.array(5)?.bytes(&self.person)?.u64(self.clock)?;
        self.trace.encode(w)?;
        w.bytes(self.known.as_flattened())?;
        Ok(())
    }

    pub(super) fn decode(d: &mut Decoder<'_>) -> Result<Self, NotCanonical> {
        cbor::array(d, 5)?;
        let (person, clock) = (cbor::fixed(d)?, d.u64()?);
        let trace = Introduction::decode(d)?;
        let (known, []) = d.bytes()?.as_chunks() else { return Err(NotCanonical) };
        Ok(Self { person, clock, trace, known: known.to_vec() })
    }
}
