//! The book's directory: which generations are in it, and who holds it.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::error::OpenError;

/// The file that is locked as long as the book is open; empty.
const LOCK: &str = "lock";
/// What a generation's directory is called until it is whole.
const UNFINISHED: &str = ".new";

/// The directories that this process has open. A file lock alone wouldn't do: not every platform
/// has one, and on some a process doesn't exclude itself.
static OPEN: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// What is in the directory of a book.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Home {
    /// Epochs of whole generations; the highest is the book.
    pub(super) whole: BTreeSet<u32>,
    /// Epochs of generations that were never finished.
    pub(super) unfinished: BTreeSet<u32>,
    /// Whether a book was ever open here.
    pub(super) claimed: bool,
}

/// The ledger's and index's directory of one epoch.
pub(super) fn generation(home: &Path, epoch: u32) -> PathBuf {
    home.join(format!("{epoch:08}"))
}

/// Where the generation of one epoch is built.
pub(super) fn unfinished(home: &Path, epoch: u32) -> PathBuf {
    home.join(format!("{epoch:08}{UNFINISHED}"))
}

impl Home {
    /// Looks at `home` and changes nothing. A directory that is missing or empty is as good as a
    /// book without generations; one with anything else in it isn't ours, unless a book is there too.
    pub(super) fn survey(home: &Path) -> Result<Self, OpenError> {
        let names = match fs::read_dir(home) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(e) if e.kind() == io::ErrorKind::NotADirectory && home.exists() => {
                return Err(OpenError::NotOurs { path: home.into() });
            }
            names => names.map_err(OpenError::at(home))?,
        };
        let mut found = Self::default();
        let mut foreign = false;
        for name in names {
            let name = name.map_err(OpenError::at(home))?.file_name();
            let name = name.to_str().unwrap_or_default();
            if name == LOCK {
                found.claimed = true;
            } else if let Some(epoch) = epoch_of(name) {
                found.whole.insert(epoch);
            } else if let Some(epoch) = name.strip_suffix(UNFINISHED).and_then(epoch_of) {
                found.unfinished.insert(epoch);
            } else {
                foreign = true;
            }
        }
        let begun = !found.unfinished.is_empty();
        // Strangers (such as .DS_Store) are left alone beside a book, and beside what a wipe left of it.
        let ours = !found.whole.is_empty()
            || if foreign { found.claimed && begun } else { found.claimed || !begun };
        if ours { Ok(found) } else { Err(OpenError::NotOurs { path: home.into() }) }
    }
}

fn epoch_of(name: &str) -> Option<u32> {
    let epoch = name.parse().ok()?;
    (format!("{epoch:08}") == name).then_some(epoch)
}

/// The one right to use a book's directory, given back when dropped.
#[derive(Debug)]
pub(super) struct Claim {
    path: PathBuf,
    /// Locked until the claim is dropped. None where a book that is only looked at never had one.
    lock: Option<File>,
}

impl Claim {
    /// Claims `home`, which exists; where it isn't `writable`, nothing is written for that.
    pub(super) fn take(home: &Path, writable: bool) -> Result<Self, OpenError> {
        let path = home.canonicalize().map_err(OpenError::at(home))?;
        let in_use = || OpenError::InUse { path: home.into() };
        let mut open = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
        if open.contains(&path) {
            return Err(in_use());
        }
        let name = path.join(LOCK);
        let mut options = OpenOptions::new();
        options.read(true).write(writable).create(writable).truncate(false);
        let lock = match options.open(&name) {
            Err(e) if e.kind() == io::ErrorKind::NotFound && !writable => None,
            lock => Some(lock.map_err(OpenError::at(&name))?),
        };
        match lock.as_ref().map_or(Ok(()), File::try_lock) {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(in_use()),
            // No file locks on this platform or file system: the registry has to do.
            Err(TryLockError::Error(e)) if e.kind() == io::ErrorKind::Unsupported => {}
            Err(TryLockError::Error(e)) => return Err(OpenError::at(&name)(e)),
        }
        open.insert(path.clone());
        Ok(Self { path, lock })
    }
}

impl Claim {
    /// Gives the directory back, and removes the file that said whose it is.
    pub(super) fn remove(self) -> io::Result<()> {
        fs::remove_file(self.path.join(LOCK))
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        // Not left to closing the file: a child process between fork and exec holds it open too.
        let _ = self.lock.as_ref().map(File::unlock);
        OPEN.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn home(names: &[&str]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for name in names {
            fs::create_dir(dir.path().join(name)).unwrap();
        }
        dir
    }

    fn survey(names: &[&str]) -> Option<(Vec<u32>, Vec<u32>)> {
        let found = Home::survey(home(names).path()).ok()?;
        Some((found.whole.into_iter().collect(), found.unfinished.into_iter().collect()))
    }

    #[test]
    fn a_directory_is_ours_new_or_left_alone() {
        assert_eq!(survey(&[]), Some((vec![], vec![])));
        assert_eq!(survey(&["lock"]), Some((vec![], vec![])));
        assert_eq!(survey(&["lock", "00000001.new"]), Some((vec![], vec![1])));
        assert_eq!(survey(&["00000002", "00000003.new", "x"]), Some((vec![2], vec![3])));
        assert_eq!(survey(&["00000009", "00000010", "100000000"]).unwrap().0, [9, 10, 100_000_000]);
        assert_eq!(survey(&["lock", "00000001.new", "x"]), Some((vec![], vec![1])));
        assert_eq!(survey(&["photos"]), None);
        assert_eq!(survey(&["lock", "photos"]), None);
        assert_eq!(survey(&["00000001.new"]), None);
        assert_eq!(survey(&["00000001.new", "photos"]), None);
        assert_eq!(survey(&["1", "+0000001"]), None);
    }

    #[test]
    fn a_claim_excludes_others_until_it_is_dropped() {
        let dir = home(&[]);
        let claim = Claim::take(dir.path(), true).unwrap();
        let again = dir.path().join("..").join(dir.path().file_name().unwrap());
        assert!(matches!(Claim::take(&again, true), Err(OpenError::InUse { .. })));
        drop(claim);
        Claim::take(&again, true).unwrap();
    }

    #[test]
    fn another_process_is_excluded_by_the_lock_file() {
        let dir = home(&[]);
        let other = File::create(dir.path().join(LOCK)).unwrap();
        other.lock().unwrap();
        assert!(matches!(Claim::take(dir.path(), true), Err(OpenError::InUse { .. })));
        drop(other);
        Claim::take(dir.path(), true).unwrap();
    }
}
