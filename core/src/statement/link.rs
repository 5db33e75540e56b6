//! The person of an old key and of a new one are one: a new phone, or a key that should rest.

use minicbor::Decoder;

use super::{Kind, StatementError, behind_head, bytes_of, head};
use crate::cbor::{self, NotCanonical, Writer, Written};
use crate::identity::{Identity, PersonId};
use crate::signing::{self, Context};
use crate::time::UnixTime;
use crate::wire::Carrier;

/// A link between two keys, signed by both, that verifies.
///
/// It says that somebody held both when they signed it. It doesn't say that nobody else holds the
/// old one: a thief of that key can sign another link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityLink {
    old: PersonId,
    new: PersonId,
    made_at: UnixTime,
    by_old: [u8; 64],
    by_new: [u8; 64],
}

impl IdentityLink {
    /// The most bytes of a link, and the fewest.
    pub const MAX_BYTES: usize = 208;

    /// Signs that `old` and `new` are one person's. `made_at` is what their clock says.
    ///
    /// # Errors
    /// [`StatementError::OnePerson`] of one key with itself.
    pub fn sign(old: &Identity, new: &Identity, made_at: UnixTime) -> Result<Self, StatementError> {
        let unsigned = Self {
            old: old.person(),
            new: new.person(),
            made_at,
            by_old: [0; 64],
            by_new: [0; 64],
        };
        if unsigned.old == unsigned.new {
            return Err(StatementError::OnePerson);
        }
        let sign = |by: &Identity| unsigned.over(|items| by.sign(Context::Link, items));
        let (by_old, by_new) = (sign(old), sign(new));
        Ok(Self { by_old, by_new, ..unsigned })
    }

    /// Reads a link's bytes and checks both signatures.
    ///
    /// # Errors
    /// [`StatementError`]: any altered, missing or added byte gives one.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, StatementError> {
        let body = behind_head(bytes, Kind::Link, Self::MAX_BYTES)?;
        let link = cbor::exactly(body, Self::read, |link| cbor::write(|w| link.write(w)))?;
        link.check()?;
        Ok(link)
    }

    /// The one encoding.
    pub fn to_bytes(&self) -> Vec<u8> {
        [&head(Kind::Link)[..], &cbor::write(|w| self.write(w))].concat()
    }

    /// The same of a link's text: the line of a file, or what a camera read.
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

    /// The key that was used before.
    pub fn old_key(&self) -> PersonId {
        self.old
    }

    /// The key that is used from now on.
    pub fn new_key(&self) -> PersonId {
        self.new
    }

    /// When it was made, as their clock claimed.
    pub fn made_at(&self) -> UnixTime {
        self.made_at
    }

    fn check(&self) -> Result<(), StatementError> {
        if self.old == self.new {
            return Err(StatementError::OnePerson);
        }
        for (person, signature) in [(self.old, &self.by_old), (self.new, &self.by_new)] {
            let verify = |items: &[&[u8]]| {
                signing::verify(person.as_bytes(), Context::Link, items, signature)
            };
            if !self.over(verify) {
                return Err(StatementError::Signature(person));
            }
        }
        Ok(())
    }

    /// What both sign.
    fn over<T>(&self, take: impl FnOnce(&[&[u8]]) -> T) -> T {
        let made_at = u64::from(self.made_at.seconds()).to_be_bytes();
        take(&[self.old.as_bytes(), self.new.as_bytes(), &made_at])
    }

    pub(crate) fn write(&self, w: &mut Writer<'_>) -> Written {
        w.array(5)?.bytes(self.old.as_bytes())?.bytes(self.new.as_bytes())?;
        w.u32(self.made_at.seconds())?.bytes(&self.by_old)?.bytes(&self.by_new)?;
        Ok(())
    }

    /// Reads one without checking its signatures.
    pub(crate) fn read(d: &mut Decoder<'_>) -> Result<Self, NotCanonical> {
        cbor::array(d, 5)?;
        let (old, new) = (cbor::fixed(d)?, cbor::fixed(d)?);
        Ok(Self {
            old: PersonId::unchecked(old),
            new: PersonId::unchecked(new),
            made_at: UnixTime::received(d.u32()?).ok_or(NotCanonical)?,
            by_old: cbor::fixed(d)?,
            by_new: cbor::fixed(d)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng;

    use super::*;

    fn three() -> [Identity; 3] {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        [(); 3].map(|()| Identity::generate(&mut rng))
    }

    fn link() -> IdentityLink {
        let [old, new, _] = three();
        IdentityLink::sign(&old, &new, UnixTime::clamped(1_795_458_300)).unwrap()
    }

    #[test]
    fn a_link_reads_back_from_its_bytes_and_from_its_text_behind_any_carrier() {
        let link = link();
        assert_eq!(link.to_bytes().len(), IdentityLink::MAX_BYTES);
        assert_eq!(IdentityLink::from_bytes(&link.to_bytes()), Ok(link.clone()));
        for carrier in [Carrier::lapel(), Carrier::web("https://meet.example/b#").unwrap()] {
            let text = format!("\n {}\r\n", link.to_text(&carrier));
            assert_eq!(IdentityLink::from_text(&text), Ok(link.clone()));
        }
    }

    #[test]
    fn a_key_is_never_linked_with_itself() {
        let [old, ..] = three();
        let made_at = UnixTime::MIN;
        assert_eq!(IdentityLink::sign(&old, &old, made_at), Err(StatementError::OnePerson));
        let person = old.person();
        let itself = IdentityLink { old: person, new: person, ..link() };
        let read = IdentityLink::from_bytes(&itself.to_bytes());
        assert_eq!(read, Err(StatementError::OnePerson));
    }

    #[test]
    fn both_keys_have_to_sign_in_their_own_places() {
        let ([old, new, other], link) = (three(), link());
        let by = |who: &Identity| link.over(|items| who.sign(Context::Link, items));
        for (by_old, by_new, bad) in [
            (by(&new), link.by_new, &old),
            (link.by_old, by(&old), &new),
            (by(&other), link.by_new, &old),
            (link.by_old, by(&other), &new),
            (link.by_new, link.by_old, &old),
            (link.over(|items| old.sign(Context::Badge, items)), link.by_new, &old),
        ] {
            let forged = IdentityLink { by_old, by_new, ..link.clone() };
            let read = IdentityLink::from_bytes(&forged.to_bytes());
            assert_eq!(read, Err(StatementError::Signature(bad.person())));
        }
        // Nor does it hold for other keys, another time, or the other way round.
        let (o, n, at) = (link.old, link.new, link.made_at);
        for (old, new, made_at) in
            [(other.person(), n, at), (o, other.person(), at), (n, o, at), (o, n, at.plus(1))]
        {
            let forged = IdentityLink { old, new, made_at, ..link.clone() };
            let read = IdentityLink::from_bytes(&forged.to_bytes());
            assert_eq!(read, Err(StatementError::Signature(old)));
        }
    }

    #[test]
    fn any_flipped_missing_or_added_byte_is_refused() {
        let bytes = link().to_bytes();
        for at in 0..bytes.len() {
            let mut bent = bytes.clone();
            bent[at] ^= 1 << (at % 8);
            assert!(IdentityLink::from_bytes(&bent).is_err(), "{at}");
            assert!(IdentityLink::from_bytes(&bytes[..at]).is_err());
        }
        assert!(IdentityLink::from_bytes(&[&bytes[..], &[0]].concat()).is_err());
    }

    #[test]
    fn what_is_no_link_is_named_for_what_it_is() {
        let read = |text: &str| IdentityLink::from_text(text).unwrap_err();
        assert_eq!(read("https://example.org"), StatementError::Foreign);
        assert_eq!(read("LAPEL:/12"), StatementError::Bytes);
        let wrap = |bytes: &[u8]| Carrier::lapel().wrap(bytes);
        assert_eq!(read(&wrap(&[2, 4])), StatementError::NewerVersion(2));
        let another = |found| StatementError::Another { found, wanted: Kind::Link };
        assert_eq!(read(&wrap(&[1, 0, 7])), another(Kind::Meeting));
        assert_eq!(read(&wrap(&[1, 5])), another(Kind::Badge));
        for unknown in [&[1, 6][..], &[1], &[0, 4], &[1, 4]] {
            assert_eq!(read(&wrap(unknown)), StatementError::Bytes);
        }
    }
}
