//! A badge signed outside of a meeting: what a person shows now, for those who met them before.

use minicbor::Decoder;

use super::{Kind, StatementError, behind_head, bytes_of, head};
use crate::badge::Badge;
use crate::cbor::{self, Writer, Written};
use crate::identity::{Identity, PersonId};
use crate::signing::{self, Context};
use crate::time::UnixTime;
use crate::wire::Carrier;

/// A badge signed by the key it belongs to, that verifies.
///
/// It says that whoever holds the key wrote this badge, by their clock at that time. It is no
/// meeting: it can be copied and passed on by anyone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadgeUpdate {
    person: PersonId,
    made_at: UnixTime,
    signature: [u8; 64],
    badge: Badge,
}

impl BadgeUpdate {
    /// The most bytes of a signed badge, of which all but 110 are the badge.
    pub const MAX_BYTES: usize = 110 + Badge::MAX_BYTES;

    /// Signs `badge` as what `identity` shows. `made_at` is what their clock says.
    pub fn sign(identity: &Identity, badge: Badge, made_at: UnixTime) -> Self {
        let signature = over(&badge, made_at, |items| identity.sign(Context::Badge, items));
        Self { person: identity.person(), made_at, signature, badge }
    }

    /// Reads a signed badge's bytes and checks the signature.
    ///
    /// # Errors
    /// [`StatementError`]: any altered, missing or added byte gives one.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, StatementError> {
        let body = behind_head(bytes, Kind::Badge, Self::MAX_BYTES)?;
        let update = cbor::exactly(body, Self::read, |update| cbor::write(|w| update.write(w)))?;
        let Self { person, made_at, signature, badge } = &update;
        let holds = over(badge, *made_at, |items| {
            signing::verify(person.as_bytes(), Context::Badge, items, signature)
        });
        if holds { Ok(update) } else { Err(StatementError::Signature(*person)) }
    }

    /// The one encoding.
    pub fn to_bytes(&self) -> Vec<u8> {
        [&head(Kind::Badge)[..], &cbor::write(|w| self.write(w))].concat()
    }

    /// The same of a signed badge's text: the line of a file, or what a camera read.
    ///
    /// # Errors
    /// [`StatementError`].
    pub fn from_text(text: &str) -> Result<Self, StatementError> {
        Self::from_bytes(&bytes_of(text)?)
    }

    /// The text for a file or a code.
    pub fn to_text(&self, carrier: &Carrier) -> String {
        carrier.wrap(&self.to_bytes())
    }

    /// Whose badge it is.
    pub fn person(&self) -> PersonId {
        self.person
    }

    /// The badge.
    pub fn badge(&self) -> &Badge {
        &self.badge
    }

    /// When it was signed, as their clock claimed.
    pub fn made_at(&self) -> UnixTime {
        self.made_at
    }

    pub(crate) fn write(&self, w: &mut Writer<'_>) -> Written {
        w.array(4)?.bytes(self.person.as_bytes())?.u32(self.made_at.seconds())?;
        w.bytes(&self.signature)?.bytes(self.badge.as_bytes())?;
        Ok(())
    }

    /// Reads one without checking its signature.
    pub(crate) fn read(d: &mut Decoder<'_>) -> Result<Self, StatementError> {
        let mut fixed = || {
            cbor::array(d, 4)?;
            let person = PersonId::unchecked(cbor::fixed(d)?);
            let made_at = UnixTime::received(d.u32()?).ok_or(cbor::NotCanonical)?;
            Ok::<_, cbor::NotCanonical>((person, made_at, cbor::fixed(d)?, d.bytes()?))
        };
        let (person, made_at, signature, badge) = fixed()?;
        Ok(Self { person, made_at, signature, badge: Badge::from_bytes(badge)? })
    }
}

/// What is signed.
fn over<T>(badge: &Badge, made_at: UnixTime, take: impl FnOnce(&[&[u8]]) -> T) -> T {
    take(&[badge.as_bytes(), &u64::from(made_at.seconds()).to_be_bytes()])
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng;

    use super::*;
    use crate::badge::{BadgeError, BadgeFields};

    const AT: i64 = 1_795_458_300;

    fn identity(seed: u64) -> Identity {
        Identity::generate(&mut ChaCha20Rng::seed_from_u64(seed))
    }

    fn signed(fields: BadgeFields) -> BadgeUpdate {
        BadgeUpdate::sign(&identity(1), Badge::new(fields).unwrap(), UnixTime::clamped(AT))
    }

    #[test]
    fn a_badge_of_any_size_reads_back_from_bytes_and_text() {
        let largest = BadgeFields {
            line: Some("y".repeat(96)),
            urls: vec![format!("https://{}", "z".repeat(57))],
            ..BadgeFields::named("x".repeat(64))
        };
        for (fields, size) in [
            (BadgeFields::named("A"), 113),
            (BadgeFields::named("x".repeat(30)), 144),
            (largest, BadgeUpdate::MAX_BYTES),
        ] {
            let update = signed(fields);
            let bytes = update.to_bytes();
            assert_eq!(bytes.len(), size);
            assert_eq!(BadgeUpdate::from_bytes(&bytes), Ok(update.clone()));
            let text = format!("{}\n", update.to_text(&Carrier::lapel()));
            assert!(text.len() < super::super::MAX_FILE_BYTES);
            assert_eq!(BadgeUpdate::from_text(&text), Ok(update));
        }
    }

    #[test]
    fn a_signature_is_of_one_person_one_badge_and_one_time() {
        let update = signed(BadgeFields::named("Ada"));
        let other = BadgeUpdate::sign(&identity(2), update.badge.clone(), update.made_at);
        let badge = Badge::new(BadgeFields::named("Eve")).unwrap();
        for forged in [
            BadgeUpdate { person: other.person, ..update.clone() },
            BadgeUpdate { signature: other.signature, ..update.clone() },
            BadgeUpdate { made_at: update.made_at.plus(1), ..update.clone() },
            BadgeUpdate { badge, ..update.clone() },
        ] {
            let read = BadgeUpdate::from_bytes(&forged.to_bytes());
            assert_eq!(read, Err(StatementError::Signature(forged.person)));
        }
    }

    #[test]
    fn any_flipped_missing_or_added_byte_is_refused() {
        let bytes = signed(BadgeFields::named("Ada")).to_bytes();
        for at in 0..bytes.len() {
            let mut bent = bytes.clone();
            bent[at] ^= 1 << (at % 8);
            assert!(BadgeUpdate::from_bytes(&bent).is_err(), "{at}");
            assert!(BadgeUpdate::from_bytes(&bytes[..at]).is_err());
        }
        assert!(BadgeUpdate::from_bytes(&[&bytes[..], &[0]].concat()).is_err());
    }

    #[test]
    fn a_badge_that_breaks_the_rules_is_refused_though_it_is_signed() {
        let update = signed(BadgeFields::named("Ada"));
        let mut bytes = update.to_bytes();
        let last = bytes.len() - 1;
        bytes[last] = b' ';
        let read = BadgeUpdate::from_bytes(&bytes).unwrap_err();
        assert!(matches!(read, StatementError::Badge(BadgeError::Text { .. })), "{read}");
        assert!(read.to_string().contains("name"), "{read}");
    }
}
