//! The index: answers questions about the ledger without reading it.
//!
//! It is written after the ledger, in batches, and may lag: the rows of entries that aren't in the
//! engine yet are held in memory and overlay what is. It may also be lost, since the ledger alone
//! is the truth, so it has no errors that matter to what is kept. Beside its answers it holds
//! every frame verbatim, and the header, so that what is spoilt in the ledger can be had from here.

mod engine;
mod memory;
#[cfg(feature = "redb")]
mod redb;
mod rows;
#[cfg(feature = "sled")]
mod sled;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::path::Path;

use crate::ledger::{Damage, Frame, Header, Mark};
use crate::seal::Keys;

use engine::OrderedMap;
use memory::Memory;
use rows::{Meta, Rows, Visit};

pub use engine::Engine;
pub(crate) use engine::EngineError;

/// Entries that wait in memory before they go to the engine together.
const BATCH: usize = 64;
/// The same while an index is built: for each handing over, the engine may first see whether there is
/// room on disk.
const BATCH_OF_A_BUILD: usize = 512;
/// Look-ups that wait while an index is built. They go everywhere into what is there, and the more
/// go in together, in order, the fewer pages are read and written again for each.
const LOOKUPS_OF_A_BUILD: usize = 32_768;

/// The index of one epoch's ledger.
pub(crate) struct Index {
    map: Box<dyn OrderedMap>,
    /// Rows that the engine doesn't have yet. Within each sort of key they come after its own.
    pending: Rows,
    waiting: usize,
    /// Whether it is new and not yet whole. Then the engine has no meta row, so that what a kill
    /// leaves is known as such.
    building: bool,
    meta: Meta,
    /// What failed; from then on nothing is answered, and the index has to be built anew.
    failed: Option<EngineError>,
}

impl Index {
    /// Opens the index in `dir` of the ledger with this `header`, or makes an empty one where there
    /// is no `dir`. Anything wrong with what is there is an error, and so is another engine's index;
    /// the caller moves it away and tries again.
    pub(crate) fn open(dir: &Path, engine: Engine, header: &Header) -> Result<Self, EngineError> {
        let existed = dir.exists();
        let map = engine.open(dir)?;
        if !map.is_lasting() {
            return Ok(Self::with(map, Meta::empty(header)));
        }
        if existed { Self::over(map, header) } else { Ok(Self::begin(map, header)) }
    }

    /// The copy of the ledger's header that the index in `dir` has.
    pub(crate) fn header(dir: &Path, engine: Engine) -> Option<Header> {
        if !dir.is_dir() {
            return None;
        }
        let copy = engine.open(dir).and_then(|map| map.get(rows::HEADER)).ok()??;
        Header::parse_copy(&copy).ok()
    }

    /// An empty index that lasts until it is dropped.
    pub(crate) fn in_memory(header: &Header) -> Self {
        Self::with(Box::new(Memory::default()), Meta::empty(header))
    }

    /// An index that answers no question.
    pub(crate) fn failing(header: &Header, cause: &str) -> Self {
        Self { failed: Some(EngineError(cause.into())), ..Self::in_memory(header) }
    }

    /// What is in a map that isn't new. One without a meta row was never whole, or lost everything.
    fn over(map: Box<dyn OrderedMap>, header: &Header) -> Result<Self, EngineError> {
        let meta =
            map.get(rows::META)?.ok_or_else(|| EngineError("it was never finished".into()))?;
        let meta = Meta::decode(&meta).filter(|meta| meta.id == header.id);
        let meta = meta.ok_or_else(|| EngineError("it has another schema or owner".into()))?;
        if map.get(rows::HEADER)?.is_none_or(|copy| copy != header.one_copy()) {
            return Err(EngineError("its copy of the header is another one".into()));
        }
        Ok(Self::with(map, meta))
    }

    /// An empty index over a new map, to be built.
    fn begin(map: Box<dyn OrderedMap>, header: &Header) -> Self {
        let mut new = Self { building: true, ..Self::with(map, Meta::empty(header)) };
        new.pending.insert(rows::HEADER.to_vec(), header.one_copy());
        new
    }

    fn with(map: Box<dyn OrderedMap>, meta: Meta) -> Self {
        Self { map, pending: Rows::new(), waiting: 0, building: false, meta, failed: None }
    }

    /// After the last entry that is in the index, overlay included.
    pub(crate) fn mark(&self) -> Mark {
        self.meta.mark
    }

    /// Whether it is still there after it was closed.
    pub(crate) fn is_lasting(&self) -> bool {
        self.map.is_lasting()
    }

    /// What made the index useless, if anything did.
    pub(crate) fn failure(&self) -> Option<&EngineError> {
        self.failed.as_ref()
    }

    /// Bytes on disk.
    pub(crate) fn size(&self) -> Result<u64, EngineError> {
        self.map.size()
    }

    /// Takes in the entry that follows [`Index::mark`]. A failure is kept for later questions,
    /// since the entry itself is safe in the ledger.
    pub(crate) fn note(&mut self, keys: &Keys, frame: &Frame) {
        let hashes = frame.entry.subjects.iter().map(|subject| keys.lookup(subject.as_bytes()));
        let mut hashes: Vec<[u8; 16]> = hashes.collect();
        hashes.sort_unstable();
        hashes.dedup();
        self.put(frame, &hashes);
        let batch = if self.building { BATCH_OF_A_BUILD } else { BATCH };
        if self.waiting >= batch {
            // A failure is kept, and found by whoever owns the index.
            let _ = if self.building { self.build_on() } else { self.commit() };
        }
    }

    fn put(&mut self, frame: &Frame, hashes: &[[u8; 16]]) {
        let seq = frame.entry.seq;
        for hash in hashes {
            rows::put_lookup(&mut self.pending, hash, seq);
            self.meta.lookups += 1;
        }
        let verbatim = if self.is_lasting() { frame.bytes.as_slice() } else { &[] };
        self.pending.insert(rows::entry_key(seq), rows::entry_value(frame.offset, verbatim));
        self.meta.entries += 1;
        self.meta.mark = frame.after();
        self.waiting += 1;
    }

    /// Takes in that entries are missing from the ledger.
    pub(crate) fn note_damage(&mut self, damage: &Damage) {
        if damage.lost > 0 {
            self.pending.insert(rows::gap_key(damage.first), damage.lost.to_be_bytes().to_vec());
        }
    }

    /// Hands what waits to the engine, all or nothing. What was being built is whole by that.
    pub(crate) fn commit(&mut self) -> Result<(), EngineError> {
        self.check()?;
        if self.pending.is_empty() && !self.building {
            return Ok(());
        }
        if self.building {
            // Without the meta row it counts for nothing, so it needn't be one transaction, which
            // takes memory by the number of its rows.
            let filled = self.map.fill(&self.pending);
            self.handed_over(filled)?;
        }
        self.pending.insert(rows::META.to_vec(), self.meta.encode());
        let committed = self.map.commit(&self.pending);
        self.handed_over(committed)?;
        self.building = false;
        Ok(())
    }

    /// Makes what was built whole, if it isn't.
    pub(crate) fn finish(&mut self) -> Result<(), EngineError> {
        if self.building { self.commit() } else { Ok(()) }
    }

    /// Hands entries to the engine, and look-ups when there are many.
    fn build_on(&mut self) -> Result<(), EngineError> {
        let lookups = self.pending.split_off(rows::LOOKUP);
        let filled = self.map.fill(&self.pending);
        self.handed_over(filled)?;
        self.pending = lookups;
        if self.pending.len() >= LOOKUPS_OF_A_BUILD {
            let filled = self.map.fill(&self.pending);
            self.handed_over(filled)?;
        }
        Ok(())
    }

    fn handed_over(&mut self, result: Result<(), EngineError>) -> Result<(), EngineError> {
        if let Err(error) = result {
            // The engine may hold some of them by now, or refuse to read from now on: nothing it
            // says is used any more.
            self.failed = Some(error.clone());
            return Err(error);
        }
        self.pending.clear();
        self.waiting = 0;
        Ok(())
    }

    /// Where the entry `seq` starts in the ledger, and its frame (empty in a memory engine).
    pub(crate) fn entry(&self, seq: u64) -> Result<Option<(u64, Vec<u8>)>, EngineError> {
        let Some(value) = self.get(&rows::entry_key(seq))? else { return Ok(None) };
        let (offset, frame) = rows::entry_parts(&value).ok_or_else(bent)?;
        Ok(Some((offset, frame.to_vec())))
    }

    /// Whether the ledger itself is known to miss the entry `seq`.
    pub(crate) fn is_gap(&self, seq: u64) -> Result<bool, EngineError> {
        let mut inside = false;
        self.scan(rows::GAP, &mut |key, value| {
            let first = key.get(1..).and_then(|k| k.try_into().ok()).map(u64::from_be_bytes);
            let count = value.try_into().ok().map(u64::from_be_bytes);
            if let (Some(first), Some(count)) = (first, count) {
                inside |= (first..first.saturating_add(count)).contains(&seq);
            }
            if inside { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })?;
        Ok(inside)
    }

    /// Visits the sequences of the entries about the subject with this hash, lowest first.
    pub(crate) fn each_of(
        &self,
        hash: &[u8; 16],
        visit: &mut dyn FnMut(u64) -> ControlFlow<()>,
    ) -> Result<(), EngineError> {
        let mut whole = true;
        self.scan(
            &rows::lookup_prefix(hash),
            &mut |key, value| match rows::lookup_seqs(key, value) {
                Some(mut seqs) => seqs.try_for_each(&mut *visit),
                None => {
                    whole = false;
                    ControlFlow::Break(())
                }
            },
        )?;
        if whole { Ok(()) } else { Err(bent()) }
    }

    /// The hashes that more than one entry is looked up by, and maybe some others. Reads every
    /// look-up.
    pub(crate) fn shared_lookups(&self) -> Result<BTreeSet<[u8; 16]>, EngineError> {
        self.check()?;
        let (mut shared, mut before) = (BTreeSet::new(), None);
        self.map.scan(rows::LOOKUP, &mut |key, value| {
            let hash = rows::lookup_hash(key);
            if hash == before || !value.is_empty() {
                shared.extend(hash);
            }
            before = hash;
            ControlFlow::Continue(())
        })?;
        // Those that wait may have others in the engine.
        let _ = rows::visit_prefix(&self.pending, rows::LOOKUP, &mut |key, _| {
            shared.extend(rows::lookup_hash(key));
            ControlFlow::Continue(())
        });
        Ok(shared)
    }

    /// Whether there are exactly as many entries and look-ups as were put. Reads every row.
    pub(crate) fn counts_agree(&self) -> Result<bool, EngineError> {
        let (mut entries, mut lookups) = (0, Some(0));
        self.scan(rows::ENTRY, &mut |_, _| {
            entries += 1;
            ControlFlow::Continue(())
        })?;
        self.scan(rows::LOOKUP, &mut |key, value| {
            let seqs = rows::lookup_seqs(key, value).map(|seqs| seqs.count() as u64);
            lookups = lookups.zip(seqs).map(|(before, more)| before + more);
            ControlFlow::Continue(())
        })?;
        Ok(entries == self.meta.entries && lookups == Some(self.meta.lookups))
    }

    /// Commits what waits and lets go of every file.
    pub(crate) fn close(mut self) -> Result<(), EngineError> {
        let committed = self.commit();
        self.map.close()?;
        committed
    }

    /// Lets go of every file and of what waits; gives the failure that made it useless, if any.
    pub(crate) fn discard(self) -> Result<(), EngineError> {
        let closed = self.map.close();
        self.failed.map_or(closed, Err)
    }

    fn check(&self) -> Result<(), EngineError> {
        self.failed.clone().map_or(Ok(()), Err)
    }

    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, EngineError> {
        self.check()?;
        match self.pending.get(key) {
            Some(value) => Ok(Some(value.clone())),
            None => self.map.get(key),
        }
    }

    /// The engine's rows, then those that wait: each sort of key grows at its end only.
    fn scan(&self, prefix: &[u8], visit: &mut Visit<'_>) -> Result<(), EngineError> {
        self.check()?;
        let mut flow = ControlFlow::Continue(());
        self.map.scan(prefix, &mut |key, value| {
            flow = visit(key, value);
            flow
        })?;
        if flow.is_continue() {
            let _ = rows::visit_prefix(&self.pending, prefix, visit);
        }
        Ok(())
    }
}

impl Meta {
    fn empty(header: &Header) -> Self {
        Self { id: header.id, mark: header.start(), entries: 0, lookups: 0 }
    }
}

fn bent() -> EngineError {
    EngineError("a row of the index isn't one".into())
}
