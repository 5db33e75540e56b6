//! Bringing ledger and index together: catching up, healing, building anew, checking.

use std::fs;
use std::io;
use std::path::Path;

use super::{CheckReport, IndexState, OpenError, OpenReport, ReadError, Store};
use crate::disk::remove_tree;
use crate::index::{Engine, EngineError, Index};
use crate::ledger::{Damage, Found, Frame, Ledger, Mark, WriteError};
use crate::seal::Keys;

/// What a scan of the ledger's end brought.
pub(super) struct Caught {
    added: u64,
    /// The last frame that was added.
    last: Option<Frame>,
    torn: u64,
    damage: Vec<Damage>,
}

/// Opens the index beside `ledger`, brings it up to date and settles the ledger's tail. An index
/// with anything wrong about it is moved aside and built anew.
pub(super) fn open(
    ledger: &mut Ledger,
    keys: &Keys,
    dir: &Path,
    report: &mut OpenReport,
) -> Result<Index, OpenError> {
    let existed = dir.join("index").exists();
    let (index, caught, state) = match resume(ledger, keys, dir, report) {
        Ok((index, caught)) => {
            let state = if !index.is_lasting() {
                IndexState::InMemory { cause: "its engine keeps none on disk".into() }
            } else if existed || caught.added == 0 {
                IndexState::Current { added: caught.added }
            } else {
                IndexState::Rebuilt { cause: "there was none".into() }
            };
            (index, caught, state)
        }
        Err(Stop::Ledger(error)) => return Err(error),
        Err(Stop::Index(EngineError(cause))) => {
            let path = ledger.path().to_path_buf();
            let (index, caught, kept) = build(ledger, keys, dir).map_err(OpenError::at(&path))?;
            let state = match kept {
                Ok(()) => IndexState::Rebuilt { cause },
                Err(error) => IndexState::InMemory { cause: format!("{cause}; {error}") },
            };
            (index, caught, state)
        }
    };
    if let Some(last) = &caught.last {
        // A kill or a failed sync can have left it in the system's memory alone, where it reads like
        // any other; after a failed sync, another one wouldn't write it. What can't be written
        // again can still be read, and the ledger, poisoned by that, promises nothing about it.
        let _ = ledger.restore(last);
    }
    report.torn += caught.torn;
    report.damage.extend(caught.damage);
    report.index = state;
    Ok(index)
}

/// Builds the index anew from the whole ledger; what was there is moved aside. Where it can't be
/// kept on disk, it comes in memory and the third value says why.
pub(super) fn build(
    ledger: &mut Ledger,
    keys: &Keys,
    dir: &Path,
) -> io::Result<(Index, Caught, Result<(), EngineError>)> {
    let mut on_disk = || -> Result<(Index, Caught), Stop> {
        move_aside(dir).map_err(|e| EngineError(e.to_string()))?;
        let mut index =
            Index::open(&dir.join("index"), Engine::default(), keys.id, ledger.start())?;
        let path = ledger.path().to_path_buf();
        let caught = catch_up(ledger, keys, &mut index).map_err(OpenError::at(&path))?;
        index.commit()?;
        Ok((index, caught))
    };
    match on_disk() {
        Ok((index, caught)) => Ok((index, caught, Ok(()))),
        Err(stop) => {
            let mut index = Index::in_memory(keys.id, ledger.start());
            let caught = catch_up(ledger, keys, &mut index)?;
            let cause = match stop {
                Stop::Index(error) => error,
                Stop::Ledger(error) => EngineError(error.to_string()),
            };
            Ok((index, caught, Err(cause)))
        }
    }
}

/// Why an index can't be gone on with, or not even the ledger.
enum Stop {
    Index(EngineError),
    Ledger(OpenError),
}

impl From<EngineError> for Stop {
    fn from(error: EngineError) -> Self {
        Self::Index(error)
    }
}

impl From<OpenError> for Stop {
    fn from(error: OpenError) -> Self {
        Self::Ledger(error)
    }
}

/// Goes on with the index that is there, from the ledger's frame after its last one.
fn resume(
    ledger: &mut Ledger,
    keys: &Keys,
    dir: &Path,
    report: &mut OpenReport,
) -> Result<(Index, Caught), Stop> {
    let path = ledger.path().to_path_buf();
    let mut index = Index::open(&dir.join("index"), Engine::default(), keys.id, ledger.start())?;
    if index.mark() != ledger.start() {
        let last = frame_of(&index, keys, index.mark().next - 1)?
            .filter(|last| last.after() == index.mark())
            .ok_or_else(|| EngineError("the index disagrees with itself".into()))?;
        let there = ledger.frame_at(last.offset).map_err(OpenError::at(&path))?;
        if there.is_none_or(|there| there.bytes != last.bytes) {
            // The frame is authentic, so it is the ledger that was spoilt or cut.
            report.healed += heal(ledger, &index, keys).map_err(OpenError::from)?;
        }
    }
    let caught = catch_up(ledger, keys, &mut index).map_err(OpenError::at(&path))?;
    index.finish()?;
    match index.failure() {
        Some(error) => Err(error.clone().into()),
        None => Ok((index, caught)),
    }
}

/// Takes into the index what the ledger has after its mark, and settles the ledger's tail.
fn catch_up(ledger: &mut Ledger, keys: &Keys, index: &mut Index) -> io::Result<Caught> {
    let before = index.mark();
    let mut damage = Vec::new();
    let (mut added, mut last) = (0, None);
    let mut scan = ledger.scan(before)?;
    while let Some(found) = scan.step()? {
        match found {
            Found::Frame(frame) => {
                index.note(keys, &frame);
                added += 1;
                last = Some(frame);
            }
            Found::Damage(found) => {
                index.note_damage(&found);
                damage.push(found);
            }
        }
    }
    let Some(tail) = scan.tail() else { return Err(io::ErrorKind::UnexpectedEof.into()) };
    ledger.settle(tail)?;
    Ok(Caught { added, last, torn: tail.torn, damage })
}

/// Writes frames that the index has and the ledger doesn't back into the ledger: over damage where
/// they stood, and behind the tail if the ledger was cut. Gives their number.
fn heal(ledger: &mut Ledger, index: &Index, keys: &Keys) -> Result<u64, WriteError> {
    let path = ledger.path().to_path_buf();
    let io = |source| WriteError::Io { path: path.clone(), source };
    let known = index.mark().next;
    let mut healed = 0;
    for damage in damages(ledger).map_err(io)? {
        let lost = damage.first..known.min(damage.first + damage.lost.max(1));
        for seq in lost {
            let Ok(Some(frame)) = frame_of(index, keys, seq) else { continue };
            let end = damage.offset + damage.bytes;
            if frame.offset >= damage.offset && frame.after().offset <= end {
                ledger.restore(&frame)?;
                healed += 1;
            }
        }
    }
    // What was restored can have changed where the tail is.
    damages(ledger).map_err(io)?;
    while ledger.tail().next < known {
        let Ok(Some(frame)) = frame_of(index, keys, ledger.tail().next) else { break };
        let tail: Mark = ledger.tail();
        if frame.offset != tail.offset || !frame.follows(&tail) {
            break;
        }
        ledger.append_sealed(&frame)?;
        healed += 1;
    }
    Ok(healed)
}

/// All damage there is in the ledger; settles its tail.
fn damages(ledger: &mut Ledger) -> io::Result<Vec<Damage>> {
    let mut damage = Vec::new();
    let mut scan = ledger.scan(ledger.start())?;
    while let Some(found) = scan.step()? {
        if let Found::Damage(found) = found {
            damage.push(found);
        }
    }
    let Some(tail) = scan.tail() else { return Err(io::ErrorKind::UnexpectedEof.into()) };
    ledger.settle(tail)?;
    Ok(damage)
}

/// The index's own copy of the frame `seq`, if it has an authentic one.
pub(super) fn frame_of(index: &Index, keys: &Keys, seq: u64) -> Result<Option<Frame>, EngineError> {
    let row = index.entry(seq)?;
    let frame = row.and_then(|(offset, bytes)| Frame::open(keys, offset, &bytes));
    Ok(frame.filter(|frame| frame.entry.seq == seq))
}

/// Keeps one broken index, for whoever wants to know what broke it; a rewrite removes it.
fn move_aside(dir: &Path) -> io::Result<()> {
    let (index, aside) = (dir.join("index"), dir.join("index.aside"));
    if index.exists() {
        remove_tree(&aside)?;
        fs::rename(index, aside)?;
    }
    Ok(())
}

impl Store {
    /// Builds the index anew from the ledger, as after [`ReadError::Index`].
    ///
    /// # Errors
    /// [`ReadError::Io`] if the ledger can't be read.
    pub(crate) fn reindex(&mut self) -> Result<IndexState, ReadError> {
        let path = self.ledger.path().to_path_buf();
        let dir = path.parent().unwrap_or(&path);
        let stand_in = Index::in_memory(self.keys.id, self.ledger.start());
        let cause = std::mem::replace(&mut self.index, stand_in).discard();
        let cause = cause.map_or_else(|error| error.0, |()| "asked for".into());
        let (index, _, kept) = build(&mut self.ledger, &self.keys, dir)
            .map_err(|source| ReadError::Io { path: path.clone(), source })?;
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
    /// [`ReadError::Io`] if the ledger can't be read or mended.
    pub(crate) fn check(&mut self) -> Result<CheckReport, ReadError> {
        let path = self.ledger.path().to_path_buf();
        let io = |source| ReadError::Io { path: path.clone(), source };
        let healed = heal(&mut self.ledger, &self.index, &self.keys)
            .map_err(|error| io(io::Error::other(error)))?;
        let wrong = self.disagreement().map_err(io)?;
        if wrong.is_some() {
            self.reindex()?;
        }
        let mut report = CheckReport { entries: 0, healed, damage: Vec::new(), rebuilt: wrong };
        let mut scan = self.ledger.scan(self.ledger.start()).map_err(io)?;
        while let Some(found) = scan.step().map_err(io)? {
            match found {
                Found::Frame(_) => report.entries += 1,
                Found::Damage(damage) => report.damage.push(damage),
            }
        }
        Ok(report)
    }

    /// What is wrong with the index, compared with every frame of the ledger.
    fn disagreement(&self) -> io::Result<Option<String>> {
        let mut scan = self.ledger.scan(self.ledger.start())?;
        while let Some(found) = scan.step()? {
            let Found::Frame(frame) = found else { continue };
            let seq = frame.entry.seq;
            match self.index.entry(seq) {
                Ok(Some((at, bytes)))
                    if at == frame.offset && (bytes == frame.bytes || !self.index.is_lasting()) => {
                }
                Ok(_) => return Ok(Some(format!("entry {seq} isn't in the index"))),
                Err(error) => return Ok(Some(error.0)),
            }
        }
        Ok(match self.index.counts_agree() {
            Ok(true) => None,
            Ok(false) => Some("rows of the index are missing".into()),
            Err(error) => Some(error.0),
        })
    }
}
