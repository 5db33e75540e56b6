//! Reading the book.

use std::ops::{ControlFlow, Range};

use super::{ReadError, Store, attach, index_failed};
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
    ) -> Result<impl Iterator<Item = Result<Entry, ReadError>>, ReadError> {
        let seqs = self.seqs_of(&self.keys.lookup(subject.as_bytes()))?;
        Ok(seqs.into_iter().map(move |seq| {
            let entry = self.entry(seq)?;
            let about = entry.subjects.contains(subject);
            if about { Ok(entry) } else { Err(about_something_else(seq)) }
        }))
    }

    /// Whether there is any entry about `subject`.
    ///
    /// # Errors
    /// [`ReadError::Index`].
    pub(crate) fn knows(&self, subject: &Subject) -> Result<bool, ReadError> {
        let hash = self.keys.lookup(subject.as_bytes());
        Ok(self.index.first_of(&hash).map_err(index_failed)?.is_some())
    }

    /// Visits every subject with the sequence of its first entry, in order of those, beginning
    /// with the sequence `from`, until `visit` breaks. A subject all of whose entries are lost is
    /// lost with them.
    ///
    /// # Errors
    /// [`ReadError::Index`] or [`ReadError::Io`].
    pub(crate) fn subjects(
        &self,
        from: u64,
        visit: &mut dyn FnMut(u64, &Subject) -> ControlFlow<()>,
    ) -> Result<(), ReadError> {
        let mut failed = None;
        let mut visit_one = |seq, hash| match self.subject(&hash) {
            Ok(Some(subject)) => visit(seq, &subject),
            Ok(None) => ControlFlow::Continue(()),
            Err(error) => {
                failed = Some(error);
                ControlFlow::Break(())
            }
        };
        self.index.each_first(from, &mut visit_one).map_err(index_failed)?;
        failed.map_or(Ok(()), Err)
    }

    /// Every entry, newest first. One that can't be read is an error in its place, after which the
    /// rest follows.
    pub(crate) fn latest(&self) -> impl Iterator<Item = Result<Entry, ReadError>> {
        (1..=self.last()).rev().map(|seq| self.entry(seq))
    }

    /// Every entry, oldest first, read from the ledger as a stream. What is damaged there comes
    /// from the index, or as [`ReadError::Lost`] in its place, after which the rest follows.
    ///
    /// # Errors
    /// [`ReadError::Io`] if the ledger can't be opened.
    pub(crate) fn entries(&self) -> Result<Entries<'_>, ReadError> {
        let scan = self.ledger.scan(self.ledger.start());
        let scan = scan.map_err(|source| self.unreadable(source))?;
        Ok(Entries { store: self, scan: Some(scan), missing: 0..0 })
    }

    /// The subject with this hash, out of the first of its entries that can be read.
    fn subject(&self, hash: &[u8; 16]) -> Result<Option<Subject>, ReadError> {
        let mut outcome = Ok(None);
        let mut visit = |seq| {
            outcome = match self.entry(seq) {
                Ok(entry) => {
                    let mut subjects = entry.subjects.into_iter();
                    let found = subjects.find(|s| self.keys.lookup(s.as_bytes()) == *hash);
                    found.map(Some).ok_or_else(|| about_something_else(seq))
                }
                Err(ReadError::Lost(_)) => return ControlFlow::Continue(()),
                Err(error) => Err(error),
            };
            ControlFlow::Break(())
        };
        self.index.each_of(hash, &mut visit).map_err(index_failed)?;
        outcome
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
        let frame = attach::frame_of(&self.index, &self.keys, seq).map_err(index_failed)?;
        Ok(frame.map(|frame| frame.entry))
    }

    fn unreadable(&self, source: std::io::Error) -> ReadError {
        ReadError::Io { path: self.ledger.path().into(), source }
    }
}

fn about_something_else(seq: u64) -> ReadError {
    ReadError::Index(format!("entry {seq} is about something else"))
}

/// See [`Store::entries`].
pub(crate) struct Entries<'a> {
    store: &'a Store,
    /// `None` after an error of the system.
    scan: Option<Scan>,
    /// Sequences that the ledger has lost and that come next.
    missing: Range<u64>,
}

impl Iterator for Entries<'_> {
    type Item = Result<Entry, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(seq) = self.missing.next() {
                // An index that fails here has nothing to add to what the ledger lost.
                let entry = self.store.indexed(seq).ok().flatten();
                return Some(entry.ok_or(ReadError::Lost(seq)));
            }
            match self.scan.as_mut()?.step() {
                Ok(Some(Found::Frame(frame))) => return Some(Ok(frame.entry)),
                Ok(Some(Found::Damage(damage))) => {
                    self.missing = damage.first..damage.first + damage.lost;
                }
                Ok(None) => return None,
                Err(source) => {
                    self.scan = None;
                    return Some(Err(self.store.unreadable(source)));
                }
            }
        }
    }
}
