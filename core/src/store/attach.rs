//! Bringing ledger and index together at an open: catching up, healing, building anew.

use std::fs;
use std::io;
use std::path::Path;

use super::pass::{self, Halt, Watched};
use super::settings::{Mode, Settings, Work};
use super::{IndexState, OpenError, OpenReport, mend};
use crate::disk::remove_tree;
use crate::index::{EngineError, Index};
use crate::ledger::{Damage, Found, Frame, Header, Ledger};
use crate::seal::Keys;

/// One generation, and how to go about it.
pub(super) struct Place<'a> {
    pub(super) keys: &'a Keys,
    pub(super) header: &'a Header,
    pub(super) dir: &'a Path,
    pub(super) settings: &'a Settings,
}

/// What a scan of the ledger's end brought.
pub(super) struct Caught {
    added: u64,
    /// The last frame that was added.
    last: Option<Frame>,
    torn: u64,
    damage: Vec<Damage>,
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

impl Place<'_> {
    /// Opens the index beside `ledger`, brings it up to date and settles the ledger's tail. An index
    /// with anything wrong about it is moved aside and built anew.
    pub(super) fn open(
        &self,
        ledger: &mut Ledger,
        report: &mut OpenReport,
    ) -> Result<Index, OpenError> {
        let path = ledger.path().to_path_buf();
        let existed = self.dir.join("index").exists();
        if self.settings.mode == Mode::Look {
            let looked = self.in_memory(ledger).map_err(|halt| halt.opening(&path))?;
            let cause = "the book is only looked at".into();
            (report.torn, report.damage) = (looked.1.torn, looked.1.damage);
            report.index = IndexState::InMemory { cause };
            return Ok(looked.0);
        }
        let (index, caught, state) = match self.resume(ledger, report) {
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
                let built = self.build(ledger).map_err(|halt| halt.opening(&path))?;
                let (index, caught, kept) = built;
                let state = match kept {
                    Ok(()) => IndexState::Rebuilt { cause },
                    Err(error) if error.0 == cause => IndexState::InMemory { cause },
                    Err(error) => IndexState::InMemory { cause: format!("{cause}; {error}") },
                };
                (index, caught, state)
            }
        };
        if let Some(last) = &caught.last {
            // A kill or a failed sync can have left it in the system's memory alone, where it reads
            // like any other; after a failed sync, another one wouldn't write it. What can't be
            // written again can still be read, and the ledger, poisoned by that, promises nothing
            // about it.
            let _ = ledger.restore(last).and_then(|()| ledger.sync());
        }
        report.torn += caught.torn;
        report.damage.extend(caught.damage);
        report.index = state;
        Ok(index)
    }

    /// Builds the index anew from the whole ledger; what was there is moved aside. Where it can't be
    /// kept on disk, it comes in memory and the third value says why.
    pub(super) fn build(
        &self,
        ledger: &mut Ledger,
    ) -> Result<(Index, Caught, Result<(), EngineError>), Halt> {
        let path = ledger.path().to_path_buf();
        let mut on_disk = || -> Result<(Index, Caught), Stop> {
            move_aside(self.dir).map_err(|e| EngineError(e.to_string()))?;
            let mut index =
                Index::open(&self.dir.join("index"), self.settings.engine, self.header)?;
            let caught = self.catch_up(ledger, &mut index).map_err(|halt| halt.opening(&path))?;
            index.commit()?;
            Ok((index, caught))
        };
        let cause = match on_disk() {
            Ok((index, caught)) => return Ok((index, caught, Ok(()))),
            Err(Stop::Ledger(OpenError::Cancelled)) => return Err(Halt::Cancelled),
            Err(Stop::Index(error)) => error,
            Err(Stop::Ledger(error)) => EngineError(error.to_string()),
        };
        let (index, caught) = self.in_memory(ledger)?;
        Ok((index, caught, Err(cause)))
    }

    /// An index in memory, whatever there is on disk.
    pub(super) fn in_memory(&self, ledger: &mut Ledger) -> Result<(Index, Caught), Halt> {
        let mut index = Index::in_memory(self.header);
        let caught = self.catch_up(ledger, &mut index)?;
        Ok((index, caught))
    }

    /// Goes on with the index that is there, from the ledger's frame after its last one.
    fn resume(
        &self,
        ledger: &mut Ledger,
        report: &mut OpenReport,
    ) -> Result<(Index, Caught), Stop> {
        let path = ledger.path().to_path_buf();
        let mut index = Index::open(&self.dir.join("index"), self.settings.engine, self.header)?;
        if index.mark() != ledger.start() {
            let last = mend::frame_of(&index, self.keys, index.mark().next - 1)?
                .filter(|last| last.after() == index.mark())
                .ok_or_else(|| EngineError("the index disagrees with itself".into()))?;
            let there = ledger.frame_at(last.offset).map_err(OpenError::at(&path))?;
            if there.is_none_or(|there| there.bytes != last.bytes) {
                // The frame is authentic, so it is the ledger that was spoilt or cut.
                let watched = Watched::first_of(2, self.settings, Work::Indexing);
                report.healed += mend::heal(ledger, &index, self.keys, watched)?;
            }
        }
        let caught = self.catch_up(ledger, &mut index).map_err(|halt| halt.opening(&path))?;
        index.finish()?;
        match index.failure() {
            Some(error) => Err(error.clone().into()),
            None => Ok((index, caught)),
        }
    }

    /// Takes into the index what the ledger has after its mark, and settles the ledger's tail.
    fn catch_up(&self, ledger: &mut Ledger, index: &mut Index) -> Result<Caught, Halt> {
        let mut caught = Caught { added: 0, last: None, torn: 0, damage: Vec::new() };
        let from = index.mark();
        let mut take = |found| match found {
            Found::Frame(frame) => {
                index.note(self.keys, &frame);
                caught.added += 1;
                caught.last = Some(frame);
            }
            Found::Damage(damage) => {
                index.note_damage(&damage);
                caught.damage.push(damage);
            }
        };
        let watched = Watched::first_of(1, self.settings, Work::Indexing);
        let passed = pass::over(ledger, from, watched, &mut take);
        let tail = passed.inspect_err(|_| {
            // What it has by now is where the next open goes on from; it may as well be lost.
            let _ = index.commit();
        })?;
        ledger.settle(tail)?;
        caught.torn = tail.torn;
        Ok(caught)
    }
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
