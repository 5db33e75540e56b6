//! Deterministic CBOR (RFC 8949 §4.2.1): written by `minicbor`, read by it, and believed only if
//! writing what was read gives the same bytes again.
//!
//! The crate's decoder accepts overlong heads, indefinite lengths, duplicate keys and trailing
//! bytes; the comparison in [`exactly`] refuses them all at once.

use minicbor::{Decoder, Encoder, decode, encode};

/// The encoder that [`write()`] hands to its closure.
pub(crate) type Writer<'a> = Encoder<&'a mut Vec<u8>>;

/// What a writing closure returns.
pub(crate) type Written = Result<(), encode::Error<core::convert::Infallible>>;

/// Writes one item.
#[allow(clippy::expect_used, reason = "a Vec takes every byte and no item here can refuse itself")]
pub(crate) fn write(item: impl FnOnce(&mut Writer<'_>) -> Written) -> Vec<u8> {
    // Room for a whole plaintext, so that growing leaves no copies of secrets behind.
    let mut bytes = Vec::with_capacity(512);
    item(&mut Encoder::new(&mut bytes)).expect("writing to a Vec can't fail");
    bytes
}

/// The bytes are not the one deterministic encoding of what they should hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the deterministic encoding that was expected")]
pub struct NotCanonical;

impl From<decode::Error> for NotCanonical {
    fn from(_: decode::Error) -> Self {
        Self
    }
}

/// Reads all of `bytes` as one item, and refuses it unless `rewrite` gives the same bytes.
pub(crate) fn exactly<T, E: From<NotCanonical>>(
    bytes: &[u8],
    read: impl FnOnce(&mut Decoder<'_>) -> Result<T, E>,
    rewrite: impl FnOnce(&T) -> Vec<u8>,
) -> Result<T, E> {
    let item = read(&mut Decoder::new(bytes))?;
    if rewrite(&item) == bytes { Ok(item) } else { Err(NotCanonical.into()) }
}

/// Reads the head of an array of exactly `len` items.
pub(crate) fn array(d: &mut Decoder<'_>, len: u64) -> Result<(), NotCanonical> {
    if d.array()? == Some(len) { Ok(()) } else { Err(NotCanonical) }
}

/// Reads a byte string of exactly `N` bytes.
pub(crate) fn fixed<const N: usize>(d: &mut Decoder<'_>) -> Result<[u8; N], NotCanonical> {
    d.bytes()?.try_into().map_err(|_| NotCanonical)
}

/// Bytes that a text or byte string of `len` bytes takes, its head included (`len` < 65,536).
pub(crate) const fn string_size(len: usize) -> usize {
    len + match len {
        0..=23 => 1,
        24..=255 => 2,
        _ => 3,
    }
}
