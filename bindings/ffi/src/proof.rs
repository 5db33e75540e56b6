//! Many meetings proven in one file, for somebody who has nothing but that file.

use std::fs::File;
use std::io::Read;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;

use lapel::export as exporting;
use lapel::proof::{self as core, Header, ProofError, ProofTerms};
use lapel::receipt::{self, Disclosure};

use crate::clock;
use crate::error::LapelError;
use crate::export::ExportSelection;
use crate::listen::{ListenerError, ProgressListener, WorkProgress};
use crate::receipt::Shown;

/// Whose receipts a proof is to hold, and what the owner says of it. Notes and tags are never in it.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct ProofRequest {
    /// Who. The receipts of all meetings with them leave, under each key they have; where a query asks for
    /// those who confirmed, only of the meetings that they confirmed.
    pub selection: ExportSelection,
    /// For whom it is made, at most 96 bytes; empty if for nobody in particular. Name somebody: whoever
    /// checks it then sees that it was made for them and wasn't handed on.
    pub to: String,
    /// What for, at most 256 bytes; empty if it isn't said.
    #[uniffi(default = "")]
    pub purpose: String,
    /// Whether the owner's own badges are in it, as they were shown.
    #[uniffi(default = false)]
    pub with_own_badge: bool,
    /// Whether the others' are.
    #[uniffi(default = true)]
    pub with_their_badges: bool,
}

impl ProofRequest {
    pub(crate) fn checked(self) -> Result<exporting::ProofRequest, LapelError> {
        let terms = ProofTerms::new(&self.to, &self.purpose, clock::wall())?;
        let mut request = exporting::ProofRequest::new(self.selection.checked()?, terms);
        request.disclose = Disclosure { holder: self.with_own_badge, peer: self.with_their_badges };
        Ok(request)
    }
}

/// What is said to be a proof, to be checked by anyone: it takes no book, no network and no clock.
#[derive(uniffi::Object)]
pub struct Proof {
    source: Source,
}

enum Source {
    File(PathBuf),
    Bytes(Vec<u8>),
}

#[uniffi::export]
impl Proof {
    /// The proof in this file. Nothing is read yet.
    #[uniffi::constructor]
    pub fn from_file(path: String) -> Arc<Self> {
        Arc::new(Self { source: Source::File(PathBuf::from(path)) })
    }

    /// A proof that is held in memory.
    #[uniffi::constructor]
    pub fn from_bytes(proof: Vec<u8>) -> Arc<Self> {
        Arc::new(Self { source: Source::Bytes(proof) })
    }

    /// Checks it to its last byte, and says what it shows, with the first `limit` of its receipts: somebody
    /// else's file can hold a million. All are checked and counted.
    ///
    /// `progress` is told how far it is, and can end it.
    #[uniffi::method(default(progress = None))]
    pub fn verify(
        &self,
        limit: u32,
        progress: Option<Arc<dyn ProgressListener>>,
    ) -> Result<VerifiedProof, LapelError> {
        let mut shown = Vec::new();
        let mut asked = Asked::of(progress);
        let verified = core::verify(&mut *self.read()?, &mut |header, receipt| {
            if shown.len() < limit as usize {
                shown.push(receipt.into());
            }
            asked.goes_on(header)
        })?;
        Ok(VerifiedProof::of(verified, shown))
    }

    /// Checks it, and gives a page for any browser or printer of what it shows, to the last receipt. The page
    /// itself proves nothing, and holds names and times in clear. It is as long as the proof.
    #[uniffi::method(default(progress = None))]
    pub fn report(
        &self,
        progress: Option<Arc<dyn ProgressListener>>,
    ) -> Result<String, LapelError> {
        let (mut page, mut asked) = (Vec::new(), Asked::of(progress));
        let visit = &mut |header: &Header, _: receipt::Shown| asked.goes_on(header);
        core::report(&mut *self.read()?, &mut page, visit)?;
        String::from_utf8(page).map_err(LapelError::system)
    }
}

impl Proof {
    fn read(&self) -> Result<Box<dyn Read + '_>, LapelError> {
        Ok(match &self.source {
            Source::File(path) => Box::new(File::open(path).map_err(ProofError::Read)?),
            Source::Bytes(bytes) => Box::new(bytes.as_slice()),
        })
    }
}

/// A proof that holds: exactly what it shows. Neither presence nor place nor date, and not that these are all
/// whom its holder met.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct VerifiedProof {
    /// Whose proof it is, by their key.
    pub holder: String,
    /// It in a form to read out.
    pub fingerprint: String,
    /// For whom it is made, in the holder's words; empty if for nobody in particular. Compare it with your
    /// own name before you rely on it.
    pub to: String,
    /// What for, in their words; empty if it isn't said.
    pub purpose: String,
    /// When, as their clock claimed: seconds since 1970.
    pub made_at: i64,
    /// How many receipts it holds.
    pub receipts: u32,
    /// How many keys stand in it as the other side. One person may have several.
    pub contacts: u32,
    /// Of them, those who confirmed in at least one meeting. The others only offered themselves, which alone
    /// is not a meeting.
    pub confirmed: u32,
    /// Bytes of the whole proof.
    pub bytes: u64,
    /// SHA-256 of the whole proof, as `sha256sum` prints it.
    pub digest: String,
    /// What the first receipts show: by the other side's id, all of one together.
    pub shown: Vec<Shown>,
}

impl VerifiedProof {
    fn of(verified: core::Verified, shown: Vec<Shown>) -> Self {
        let core::Verified { header, contacts, confirmed, bytes, digest, .. } = verified;
        Self {
            holder: header.holder.to_string(),
            fingerprint: header.holder.fingerprint().to_string(),
            to: header.terms.to().to_owned(),
            purpose: header.terms.purpose().to_owned(),
            made_at: header.terms.made_at().seconds().into(),
            receipts: header.receipts,
            contacts,
            confirmed,
            bytes,
            digest: digest.to_string(),
            shown,
        }
    }
}

/// Whoever is told how far a check is.
struct Asked {
    progress: Option<Arc<dyn ProgressListener>>,
    done: u64,
}

impl Asked {
    fn of(progress: Option<Arc<dyn ProgressListener>>) -> Self {
        Self { progress, done: 0 }
    }

    /// One that fails doesn't stop the check.
    fn goes_on(&mut self, header: &Header) -> ControlFlow<()> {
        self.done += 1;
        let (done, total) = (self.done, header.receipts.into());
        let so_far = || WorkProgress { work: "verifying".to_owned(), done, total };
        let told = self.progress.as_ref().map(|progress| progress.goes_on(so_far()));
        match told {
            Some(Ok(false)) => ControlFlow::Break(()),
            None | Some(Ok(true) | Err(ListenerError::Failed { .. })) => ControlFlow::Continue(()),
        }
    }
}
