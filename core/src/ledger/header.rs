//! The header: whose ledger this is, and the identity's secret, sealed.
//!
//! It stands twice at the start of the file, one copy per 512 bytes, so that one bad sector costs
//! neither the book nor the identity.

use rand_core::CryptoRng;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::ledger::{Mark, take};
use crate::seal::{Keys, NONCE, SealError, TAG};
use crate::vault::KeyId;

/// The first bytes of every ledger: not text, no line ending survives a careless transfer.
const MAGIC: [u8; 8] = *b"LAPEL\r\n\x1a";
/// The format that this version writes.
pub(crate) const VERSION: u16 = 1;
/// Bytes of one copy of the header, its checksum included.
const SIZE: usize = 134;
/// Where the second copy starts; the rest is zeros.
const COPY: usize = 512;
/// Where the first frame starts.
pub(crate) const START: u64 = 2 * COPY as u64;

/// Whose ledger it is, and what is sealed in it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Header {
    pub(crate) id: KeyId,
    nonce: [u8; NONCE],
    sealed: [u8; 32 + TAG],
}

/// Why bytes aren't a header.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum HeaderError {
    NotALedger,
    NewerVersion(u16),
    Damaged,
}

impl Header {
    /// A header that seals the identity's `secret` under `keys`.
    pub(crate) fn seal(
        keys: &Keys,
        secret: &[u8; 32],
        rng: &mut dyn CryptoRng,
    ) -> Result<Self, SealError> {
        let (nonce, sealed) = keys.identity.seal(&prefix(keys.id), secret, rng)?;
        Ok(Self { id: keys.id, nonce, sealed: sealed.try_into().map_err(|_| SealError)? })
    }

    /// The identity's secret.
    pub(crate) fn secret(&self, keys: &Keys) -> Result<Zeroizing<[u8; 32]>, SealError> {
        let opened = keys.identity.open(&prefix(self.id), &self.nonce, &self.sealed)?;
        let secret = <&[u8; 32]>::try_from(opened.as_slice()).map_err(|_| SealError)?;
        Ok(Zeroizing::new(*secret))
    }

    /// Both copies, [`START`] bytes.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut copy = self.one_copy();
        copy.resize(COPY, 0);
        copy.repeat(2)
    }

    /// Before the first frame, which names the header as the one before it.
    pub(crate) fn start(&self) -> Mark {
        Mark { offset: START, next: 1, prev: Sha256::digest(self.one_copy()).into() }
    }

    /// Reads the first [`START`] bytes of a file (fewer, if it is shorter). The second value says
    /// that one of the copies is damaged.
    pub(crate) fn parse(bytes: &[u8]) -> Result<(Self, bool), HeaderError> {
        let second = bytes.get(COPY..).unwrap_or_default();
        match (parse_copy(bytes), parse_copy(second)) {
            (Ok(first), second) => Ok((first.clone(), second != Ok(first))),
            (Err(_), Ok(second)) => Ok((second, true)),
            (Err(HeaderError::NotALedger), Err(error)) | (Err(error), Err(_)) => Err(error),
        }
    }

    /// Reads one copy.
    pub(crate) fn parse_copy(bytes: &[u8]) -> Result<Self, HeaderError> {
        parse_copy(bytes)
    }

    /// One copy, for whoever keeps another.
    pub(crate) fn one_copy(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(COPY);
        out.extend_from_slice(&prefix(self.id));
        out.extend_from_slice(&self.nonce);
        out.extend_from_slice(&self.sealed);
        let checksum = Sha256::digest(&out);
        out.extend_from_slice(&checksum);
        out
    }
}

/// Magic, version, store id and epoch: 30 bytes, also the associated data of the secret.
fn prefix(id: KeyId) -> Vec<u8> {
    [&MAGIC[..], &VERSION.to_be_bytes(), &id.store, &id.epoch.to_be_bytes()].concat()
}

fn parse_copy(bytes: &[u8]) -> Result<Header, HeaderError> {
    if bytes.get(..MAGIC.len()) != Some(&MAGIC) {
        return Err(HeaderError::NotALedger);
    }
    let (mut rest, checksum) = bytes
        .get(..SIZE)
        .and_then(|copy| copy.split_at_checked(SIZE - 32))
        .ok_or(HeaderError::Damaged)?;
    let intact = Sha256::digest(rest).as_slice() == checksum;
    let mut parse = || -> Option<(u16, Header)> {
        let _: [u8; MAGIC.len()] = take(&mut rest)?;
        let version = u16::from_be_bytes(take(&mut rest)?);
        let id = KeyId { store: take(&mut rest)?, epoch: u32::from_be_bytes(take(&mut rest)?) };
        Some((version, Header { id, nonce: take(&mut rest)?, sealed: take(&mut rest)? }))
    };
    match parse().ok_or(HeaderError::Damaged)? {
        // A newer format may keep its checksum elsewhere.
        (version, _) if version > VERSION => Err(HeaderError::NewerVersion(version)),
        (VERSION, header) if intact => Ok(header),
        _ => Err(HeaderError::Damaged),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vault::DataKey;
    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng;

    fn sample() -> (Keys, Header) {
        let id = KeyId { store: [3; 16], epoch: 7 };
        let keys = Keys::derive(id, &DataKey::from_bytes([1; 32])).unwrap();
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let header = Header::seal(&keys, &[42; 32], &mut rng).unwrap();
        (keys, header)
    }

    #[test]
    fn a_header_reads_back_and_gives_the_secret_to_its_key_only() {
        let (keys, header) = sample();
        let bytes = header.to_bytes();
        assert_eq!(bytes.len() as u64, START);
        assert_eq!(header.one_copy().len(), SIZE);
        assert_eq!(Header::parse(&bytes), Ok((header.clone(), false)));
        assert_eq!(*header.secret(&keys).unwrap(), [42; 32]);
        let other = Keys::derive(keys.id, &DataKey::from_bytes([2; 32])).unwrap();
        assert!(header.secret(&other).is_err());
        assert!(!bytes.windows(32).any(|w| w == [42; 32]));
    }

    #[test]
    fn any_flipped_bit_is_noticed_and_the_other_copy_serves() {
        let (_, header) = sample();
        for bit in 0..SIZE * 8 {
            for copy in [0, COPY] {
                let mut bytes = header.to_bytes();
                bytes[copy + bit / 8] ^= 1 << (bit % 8);
                assert_eq!(Header::parse(&bytes), Ok((header.clone(), true)), "bit {bit}");
            }
        }
    }

    #[test]
    fn foreign_newer_and_damaged_are_told_apart() {
        let (_, header) = sample();
        assert_eq!(Header::parse(b""), Err(HeaderError::NotALedger));
        assert_eq!(Header::parse(b"SQLite format 3\0"), Err(HeaderError::NotALedger));
        let mut bytes = header.to_bytes();
        assert_eq!(Header::parse(&bytes[..100]), Err(HeaderError::Damaged));
        for copy in [0, COPY] {
            bytes[copy + 9] = 2;
        }
        assert_eq!(Header::parse(&bytes), Err(HeaderError::NewerVersion(2)));
        let mut bytes = header.to_bytes();
        for copy in [0, COPY] {
            bytes[copy + 40] ^= 1;
        }
        assert_eq!(Header::parse(&bytes), Err(HeaderError::Damaged));
    }
}
