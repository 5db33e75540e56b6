//! What the standard library leaves out between a file that is written and a name that lasts.

use std::fs::File;
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

/// Removes a directory and all that is in it; one that isn't there is fine.
///
/// # Errors
/// Whatever the system says about removing it.
pub(crate) fn remove_tree(dir: &Path) -> io::Result<()> {
    match std::fs::remove_dir_all(dir) {
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
    fn full_is_told_from_other_errors() {
        assert!(is_full(&io::ErrorKind::StorageFull.into()));
        assert!(is_full(&io::ErrorKind::QuotaExceeded.into()));
        assert!(is_full(&io::ErrorKind::FileTooLarge.into()));
        assert!(!is_full(&io::ErrorKind::PermissionDenied.into()));
    }
}
