//! What a meeting proves, to anyone, offline.
//!
//! A receipt carries, for each side, the public parts of one exchange and a signature over them.
//! [`Receipt::verify`] needs the bytes and nothing else. What it shows is exactly this: these two
//! keys took part in one run of the protocol, and a side *confirmed* the other's key (it accepted
//! that person and had them on disk) or only *offered* itself to whoever was showing a code. Times
//! and events are each side's own claims. It proves neither presence nor place nor date, and a
//! side can sign its own half whenever it likes: only the other's half is evidence.

mod shown;

use core::fmt;

use minicbor::Decoder;
use serde::Serialize;

use crate::attestation::Attestation;
use crate::badge::Badge;
use crate::cbor::{self, NotCanonical, Writer, Written};
use crate::digest::{Hash, short};
use crate::identity::PersonId;
use crate::signing::{self, Context};
use crate::transcript::Transcript;
use crate::wire::{Committed, Hello, Opening};

pub use self::shown::{Comparison, Quoted, Shown, ShownSide, State};

/// A receipt that verifies. There are no others: reading one verifies it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    pub(crate) holder: Side,
    pub(crate) peer: Side,
    pub(crate) comparison: Comparison,
}

/// One side of a receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Side {
    pub(crate) ephemeral: [u8; 32],
    pub(crate) blind: Hash,
    pub(crate) opening: Opening,
    pub(crate) signed: Signed,
    pub(crate) badge: Option<Committed>,
    pub(crate) attestation: Option<Committed>,
}

/// What a side signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signed {
    Offer([u8; 64]),
    Confirm([u8; 64]),
}

/// Why bytes are not a receipt. A receipt is whole or it is nothing: ask for it again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReceiptError {
    /// Not a receipt at all, not in its one encoding, or altered on its way.
    #[error("this is not a receipt, or it was altered: its bytes don't add up")]
    Bytes,
    /// A receipt of a version that this program doesn't know. Update it.
    #[error("this receipt is of version {0}, which this program doesn't know: update it")]
    NewerVersion(u64),
    /// Both halves name one person or one ephemeral key.
    #[error("both halves of this receipt are of one person or one key")]
    OneSided,
    /// An ephemeral key is not a canonical X25519 public key, or one of low order.
    #[error("the {0}'s ephemeral key in this receipt is unusable")]
    EphemeralKey(Half),
    /// A shown badge or attestation is not what its side committed to.
    #[error("the badge or attestation shown for the {0} is not the one committed to")]
    Commitment(Half),
    /// A signature does not hold over this exchange.
    #[error("the {0}'s signature doesn't hold over this exchange")]
    Signature(Half),
}

impl From<NotCanonical> for ReceiptError {
    fn from(_: NotCanonical) -> Self {
        Self::Bytes
    }
}

/// A half of a receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Half {
    /// Who kept the receipt.
    Holder,
    /// Whom they met.
    Peer,
}

impl fmt::Display for Half {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Holder => "holder",
            Self::Peer => "peer",
        })
    }
}

/// Which badges a copy of a receipt carries. By default none: both are hidden behind their
/// salted hashes, and stay hidden.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Disclosure {
    /// The holder's own badge and attestation.
    pub holder: bool,
    /// The peer's. Whoever got a badge can prove it to anyone; think of the peer before you do.
    pub peer: bool,
}

impl Receipt {
    const TAG: &'static str = "lapel receipt";
    const VERSION: u64 = 1;
    /// The most bytes of a receipt: both sides with badge, attestation and ext at their bounds.
    pub const MAX_BYTES: usize = 2_560;

    /// Checks a receipt and says what it shows. Nothing else is needed: no network, no clock, no
    /// list of keys.
    ///
    /// # Errors
    /// Any altered, missing or added byte gives a [`ReceiptError`].
    pub fn verify(bytes: &[u8]) -> Result<Shown, ReceiptError> {
        Self::bounded(bytes)?.check()
    }

    /// Reads and checks a receipt, as [`Receipt::verify`] does.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ReceiptError> {
        let receipt = Self::bounded(bytes)?;
        receipt.check()?;
        Ok(receipt)
    }

    fn bounded(bytes: &[u8]) -> Result<Self, ReceiptError> {
        if bytes.len() > Self::MAX_BYTES {
            return Err(ReceiptError::Bytes);
        }
        Self::from_sealed(bytes)
    }

    /// The one encoding: `["lapel receipt", 1, comparison, holder, peer, checksum]`.
    pub fn to_bytes(&self) -> Vec<u8> {
        let body = cbor::write(|w| {
            w.array(6)?.str(Self::TAG)?.u64(Self::VERSION)?.u8(self.comparison as u8)?;
            self.holder.write(w)?;
            self.peer.write(w)
        });
        // The checksum finds accidents in the one item that no signature covers. It proves nothing.
        let checksum = cbor::write(|w| w.bytes(&short(&body)).map(drop));
        [body, checksum].concat()
    }

    /// A copy that carries only these badges. What is not here to begin with stays hidden.
    pub fn disclosing(&self, what: Disclosure) -> Self {
        let keep = |side: &Side, keep: bool| {
            if keep {
                side.clone()
            } else {
                Side { badge: None, attestation: None, ..side.clone() }
            }
        };
        let (holder, peer) = (keep(&self.holder, what.holder), keep(&self.peer, what.peer));
        Self { holder, peer, comparison: self.comparison }
    }

    /// What it shows.
    pub fn shown(&self) -> Shown {
        let (holder, peer) = (self.holder.badge(), self.peer.badge());
        self.showing(self.transcript(), holder, peer)
    }

    fn showing(&self, transcript: Transcript, holder: Option<Badge>, peer: Option<Badge>) -> Shown {
        let (holder, peer) = (self.holder.showing(holder), self.peer.showing(peer));
        let agreed = holder.claimed_event == peer.claimed_event && !peer.claimed_event.is_none();
        Shown {
            transcript,
            event: agreed.then(|| peer.claimed_event.clone()),
            comparison: self.comparison,
            holder,
            peer,
        }
    }

    /// Names the run of the protocol.
    pub fn transcript(&self) -> Transcript {
        Transcript::of(&self.holder.hello(), &self.peer.hello())
    }

    /// Puts the peer's later confirmation in place of the offer, without checking it.
    #[cfg(any(feature = "book", test))]
    pub(crate) fn set_confirmed(&mut self, signature: [u8; 64]) {
        self.peer.signed = Signed::Confirm(signature);
    }

    /// Reads a receipt that was checked before it was sealed.
    pub(crate) fn from_sealed(bytes: &[u8]) -> Result<Self, ReceiptError> {
        cbor::exactly(bytes, Self::read, Self::to_bytes)
    }

    /// Checks all of it, and says what it shows.
    pub(crate) fn check(&self) -> Result<Shown, ReceiptError> {
        let (holder, peer) = (&self.holder, &self.peer);
        if holder.ephemeral == peer.ephemeral || holder.opening.person == peer.opening.person {
            return Err(ReceiptError::OneSided);
        }
        for (half, side) in [(Half::Holder, holder), (Half::Peer, peer)] {
            if !crate::wire::is_ephemeral_key(&side.ephemeral) {
                return Err(ReceiptError::EphemeralKey(half));
            }
        }
        let transcript = self.transcript();
        let holders = holder.check(Half::Holder, &transcript, peer.opening.person)?;
        let peers = peer.check(Half::Peer, &transcript, holder.opening.person)?;
        Ok(self.showing(transcript, holders, peers))
    }

    fn read(d: &mut Decoder<'_>) -> Result<Self, ReceiptError> {
        let cbor = NotCanonical::from;
        let items = d.array().map_err(cbor)?;
        if d.str().map_err(cbor)? != Self::TAG {
            return Err(ReceiptError::Bytes);
        }
        match d.u64().map_err(cbor)? {
            Self::VERSION => {}
            0 => return Err(ReceiptError::Bytes),
            newer => return Err(ReceiptError::NewerVersion(newer)),
        }
        if items != Some(6) {
            return Err(ReceiptError::Bytes);
        }
        let comparison = match d.u8().map_err(cbor)? {
            0 => Comparison::NotCompared,
            1 => Comparison::Agrees,
            2 => Comparison::Differs,
            _ => return Err(ReceiptError::Bytes),
        };
        let (holder, peer) = (Side::read(d)?, Side::read(d)?);
        cbor::fixed::<8>(d)?;
        Ok(Self { holder, peer, comparison })
    }
}

impl Side {
    pub(crate) fn hello(&self) -> Hello {
        Hello { ephemeral: self.ephemeral, commitment: self.opening.commitment(&self.blind) }
    }

    /// The badge, where the receipt carries it and it is one.
    pub(crate) fn badge(&self) -> Option<Badge> {
        self.badge.as_ref().and_then(|badge| Badge::from_bytes(&badge.bytes).ok())
    }

    /// Checks it as one half of `th`, and gives its badge, where it carries one.
    fn check(
        &self,
        half: Half,
        th: &Transcript,
        other: PersonId,
    ) -> Result<Option<Badge>, ReceiptError> {
        let badge = self.badge();
        let badge_holds = self.badge.as_ref().is_none_or(|committed| {
            committed.badge_hash() == self.opening.badge_hash && badge.is_some()
        });
        let attestation_holds = self.attestation.as_ref().is_none_or(|a| {
            a.attestation_hash() == self.opening.attestation_hash
                && Attestation::from_bytes(&a.bytes).is_ok()
        });
        if !(badge_holds && attestation_holds) {
            return Err(ReceiptError::Commitment(half));
        }
        let person = self.opening.person.as_bytes();
        let holds = match &self.signed {
            Signed::Offer(signature) => {
                let items: [&[u8]; 2] = [th.as_bytes(), &self.ephemeral];
                signing::verify(person, Context::Offer, &items, signature)
            }
            Signed::Confirm(signature) => {
                let items: [&[u8]; 3] = [th.as_bytes(), &self.ephemeral, other.as_bytes()];
                signing::verify(person, Context::Confirm, &items, signature)
            }
        };
        if holds { Ok(badge) } else { Err(ReceiptError::Signature(half)) }
    }

    fn showing(&self, badge: Option<Badge>) -> ShownSide {
        ShownSide {
            person: self.opening.person,
            state: match self.signed {
                Signed::Offer(_) => State::Offered,
                Signed::Confirm(_) => State::Confirmed,
            },
            claimed_time: self.opening.met_at,
            claimed_event: self.opening.event.clone(),
            badge,
        }
    }

    fn write(&self, w: &mut Writer<'_>) -> Written {
        let (kind, signature): (u8, &[u8]) = match &self.signed {
            Signed::Offer(signature) => (1, signature),
            Signed::Confirm(signature) => (2, signature),
        };
        w.array(7)?.bytes(&self.ephemeral)?.bytes(&self.blind)?;
        self.opening.write(w)?;
        w.u8(kind)?.bytes(signature)?;
        for shown in [&self.badge, &self.attestation] {
            match shown {
                Some(committed) => committed.write(w)?,
                None => w.null().map(drop)?,
            }
        }
        Ok(())
    }

    fn read(d: &mut Decoder<'_>) -> Result<Self, NotCanonical> {
        cbor::array(d, 7)?;
        let (ephemeral, blind) = (cbor::fixed(d)?, cbor::fixed(d)?);
        let opening = Opening::read(d)?;
        let signed = match d.u8()? {
            1 => Signed::Offer(cbor::fixed(d)?),
            2 => Signed::Confirm(cbor::fixed(d)?),
            _ => return Err(NotCanonical),
        };
        let mut shown = || match d.datatype()? {
            minicbor::data::Type::Null => d.null().map(|()| None).map_err(NotCanonical::from),
            _ => Committed::read(d).map(Some),
        };
        let (badge, attestation) = (shown()?, shown()?);
        Ok(Self { ephemeral, blind, opening, signed, badge, attestation })
    }
}
