//! Writing contacts out of a book.

use std::io;
use std::path::PathBuf;

use lapel::export;

use super::Book;
use crate::error::LapelError;
use crate::export::{ExportRequest, Exported};

#[uniffi::export]
impl Book {
    /// Writes whoever is asked for to a file, whole or not at all: whatever goes wrong, and where the
    /// progress listener says to stop, what was in the file before is there as it was.
    pub fn export_to(&self, request: ExportRequest, path: String) -> Result<Exported, LapelError> {
        let (request, path) = (request.checked()?, PathBuf::from(path));
        self.desk.with(|book| {
            let watch = &mut |so_far: export::Progress| self.desk.goes_on(so_far.into());
            Ok(export::export_to(book, &request, &path, watch)?.into())
        })
    }

    /// What would leave, counted. Nothing is written.
    pub fn export_count(&self, request: ExportRequest) -> Result<Exported, LapelError> {
        let request = request.checked()?;
        self.desk.with(|book| {
            let watch = &mut |so_far: export::Progress| self.desk.goes_on(so_far.into());
            Ok(export::export(book, &request, &mut io::sink(), watch)?.into())
        })
    }

    /// The file as it would be for at most so many people: to show it before, or to share a card.
    pub fn export_preview(
        &self,
        request: ExportRequest,
        people: u32,
    ) -> Result<String, LapelError> {
        let request = request.checked()?;
        self.desk.with(|book| Ok(export::preview(book, &request, people as usize)?))
    }
}
