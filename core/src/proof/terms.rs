//! The holder's words, and the header that they stand in.

use minicbor::Decoder;

use super::{MAX_RECEIPTS, ProofError};
use crate::cbor::{self, NotCanonical};
use crate::identity::PersonId;
use crate::text::{self, TextFlaw};
use crate::time::UnixTime;

/// For whom a proof is made, what for, and when. The holder's words, covered by their signature; nothing
/// else vouches for them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProofTerms {
    to: String,
    purpose: String,
    made_at: UnixTime,
}

impl ProofTerms {
    /// The most bytes of UTF-8 of a recipient.
    pub const MAX_TO_BYTES: usize = 96;
    /// The most bytes of UTF-8 of a purpose.
    pub const MAX_PURPOSE_BYTES: usize = 256;

    /// Takes typed texts, brought into Normalization Form C and trimmed; either may be empty. `made_at` is
    /// a claim, as every time is. Name a recipient: whoever checks a proof can then see that it was made
    /// for them and wasn't handed on.
    ///
    /// # Errors
    /// [`ProofTermsError`] for a text that breaks the character rule or its bound.
    pub fn new(to: &str, purpose: &str, made_at: UnixTime) -> Result<Self, ProofTermsError> {
        Self::received(&text::tidy(to), &text::tidy(purpose), made_at)
    }

    /// For whom; empty if nobody is named. Compare it with your own name before you rely on a proof.
    pub fn to(&self) -> &str {
        &self.to
    }

    /// What for; empty if nothing is said.
    pub fn purpose(&self) -> &str {
        &self.purpose
    }

    /// When, as the holder's clock claimed.
    pub fn made_at(&self) -> UnixTime {
        self.made_at
    }

    fn received(to: &str, purpose: &str, made_at: UnixTime) -> Result<Self, ProofTermsError> {
        let check = |text: &str, max| if text.is_empty() { Ok(()) } else { text::check(text, max) };
        check(to, Self::MAX_TO_BYTES).map_err(ProofTermsError::To)?;
        check(purpose, Self::MAX_PURPOSE_BYTES).map_err(ProofTermsError::Purpose)?;
        Ok(Self { to: to.to_owned(), purpose: purpose.to_owned(), made_at })
    }
}

/// Why words can't stand in a proof.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProofTermsError {
    /// The recipient breaks the character rule or its bound.
    #[error("the recipient {0}")]
    To(TextFlaw),
    /// The purpose breaks the character rule or its bound.
    #[error("the purpose {0}")]
    Purpose(TextFlaw),
}

/// What a proof begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Header {
    /// Whose proof it is: the holder of every receipt in it, and whose signature ends it.
    pub holder: PersonId,
    /// For whom, what for and when, in their words.
    pub terms: ProofTerms,
    /// How many receipts it holds, 1 to [`MAX_RECEIPTS`].
    pub receipts: u32,
}

impl Header {
    /// The most bytes of a header. Those of version 1 take less; a later version's is read as far as its
    /// number.
    pub(super) const MAX_BYTES: usize = 1_024;
    const TAG: &'static str = "lapel proof";
    const VERSION: u64 = 1;

    /// Whether a header, or its beginning, is of a proof at all.
    pub(super) fn is_of_a_proof(bytes: &[u8]) -> bool {
        let mut d = Decoder::new(bytes);
        d.array().is_ok() && d.str().is_ok_and(|tag| tag == Self::TAG)
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Result<Self, ProofError> {
        if !Self::is_of_a_proof(bytes) {
            return Err(ProofError::NotAProof);
        }
        cbor::exactly(bytes, Self::read, Self::to_bytes)
    }

    pub(super) fn to_bytes(&self) -> Vec<u8> {
        cbor::write(|w| {
            w.array(7)?.str(Self::TAG)?.u64(Self::VERSION)?.bytes(self.holder.as_bytes())?;
            w.str(self.terms.to())?.str(self.terms.purpose())?;
            w.u32(self.terms.made_at.seconds())?.u32(self.receipts)?;
            Ok(())
        })
    }

    fn read(d: &mut Decoder<'_>) -> Result<Self, ProofError> {
        let cbor = NotCanonical::from;
        let items = d.array().map_err(cbor)?;
        d.str().map_err(cbor)?;
        match d.u64().map_err(cbor)? {
            Self::VERSION if items == Some(7) => {}
            0 | Self::VERSION => return Err(ProofError::Header),
            newer => return Err(ProofError::NewerVersion(newer)),
        }
        let holder = PersonId::from_bytes(cbor::fixed(d)?).map_err(|_| ProofError::Header)?;
        let (to, purpose) = (d.str().map_err(cbor)?, d.str().map_err(cbor)?);
        let made_at = UnixTime::received(d.u32().map_err(cbor)?).ok_or(ProofError::Header)?;
        let terms = ProofTerms::received(to, purpose, made_at);
        let terms = terms.map_err(|_| ProofError::Header)?;
        match d.u32().map_err(cbor)? {
            receipts @ 1..=MAX_RECEIPTS => Ok(Self { holder, terms, receipts }),
            _ => Err(ProofError::Header),
        }
    }
}
