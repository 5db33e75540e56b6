//! Receipts, honest and forged.

use crate::schedule::sha256;
use crate::{Contents, Party, cbor};

/// One side of a receipt, as it will be encoded.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "the fields of PROTOCOL.md")]
pub struct Side {
    pub ephemeral: [u8; 32],
    pub blind: [u8; 32],
    pub opening: Vec<u8>,
    pub kind: u64,
    pub signature: Vec<u8>,
    pub badge: Option<(Vec<u8>, [u8; 32])>,
    pub attestation: Option<(Vec<u8>, [u8; 32])>,
}

impl Side {
    /// The side of someone whose contents are known, without badge.
    pub fn of(ephemeral: [u8; 32], contents: &Contents, kind: u64, signature: &[u8]) -> Self {
        Self {
            ephemeral,
            blind: contents.blind(),
            opening: contents.opening(),
            kind,
            signature: signature.to_vec(),
            badge: None,
            attestation: None,
        }
    }

    /// The same, disclosing the badge.
    pub fn with_badge(self, contents: &Contents) -> Self {
        Self { badge: Some((contents.badge.clone(), contents.salt())), ..self }
    }

    /// Its encoding.
    pub fn encode(&self) -> Vec<u8> {
        let shown = |committed: &Option<(Vec<u8>, [u8; 32])>| match committed {
            Some((bytes, salt)) => cbor::array(&[cbor::bytes(bytes), cbor::bytes(salt)]),
            None => cbor::null(),
        };
        cbor::array(&[
            cbor::bytes(self.ephemeral),
            cbor::bytes(self.blind),
            self.opening.clone(),
            cbor::uint(self.kind),
            cbor::bytes(&self.signature),
            shown(&self.badge),
            shown(&self.attestation),
        ])
    }
}

/// A receipt of two sides, with its checksum.
pub fn receipt(comparison: u64, holder: &Side, peer: &Side) -> Vec<u8> {
    encode("lapel receipt", 1, comparison, holder.encode(), peer.encode())
}

/// A receipt of any items at all, with a checksum that adds up.
pub fn encode(tag: &str, version: u64, comparison: u64, holder: Vec<u8>, peer: Vec<u8>) -> Vec<u8> {
    let items = [cbor::text(tag), cbor::uint(version), cbor::uint(comparison), holder, peer];
    checked([cbor::head(4, 6), items.concat()].concat())
}

/// Everything before the checksum, and the checksum.
pub fn checked(body: Vec<u8>) -> Vec<u8> {
    let checksum = cbor::bytes(&sha256(&body)[..8]);
    [body, checksum].concat()
}

/// The receipt that `holder` keeps when both confirmed.
pub fn of_both(holder: &Party, peer: &Party) -> Vec<u8> {
    let ours = holder.confirm_signature(&peer.hello(), &peer.person());
    let theirs = peer.confirm_signature(&holder.hello(), &holder.person());
    let side =
        |party: &Party, signature: &[u8]| Side::of(party.public(), &party.contents, 2, signature);
    receipt(0, &side(holder, &ours), &side(peer, &theirs))
}
