//! What the standard library leaves out between a file that is written and a name that lasts.

use std::fs::{self, File};
use std::io;
use std::path::Path;

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

/// Whether `error` says that there is no room left: disk full, a quota reached, or a file as large as
/// the file system or a limit allows.
pub(crate) fn is_full(error: &io::Error) -> bool {
    use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
    matches!(error.kind(), StorageFull | QuotaExceeded | FileTooLarge)
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
