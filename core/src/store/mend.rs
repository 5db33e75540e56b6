//! What one of ledger and index has and the other hasn't: putting it back, and checking all of it.

use std::io;

use sha2::{Digest, Sha256};

use super::attach::Place;
use super::pass::{self, Halt, Watched};
use super::settings::{Mode, Work};
use super::{CheckReport, IndexState, OpenError, ReadError, Store};
use crate::index::{EngineError, Index};
use crate::ledger::{Damage, Found, Frame, Ledger};
use crate::seal::Keys;

/// Writes frames that the index has and the ledger doesn't back into the ledger: over damage where
/// they stood, and behind the last entry. Gives their number. That takes two passes.
pub(super) fn heal(
    ledger: &mut Ledger,
    index: &Index,
    keys: &Keys,
    watched: Watched<'_>,
) -> Result<u64, OpenError> {
    let path = ledger.path().to_path_buf();
    let known = index.mark().next;
    let mut healed = 0;
    for damage in damages(ledger, watched).map_err(|halt| halt.opening(&path))? {
        let end = damage.offset + damage.bytes;
        // Without a head there, the count is a guess that errs on the small side: the index knows.
        for seq in damage.first..known {
            let Ok(Some(frame)) = frame_of(index, keys, seq) else { continue };
            if frame.after().offset > end {
                break;
            }
            if frame.offset >= damage.offset {
                ledger.restore(&frame)?;
                healed += 1;
            }
        }
    }
    // What was restored can have changed where the tail is. Behind the last entry the ledger was cut, or
    // what stands there is shorter than what stood there.
    let left = damages(ledger, watched.after(1)).map_err(|halt| halt.opening(&path))?;
    let tail = ledger.tail();
    let last = left.last().filter(|damage| damage.offset + damage.bytes == tail.offset);
    let (first, offset) = last.map_or((tail.next, tail.offset), |last| (last.first, last.offset));
    for seq in first..known {
        let Ok(Some(frame)) = frame_of(index, keys, seq) else { continue };
        if frame.offset >= offset {
            ledger.append_again(&frame)?;
            healed += 1;
        }
    }
    if healed > 0 {
        ledger.sync()?;
    }
    Ok(healed)
}

/// All damage there is in the ledger; settles its tail.
fn damages(ledger: &mut Ledger, watched: Watched<'_>) -> Result<Vec<Damage>, Halt> {
    let mut damage = Vec::new();
    let mut take = |found| {
        if let Found::Damage(found) = found {
            damage.push(found);
        }
    };
    let tail = pass::over(ledger, ledger.start(), watched, &mut take)?;
    ledger.settle(tail)?;
    Ok(damage)
}

/// The index's own copy of the frame `seq`, if it has an authentic one.
pub(super) fn frame_of(index: &Index, keys: &Keys, seq: u64) -> Result<Option<Frame>, EngineError> {
    let row = index.entry(seq)?;
    let frame = row.and_then(|(offset, bytes)| Frame::open(keys, offset, &bytes));
    Ok(frame.filter(|frame| frame.entry.seq == seq))
}

impl Store {
    /// Builds the index anew from the ledger, as after [`ReadError::Index`]. What the ledger lost and the
    /// index has is put back there before.
    ///
    /// # Errors
    /// [`ReadError::Io`] if the ledger can't be read or mended; [`ReadError::Cancelled`], after which
    /// questions may be refused until it is built.
    pub(crate) fn reindex(&mut self) -> Result<IndexState, ReadError> {
        let settings = self.settings.clone();
        self.heal(Watched::first_of(2, &settings, Work::Indexing))?;
        self.rebuild()
    }

    /// Puts back into the ledger what only the index has any more, before that is let go.
    pub(super) fn heal(&mut self, watched: Watched<'_>) -> Result<u64, ReadError> {
        if self.settings.mode == Mode::Look {
            return Ok(0);
        }
        let healed = heal(&mut self.ledger, &self.index, &self.keys, watched);
        let healed = healed.map_err(|error| match error {
            OpenError::Cancelled => ReadError::Cancelled,
            other => self.unreadable(io::Error::other(other)),
        })?;
        if healed > 0 {
            self.drop_roster();
        }
        Ok(healed)
    }

    fn rebuild(&mut self) -> Result<IndexState, ReadError> {
        let path = self.ledger.path().to_path_buf();
        let stand_in = Index::failing(&self.header, "it isn't built yet");
        let cause = std::mem::replace(&mut self.index, stand_in).discard();
        let cause = cause.map_or_else(|error| error.0, |()| "asked for".into());
        let place = Place {
            keys: &self.keys,
            header: &self.header,
            dir: path.parent().unwrap_or(&path),
            settings: &self.settings,
        };
        if self.settings.mode == Mode::Look {
            (self.index, _) = place.in_memory(&mut self.ledger).map_err(|h| h.reading(&path))?;
            return Ok(IndexState::InMemory { cause });
        }
        let (index, _, kept) = place.build(&mut self.ledger).map_err(|halt| halt.reading(&path))?;
        self.index = index;
        Ok(match kept {
            Ok(()) => IndexState::Rebuilt { cause },
            Err(error) => IndexState::InMemory { cause: error.0 },
        })
    }

    /// Reads the whole book, puts back what one of ledger and index has and the other hasn't, and
    /// counts what remains lost.
    ///
    /// # Errors
    /// [`ReadError::Io`] if the ledger can't be read or mended; [`ReadError::Cancelled`].
    pub(crate) fn check(&mut self) -> Result<CheckReport, ReadError> {
        let path = self.ledger.path().to_path_buf();
        let settings = self.settings.clone();
        let passes = Watched::first_of(4, &settings, Work::Checking);
        let healed = self.heal(passes)?;
        let wrong = self.disagreement(passes.after(2)).map_err(|halt| halt.reading(&path))?;
        if wrong.is_some() {
            self.rebuild()?;
        }
        let mut report = CheckReport { entries: 0, healed, damage: Vec::new(), rebuilt: wrong };
        let mut take = |found| match found {
            Found::Frame(_) => report.entries += 1,
            Found::Damage(damage) => report.damage.push(damage),
        };
        pass::over(&self.ledger, self.ledger.start(), passes.after(3), &mut take)
            .map_err(|halt| halt.reading(&path))?;
        if !report.damage.is_empty() || report.rebuilt.is_some() {
            self.drop_roster();
        }
        Ok(report)
    }

    /// What is wrong with the index, compared with every frame of the ledger.
    fn disagreement(&self, watched: Watched<'_>) -> Result<Option<String>, Halt> {
        let mut wrong = None;
        let mut compare = |found| {
            let (None, Found::Frame(frame)) = (&wrong, found) else { return };
            let seq = frame.entry.seq;
            match self.index.entry(seq) {
                Ok(Some((at, bytes)))
                    if at == frame.offset && (bytes == frame.bytes || !self.index.is_lasting()) => {
                }
                Ok(_) => wrong = Some(format!("entry {seq} isn't in the index")),
                Err(error) => wrong = Some(error.0),
            }
        };
        pass::over(&self.ledger, self.ledger.start(), watched, &mut compare)?;
        if wrong.is_some() {
            return Ok(wrong);
        }
        Ok(match self.index.counts_agree() {
            Ok(true) => None,
            Ok(false) => Some("rows of the index are missing".into()),
            Err(error) => Some(error.0),
        })
    }

    /// SHA-256 of the frame `seq`, or of the header for 0; `None` if it is lost.
    pub(super) fn hash_of(&self, seq: u64) -> Option<[u8; 32]> {
        if seq == 0 {
            return Some(self.ledger.start().prev);
        }
        let (offset, bytes) = self.index.entry(seq).ok()??;
        if bytes.is_empty() {
            return Some(self.ledger.frame_at(offset).ok()??.after().prev);
        }
        Some(Sha256::digest(&bytes).into())
    }
}
