//! A file that is written whole or not at all.

use std::io;
use std::path::Path;

use super::{ExportError, Exported, Request, Watch, export};
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
    let write = |out: &mut dyn io::Write| {
        export(book, request, out, watch).map_err(|error| placed(error, path))
    };
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
