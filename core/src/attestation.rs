//! Room for an organiser who vouches for an attendee.
//!
//! Version 1 carries an attestation, covers it by the commitment and keeps it; it makes no claim
//! about it. Its signature is not checked yet.

use crate::cbor::{self, NotCanonical};

/// `[issuer key, signature]`, 101 bytes of CBOR, carried verbatim and not checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attestation(Vec<u8>);

/// The bytes aren't an attestation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "not an attestation: it must be an issuer's key and signature, 101 bytes in their one encoding"
)]
pub struct NotAnAttestation;

impl From<NotCanonical> for NotAnAttestation {
    fn from(_: NotCanonical) -> Self {
        Self
    }
}

impl Attestation {
    /// Its size.
    pub const BYTES: usize = 101;

    /// Takes bytes of the right shape: an array of a 32-byte and a 64-byte string.
    ///
    /// # Errors
    /// [`NotAnAttestation`] for any others.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, NotAnAttestation> {
        let read = |d: &mut minicbor::Decoder<'_>| {
            cbor::array(d, 2)?;
            Ok((cbor::fixed::<32>(d)?, cbor::fixed::<64>(d)?))
        };
        let write = |(issuer, signature): &([u8; 32], [u8; 64])| {
            cbor::write(|w| {
                w.array(2)?.bytes(issuer)?.bytes(signature)?;
                Ok(())
            })
        };
        cbor::exactly(bytes, read, write).map(|_: ([u8; 32], [u8; 64])| Self(bytes.to_vec()))
    }

    /// The bytes as they were carried.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}
