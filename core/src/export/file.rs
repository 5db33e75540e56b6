//! A file that is written whole or not at all.

use std::io;
use std::path::Path;

use super::{ExportError, Exported, ProofRequest, Request, Watch, export, prove};
use crate::book::Book;
use crate::disk::{self, is_full};

/// Writes whoever is asked for to the file `path`. It is written beside, private to its owner, synced,
/// and takes the place of what was there by a rename: whatever goes wrong before that, a cancellation
/// included, leaves the old file as it was and removes what was beside. A link is followed; what is no
/// file, a pipe for instance, is written to as it is.
///
/// # Errors
/// [`ExportError`].
pub fn export_to(
    book: &Book,
    request: &Request,
    path: &Path,
    watch: &mut Watch<'_>,
) -> Result<Exported, ExportError> {
    to_file(path, |out| export(book, request, out, watch))
}

/// Writes a proof to the file `path`, as [`export_to`] writes contacts.
///
/// # Errors
/// [`ExportError`].
pub fn prove_to(
    book: &Book,
    request: &ProofRequest,
    path: &Path,
    watch: &mut Watch<'_>,
) -> Result<Exported, ExportError> {
    to_file(path, |out| prove(book, request, out, watch))
}

fn to_file(
    path: &Path,
    write: impl FnOnce(&mut dyn io::Write) -> Result<Exported, ExportError>,
) -> Result<Exported, ExportError> {
    let write = |out: &mut dyn io::Write| write(out).map_err(|error| placed(error, path));
    disk::replace(path, |source| at(path, source), write)
}

/// The same error with the file's name.
fn placed(error: ExportError, path: &Path) -> ExportError {
    match error {
        ExportError::Write(source) => at(path, source),
        error => error,
    }
}

fn at(path: &Path, source: io::Error) -> ExportError {
    let path = path.to_owned();
    if is_full(&source) { ExportError::Full { path } } else { ExportError::File { path, source } }
}
