//! Proving meetings to somebody who has no book.

use std::io;
use std::path::PathBuf;

use lapel::export;

use super::Book;
use crate::error::LapelError;
use crate::export::Exported;
use crate::proof::ProofRequest;

#[uniffi::export]
impl Book {
    /// A proof of the meetings that are asked for, signed by the owner, as bytes in memory. A long one is
    /// better written to a file.
    pub fn prove(&self, request: ProofRequest) -> Result<Vec<u8>, LapelError> {
        let (request, mut proof) = (request.checked()?, Vec::new());
        self.desk.with(|book| {
            let watch = &mut |so_far: export::Progress| self.desk.goes_on(so_far.into());
            Ok(export::prove(book, &request, &mut proof, watch)?)
        })?;
        Ok(proof)
    }

    /// Writes a proof to a file, whole or not at all, as `export_to` writes contacts.
    pub fn prove_to(&self, request: ProofRequest, path: String) -> Result<Exported, LapelError> {
        let (request, path) = (request.checked()?, PathBuf::from(path));
        self.desk.with(|book| {
            let watch = &mut |so_far: export::Progress| self.desk.goes_on(so_far.into());
            Ok(export::prove_to(book, &request, &path, watch)?.into())
        })
    }

    /// What a proof would hold, counted. Nothing is written.
    pub fn prove_count(&self, request: ProofRequest) -> Result<Exported, LapelError> {
        let request = request.checked()?;
        self.desk.with(|book| {
            let watch = &mut |so_far: export::Progress| self.desk.goes_on(so_far.into());
            Ok(export::prove(book, &request, &mut io::sink(), watch)?.into())
        })
    }
}
