//! The index over each engine, with its overlay.

use std::sync::Arc;

use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;

use super::*;
use crate::ledger::{Draft, Header, Ledger, Subject};
use crate::vault::{DataKey, KeyId};

const ID: KeyId = KeyId { store: [3; 16], epoch: 1 };

struct Bench {
    dir: tempfile::TempDir,
    keys: Arc<Keys>,
    header: Header,
    ledger: Ledger,
    rng: ChaCha20Rng,
}

impl Bench {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let keys = Arc::new(Keys::derive(ID, &DataKey::from_bytes([1; 32])).unwrap());
        let header = Header::seal(&keys, &[9; 32], &mut rng).unwrap();
        let path = dir.path().join("ledger");
        let tail = Draft::create(&path, &header, Arc::clone(&keys)).unwrap().finish().unwrap();
        let mut ledger = Ledger::open(&path, &header, Arc::clone(&keys), true).unwrap();
        ledger.settle(tail).unwrap();
        Self { dir, keys, header, ledger, rng }
    }

    fn open(&self, engine: Engine, header: &Header) -> Result<Index, EngineError> {
        let dir = self.dir.path().join(format!("{engine:?}"));
        Index::open(&dir, engine, header)
    }

    fn index(&self) -> Index {
        self.open(Engine::default(), &self.header).unwrap()
    }

    fn add(&mut self, index: &mut Index, about: &[&[u8]]) -> Frame {
        let subjects: Vec<_> = about.iter().map(|s| Subject::new(*s).unwrap()).collect();
        let frame = self.ledger.append(1, &subjects, b"", &mut self.rng).unwrap();
        index.note(&self.keys, &frame);
        frame
    }

    fn of(&self, index: &Index, subject: &[u8]) -> Vec<u64> {
        let mut seqs = vec![];
        let mut visit = |seq| {
            seqs.push(seq);
            ControlFlow::Continue(())
        };
        index.each_of(&self.keys.lookup(subject), &mut visit).unwrap();
        seqs
    }
}

#[test]
fn answers_are_the_same_before_and_after_a_commit() {
    let mut bench = Bench::new();
    for engine in Engine::all() {
        let mut index = bench.open(*engine, &bench.header).unwrap();
        let at = bench.ledger.tail().next - 1;
        bench.add(&mut index, &[b"ada", b"rust meetup", b"ada"]);
        bench.add(&mut index, &[b"bob"]);
        index.commit().unwrap();
        let frame = bench.add(&mut index, &[b"ada", b"cy"]);
        for _ in 0..2 {
            assert_eq!(bench.of(&index, b"ada"), [at + 1, at + 3]);
            assert_eq!(bench.of(&index, b"bob"), [at + 2]);
            assert!(bench.of(&index, b"nobody").is_empty());
            assert!(index.counts_agree().unwrap());
            assert_eq!(index.mark(), frame.after());
            let (offset, bytes) = index.entry(at + 3).unwrap().unwrap();
            assert_eq!(offset, frame.offset);
            assert_eq!(bytes, if index.is_lasting() { frame.bytes.clone() } else { vec![] });
            index.commit().unwrap();
        }
    }
}

#[test]
fn shared_lookups_are_known_in_the_engine_and_in_the_overlay() {
    let mut bench = Bench::new();
    for engine in Engine::all() {
        let mut index = bench.open(*engine, &bench.header).unwrap();
        for about in [[b"ada", b"all"], [b"bob", b"all"], [b"ada", b"all"], [b"cyd", b"all"]] {
            bench.add(&mut index, &about.map(|subject| &subject[..]));
        }
        index.commit().unwrap();
        let shared = |index: &Index| {
            let shared = index.shared_lookups().unwrap();
            [b"ada", b"bob", b"cyd", b"all"].map(|s| shared.contains(&bench.keys.lookup(s)))
        };
        assert_eq!(shared(&index), [true, false, false, true]);
        let mut index = index;
        let subjects = vec![Subject::new(&b"bob"[..]).unwrap()];
        let frame = bench.ledger.append(1, &subjects, b"", &mut bench.rng).unwrap();
        index.note(&bench.keys, &frame);
        assert_eq!(shared(&index), [true, true, false, true]);
    }
}

#[test]
fn what_was_committed_is_there_after_reopening_and_the_rest_is_behind_the_mark() {
    for engine in Engine::all().iter().filter(|engine| **engine != Engine::Memory) {
        let mut bench = Bench::new();
        let mut index = bench.open(*engine, &bench.header).unwrap();
        let first = bench.add(&mut index, &[b"ada"]);
        index.commit().unwrap();
        bench.add(&mut index, &[b"ada"]);
        index.map.close().unwrap();
        let index = bench.open(*engine, &bench.header).unwrap();
        assert_eq!(index.mark(), first.after());
        assert_eq!(bench.of(&index, b"ada"), [1]);
        index.close().unwrap();
        let dir = bench.dir.path().join(format!("{engine:?}"));
        assert_eq!(Index::header(&dir, *engine).as_ref(), Some(&bench.header));
        // Another book's, or this one's under another header.
        for id in [KeyId { epoch: 2, ..ID }, ID] {
            let mut other = Header::seal(&bench.keys, &[8; 32], &mut bench.rng).unwrap();
            other.id = id;
            assert!(bench.open(*engine, &other).is_err());
        }
    }
}

#[test]
fn an_index_that_was_never_finished_is_refused() {
    for engine in Engine::all().iter().filter(|engine| **engine != Engine::Memory) {
        let mut bench = Bench::new();
        let dir = bench.dir.path().join(format!("{engine:?}"));
        std::fs::create_dir(&dir).unwrap();
        assert_eq!(bench.open(*engine, &bench.header).err().unwrap().0, "it was never finished");
        // As a kill in the middle of a build leaves it.
        std::fs::remove_dir_all(&dir).unwrap();
        let mut index = bench.open(*engine, &bench.header).unwrap();
        for _ in 0..BATCH {
            bench.add(&mut index, &[b"ada"]);
        }
        index.map.close().unwrap();
        assert_eq!(bench.open(*engine, &bench.header).err().unwrap().0, "it was never finished");
    }
}

#[test]
fn entries_go_to_the_engine_in_batches() {
    let mut bench = Bench::new();
    let mut index = bench.index();
    index.finish().unwrap();
    for _ in 0..BATCH + 1 {
        bench.add(&mut index, &[b"ada"]);
    }
    assert_eq!((index.waiting, index.pending.len()), (1, 2));
    assert_eq!(bench.of(&index, b"ada").len(), BATCH + 1);
}

#[test]
fn while_it_is_built_look_ups_wait_longer_and_answers_are_the_same() {
    let entries = 2 * BATCH_OF_A_BUILD + BATCH;
    for engine in Engine::all().iter().filter(|engine| **engine != Engine::Memory) {
        let mut bench = Bench::new();
        let mut index = bench.open(*engine, &bench.header).unwrap();
        for number in 1..=entries {
            let own: Vec<String> = (1..40).map(|n| format!("{number} {n}")).collect();
            let shared = [&b"shared"[..]].into_iter();
            let subjects: Vec<&[u8]> = shared.chain(own.iter().map(String::as_bytes)).collect();
            bench.add(&mut index, &subjects);
            if number == BATCH_OF_A_BUILD {
                assert_eq!(index.pending.len(), 39 * number + number / 64, "look-ups wait");
            }
        }
        assert!(index.pending.len() < LOOKUPS_OF_A_BUILD, "handed over once");
        for _ in 0..2 {
            let all: Vec<u64> = (1..=entries as u64).collect();
            assert_eq!(bench.of(&index, b"shared"), all);
            assert_eq!([bench.of(&index, b"7 39"), bench.of(&index, b"1088 1")], [[7], [1088]]);
            assert!(index.counts_agree().unwrap());
            index.finish().unwrap();
        }
        index.close().unwrap();
        let index = bench.open(*engine, &bench.header).unwrap();
        assert_eq!(bench.of(&index, b"shared").len(), entries);
    }
}

#[test]
fn gaps_are_known() {
    let bench = Bench::new();
    let mut index = bench.index();
    index.note_damage(&Damage { first: 5, lost: 2, offset: 0, bytes: 0 });
    index.commit().unwrap();
    assert_eq!([4, 5, 6, 7].map(|seq| index.is_gap(seq).unwrap()), [false, true, true, false]);
}

#[test]
fn a_failed_index_says_so_to_every_question() {
    let bench = Bench::new();
    let mut index = bench.index();
    index.failed = Some(EngineError("broken".into()));
    assert!(index.entry(1).is_err() && index.is_gap(1).is_err());
    assert!(index.commit().is_err() && index.failure().is_some());
}

/// An engine that takes nothing, as on a full disk.
struct Full;

impl OrderedMap for Full {
    fn get(&self, _: &[u8]) -> Result<Option<Vec<u8>>, EngineError> {
        Ok(None)
    }

    fn scan(&self, _: &[u8], _: &mut Visit<'_>) -> Result<(), EngineError> {
        Ok(())
    }

    fn commit(&self, _: &Rows) -> Result<(), EngineError> {
        Err(EngineError("full".into()))
    }

    fn is_lasting(&self) -> bool {
        true
    }

    fn size(&self) -> Result<u64, EngineError> {
        Ok(0)
    }

    fn close(self: Box<Self>) -> Result<(), EngineError> {
        Ok(())
    }
}

/// sled once took a batch into its cache, failed to sync it, and then either gave every row of it
/// beside the waiting ones or refused all reads.
#[test]
fn an_engine_that_failed_to_commit_is_not_asked_again() {
    let mut bench = Bench::new();
    let mut index = Index::begin(Box::new(Full), &bench.header);
    assert!(index.finish().is_err() && index.failure().is_some());
    let mut index = Index::with(Box::new(Full), Meta::empty(&bench.header));
    for _ in 1..BATCH {
        bench.add(&mut index, &[b"ada"]);
    }
    assert_eq!(bench.of(&index, b"ada").len(), BATCH - 1);
    assert!(index.failure().is_none());
    bench.add(&mut index, &[b"ada"]);
    assert!(index.failure().is_some());
    assert!(index.entry(1).is_err());
}
