//! Sealing: how anything personal is kept from whoever holds the disk.
//!
//! One random data key per epoch gives the subkeys (HKDF-SHA256, RFC 5869; salt = store id ‖ epoch,
//! info = a label): for entries, for the identity's secret, for the roster and its nonces, and one
//! that turns what is looked up into hashes that only this epoch can compute. Records are sealed with
//! XChaCha20-Poly1305, whose 24-byte nonce is long enough to be drawn at random for every record
//! (draft-irtf-cfrg-xchacha-03). What a record belongs to goes in as associated data, so that it
//! opens nowhere else.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use rand_core::CryptoRng;
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::vault::{DataKey, KeyId};

/// Bytes of a nonce.
pub(crate) const NONCE: usize = 24;
/// Bytes that sealing adds to a plaintext.
pub(crate) const TAG: usize = 16;

/// The subkeys of one epoch, and whose they are.
pub(crate) struct Keys {
    pub(crate) id: KeyId,
    /// Seals entries of the ledger.
    pub(crate) ledger: Sealer,
    /// Seals the identity's secret in the ledger's header.
    pub(crate) identity: Sealer,
    /// Opens the roster's blocks.
    pub(crate) roster: Sealer,
    roster_nonce: Hkdf<Sha256>,
    lookup: Hkdf<Sha256>,
}

impl Keys {
    /// Derives the subkeys of the epoch `id` from its data key.
    pub(crate) fn derive(id: KeyId, key: &DataKey) -> Result<Self, SealError> {
        let salt = [id.store.as_slice(), &id.epoch.to_be_bytes()].concat();
        let root = Hkdf::<Sha256>::new(Some(&salt), key.as_bytes());
        let subkey = |label: &str| -> Result<Zeroizing<[u8; 32]>, SealError> {
            let mut out = Zeroizing::new([0; 32]);
            root.expand(label.as_bytes(), &mut *out).map_err(|_| SealError)?;
            Ok(out)
        };
        let hasher = |label: &str| Hkdf::from_prk(&*subkey(label)?).map_err(|_| SealError);
        Ok(Self {
            id,
            ledger: Sealer::new(&*subkey("lapel/1 ledger")?),
            identity: Sealer::new(&*subkey("lapel/1 identity")?),
            roster: Sealer::new(&*subkey("lapel/1 roster")?),
            roster_nonce: hasher("lapel/1 roster nonce")?,
            lookup: hasher("lapel/1 lookup")?,
        })
    }

    /// Seals a block of the roster where there is nothing random to be had. The nonce is the first 24
    /// bytes of HMAC-SHA256(nonce key, binding ‖ plaintext ‖ 0x01), so that it comes again only with
    /// both: a synthetic one, as in RFC 5297.
    pub(crate) fn seal_roster(
        &self,
        binding: &[u8],
        plaintext: &[u8],
    ) -> Result<([u8; NONCE], Vec<u8>), SealError> {
        let mut nonce = [0; NONCE];
        let expanded = self.roster_nonce.expand_multi_info(&[binding, plaintext], &mut nonce);
        expanded.map_err(|_| SealError)?;
        Ok((nonce, self.roster.seal_with(nonce, binding, plaintext)?))
    }

    /// The hash under which `subject` is looked up in this epoch: the first 16 bytes of
    /// HKDF-Expand, that is of HMAC-SHA256(lookup key, subject ‖ 0x01).
    pub(crate) fn lookup(&self, subject: &[u8]) -> [u8; 16] {
        let mut hash = [0; 16];
        // Expanding to 16 bytes can't be too long; were it, all subjects would share one hash,
        // and readers compare the subject itself.
        let _ = self.lookup.expand(subject, &mut hash);
        hash
    }
}

/// XChaCha20-Poly1305 under one subkey.
pub(crate) struct Sealer(XChaCha20Poly1305);

impl Sealer {
    fn new(key: &[u8; 32]) -> Self {
        Self(XChaCha20Poly1305::new(key.into()))
    }

    /// Seals `plaintext` for the place that `binding` names: a fresh nonce, then [`TAG`] bytes
    /// more than the plaintext.
    pub(crate) fn seal(
        &self,
        binding: &[u8],
        plaintext: &[u8],
        rng: &mut dyn CryptoRng,
    ) -> Result<([u8; NONCE], Vec<u8>), SealError> {
        let mut nonce = [0; NONCE];
        rng.fill_bytes(&mut nonce);
        Ok((nonce, self.seal_with(nonce, binding, plaintext)?))
    }

    fn seal_with(
        &self,
        nonce: [u8; NONCE],
        binding: &[u8],
        plaintext: &[u8],
    ) -> Result<Vec<u8>, SealError> {
        let payload = Payload { msg: plaintext, aad: binding };
        self.0.encrypt(&XNonce::from(nonce), payload).map_err(|_| SealError)
    }

    /// Opens what was sealed for the same `binding` under the same key.
    pub(crate) fn open(
        &self,
        binding: &[u8],
        nonce: &[u8; NONCE],
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let payload = Payload { msg: sealed, aad: binding };
        let opened = self.0.decrypt(&XNonce::from(*nonce), payload).map_err(|_| SealError)?;
        Ok(Zeroizing::new(opened))
    }
}

/// It doesn't open: another key, another place, or not what was sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SealError;

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng;

    fn keys(store: u8, epoch: u32, key: u8) -> Keys {
        let id = KeyId { store: [store; 16], epoch };
        Keys::derive(id, &DataKey::from_bytes([key; 32])).unwrap()
    }

    #[test]
    fn a_record_opens_only_with_its_key_its_room_and_its_place() {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let keys_1 = keys(1, 1, 1);
        let (nonce, sealed) = keys_1.ledger.seal(b"place", b"words", &mut rng).unwrap();
        assert_eq!(sealed.len(), 5 + TAG);
        assert_eq!(**keys_1.ledger.open(b"place", &nonce, &sealed).unwrap(), *b"words");
        assert!(keys_1.ledger.open(b"elsewhere", &nonce, &sealed).is_err());
        assert!(keys_1.identity.open(b"place", &nonce, &sealed).is_err());
        for other in [keys(2, 1, 1), keys(1, 2, 1), keys(1, 1, 2)] {
            assert!(other.ledger.open(b"place", &nonce, &sealed).is_err());
        }
        for byte in 0..sealed.len() {
            let mut bent = sealed.clone();
            bent[byte] ^= 1;
            assert!(keys_1.ledger.open(b"place", &nonce, &bent).is_err());
        }
    }

    #[test]
    fn the_same_words_are_sealed_differently_each_time() {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let keys = keys(1, 1, 1);
        let first = keys.ledger.seal(b"", b"words", &mut rng).unwrap();
        let second = keys.ledger.seal(b"", b"words", &mut rng).unwrap();
        assert_ne!(first, second);
    }

    #[test]
    fn without_randomness_the_nonce_follows_from_what_is_sealed_and_where() {
        let keys = keys(1, 1, 1);
        let seal = |binding: &[u8], words: &[u8]| keys.seal_roster(binding, words).unwrap();
        let (nonce, sealed) = seal(b"place", b"words");
        assert_eq!(seal(b"place", b"words"), (nonce, sealed.clone()));
        assert_ne!(seal(b"place", b"other").0, nonce);
        assert_ne!(seal(b"elsewhere", b"words").0, nonce);
        assert_eq!(**keys.roster.open(b"place", &nonce, &sealed).unwrap(), *b"words");
        assert!(keys.ledger.open(b"place", &nonce, &sealed).is_err());
    }

    #[test]
    fn a_lookup_hash_means_nothing_outside_of_its_epoch() {
        let here = keys(1, 1, 1);
        assert_eq!(here.lookup(b"ada"), keys(1, 1, 1).lookup(b"ada"));
        assert_ne!(here.lookup(b"ada"), here.lookup(b"bob"));
        assert_ne!(here.lookup(b"ada"), keys(1, 2, 1).lookup(b"ada"));
        assert_ne!(here.lookup(b"ada"), keys(1, 1, 2).lookup(b"ada"));
    }

    /// Computed once with Python's hmac and hashlib from the definition above.
    #[test]
    fn lookup_hashes_are_the_documented_ones() {
        let hex: String = keys(1, 1, 1).lookup(b"ada").iter().map(|b| format!("{b:02x}")).collect();
        assert_eq!(hex, KNOWN_LOOKUP);
    }

    const KNOWN_LOOKUP: &str = "0fd81a11f684f56b317cad5ca564bc3f";
}
