//! The roster: a line for each person, sealed block by block in one file, so that a list or a search
//! neither asks the index nor opens thousands of entries. What the lines say is the book's affair.
//!
//! ```text
//! magic 8 │ offset 8 │ next 8 │ prev 32     the mark: up to which entry the lines go
//! nonce 24 │ 16,384 sealed, tag 16          a block, as often as it takes
//! ```
//!
//! The opened blocks are one stream of lines, each behind its length (big-endian u32); a length of 0
//! ends it, and zeros fill the last block. Each block is bound to the mark and to its number. The
//! file follows from the ledger: it is never synced, and one that is missing, stale or spoilt in
//! any way is made again.

use std::fs::{self, File};
use std::io::{self, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::settings::Mode;
use super::{Store, home};
use crate::ledger::{Mark, take};
use crate::seal::{Keys, NONCE, TAG};

/// Another number for another layout or another form of the lines.
const MAGIC: [u8; 8] = *b"lapelro1";
const HEAD: usize = 8 + 48;
/// Bytes of a block before it is sealed.
const BLOCK: usize = 16_384;

impl Store {
    /// The roster, if there is one of this very ledger, and the sequence of the last entry that went
    /// into it. Like the index, it isn't looked at in a book that is only looked at.
    pub(crate) fn roster(&self) -> Option<(u64, Lines)> {
        if self.settings.mode == Mode::Look {
            return None;
        }
        let (mark, lines) = Lines::open(&self.roster_path(), Arc::clone(&self.keys)).ok()?;
        let last = mark.next.checked_sub(1)?;
        let is_ours = last <= self.last() && self.hash_of(last) == Some(mark.prev);
        is_ours.then_some((last, lines))
    }

    /// A roster to be filled, that goes up to the last entry there is.
    ///
    /// # Errors
    /// Whatever the system says about making the file, and `ReadOnlyFilesystem` in a book that is
    /// only looked at.
    pub(crate) fn new_roster(&self) -> io::Result<NewRoster> {
        if self.settings.mode == Mode::Look {
            return Err(io::ErrorKind::ReadOnlyFilesystem.into());
        }
        NewRoster::create(self.roster_path(), Arc::clone(&self.keys), self.ledger.tail())
    }

    /// Removes the roster, as far as that goes: it is spoilt, or was drawn up out of a book that had
    /// more than this one, or less.
    pub(crate) fn drop_roster(&self) {
        if self.settings.mode != Mode::Look {
            let _ = fs::remove_file(self.roster_path());
        }
    }

    pub(super) fn roster_size(&self) -> u64 {
        fs::metadata(self.roster_path()).map_or(0, |file| file.len())
    }

    fn roster_path(&self) -> PathBuf {
        home::generation(&self.settings.home, self.keys.id.epoch).join("roster")
    }
}

/// The lines of a roster, one after the other.
pub(crate) struct Lines {
    file: BufReader<File>,
    keys: Arc<Keys>,
    head: [u8; HEAD],
    /// Blocks read.
    blocks: u64,
    /// What of them isn't a line yet.
    opened: Vec<u8>,
    at: usize,
}

impl Lines {
    fn open(path: &Path, keys: Arc<Keys>) -> io::Result<(Mark, Self)> {
        let mut file = BufReader::with_capacity(NONCE + BLOCK + TAG, File::open(path)?);
        let mut head = [0; HEAD];
        file.read_exact(&mut head)?;
        let mark = mark_in(&head).ok_or_else(spoilt)?;
        Ok((mark, Self { file, keys, head, blocks: 0, opened: Vec::new(), at: 0 }))
    }

    /// The next line; `None` after the last.
    ///
    /// # Errors
    /// The file can't be read, or isn't what was written. Lines that came before are right.
    pub(crate) fn next(&mut self) -> io::Result<Option<Vec<u8>>> {
        let length: [u8; 4] = self.bytes(4)?.try_into().map_err(|_| spoilt())?;
        match u32::from_be_bytes(length) {
            0 => Ok(None),
            length => self.bytes(length as usize).map(Some),
        }
    }

    fn bytes(&mut self, count: usize) -> io::Result<Vec<u8>> {
        while self.opened.len() - self.at < count {
            let mut sealed = [0; NONCE + BLOCK + TAG];
            self.file.read_exact(&mut sealed)?;
            let (nonce, sealed) = sealed.split_first_chunk().ok_or_else(spoilt)?;
            let binding = binding(&self.head, self.blocks);
            let opened = self.keys.roster.open(&binding, nonce, sealed).map_err(|_| spoilt())?;
            self.blocks += 1;
            self.opened.drain(..self.at);
            self.at = 0;
            self.opened.extend_from_slice(&opened);
        }
        let bytes = self.opened.get(self.at..self.at + count).ok_or_else(spoilt)?.to_vec();
        self.at += count;
        Ok(bytes)
    }
}

/// A roster on its way. Unless it is finished, the one before stays.
pub(crate) struct NewRoster {
    path: PathBuf,
    file: File,
    keys: Arc<Keys>,
    head: [u8; HEAD],
    blocks: u64,
    /// What isn't a whole block yet.
    waiting: Vec<u8>,
}

impl NewRoster {
    fn create(path: PathBuf, keys: Arc<Keys>, mark: Mark) -> io::Result<Self> {
        let head = head_of(&mark);
        let mut file = File::create(path.with_extension("new"))?;
        file.write_all(&head)?;
        Ok(Self { path, file, keys, head, blocks: 0, waiting: Vec::new() })
    }

    /// Adds a line of at least one byte.
    ///
    /// # Errors
    /// The file can't be written.
    pub(crate) fn put(&mut self, line: &[u8]) -> io::Result<()> {
        let length = u32::try_from(line.len()).map_err(io::Error::other)?;
        self.waiting.extend_from_slice(&length.to_be_bytes());
        self.waiting.extend_from_slice(line);
        while self.waiting.len() >= BLOCK {
            let rest = self.waiting.split_off(BLOCK);
            self.write_block()?;
            self.waiting = rest;
        }
        Ok(())
    }

    /// Ends it, and puts it in the place of the one before.
    ///
    /// # Errors
    /// The file can't be written or renamed.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        self.waiting.extend([0; 4]);
        while !self.waiting.is_empty() {
            let rest = self.waiting.split_off(BLOCK.min(self.waiting.len()));
            self.waiting.resize(BLOCK, 0);
            self.write_block()?;
            self.waiting = rest;
        }
        fs::rename(self.path.with_extension("new"), &self.path)
    }

    /// Writes what waits, which is a block.
    fn write_block(&mut self) -> io::Result<()> {
        let binding = binding(&self.head, self.blocks);
        let sealed = self.keys.seal_roster(&binding, &self.waiting);
        let (nonce, sealed) = sealed.map_err(|_| io::Error::other("sealing failed"))?;
        self.blocks += 1;
        self.file.write_all(&nonce)?;
        self.file.write_all(&sealed)
    }
}

impl Drop for NewRoster {
    /// What a full disk or an error cut short takes no room. Once it is renamed, it isn't there.
    fn drop(&mut self) {
        let _ = fs::remove_file(self.path.with_extension("new"));
    }
}

fn head_of(mark: &Mark) -> [u8; HEAD] {
    let mut head = [0; HEAD];
    head[..8].copy_from_slice(&MAGIC);
    head[8..16].copy_from_slice(&mark.offset.to_be_bytes());
    head[16..24].copy_from_slice(&mark.next.to_be_bytes());
    head[24..].copy_from_slice(&mark.prev);
    head
}

fn mark_in(mut head: &[u8]) -> Option<Mark> {
    let rest = &mut head;
    let magic: [u8; 8] = take(rest)?;
    let (offset, next) = (u64::from_be_bytes(take(rest)?), u64::from_be_bytes(take(rest)?));
    let prev = take(rest)?;
    (magic == MAGIC).then_some(Mark { offset, next, prev })
}

fn binding(head: &[u8; HEAD], number: u64) -> Vec<u8> {
    [&head[..], &number.to_be_bytes()].concat()
}

fn spoilt() -> io::Error {
    io::ErrorKind::InvalidData.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vault::{DataKey, KeyId};

    struct Bench {
        dir: tempfile::TempDir,
        keys: Arc<Keys>,
    }

    impl Bench {
        fn new() -> Self {
            let id = KeyId { store: [1; 16], epoch: 1 };
            let keys = Keys::derive(id, &DataKey::from_bytes([2; 32])).unwrap();
            Self { dir: tempfile::tempdir().unwrap(), keys: Arc::new(keys) }
        }

        fn path(&self) -> PathBuf {
            self.dir.path().join("roster")
        }

        fn write(&self, lines: &[Vec<u8>]) {
            let mark = Mark { offset: 3, next: 4, prev: [5; 32] };
            let mut new = NewRoster::create(self.path(), Arc::clone(&self.keys), mark).unwrap();
            lines.iter().for_each(|line| new.put(line).unwrap());
            new.finish().unwrap();
        }

        /// Lines up to the end or to what is wrong.
        fn read(&self) -> (Vec<Vec<u8>>, io::Result<()>) {
            let mut all = Vec::new();
            let mut lines = match Lines::open(&self.path(), Arc::clone(&self.keys)) {
                Ok((_, lines)) => lines,
                Err(error) => return (all, Err(error)),
            };
            loop {
                match lines.next() {
                    Ok(Some(line)) => all.push(line),
                    Ok(None) => return (all, Ok(())),
                    Err(error) => return (all, Err(error)),
                }
            }
        }
    }

    fn lines(sizes: &[usize]) -> Vec<Vec<u8>> {
        (1..).zip(sizes).map(|(byte, size)| vec![byte; *size]).collect()
    }

    #[test]
    fn lines_of_any_size_read_back_wherever_they_fall_in_blocks() {
        let bench = Bench::new();
        for last in [1, 7, BLOCK - 110, BLOCK - 109, BLOCK - 108, BLOCK - 107, 3 * BLOCK] {
            let all = lines(&[1, 90, last]);
            bench.write(&all);
            let (read, end) = bench.read();
            end.unwrap();
            assert_eq!(read, all, "{last}");
            assert_eq!((fs::metadata(bench.path()).unwrap().len() as usize - HEAD) % 16_424, 0);
        }
        bench.write(&[]);
        assert!(matches!(bench.read(), (none, Ok(())) if none.is_empty()));
    }

    #[test]
    fn no_altered_cut_or_exchanged_byte_gives_another_line() {
        let bench = Bench::new();
        let all = lines(&[400; 90]);
        bench.write(&all);
        let whole = fs::read(bench.path()).unwrap();
        let sealed = NONCE + BLOCK + TAG;
        for at in (0..whole.len()).step_by(61).chain(0..HEAD) {
            let mut bent = whole.clone();
            bent[at] ^= 1;
            fs::write(bench.path(), bent).unwrap();
            let (read, end) = bench.read();
            assert!(end.is_err() && all.starts_with(&read), "{at}");
            fs::write(bench.path(), &whole[..at]).unwrap();
            let (read, end) = bench.read();
            assert!(end.is_err() && all.starts_with(&read), "cut at {at}");
        }
        let mut exchanged = whole.clone();
        exchanged[HEAD..HEAD + 2 * sealed].rotate_left(sealed);
        fs::write(bench.path(), exchanged).unwrap();
        assert!(bench.read().1.is_err());
        fs::write(bench.path(), whole).unwrap();
        bench.read().1.unwrap();
    }

    #[test]
    fn one_that_is_not_finished_leaves_the_one_before() {
        let bench = Bench::new();
        bench.write(&lines(&[10]));
        let mark = Mark { offset: 3, next: 4, prev: [5; 32] };
        let mut new = NewRoster::create(bench.path(), Arc::clone(&bench.keys), mark).unwrap();
        new.put(&[1; 40_000]).unwrap();
        drop(new);
        assert_eq!(bench.read().0, lines(&[10]));
        assert_eq!(fs::read_dir(bench.dir.path()).unwrap().count(), 1);
    }
}
