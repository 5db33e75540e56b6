//! The ledger: an append-only file of sealed entries, the truth about everything in the book.
//!
//! One entry is one transaction: it is appended by one write and one sync, and is there after that
//! or not at all. Each frame names the hash of the one before, each sequence follows the last, so
//! nothing goes missing unnoticed. The bytes are drawn in `STORAGE.md`.
//!
//! A sealed ledger says nothing in clear but how many entries there are and roughly how large.

mod entry;
mod frame;
mod header;
mod scan;
#[cfg(test)]
mod tests;
mod window;

use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rand_core::CryptoRng;

use crate::disk::is_full;
use crate::seal::Keys;
use window::Window;

pub(crate) use entry::{Entry, MAX_PLAINTEXT, Subject};
pub(crate) use frame::{Frame, MAX_FRAME};
pub(crate) use header::{Header, HeaderError, VERSION};
pub use scan::Damage;
pub(crate) use scan::{Found, Scan, Tail};

/// The file grows by this many bytes of real zeros at once, so that an append changes no metadata
/// and its sync is a single write to the device.
const GROWTH: u64 = 256 * 1024;

/// A place between two frames.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Mark {
    /// Bytes from the start of the file.
    pub(crate) offset: u64,
    /// The sequence of the entry that belongs here.
    pub(crate) next: u64,
    /// The hash of the frame before, or of the header.
    pub(crate) prev: [u8; 32],
}

/// Why an entry wasn't appended.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// The entry is larger than the ledger takes. Remedy: say less, or in several entries.
    #[error("an entry of {size} bytes is larger than the limit of {limit}")]
    TooLarge {
        /// What it would take, padded, in bytes.
        size: usize,
        /// What there is, in bytes.
        limit: usize,
    },
    /// The disk is full or a quota reached, and nothing was written. Everything acknowledged is
    /// still there and can be read. Remedy: free some space, then do the same again.
    #[error("there is no room left to write {}", path.display())]
    Full {
        /// The file that couldn't grow.
        path: PathBuf,
    },
    /// A write or sync failed, so it isn't known what of this entry is on the disk; it may be
    /// there after the book is opened again, whole or not at all. Remedy: open the book again.
    #[error("writing {} failed: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// An earlier write failed, see [`WriteError::Io`]. Remedy: open the book again, for which
    /// suspending and resuming it is enough.
    #[error("an earlier write failed, so the book has to be opened again")]
    Poisoned,
    /// The book was opened only to look at it.
    #[error("the book was opened to look at it, not to write in it")]
    ReadOnly,
}

/// A ledger open for reading and appending.
pub(crate) struct Ledger {
    path: PathBuf,
    file: File,
    keys: Arc<Keys>,
    start: Mark,
    tail: Mark,
    /// Bytes of the file; those after the tail are zeros.
    allocated: u64,
    /// Whether it may be written at all.
    writable: bool,
    poisoned: bool,
}

impl Ledger {
    /// Reads only the header of the ledger at `path`, and whether one of its copies is damaged.
    pub(crate) fn header(path: &Path) -> io::Result<Result<(Header, bool), HeaderError>> {
        let mut bytes = Vec::new();
        File::open(path)?.take(header::START).read_to_end(&mut bytes)?;
        Ok(Header::parse(&bytes))
    }

    /// Whether there is nothing at all behind the header of the ledger at `path`.
    pub(crate) fn is_blank(path: &Path) -> io::Result<bool> {
        let mut file = BufReader::new(File::open(path)?);
        file.seek(SeekFrom::Start(header::START))?;
        Ok(file.bytes().all(|byte| matches!(byte, Ok(0))))
    }

    /// Opens the ledger whose header was read, to write in it if it is to be `writable`. Its tail
    /// isn't known before a scan from a mark in it came to the end and [`Ledger::settle`] was told.
    pub(crate) fn open(
        path: &Path,
        header: &Header,
        keys: Arc<Keys>,
        writable: bool,
    ) -> io::Result<Self> {
        let file = OpenOptions::new().read(true).write(writable).open(path)?;
        let allocated = file.metadata()?.len();
        let start = header.start();
        let tail = Mark { offset: allocated, ..start };
        let path = path.into();
        Ok(Self { path, file, keys, start, tail, allocated, writable, poisoned: false })
    }

    /// Writes both copies of the header, one after the other, so that one of them is always whole.
    /// Makes the file where there is none.
    pub(crate) fn put_header(path: &Path, header: &Header) -> io::Result<()> {
        let mut options = OpenOptions::new();
        let mut file = options.write(true).create(true).truncate(false).open(path)?;
        let bytes = header.to_bytes();
        for copy in bytes.chunks(bytes.len() / 2) {
            file.write_all(copy)?;
            file.sync_all()?;
        }
        Ok(())
    }

    /// Takes the end that a scan found; what is torn there is cut, durably.
    pub(crate) fn settle(&mut self, tail: Tail) -> io::Result<()> {
        self.tail = tail.mark;
        if tail.torn > 0 && self.writable {
            self.file.set_len(tail.mark.offset)?;
            self.file.sync_all()?;
            self.allocated = tail.mark.offset;
        }
        Ok(())
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Bytes on disk.
    pub(crate) fn size(&self) -> u64 {
        self.allocated
    }

    /// Before the first entry.
    pub(crate) fn start(&self) -> Mark {
        self.start
    }

    /// After the last entry.
    pub(crate) fn tail(&self) -> Mark {
        self.tail
    }

    /// Lets nothing be appended any more: what is on the disk isn't known.
    pub(crate) fn poison(&mut self) {
        self.poisoned = true;
    }

    /// Whether something can be appended.
    ///
    /// # Errors
    /// [`WriteError::ReadOnly`] or [`WriteError::Poisoned`].
    pub(crate) fn takes(&self) -> Result<(), WriteError> {
        match (self.writable, self.poisoned) {
            (false, _) => Err(WriteError::ReadOnly),
            (_, true) => Err(WriteError::Poisoned),
            _ => Ok(()),
        }
    }

    /// Appends one entry: returns when it is durable, after one write and exactly one sync (two
    /// each where the file has to grow, about once in 700 entries).
    pub(crate) fn append(
        &mut self,
        kind: u8,
        subjects: &[Subject],
        payload: &[u8],
        rng: &mut dyn CryptoRng,
    ) -> Result<Frame, WriteError> {
        self.takes()?;
        let frame = Frame::seal(&self.keys, &self.tail, (kind, subjects, payload), rng)
            .map_err(|size| WriteError::TooLarge { size, limit: MAX_PLAINTEXT })?;
        let after = frame.after();
        self.grow(after.offset)?;
        self.restore(&frame)?;
        self.sync()?;
        self.tail = after;
        Ok(frame)
    }

    /// Writes a frame where it stood; that it belongs there is for the caller to know. It lasts
    /// after [`Ledger::sync`].
    pub(crate) fn restore(&mut self, frame: &Frame) -> Result<(), WriteError> {
        self.takes()?;
        let mut write = || {
            self.file.seek(SeekFrom::Start(frame.offset))?;
            self.file.write_all(&frame.bytes)
        };
        let done = write();
        self.allocated = self.allocated.max(frame.after().offset);
        self.judge(done)
    }

    /// Writes a frame that was made for exactly this place behind the last one; see
    /// [`Ledger::restore`].
    pub(crate) fn append_again(&mut self, frame: &Frame) -> Result<(), WriteError> {
        self.restore(frame)?;
        self.tail = frame.after();
        Ok(())
    }

    /// Makes durable what was written.
    pub(crate) fn sync(&mut self) -> Result<(), WriteError> {
        self.takes()?;
        let done = self.file.sync_data();
        self.judge(done)
    }

    /// After a failed write or sync, nobody knows what is on the disk.
    fn judge(&mut self, done: io::Result<()>) -> Result<(), WriteError> {
        done.map_err(|source| {
            self.poisoned = true;
            WriteError::Io { path: self.path.clone(), source }
        })
    }

    /// Reads the frame that starts at `offset`, if one opens there.
    pub(crate) fn frame_at(&self, offset: u64) -> io::Result<Option<Frame>> {
        // The largest frame may reach into a page that can't be read, and this one not.
        let mut window = Window::new(File::open(&self.path)?, offset + MAX_FRAME as u64, true);
        let frame = Frame::open_first(&self.keys, offset, window.read(offset, MAX_FRAME)?);
        match window.unread().filter(|_| frame.is_none()) {
            Some(error) => Err(error),
            None => Ok(frame),
        }
    }

    /// Reads from `mark` to the tail. What the system can't read is an error where it can be written, since
    /// what is judged to be there may be cut or written over.
    pub(crate) fn scan(&self, mark: Mark) -> io::Result<Scan> {
        self.scan_from(mark, !self.writable)
    }

    /// The same, but pages that the system can't read count as damage; see [`Scan::unread`].
    pub(crate) fn scan_around(&self, mark: Mark) -> io::Result<Scan> {
        self.scan_from(mark, true)
    }

    fn scan_from(&self, mark: Mark, around: bool) -> io::Result<Scan> {
        let window = Window::new(File::open(&self.path)?, self.tail.offset, around);
        Ok(Scan::new(window, Arc::clone(&self.keys), mark))
    }

    /// Makes room up to `end`. A failure to write zeros harms nothing: the file is cut back and
    /// the ledger stays usable.
    fn grow(&mut self, end: u64) -> Result<(), WriteError> {
        self.takes()?;
        if end <= self.allocated {
            return Ok(());
        }
        let target = end.next_multiple_of(GROWTH);
        let length = usize::try_from(target - self.allocated).unwrap_or(usize::MAX);
        let zeros = || -> io::Result<()> {
            let mut file = &self.file;
            file.seek(SeekFrom::Start(self.allocated))?;
            file.write_all(&vec![0; length])
        };
        if let Err(source) = zeros() {
            let path = self.path.clone();
            self.poisoned = self.file.set_len(self.allocated).is_err();
            return Err(match is_full(&source) {
                true if !self.poisoned => WriteError::Full { path },
                _ => WriteError::Io { path, source },
            });
        }
        let done = self.file.sync_all();
        self.judge(done)?;
        self.allocated = target;
        Ok(())
    }
}

/// A new ledger being written in one go, synced once at its end.
pub(crate) struct Draft {
    path: PathBuf,
    out: BufWriter<File>,
    keys: Arc<Keys>,
    tail: Mark,
}

impl Draft {
    /// Creates the file at `path`, which must not exist, and writes the header, durably.
    pub(crate) fn create(path: &Path, header: &Header, keys: Arc<Keys>) -> io::Result<Self> {
        let file = OpenOptions::new().read(true).write(true).create_new(true).open(path)?;
        let mut out = BufWriter::with_capacity(64 * 1024, file);
        out.write_all(&header.to_bytes())?;
        out.flush()?;
        out.get_ref().sync_all()?;
        Ok(Self { path: path.into(), out, keys, tail: header.start() })
    }

    /// Adds an entry, with the next sequence.
    pub(crate) fn push(
        &mut self,
        entry: &Entry,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), WriteError> {
        let parts = (entry.kind, entry.subjects.as_slice(), entry.payload.as_slice());
        let frame = Frame::seal(&self.keys, &self.tail, parts, rng)
            .map_err(|size| WriteError::TooLarge { size, limit: MAX_PLAINTEXT })?;
        self.out.write_all(&frame.bytes).map_err(|source| {
            let path = self.path.clone();
            if is_full(&source) {
                WriteError::Full { path }
            } else {
                WriteError::Io { path, source }
            }
        })?;
        self.tail = frame.after();
        Ok(())
    }

    /// Makes all of it durable (but not yet the file's name, which is for the directory's sync),
    /// and says where it ends.
    pub(crate) fn finish(self) -> io::Result<Tail> {
        let file = self.out.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.sync_all()?;
        Ok(Tail { mark: self.tail, torn: 0 })
    }
}

/// Splits the first `N` bytes off `input`.
pub(crate) fn take<const N: usize>(input: &mut &[u8]) -> Option<[u8; N]> {
    let (head, rest) = input.split_first_chunk()?;
    *input = rest;
    Some(*head)
}
