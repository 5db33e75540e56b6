//! Reading the book.

use std::io;
use std::ops::{ControlFlow, Range};

use super::{Mode, ReadError, Store, index_failed, mend};
use crate::ledger::{Entry, Found, Scan, Subject};

impl Store {
    /// The entry `seq`: from the index, and from the ledger if the index's copy is spoilt.
    ///
    /// # Errors
    /// [`ReadError::Lost`] when the ledger is known to miss it, or neither copy opens;
    /// [`ReadError::Index`] when the index should have it and doesn't.
    pub(crate) fn entry(&self, seq: u64) -> Result<Entry, ReadError> {
        if let Some(entry) = self.indexed(seq)? {
            return Ok(entry);
        }
        let Some((offset, _)) = self.index.entry(seq).map_err(index_failed)? else {
            let gap =
                seq == 0 || seq > self.last() || self.index.is_gap(seq).map_err(index_failed)?;
            return Err(match gap {
                true => ReadError::Lost(seq),
                false => ReadError::Index(format!("entry {seq} isn't in the index")),
            });
        };
        let path = self.ledger.path();
        let frame = self
            .ledger
            .frame_at(offset)
            .map_err(|source| ReadError::Io { path: path.into(), source })?;
        let entry = frame.map(|frame| frame.entry).filter(|entry| entry.seq == seq);
        entry.ok_or(ReadError::Lost(seq))
    }

    /// The entries about `subject`, oldest first. One that can't be read is an error in its place,
    /// after which the rest follows.
    ///
    /// # Errors
    /// [`ReadError::Index`].
    pub(crate) fn entries_of(
        &self,
        subject: &Subject,
    ) -> Result<impl DoubleEndedIterator<Item = Result<Entry, ReadError>>, ReadError> {
        let seqs = self.seqs_of(&self.keys.lookup(subject.as_bytes()))?;
        Ok(seqs.into_iter().map(move |seq| self.entry_about(seq, subject)))
    }

    fn entry_about(&self, seq: u64, subject: &Subject) -> Result<Entry, ReadError> {
        let entry = self.entry(seq)?;
        let about = entry.subjects.contains(subject);
        if about { Ok(entry) } else { Err(about_something_else(seq)) }
    }

    /// Tells whether a subject's one entry is the only one about it, so that who goes through many
    /// needn't look each of them up.
    ///
    /// # Errors
    /// [`ReadError::Index`].
    pub(crate) fn only_entries(&self) -> Result<impl Fn(&Subject) -> bool, ReadError> {
        let shared = self.index.shared_lookups().map_err(index_failed)?;
        Ok(move |subject: &Subject| !shared.contains(&self.keys.lookup(subject.as_bytes())))
    }

    /// Every entry, oldest first, read from the ledger as a stream. What is damaged there, or can't be read
    /// from the disk, comes from the index, or as an error in its place, after which the rest follows:
    /// [`ReadError::Lost`], or [`ReadError::Io`] where reading it may do another time and the book can be
    /// written anew without it.
    ///
    /// # Errors
    /// [`ReadError::Io`] if the ledger can't be opened.
    pub(crate) fn entries(&self) -> Result<Entries<'_>, ReadError> {
        let scan = self.ledger.scan_around(self.ledger.start());
        let scan = scan.map_err(|source| self.unreadable(source))?;
        Ok(Entries { store: self, scan: Some(scan), missing: 0..0, unread: None })
    }

    fn seqs_of(&self, hash: &[u8; 16]) -> Result<Vec<u64>, ReadError> {
        let mut seqs = Vec::new();
        let mut visit = |seq| {
            seqs.push(seq);
            ControlFlow::Continue(())
        };
        self.index.each_of(hash, &mut visit).map_err(index_failed)?;
        Ok(seqs)
    }

    /// The entry `seq` if the index has a copy that opens.
    fn indexed(&self, seq: u64) -> Result<Option<Entry>, ReadError> {
        let frame = mend::frame_of(&self.index, &self.keys, seq).map_err(index_failed)?;
        Ok(frame.map(|frame| frame.entry))
    }

    pub(super) fn unreadable(&self, source: io::Error) -> ReadError {
        ReadError::Io { path: self.ledger.path().into(), source }
    }
}

fn about_something_else(seq: u64) -> ReadError {
    ReadError::Index(format!("entry {seq} is about something else"))
}

/// See [`Store::entries`].
pub(crate) struct Entries<'a> {
    store: &'a Store,
    /// `None` at its end, and after an error of the system.
    scan: Option<Scan>,
    /// Sequences that the ledger doesn't have and that come next.
    missing: Range<u64>,
    /// Why they may not have been read.
    unread: Option<io::Error>,
}

impl Entries<'_> {
    fn without(&mut self, seq: u64) -> ReadError {
        let is_looked_at = self.store.settings.mode == Mode::Look;
        match self.unread.take().filter(|_| !is_looked_at) {
            Some(source) => self.store.unreadable(source),
            None => ReadError::Lost(seq),
        }
    }
}

impl Iterator for Entries<'_> {
    type Item = Result<Entry, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(seq) = self.missing.next() {
                // An index that fails here has nothing to add to what the ledger lost.
                let entry = self.store.indexed(seq).ok().flatten();
                return Some(entry.ok_or_else(|| self.without(seq)));
            }
            let scan = self.scan.as_mut()?;
            let found = scan.step();
            self.unread = scan.unread();
            match found {
                Ok(Some(Found::Frame(frame))) => return Some(Ok(frame.entry)),
                Ok(Some(Found::Damage(damage))) => {
                    self.missing = damage.first..damage.first + damage.lost;
                }
                Ok(None) => {
                    // A ledger that was cut may have less than the book.
                    let end = self.scan.take()?.tail()?;
                    self.missing = end.mark.next..self.store.last() + 1;
                }
                Err(source) => {
                    self.scan = None;
                    return Some(Err(self.store.unreadable(source)));
                }
            }
        }
    }
}
