//! Files of the owner's: written whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write as _};
use std::path::{Path, PathBuf};

use tempfile::Builder;

use crate::failure::{Code, Failure, Outcome};
use crate::say;

/// How much of a file is worth its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lasting {
    /// Synced before and after the rename, and private to its owner.
    Durable,
    /// Soon replaced, and for others to look at: not synced.
    Fleeting,
}

/// Whether a path means standard input or output.
pub(crate) fn is_standard(path: &Path) -> bool {
    path == Path::new("-")
}

/// Whether what is written there goes on at once, and nothing stays: standard output, a pipe, a device.
pub(crate) fn is_stream(path: &Path) -> bool {
    is_standard(path) || fs::metadata(path).is_ok_and(|there| !there.is_file() && !there.is_dir())
}

/// Writes a file, or standard output for `-`. A file gets its new contents by a rename, so that
/// nobody ever sees half of it, and a failure leaves the old one as it was.
pub(crate) fn write(path: &Path, bytes: &[u8], lasting: Lasting) -> Outcome {
    if is_standard(path) {
        return say::print_bytes(bytes);
    }
    replace(path, bytes, lasting).map_err(|error| Failure::writing(path, &error))
}

/// The same for a file alone, with the system's own error.
pub(crate) fn replace(path: &Path, bytes: &[u8], lasting: Lasting) -> io::Result<()> {
    // A rename would put a file in place of a link or a device, which is not what was meant.
    let path = match fs::canonicalize(path) {
        // What it leads to may be on a disk that isn't there just now.
        Err(error) if path.is_symlink() => return Err(error),
        target => target.unwrap_or_else(|_| path.to_owned()),
    };
    match fs::metadata(&path) {
        Ok(there) if there.is_dir() => return Err(io::ErrorKind::IsADirectory.into()),
        Ok(there) if !there.is_file() => {
            return OpenOptions::new().write(true).open(&path)?.write_all(bytes);
        }
        _ => {}
    }
    let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty());
    let dir = dir.map_or_else(|| PathBuf::from("."), Path::to_path_buf);
    let mut builder = Builder::new();
    builder.prefix(".lapel-").suffix(".new");
    #[cfg(unix)]
    if lasting == Lasting::Fleeting {
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(fs::Permissions::from_mode(0o666)); // less what the umask takes
    }
    let mut file = builder.tempfile_in(&dir).map_err(as_the_system_says)?;
    file.write_all(bytes)?;
    if lasting == Lasting::Durable {
        file.as_file().sync_all()?;
    }
    file.persist(&path).map_err(|failed| failed.error)?;
    if lasting == Lasting::Durable && cfg!(unix) {
        File::open(&dir)?.sync_all()?;
    }
    Ok(())
}

/// The system's error without the temporary file's name, which means nothing to anyone.
fn as_the_system_says(error: io::Error) -> io::Error {
    let inner = error.get_ref().and_then(|error| error.source());
    let code = inner.and_then(|error| error.downcast_ref::<io::Error>()?.raw_os_error());
    code.map_or(error, io::Error::from_raw_os_error)
}

/// A file, or standard input for `-`.
pub(crate) fn open(path: &Path) -> Outcome<Box<dyn Read>> {
    if is_standard(path) {
        return Ok(Box::new(io::stdin()));
    }
    let file = File::open(path).map_err(|error| unreadable(path, &error))?;
    Ok(Box::new(file))
}

/// Reads what is left of the file `path`, and no more than one byte beyond `most`.
pub(crate) fn read_from(path: &Path, from: &mut dyn Read, most: usize) -> Outcome<Vec<u8>> {
    let most = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
    let mut bytes = Vec::new();
    from.take(most).read_to_end(&mut bytes).map_err(|error| unreadable(path, &error))?;
    Ok(bytes)
}

/// A file that can't be read.
pub(crate) fn unreadable(path: &Path, error: &io::Error) -> Failure {
    Failure::new(Code::FileRefused, format!("{} can't be read: {error}.", path.display()))
}
