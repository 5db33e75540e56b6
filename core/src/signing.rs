//! Ed25519 (RFC 8032), one labelled context per kind of message, verified strictly.
//!
//! Every signature covers `[label, items…]` in deterministic CBOR, so a signature of one kind
//! never passes as another; a new version of a message gets a new label.

use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};

use crate::digest::labelled;

/// What a signature is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Context {
    /// `[label, th, own E]`: "I am in this exchange, whoever you are."
    Offer,
    /// `[label, th, own E, peer's I]`: "I accepted this person, and have it on disk."
    Confirm,
    /// `[label, SHA-256]`: "This is a backup of mine."
    #[cfg(feature = "backup")]
    Backup,
    /// `[label, old I, new I, time]`: "these two keys are one person's."
    Link,
    /// `[label, badge, time]`: "this is my badge."
    Badge,
    /// `[label, SHA-256 of what comes before]`: "I chose these receipts, for whom it says."
    Proof,
}

impl Context {
    const fn label(self) -> &'static str {
        match self {
            Self::Offer => "lapel/1 offer",
            Self::Confirm => "lapel/1 confirm",
            #[cfg(feature = "backup")]
            Self::Backup => "lapel/1 backup",
            Self::Link => "lapel/1 link",
            Self::Badge => "lapel/1 badge update",
            Self::Proof => "lapel/1 proof",
        }
    }
}

/// Signs `items` in `context`: 64 bytes, the same for the same input.
pub(crate) fn sign(key: &SigningKey, context: Context, items: &[&[u8]]) -> [u8; 64] {
    key.sign(&labelled(context.label(), items)).to_bytes()
}

/// Whether `signature` is `person`'s over `items` in `context`.
///
/// Strict: `person` and the signature's `R` in canonical encoding and not of small order, `S`
/// below the group order, the cofactorless equation, never batched. So a signature has one form
/// only, and no key signs everything.
pub(crate) fn verify(
    person: &[u8; 32],
    context: Context,
    items: &[&[u8]],
    signature: &[u8; 64],
) -> bool {
    let message = labelled(context.label(), items);
    let (r, _) = signature.split_at(32);
    is_canonical(person)
        && is_canonical(r)
        && VerifyingKey::from_bytes(person)
            .is_ok_and(|key| key.verify_strict(&message, &Signature::from_bytes(signature)).is_ok())
}

/// Whether 32 bytes could be a person: a canonical Ed25519 point that is not of small order.
pub(crate) fn is_public_key(bytes: &[u8; 32]) -> bool {
    is_canonical(bytes) && VerifyingKey::from_bytes(bytes).is_ok_and(|key| !key.is_weak())
}

/// Whether little-endian bytes encode a field element below p = 2²⁵⁵ − 19, the top bit (a sign)
/// aside. The library reduces silently, so two encodings could name one person.
pub(crate) fn is_canonical(bytes: &[u8]) -> bool {
    let Some((top, rest)) = bytes.split_last() else { return false };
    let Some((low, middle)) = rest.split_first() else { return false };
    !(top & 0x7F == 0x7F && middle.iter().all(|b| *b == 0xFF) && *low >= 0xED)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> SigningKey {
        SigningKey::from_bytes(&[7; 32])
    }

    #[test]
    fn a_signature_holds_in_its_own_context_over_its_own_items() {
        let (key, items): (_, [&[u8]; 2]) = (key(), [b"th", b"E"]);
        let (person, signature) =
            (key.verifying_key().to_bytes(), sign(&key, Context::Offer, &items));
        assert!(verify(&person, Context::Offer, &items, &signature));
        assert!(!verify(&person, Context::Confirm, &items, &signature));
        assert!(!verify(&person, Context::Offer, &[b"th", b"F"], &signature));
    }

    /// L, the order of the base point, little-endian (RFC 8032 §5.1).
    const L: [u8; 32] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde,
        0x14, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];

    #[test]
    fn adding_the_group_order_to_s_is_refused() {
        let (key, items): (_, [&[u8]; 1]) = (key(), [b"th"]);
        let mut signature = sign(&key, Context::Offer, &items);
        let mut carry = 0u16;
        for (byte, l) in signature[32..].iter_mut().zip(L) {
            carry += u16::from(*byte) + u16::from(l);
            (*byte, carry) = (carry as u8, carry >> 8);
        }
        assert!(!verify(&key.verifying_key().to_bytes(), Context::Offer, &items, &signature));
    }

    #[test]
    fn non_canonical_and_small_order_keys_name_nobody() {
        let mut p = [0xFF; 32];
        (p[0], p[31]) = (0xED, 0x7F); // p itself: 0 once more
        assert!(!is_public_key(&p));
        let mut identity = [0; 32];
        identity[0] = 1;
        assert!(!is_public_key(&identity));
        assert!(!is_public_key(&[0; 32])); // order 4
        assert!(is_public_key(&key().verifying_key().to_bytes()));
    }

    #[test]
    fn a_key_of_small_order_verifies_nothing() {
        let mut identity = [0; 32];
        identity[0] = 1;
        let mut signature = [0; 64];
        signature[0] = 1; // R = identity, S = 0: passes the plain equation for every message
        assert!(!verify(&identity, Context::Offer, &[b"anything"], &signature));
    }
}
