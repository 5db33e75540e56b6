//! A file that is written whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::{ExportError, Exported, ProofRequest, Request, Watch, export, prove};
use crate::book::Book;
use crate::disk::{is_full, sync_dir};

/// So many names are tried for the file beside, in case others are being written there.
const TRIES: u32 = 64;

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
    write: impl FnOnce(&mut dyn Write) -> Result<Exported, ExportError>,
) -> Result<Exported, ExportError> {
    let failed = |source: io::Error| at(path, source);
    // A rename would put a file in place of a link or a device, which is not what was meant.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    match fs::metadata(&target) {
        Ok(there) if there.is_dir() => return Err(failed(io::ErrorKind::IsADirectory.into())),
        Ok(there) if !there.is_file() => {
            let mut out = OpenOptions::new().write(true).open(&target).map_err(failed)?;
            return write(&mut out).map_err(|error| placed(error, path));
        }
        _ => {}
    }
    let dir = target.parent().filter(|dir| !dir.as_os_str().is_empty());
    let dir = dir.unwrap_or_else(|| Path::new("."));
    let (beside, mut file) = Beside::new(dir).map_err(failed)?;
    let exported = write(&mut file).map_err(|error| placed(error, path))?;
    file.sync_all().map_err(failed)?;
    drop(file);
    beside.become_file(&target).map_err(failed)?;
    match sync_dir(dir) {
        // In a directory that may not be read the rename is as durable as the system makes it.
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Ok(exported),
        synced => synced.map(|()| exported).map_err(failed),
    }
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

/// A file beside the one it is to be, removed unless it becomes that. Its name is counted up and not drawn
/// at random: this crate has no randomness of its own.
struct Beside(Option<PathBuf>);

impl Beside {
    fn new(dir: &Path) -> io::Result<(Self, File)> {
        let process = std::process::id();
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut tried = 0;
        loop {
            let path = dir.join(format!(".lapel-{process}-{tried}.new"));
            match options.open(&path) {
                Ok(file) => return Ok((Self(Some(path)), file)),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists && tried < TRIES => {
                    tried += 1;
                }
                Err(error) => return Err(error),
            }
        }
    }

    fn become_file(mut self, path: &Path) -> io::Result<()> {
        if let Some(beside) = &self.0 {
            fs::rename(beside, path)?;
        }
        self.0 = None;
        Ok(())
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        if let Some(path) = &self.0 {
            // It can't be told from here; what stays is private, and its name says what it is.
            let _ = fs::remove_file(path);
        }
    }
}
