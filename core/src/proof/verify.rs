//! Checking a proof, as a stream.

use core::fmt;
use core::ops::ControlFlow;
use std::io::{self, BufReader, Read};

use sha2::{Digest as _, Sha256};

use super::{Digest, Header, place};
use crate::cbor::NotCanonical;
use crate::identity::PersonId;
use crate::receipt::{Receipt, ReceiptError, Shown, State};
use crate::signing::{self, Context};
use crate::transcript::Transcript;

/// Is told what each receipt shows, in the proof's order: by the ids of the holder's peers, all of one
/// together. It may break off.
pub type Visit<'a> = dyn FnMut(&Header, Shown) -> ControlFlow<()> + 'a;

/// A proof that holds, and no other: only checking one makes it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Verified {
    /// Whose proof it is, and their words.
    pub header: Header,
    /// How many people's keys stand in it as the other side. One person may have several.
    pub contacts: u32,
    /// Of them, those who confirmed in at least one meeting. The others only offered themselves, which
    /// alone is not a meeting.
    pub confirmed: u32,
    /// Bytes of the whole proof.
    pub bytes: u64,
    /// SHA-256 of the whole proof.
    pub digest: Digest,
}

/// Checks a proof to its last byte and tells `visit` what each receipt shows. Nothing else is needed: no
/// network, no clock, no list of keys. Every signature is verified strictly, one at a time; memory stays
/// flat, whatever the proof claims to hold.
///
/// **What `visit` is told counts for nothing until this has returned `Ok`**: the holder's signature over all
/// of it comes last. Whom the proof is made for is the header's word; whoever expects a proof made for
/// themselves compares `verified.header.terms.to()` with their own name.
///
/// # Errors
/// Any altered, missing or added byte gives a [`ProofError`], which names the part.
pub fn verify(reader: &mut dyn Read, visit: &mut Visit<'_>) -> Result<Verified, ProofError> {
    let mut strings = Strings::of(reader);
    let header = match strings.next(Header::MAX_BYTES) {
        Ok(()) => Header::from_bytes(&strings.bytes)?,
        Err(Gap::Ended) if !Header::is_of_a_proof(&strings.bytes) => {
            return Err(ProofError::NotAProof);
        }
        Err(gap) => return Err(gap.within(Part::Header)),
    };
    let (mut contacts, mut confirmed) = (0, 0);
    let mut before: Option<(PersonId, Transcript)> = None;
    let mut counted: Option<PersonId> = None;
    for number in 1..=header.receipts {
        let next = strings.next(Receipt::MAX_BYTES);
        next.map_err(|gap| gap.within(Part::Receipt(number)))?;
        let shown = Receipt::verify(&strings.bytes);
        let shown = shown.map_err(|source| ProofError::Receipt { number, source })?;
        if shown.holder.person != header.holder {
            return Err(ProofError::AnotherHolder { number });
        }
        let place = place(&shown);
        match before {
            Some(before) if before == place => return Err(ProofError::Repeated { number }),
            Some(before) if before > place => return Err(ProofError::Order { number }),
            _ => {}
        }
        let person = shown.peer.person;
        contacts += u32::from(before.is_none_or(|(last, _)| last != person));
        if shown.peer.state == State::Confirmed && counted != Some(person) {
            (confirmed, counted) = (confirmed + 1, Some(person));
        }
        before = Some(place);
        if visit(&header, shown).is_break() {
            return Err(ProofError::Cancelled);
        }
    }
    let covered = strings.hash.clone().finalize();
    strings.next(SIGNATURE).map_err(|gap| gap.within(Part::Signature))?;
    let signature = strings.bytes.as_slice().try_into().map_err(|_| ProofError::Signature)?;
    if !signing::verify(header.holder.as_bytes(), Context::Proof, &[&covered], signature) {
        return Err(ProofError::Signature);
    }
    if !strings.is_at_end()? {
        return Err(ProofError::Trailing);
    }
    let (bytes, digest) = (strings.read, Digest(strings.hash.finalize().into()));
    Ok(Verified { header, contacts, confirmed, bytes, digest })
}

/// Bytes of the signature at the end.
const SIGNATURE: usize = 64;

/// Why a file is no proof that holds. It proves nothing then, and nothing of it counts as shown.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProofError {
    /// It doesn't begin as a proof does.
    #[error("this is not a proof")]
    NotAProof,
    /// A proof of a version that this program doesn't know. Update it.
    #[error("this proof is of version {0}, which this program doesn't know: update it")]
    NewerVersion(u64),
    /// The header isn't in its one encoding, or holds what no header may.
    #[error("the proof's header is not one, or was altered")]
    Header,
    /// It ends too early.
    #[error("the proof ends within {0}: the rest is missing")]
    Truncated(Part),
    /// A receipt in it doesn't hold.
    #[error("receipt {number} of the proof doesn't hold: {source}")]
    Receipt {
        /// Which, counted from 1.
        number: u32,
        /// What is wrong with it.
        source: ReceiptError,
    },
    /// A receipt in it is of another holder than the proof.
    #[error("receipt {number} of the proof is of another holder")]
    AnotherHolder {
        /// Which, counted from 1.
        number: u32,
    },
    /// A receipt stands in it twice.
    #[error("receipt {number} of the proof is the one before it once more")]
    Repeated {
        /// Which, counted from 1.
        number: u32,
    },
    /// A receipt doesn't stand in its place.
    #[error("receipt {number} of the proof is out of order")]
    Order {
        /// Which, counted from 1.
        number: u32,
    },
    /// The holder didn't sign this.
    #[error("the holder's signature doesn't hold over this proof: it was altered")]
    Signature,
    /// There is something behind the signature.
    #[error("there are bytes behind the proof's end")]
    Trailing,
    /// Whoever was told of the receipts broke off.
    #[error("the check of the proof was cancelled")]
    Cancelled,
    /// The proof couldn't be read.
    #[error("reading the proof failed: {0}")]
    Read(#[from] io::Error),
}

impl From<NotCanonical> for ProofError {
    fn from(_: NotCanonical) -> Self {
        Self::Header
    }
}

/// A part of a proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// What it begins with.
    Header,
    /// A receipt, counted from 1.
    Receipt(u32),
    /// What it ends with.
    Signature,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Header => f.write_str("its header"),
            Self::Receipt(number) => write!(f, "receipt {number}"),
            Self::Signature => f.write_str("its signature"),
        }
    }
}

/// Reads a proof's byte strings one after the other, and hashes all that it reads.
struct Strings<'a> {
    from: BufReader<&'a mut dyn Read>,
    hash: Sha256,
    read: u64,
    /// The string that was read last.
    bytes: Vec<u8>,
}

/// Why there is no next string.
enum Gap {
    Ended,
    Form,
    Io(io::Error),
}

impl<'a> Strings<'a> {
    fn of(reader: &'a mut dyn Read) -> Self {
        let from = BufReader::new(reader);
        Self { from, hash: Sha256::new(), read: 0, bytes: Vec::new() }
    }

    /// Reads the next byte string (RFC 8949 §3.1), of at most `max` bytes, with the shortest head.
    fn next(&mut self, max: usize) -> Result<(), Gap> {
        self.take(1)?;
        let first = self.bytes.first().copied().unwrap_or_default();
        let (more, least) = match first {
            0x40..=0x57 => (0, 0),
            0x58 => (1, 24),
            0x59 => (2, 256),
            _ => return Err(Gap::Form),
        };
        self.take(more)?;
        let length = self.bytes.iter().fold(0, |length, byte| length << 8 | usize::from(*byte));
        let length = if more == 0 { usize::from(first - 0x40) } else { length };
        if length < least || length > max {
            return Err(Gap::Form);
        }
        self.take(length)
    }

    /// Reads exactly so many bytes, which are few.
    fn take(&mut self, count: usize) -> Result<(), Gap> {
        self.bytes.clear();
        let most = u64::try_from(count).unwrap_or(u64::MAX);
        self.from.by_ref().take(most).read_to_end(&mut self.bytes).map_err(Gap::Io)?;
        if self.bytes.len() < count {
            return Err(Gap::Ended);
        }
        self.hash.update(&self.bytes);
        self.read += most;
        Ok(())
    }

    fn is_at_end(&mut self) -> io::Result<bool> {
        self.bytes.clear();
        Ok(self.from.by_ref().take(1).read_to_end(&mut self.bytes)? == 0)
    }
}

impl Gap {
    fn within(self, part: Part) -> ProofError {
        match (self, part) {
            (Self::Io(error), _) => ProofError::Read(error),
            (Self::Ended, part) => ProofError::Truncated(part),
            (Self::Form, Part::Header) => ProofError::NotAProof,
            (Self::Form, Part::Receipt(number)) => {
                ProofError::Receipt { number, source: ReceiptError::Bytes }
            }
            (Self::Form, Part::Signature) => ProofError::Signature,
        }
    }
}
