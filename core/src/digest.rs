//! `H(label, …)` of PROTOCOL.md: SHA-256 over the deterministic CBOR array `[label, …]`.
//!
//! The label is a text string that names the purpose and the version; every other item is a byte
//! string. So no two purposes share an input, and no two lists of items share an encoding. The
//! same array, unhashed, is what signatures cover and what key derivation takes as its info.

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::cbor;

/// A SHA-256 digest.
pub(crate) type Hash = [u8; 32];

/// The array `[label, items…]`.
pub(crate) fn labelled(label: &str, items: &[&[u8]]) -> Vec<u8> {
    cbor::write(|w| {
        w.array(items.len() as u64 + 1)?.str(label)?;
        for item in items {
            w.bytes(item)?;
        }
        Ok(())
    })
}

/// `H(label, items…)`, 32 bytes.
pub(crate) fn hash(label: &str, items: &[&[u8]]) -> Hash {
    // Some items are secrets, and freed memory keeps what was in it.
    Sha256::digest(Zeroizing::new(labelled(label, items)).as_slice()).into()
}

/// The first eight bytes of the plain SHA-256 of `bytes`: names bytes, proves nothing alone.
pub(crate) fn short(bytes: &[u8]) -> [u8; 8] {
    let mut name = [0; 8];
    name.iter_mut().zip(Sha256::digest(bytes)).for_each(|(to, from)| *to = from);
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moving_a_byte_between_items_or_labels_changes_the_digest() {
        let of = |label: &str, items: &[&[u8]]| hash(label, items);
        assert_ne!(of("a", &[b"bc", b"d"]), of("a", &[b"b", b"cd"]));
        assert_ne!(of("ab", &[b"c"]), of("a", &[b"bc"]));
        assert_ne!(of("a", &[b""]), of("a", &[]));
    }

    #[test]
    fn the_array_is_what_protocol_md_draws() {
        assert_eq!(labelled("x", &[b"yz"]), [0x82, 0x61, b'x', 0x42, b'y', b'z']);
    }
}
