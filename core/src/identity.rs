//! The secret key that makes a person, and the public id that names them.

use core::fmt;
use std::str::FromStr;
use std::sync::Arc;

use ed25519_dalek::SigningKey;
use rand_core::CryptoRng;
use serde::{Serialize, Serializer};
use zeroize::Zeroizing;

use crate::digest::{Hash, hash};
use crate::hex;
use crate::signing::{self, Context};

/// A person's Ed25519 secret key. The only thing in Lapel that signs.
///
/// Clones share one key in memory, which is wiped when the last goes. `Debug` shows whose it is
/// and never the key.
#[derive(Clone)]
pub struct Identity {
    key: Arc<SigningKey>,
}

impl Identity {
    /// Makes a new identity of 32 random bytes.
    pub fn generate(rng: &mut dyn CryptoRng) -> Self {
        let mut secret = Zeroizing::new([0; 32]);
        rng.fill_bytes(secret.as_mut());
        Self::from_secret(&secret)
    }

    /// The identity of a stored 32-byte secret (RFC 8032 §5.1.5, "private key").
    pub fn from_secret(secret: &[u8; 32]) -> Self {
        Self { key: Arc::new(SigningKey::from_bytes(secret)) }
    }

    /// Who this is.
    pub fn person(&self) -> PersonId {
        PersonId(self.key.verifying_key().to_bytes())
    }

    pub(crate) fn sign(&self, context: Context, items: &[&[u8]]) -> [u8; 64] {
        signing::sign(&self.key, context, items)
    }

    /// A secret that is mixed into every session's randomness, so that a broken random source
    /// alone repeats no ephemeral key.
    pub(crate) fn hedge(&self) -> Zeroizing<Hash> {
        Zeroizing::new(hash("lapel/1 hedge", &[self.key.as_bytes()]))
    }

    /// Under which the book hides the names of those who are forgotten.
    #[cfg(feature = "book")]
    pub(crate) fn hiding_key(&self) -> Zeroizing<Hash> {
        Zeroizing::new(hash("lapel/1 forgotten", &[self.key.as_bytes()]))
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity").field("person", &self.person()).finish_non_exhaustive()
    }
}

/// A person's public id: their Ed25519 public key, 32 bytes, canonical and not of small order.
///
/// Shown as 64 lowercase hexadecimal digits. For people there is the [`Fingerprint`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PersonId([u8; 32]);

impl PersonId {
    /// The id in these bytes, unless they can't be anyone's.
    pub fn from_bytes(bytes: [u8; 32]) -> Result<Self, NotAPerson> {
        if signing::is_public_key(&bytes) { Ok(Self(bytes)) } else { Err(NotAPerson) }
    }

    /// An id whose signature is verified next, strictly, which checks the key, or was before the
    /// book sealed it.
    pub(crate) const fn unchecked(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The public key.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// A short form that two people can read out to each other.
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint(hash("lapel/1 fingerprint", &[&self.0]))
    }
}

impl fmt::Display for PersonId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        hex::write(f, &self.0)
    }
}

impl fmt::Debug for PersonId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PersonId({})", self.fingerprint())
    }
}

impl Serialize for PersonId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl FromStr for PersonId {
    type Err = NotAPerson;

    fn from_str(text: &str) -> Result<Self, NotAPerson> {
        Self::from_bytes(hex::read(text).ok_or(NotAPerson)?)
    }
}

/// The bytes or digits are nobody's public key: not 32 bytes, not a canonical Ed25519 point, or
/// one of small order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a person's id: it must be 64 hexadecimal digits of an Ed25519 public key")]
pub struct NotAPerson;

/// Eighty bits of a hash of a [`PersonId`], as four groups of four letters and digits:
/// `7K2M-QX9D-0VTB-H4WN`.
///
/// Crockford's base 32: no I, L, O or U, so it survives being read out. Finding another key with
/// a given fingerprint takes about 2⁸⁰ tries.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint(Hash);

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
        let bits = self.0.iter().take(10).fold(0u128, |bits, byte| bits << 8 | u128::from(*byte));
        for i in 0..16 {
            let digit = ALPHABET.get((bits >> (75 - 5 * i)) as usize & 31).copied().unwrap_or(b'?');
            write!(f, "{}{}", if i > 0 && i % 4 == 0 { "-" } else { "" }, char::from(digit))?;
        }
        Ok(())
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_never_prints_its_secret() {
        let identity = Identity::from_secret(&[0xAB; 32]);
        assert_eq!(
            format!("{identity:?}"),
            format!("Identity {{ person: PersonId({}), .. }}", identity.person().fingerprint())
        );
    }

    #[test]
    fn an_id_reads_back_from_its_digits() {
        let person = Identity::from_secret(&[1; 32]).person();
        assert_eq!(person.to_string().parse(), Ok(person));
        for bad in ["", "zz", &person.to_string()[1..], &"ff".repeat(32), &"é".repeat(64)] {
            assert_eq!(bad.parse::<PersonId>(), Err(NotAPerson), "{bad}");
        }
    }

    #[test]
    fn a_fingerprint_is_four_groups_of_four() {
        let fingerprint = Identity::from_secret(&[1; 32]).person().fingerprint().to_string();
        assert_eq!(fingerprint.len(), 19);
        assert_eq!(fingerprint.split('-').map(str::len).collect::<Vec<_>>(), [4; 4]);
    }
}
