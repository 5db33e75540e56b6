//! Bytes ↔ messages ↔ the text of a QR code: bounded, and canonical or refused.
//!
//! Three kinds of message cross the gap between two phones, and each begins with the version and
//! its kind, in clear:
//!
//! ```text
//!   hello     version  0  E (32)  com (32)                                        66 bytes
//!   sealed    version  1 offer | 2 confirm  E (32)  ciphertext and tag    311, 357, 414
//!   part      version  3  index  total  digest (8)  chunk                  up to 183
//! ```
//!
//! A message here is only well formed. Nothing in a hello or a part is authenticated at all, and
//! what a sealed message holds is believed only after [`exchange`](crate::exchange) has opened it
//! and checked its commitment and signature.

mod envelope;
mod ephemeral;
mod opening;
mod part;
mod plaintext;

pub use envelope::{Carrier, CarrierError};
pub(crate) use envelope::{Envelope, unwrap};
use ephemeral::ephemeral_key;
pub(crate) use ephemeral::is_ephemeral_key;
pub(crate) use opening::{Committed, Opening};
pub(crate) use part::{Assembler, Assembly, Part, split};
pub(crate) use plaintext::{Facts, Plaintext, SizeClass};

/// The protocol version, the first byte of every message.
pub(crate) const VERSION: u8 = 1;

/// Length of a hello in bytes.
pub(crate) const HELLO_BYTES: usize = 66;

/// What is wrong with a code that calls itself Lapel's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Flaw {
    /// What follows the prefix isn't decimal digits that stand for whole bytes.
    #[error("its digits don't stand for whole bytes")]
    Digits,
    /// The message is of no known kind, or its length isn't its kind's.
    #[error("its length or kind is unknown")]
    Shape,
    /// The ephemeral key is not a canonical X25519 public key, or one that gives no secret.
    #[error("its ephemeral key is unusable")]
    EphemeralKey,
    /// It opened, and what it holds is not in the one deterministic encoding, zero padded.
    #[error("its contents are not in their deterministic encoding")]
    Contents,
    /// It opened, and the badge in it breaks the badge's rules.
    #[error("its badge breaks the rules")]
    Badge,
    /// It opened, and its signature is not the named person's over this exchange.
    #[error("its signature doesn't hold")]
    Signature,
}

impl From<crate::cbor::NotCanonical> for Flaw {
    fn from(_: crate::cbor::NotCanonical) -> Self {
        Self::Contents
    }
}

/// One message, well formed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Message {
    Hello(Hello),
    Sealed(Sealed),
    Part(Part),
}

impl Message {
    /// Reads a message of this version; the caller has looked at the version byte.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, Flaw> {
        match bytes {
            [VERSION, Hello::KIND, ..] => Hello::parse(bytes).map(Self::Hello),
            [VERSION, 1 | 2, ..] => Sealed::parse(bytes).map(Self::Sealed),
            [VERSION, Part::KIND, ..] => Part::parse(bytes).map(Self::Part),
            _ => Err(Flaw::Shape),
        }
    }
}

/// A fresh ephemeral key, and a commitment to everything its owner will show later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Hello {
    pub(crate) ephemeral: [u8; 32],
    pub(crate) commitment: [u8; 32],
}

impl Hello {
    const KIND: u8 = 0;

    pub(crate) fn to_bytes(self) -> [u8; HELLO_BYTES] {
        let mut bytes = [0; HELLO_BYTES];
        let parts = [VERSION, Self::KIND].into_iter().chain(self.ephemeral).chain(self.commitment);
        bytes.iter_mut().zip(parts).for_each(|(to, from)| *to = from);
        bytes
    }

    fn parse(bytes: &[u8]) -> Result<Self, Flaw> {
        let bytes: &[u8; HELLO_BYTES] = bytes.try_into().map_err(|_| Flaw::Shape)?;
        let (ephemeral, commitment) =
            bytes.get(2..).and_then(|rest| rest.split_first_chunk()).ok_or(Flaw::Shape)?;
        let commitment = commitment.try_into().map_err(|_| Flaw::Shape)?;
        Ok(Self { ephemeral: ephemeral_key(*ephemeral)?, commitment })
    }
}

/// What a sealed message says once opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    /// Before its sender accepted anyone.
    Offer = 1,
    /// After its sender accepted the receiver, and has it durably.
    Confirm = 2,
}

/// A badge sealed to one receiver's hello.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sealed {
    pub(crate) kind: Kind,
    pub(crate) ephemeral: [u8; 32],
    pub(crate) ciphertext: Vec<u8>,
}

impl Sealed {
    /// The clear bytes in front of the ciphertext: what the seal authenticates beside it.
    pub(crate) fn clear(kind: Kind, ephemeral: &[u8; 32]) -> Vec<u8> {
        [VERSION, kind as u8].into_iter().chain(*ephemeral).collect()
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Self::clear(self.kind, &self.ephemeral);
        bytes.extend(&self.ciphertext);
        bytes
    }

    fn parse(bytes: &[u8]) -> Result<Self, Flaw> {
        SizeClass::of_message(bytes.len()).ok_or(Flaw::Shape)?;
        let (head, rest) = bytes.split_first_chunk::<2>().ok_or(Flaw::Shape)?;
        let (ephemeral, ciphertext) = rest.split_first_chunk().ok_or(Flaw::Shape)?;
        let kind = if *head == [VERSION, 1] { Kind::Offer } else { Kind::Confirm };
        Ok(Self { kind, ephemeral: ephemeral_key(*ephemeral)?, ciphertext: ciphertext.to_vec() })
    }
}
