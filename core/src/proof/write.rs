//! Writing a proof, one receipt after the other.

use std::io::{self, Write};

use sha2::{Digest as _, Sha256};

use super::{Header, MAX_RECEIPTS, ProofTerms, place};
use crate::cbor;
use crate::identity::{Identity, PersonId};
use crate::receipt::Receipt;
use crate::signing::Context;
use crate::transcript::Transcript;

/// Writes a proof: begin it, put every receipt, end it. What isn't ended is no proof.
#[must_use = "a proof that isn't ended has no signature"]
pub struct ProofWriter<'a> {
    holder: &'a Identity,
    out: &'a mut dyn Write,
    hash: Sha256,
    /// Receipts that are still to come.
    left: u32,
    before: Option<(PersonId, Transcript)>,
}

impl<'a> ProofWriter<'a> {
    /// Begins a proof of exactly so many receipts, each of which `holder` holds. `out` is best buffered.
    ///
    /// # Errors
    /// [`ProofWriteError::Count`] if there are none or more than [`MAX_RECEIPTS`];
    /// [`ProofWriteError::Write`].
    pub fn begin(
        holder: &'a Identity,
        terms: &ProofTerms,
        receipts: usize,
        out: &'a mut dyn Write,
    ) -> Result<Self, ProofWriteError> {
        let left = u32::try_from(receipts).ok().filter(|n| (1..=MAX_RECEIPTS).contains(n));
        let left = left.ok_or(ProofWriteError::Count(receipts))?;
        let mut writer = Self { holder, out, hash: Sha256::new(), left, before: None };
        let terms = terms.clone();
        let header = Header { holder: holder.person(), terms, receipts: left };
        writer.string(&header.to_bytes())?;
        Ok(writer)
    }

    /// Puts a receipt, with the badges that are in it. They come in the order of their peers' ids, and those
    /// of one peer in the order of their transcripts, so that there is one proof of the same receipts.
    ///
    /// # Errors
    /// [`ProofWriteError`]; the proof can't go on then.
    pub fn put(&mut self, receipt: &Receipt) -> Result<(), ProofWriteError> {
        let shown = receipt.shown();
        if shown.holder.person != self.holder.person() {
            return Err(ProofWriteError::AnotherHolder);
        }
        let place = place(&shown);
        if self.before.is_some_and(|before| before >= place) {
            return Err(ProofWriteError::Order);
        }
        self.left = self.left.checked_sub(1).ok_or(ProofWriteError::NotAsAnnounced)?;
        self.before = Some(place);
        self.string(&receipt.to_bytes())
    }

    /// Signs what was written, and flushes it.
    ///
    /// # Errors
    /// [`ProofWriteError::NotAsAnnounced`] if receipts are still to come; [`ProofWriteError::Write`].
    pub fn end(mut self) -> Result<(), ProofWriteError> {
        if self.left > 0 {
            return Err(ProofWriteError::NotAsAnnounced);
        }
        let covered = self.hash.clone().finalize();
        let signature = self.holder.sign(Context::Proof, &[&covered]);
        self.string(&signature)?;
        Ok(self.out.flush()?)
    }

    fn string(&mut self, bytes: &[u8]) -> Result<(), ProofWriteError> {
        let item = cbor::write(|w| w.bytes(bytes).map(drop));
        self.hash.update(&item);
        Ok(self.out.write_all(&item)?)
    }
}

/// Why a proof wasn't written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProofWriteError {
    /// It would hold no receipt, or more than [`MAX_RECEIPTS`]. Remedy: choose fewer, for several proofs.
    #[error("a proof holds 1 to {MAX_RECEIPTS} receipts, and this one would hold {0}")]
    Count(usize),
    /// A receipt is somebody else's.
    #[error("a receipt is not the proof's holder's own")]
    AnotherHolder,
    /// A receipt comes out of order or a second time.
    #[error("a receipt comes out of order or a second time")]
    Order,
    /// There are more receipts than were announced, or fewer.
    #[error("there are not as many receipts as were announced")]
    NotAsAnnounced,
    /// The caller's own writer failed, and has some of the bytes.
    #[error("writing failed: {0}")]
    Write(#[from] io::Error),
}
