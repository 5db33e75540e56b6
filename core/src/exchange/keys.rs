//! The key schedule: what a session draws, what two sessions share, what is sealed under it.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{ChaCha20Poly1305, Nonce};
use core::fmt;
use core::time::Duration;
use std::sync::Arc;

use hkdf::Hkdf;
use sha2::Sha256;
use x25519_dalek::{PublicKey, StaticSecret};
use zeroize::Zeroizing;

use super::Terms;
use crate::digest::{Hash, hash, labelled};
use crate::time::UnixTime;
use crate::transcript::Transcript;
use crate::wire::{Flaw, Hello, Kind, Sealed};

/// What one session draws, and never writes to disk. Each secret has a place of its own, because a session
/// is moved about, and moving would leave copies.
#[cfg_attr(test, derive(Clone))]
pub(super) struct Secrets {
    /// The X25519 secret. Static in the library's terms, because one hello serves up to four peers.
    pub(super) ephemeral: Box<StaticSecret>,
    /// Blind and salts follow from it; each peer that gets a sealed frame learns it.
    pub(super) seed: Arc<Zeroizing<[u8; 16]>>,
    /// Jitters the display. Not shown to anyone.
    pub(super) jitter: Hash,
    /// The randomness of the session that replaces this one.
    pub(super) next: Box<Zeroizing<Hash>>,
}

impl Secrets {
    /// Four labelled outputs of HKDF over `random`, salted with a secret of the identity, with
    /// every field of the session in the info. A random source that repeats itself repeats a key
    /// only if the person, the fields, both clocks and the counter repeat too.
    pub(super) fn derive(
        random: &Hash,
        terms: &Terms,
        met_at: UnixTime,
        now: Duration,
        counter: u64,
    ) -> Self {
        let hkdf = Hkdf::<Sha256>::new(Some(terms.identity.hedge().as_ref()), random);
        let now = u64::try_from(now.as_millis()).unwrap_or(u64::MAX);
        let attestation = terms.attestation.as_ref().map(|a| a.as_bytes()).unwrap_or_default();
        let info = |label| {
            let items: [&[u8]; 7] = [
                terms.person.as_bytes(),
                &met_at.seconds().to_be_bytes(),
                terms.event.as_str().as_bytes(),
                terms.badge.as_bytes(),
                attestation,
                &now.to_be_bytes(),
                &counter.to_be_bytes(),
            ];
            labelled(label, &items)
        };
        Self {
            ephemeral: Box::new((*expand::<32>(&hkdf, &info("lapel/1 ephemeral"))).into()),
            seed: Arc::new(expand(&hkdf, &info("lapel/1 seed"))),
            jitter: *expand(&hkdf, &info("lapel/1 jitter")),
            next: Box::new(expand(&hkdf, &info("lapel/1 next"))),
        }
    }

    pub(super) fn public(&self) -> [u8; 32] {
        PublicKey::from(&*self.ephemeral).to_bytes()
    }
}

/// Fewer than 255 hashes' worth of output never fails (RFC 5869 §2.3).
#[allow(clippy::expect_used, reason = "every length here is a constant of at most 32")]
fn expand<const N: usize>(hkdf: &Hkdf<Sha256>, info: &[u8]) -> Zeroizing<[u8; N]> {
    let mut output = Zeroizing::new([0; N]);
    hkdf.expand(info, output.as_mut()).expect("at most 32 bytes");
    output
}

/// What two sessions share: `prk = HKDF-Extract(lower E ‖ higher E, X25519)`.
pub(super) struct Shared {
    prk: Box<Zeroizing<Hash>>,
}

impl Shared {
    /// Agrees with `theirs`, unless it is one of the points that give everybody the same secret
    /// (RFC 7748 §6.1).
    pub(super) fn agree(
        own: &StaticSecret,
        ours: &[u8; 32],
        theirs: &[u8; 32],
    ) -> Result<Self, Flaw> {
        let secret = own.diffie_hellman(&PublicKey::from(*theirs));
        if !secret.was_contributory() {
            return Err(Flaw::EphemeralKey);
        }
        let salt = [*ours.min(theirs), *ours.max(theirs)].concat();
        let (prk, _) = Hkdf::<Sha256>::extract(Some(&salt), secret.as_bytes());
        Ok(Self { prk: Box::new(Zeroizing::new(prk.into())) })
    }

    /// One key for each kind and direction, bound to the receiver's *whole* hello. Bound to the
    /// ephemerals alone, a stranger who films `E` and shows it beside another `com` would get two
    /// plaintexts sealed under one key and nonce.
    fn key(&self, kind: Kind, sender: &[u8; 32], receiver: &Hello) -> Zeroizing<Hash> {
        let label = match kind {
            Kind::Offer => "lapel/1 offer key",
            Kind::Confirm => "lapel/1 confirm key",
        };
        let receiver = hash("lapel/1 hello", &[&receiver.to_bytes()]);
        self.expand(&labelled(label, &[sender, &receiver]))
    }

    #[allow(clippy::expect_used, reason = "a PRK of one hash's length is always long enough")]
    fn expand(&self, info: &[u8]) -> Zeroizing<Hash> {
        let hkdf =
            Hkdf::<Sha256>::from_prk(self.prk.as_slice()).expect("32 bytes are a hash's length");
        expand(&hkdf, info)
    }

    /// Seals `plaintext` from `sender` to `receiver`. The nonce is zero: each key seals one
    /// plaintext, because that is a function of the session, the receiver's hello and the kind.
    #[allow(clippy::expect_used, reason = "ChaCha20-Poly1305 takes up to 256 GiB")]
    pub(super) fn seal(
        &self,
        kind: Kind,
        sender: &[u8; 32],
        receiver: &Hello,
        plaintext: &[u8],
    ) -> Sealed {
        let key = self.key(kind, sender, receiver);
        let aad = Sealed::clear(kind, sender);
        let ciphertext = ChaCha20Poly1305::new((&*key).into())
            .encrypt(&Nonce::default(), Payload { msg: plaintext, aad: &aad })
            .expect("a few hundred bytes");
        Sealed { kind, ephemeral: *sender, ciphertext }
    }

    /// Opens what was sealed to `receiver`, or `None`.
    pub(super) fn open(&self, sealed: &Sealed, receiver: &Hello) -> Option<Zeroizing<Vec<u8>>> {
        let key = self.key(sealed.kind, &sealed.ephemeral, receiver);
        let aad = Sealed::clear(sealed.kind, &sealed.ephemeral);
        let payload = Payload { msg: &sealed.ciphertext, aad: &aad };
        ChaCha20Poly1305::new((&*key).into())
            .decrypt(&Nonce::default(), payload)
            .ok()
            .map(Zeroizing::new)
    }

    /// A key for evidence of another kind (Bluetooth ranging, a venue's check-in), bound to this
    /// run of the protocol and known to its two sides only.
    pub(super) fn export(&self, transcript: &Transcript, purpose: &str) -> Zeroizing<Hash> {
        self.expand(&labelled("lapel/1 exporter", &[transcript.as_bytes(), purpose.as_bytes()]))
    }
}

/// Six digits that both phones can show: they agree if and only if both took part in one run,
/// but for one chance in a million. Shown as `042 137`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CheckCode(u32);

impl CheckCode {
    /// `blinds` in the order of the two hellos, the lower hello's first.
    pub(super) fn of(transcript: &Transcript, blinds: [&Hash; 2]) -> Self {
        let [lower, higher] = blinds;
        let digest = hash("lapel/1 check", &[transcript.as_bytes(), lower, higher]);
        let number = digest.iter().take(8).fold(0u64, |n, byte| n << 8 | u64::from(*byte));
        Self((number % 1_000_000) as u32)
    }

    /// The number, below one million.
    pub fn number(self) -> u32 {
        self.0
    }
}

impl fmt::Display for CheckCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:03} {:03}", self.0 / 1_000, self.0 % 1_000)
    }
}
