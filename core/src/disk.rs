//! What the standard library leaves out between a file that is written and a name that lasts.

#[cfg(any(feature = "backup", feature = "export"))]
use std::fs::OpenOptions;
use std::fs::{self, File};
use std::io;
use std::path::Path;
#[cfg(any(feature = "backup", feature = "export"))]
use std::path::PathBuf;

/// So many names are tried for a file beside, in case others are being written there.
#[cfg(any(feature = "backup", feature = "export"))]
const TRIES: u32 = 64;

/// Makes the names inside `dir` durable: files created, renamed or removed there.
///
/// A no-op where directories can't be opened as files (Windows); NTFS journals names by itself.
///
/// # Errors
/// Whatever the system says about opening or syncing `dir`.
pub(crate) fn sync_dir(dir: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(dir)?.sync_all() } else { Ok(()) }
}

/// Makes the directory `dir` and whatever is missing above it, each name durable before the next is
/// made. That of the deepest that is there already is made durable first: whoever made it may have
/// been killed before they could. On Unix, those that are `private` are for their owner alone.
///
/// # Errors
/// Whatever the system says about making or syncing them.
pub(crate) fn create_dir(dir: &Path, private: bool) -> io::Result<()> {
    let is_there = |dir: &&Path| dir.as_os_str().is_empty() || dir.exists();
    if let Some(there) = dir.ancestors().find(is_there) {
        match sync_name(there) {
            // In a directory that may not be read, nobody here made it.
            Err(e) if e.kind() == io::ErrorKind::PermissionDenied => {}
            done => done?,
        }
    }
    let missing: Vec<&Path> = dir.ancestors().take_while(|dir| !is_there(dir)).collect();
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    if private {
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    }
    #[cfg(not(unix))]
    let _ = private;
    for made in missing.into_iter().rev() {
        match builder.create(made) {
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists && made.is_dir() => {}
            done => done?,
        }
        sync_name(made)?;
    }
    Ok(())
}

/// Makes the name of `path` durable in the directory it is in.
fn sync_name(path: &Path) -> io::Result<()> {
    match path.parent() {
        None => Ok(()),
        // A relative path of one name is in the current directory.
        Some(here) if here.as_os_str().is_empty() => sync_dir(Path::new(".")),
        Some(parent) => sync_dir(parent),
    }
}

/// Removes a directory and all that is in it; one that isn't there is fine.
///
/// # Errors
/// Whatever the system says about removing it.
pub(crate) fn remove_tree(dir: &Path) -> io::Result<()> {
    match fs::remove_dir_all(dir) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

/// Writes the file `path` whole or not at all. It is written beside, private to its owner, synced, and
/// takes the place of what was there by a rename: whatever goes wrong before that leaves the old file
/// as it was and removes what was beside. A link is followed; what is no file, a pipe for instance, is
/// written to as it is.
///
/// # Errors
/// Those of `write`, and `failed` of whatever the system says.
#[cfg(any(feature = "backup", feature = "export"))]
pub(crate) fn replace<T, E>(
    path: &Path,
    failed: impl Fn(io::Error) -> E,
    write: impl FnOnce(&mut dyn io::Write) -> Result<T, E>,
) -> Result<T, E> {
    // A rename would put a file in place of a link or a device, which is not what was meant.
    let target = match fs::canonicalize(path) {
        // What it leads to may be on a disk that isn't there just now.
        Err(error) if path.is_symlink() => return Err(failed(error)),
        target => target.unwrap_or_else(|_| path.to_owned()),
    };
    match fs::metadata(&target) {
        Ok(there) if there.is_dir() => return Err(failed(io::ErrorKind::IsADirectory.into())),
        Ok(there) if !there.is_file() => {
            let mut out = OpenOptions::new().write(true).open(&target).map_err(&failed)?;
            return write(&mut out);
        }
        _ => {}
    }
    let dir = target.parent().filter(|dir| !dir.as_os_str().is_empty());
    let dir = dir.unwrap_or_else(|| Path::new("."));
    let (beside, mut file) = Beside::new(dir).map_err(&failed)?;
    let written = write(&mut file)?;
    file.sync_all().map_err(&failed)?;
    drop(file);
    beside.become_file(&target).map_err(&failed)?;
    match sync_dir(dir) {
        // In a directory that may not be read the rename is as durable as the system makes it.
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Ok(written),
        synced => synced.map(|()| written).map_err(failed),
    }
}

/// Counts the bytes that go through.
#[cfg(any(feature = "backup", feature = "export"))]
pub(crate) struct Counting<'a, W> {
    pub(crate) out: W,
    pub(crate) bytes: &'a mut u64,
}

#[cfg(any(feature = "backup", feature = "export"))]
impl<W: io::Write> io::Write for Counting<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        *self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Whether `error` says that there is no room left: disk full, a quota reached, or a file as large as
/// the file system or a limit allows.
pub(crate) fn is_full(error: &io::Error) -> bool {
    use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
    matches!(error.kind(), StorageFull | QuotaExceeded | FileTooLarge)
}

/// A file beside the one it is to be, removed unless it becomes that. Its name is counted up and not drawn
/// at random: this crate has no randomness of its own.
#[cfg(any(feature = "backup", feature = "export"))]
struct Beside(Option<PathBuf>);

#[cfg(any(feature = "backup", feature = "export"))]
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

#[cfg(any(feature = "backup", feature = "export"))]
impl Drop for Beside {
    fn drop(&mut self) {
        if let Some(path) = &self.0 {
            // It can't be told from here; what stays is private, and its name says what it is.
            let _ = fs::remove_file(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn removing_what_is_not_there_is_fine() {
        let dir = tempfile::tempdir().unwrap();
        remove_tree(&dir.path().join("nothing")).unwrap();
        sync_dir(dir.path()).unwrap();
    }

    #[test]
    fn directories_are_made_with_all_that_is_missing_above_them() {
        let dir = tempfile::tempdir().unwrap();
        let deep = dir.path().join("a").join("b");
        for private in [true, false] {
            create_dir(&deep, private).unwrap();
        }
        assert!(deep.is_dir());
        fs::write(deep.join("file"), b"").unwrap();
        assert!(create_dir(&deep.join("file").join("c"), false).is_err());
    }

    #[test]
    fn full_is_told_from_other_errors() {
        assert!(is_full(&io::ErrorKind::StorageFull.into()));
        assert!(is_full(&io::ErrorKind::QuotaExceeded.into()));
        assert!(is_full(&io::ErrorKind::FileTooLarge.into()));
        assert!(!is_full(&io::ErrorKind::PermissionDenied.into()));
    }
}
