//! Which bytes are an ephemeral key at all.

use super::Flaw;
use crate::signing::is_canonical;

/// The canonical u-coordinates of low order, little-endian: 0 and 1, p − 1, and the two of order
/// eight (<https://cr.yp.to/ecdh.html#validate>). With any of these everybody shares one secret.
const LOW_ORDER: [[u8; 32]; 5] = [
    [0; 32],
    {
        let mut one = [0; 32];
        one[0] = 1;
        one
    },
    {
        let mut p_minus_1 = [0xFF; 32];
        p_minus_1[0] = 0xEC;
        p_minus_1[31] = 0x7F;
        p_minus_1
    },
    [
        0xE0, 0xEB, 0x7A, 0x7C, 0x3B, 0x41, 0xB8, 0xAE, 0x16, 0x56, 0xE3, 0xFA, 0xF1, 0x9F, 0xC4,
        0x6A, 0xDA, 0x09, 0x8D, 0xEB, 0x9C, 0x32, 0xB1, 0xFD, 0x86, 0x62, 0x05, 0x16, 0x5F, 0x49,
        0xB8, 0x00,
    ],
    [
        0x5F, 0x9C, 0x95, 0xBC, 0xA3, 0x50, 0x8C, 0x24, 0xB1, 0xD0, 0xB1, 0x55, 0x9C, 0x83, 0xEF,
        0x5B, 0x04, 0x44, 0x5C, 0xC4, 0x58, 0x1C, 0x8E, 0x86, 0xD8, 0x22, 0x4E, 0xDD, 0xD0, 0x9F,
        0x11, 0x57,
    ],
];

/// Whether 32 bytes are an X25519 public key with u < p, bit 255 clear and not of low order.
///
/// RFC 7748 §5 lets a library reduce silently; then one key would have several encodings, and one
/// exchange several transcripts.
pub(crate) fn is_ephemeral_key(bytes: &[u8; 32]) -> bool {
    let bit_255_is_clear = bytes.last().is_some_and(|top| top & 0x80 == 0);
    bit_255_is_clear && is_canonical(bytes) && !LOW_ORDER.contains(bytes)
}

pub(super) fn ephemeral_key(bytes: [u8; 32]) -> Result<[u8; 32], Flaw> {
    if is_ephemeral_key(&bytes) { Ok(bytes) } else { Err(Flaw::EphemeralKey) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use x25519_dalek::{PublicKey, StaticSecret};

    #[test]
    fn every_listed_point_gives_everybody_the_same_secret_and_is_refused() {
        for point in LOW_ORDER {
            let secret = StaticSecret::from([7; 32]).diffie_hellman(&PublicKey::from(point));
            assert!(!secret.was_contributory());
            assert!(!is_ephemeral_key(&point));
        }
    }

    #[test]
    fn other_encodings_of_a_key_are_refused() {
        let key = PublicKey::from(&StaticSecret::from([7; 32])).to_bytes();
        assert!(is_ephemeral_key(&key));
        let mut high = key;
        high[31] |= 0x80;
        assert!(!is_ephemeral_key(&high));
        let mut p_plus_9 = [0xFF; 32];
        (p_plus_9[0], p_plus_9[31]) = (0xF6, 0x7F);
        assert!(!is_ephemeral_key(&p_plus_9));
    }
}
