//! The engines that can keep the index's rows, and the narrow door behind which each stands.

use std::any::Any;
use std::fmt::Display;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use super::memory::Memory;
use super::rows::{Rows, Visit};

/// What keeps the index. The ledger is the truth whichever it is, so it can be another one at every
/// open: an index that another engine left is moved aside and built anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Engine {
    /// sled 0.34.7, many files.
    #[cfg(feature = "sled")]
    Sled,
    /// redb 4, one file.
    #[cfg(feature = "redb")]
    Redb,
    /// Nothing on disk: built from the ledger at each open, and frames spoilt there can't be had
    /// from anywhere else.
    Memory,
}

impl Default for Engine {
    /// sled where it is built in, or else redb, or else memory.
    fn default() -> Self {
        Self::all().first().copied().unwrap_or(Self::Memory)
    }
}

impl Engine {
    /// Those that are built in, the first choice first.
    pub fn all() -> &'static [Self] {
        &[
            #[cfg(feature = "sled")]
            Self::Sled,
            #[cfg(feature = "redb")]
            Self::Redb,
            Self::Memory,
        ]
    }

    /// Opens the map in `dir`, or creates an empty one where there is none. One that another engine
    /// made is an error that names it, also where that engine isn't built in.
    pub(super) fn open(self, dir: &Path) -> Result<Box<dyn OrderedMap>, EngineError> {
        if let (Some(name), Some(maker)) = (self.name_on_disk(), made_by(dir))
            && maker != name
        {
            return Err(EngineError(format!("it was made by {maker}, not by {name}")));
        }
        match self {
            #[cfg(feature = "sled")]
            Self::Sled => Ok(Box::new(super::sled::Sled::open(dir)?)),
            #[cfg(feature = "redb")]
            Self::Redb => Ok(Box::new(super::redb::Redb::open(dir)?)),
            Self::Memory => Ok(Box::new(Memory::default())),
        }
    }

    /// What [`made_by`] calls the files of this engine, if it keeps any.
    fn name_on_disk(self) -> Option<&'static str> {
        match self {
            #[cfg(feature = "sled")]
            Self::Sled => Some("sled"),
            #[cfg(feature = "redb")]
            Self::Redb => Some("redb"),
            Self::Memory => None,
        }
    }
}

/// The file that redb keeps in an index's directory.
pub(super) const REDB_FILE: &str = "rows.redb";

/// Whose files are in `dir`, if anyone's that is known.
fn made_by(dir: &Path) -> Option<&'static str> {
    let has = |name: &str| dir.join(name).exists();
    match () {
        () if has(REDB_FILE) => Some("redb"),
        () if has("conf") || has("db") => Some("sled"),
        () => None,
    }
}

/// An ordered map of bytes, mostly on disk. It may lose everything or refuse to open: the index
/// above finds out and is built anew from the ledger. What it must not do is give wrong rows in
/// silence.
pub(crate) trait OrderedMap: Send + Sync {
    /// The value of `key`.
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, EngineError>;

    /// Visits the rows whose key starts with `prefix`, in the order of keys, until `visit` breaks.
    /// It may ask for other rows meanwhile.
    fn scan(&self, prefix: &[u8], visit: &mut Visit<'_>) -> Result<(), EngineError>;

    /// Puts all of `rows` or none. That they last is best effort: the ledger is the truth.
    fn commit(&self, rows: &Rows) -> Result<(), EngineError>;

    /// Puts rows of an index that counts for nothing before the next commit: all, some or none.
    fn fill(&self, rows: &Rows) -> Result<(), EngineError> {
        self.commit(rows)
    }

    /// Whether rows are still there after the engine was closed.
    fn is_lasting(&self) -> bool;

    /// Bytes on disk.
    fn size(&self) -> Result<u64, EngineError>;

    /// Lets go of every file.
    fn close(self: Box<Self>) -> Result<(), EngineError>;
}

/// An engine failed or panicked, in its own words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct EngineError(pub(crate) String);

/// Runs a call into an engine; its errors and panics become words. What a panic leaves behind isn't
/// used any more: the index above closes the engine and builds it anew.
#[cfg_attr(not(any(feature = "sled", feature = "redb")), allow(dead_code, reason = "for those"))]
pub(super) fn caught<T, E: Display>(
    engine: &str,
    call: impl FnOnce() -> Result<T, E>,
) -> Result<T, EngineError> {
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(EngineError(format!("{engine}: {error}"))),
        Err(panic) => Err(EngineError(format!("{engine} panicked: {}", words(&*panic)))),
    }
}

fn words(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no reason given")
}

#[cfg(test)]
mod tests {
    //! What every engine has to pass.

    use std::ops::ControlFlow;

    use super::*;

    type Found = Vec<(Vec<u8>, Vec<u8>)>;

    fn found(map: &dyn OrderedMap, prefix: &[u8], limit: usize) -> Found {
        let mut found = vec![];
        let mut visit = |key: &[u8], value: &[u8]| {
            found.push((key.to_vec(), value.to_vec()));
            if found.len() < limit { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        };
        map.scan(prefix, &mut visit).unwrap();
        found
    }

    fn keys(map: &dyn OrderedMap, prefix: &[u8], limit: usize) -> Vec<Vec<u8>> {
        found(map, prefix, limit).into_iter().map(|(key, _)| key).collect()
    }

    fn each(check: impl Fn(Engine, &Path, Box<dyn OrderedMap>)) {
        for engine in Engine::all() {
            let dir = tempfile::tempdir().unwrap();
            let dir = dir.path().join("index");
            check(*engine, &dir, engine.open(&dir).unwrap());
        }
    }

    #[test]
    fn rows_are_found_by_key_and_by_prefix() {
        each(|_, _, map| {
            assert!(map.get(b"a1").unwrap().is_none() && keys(&*map, b"", 9).is_empty());
            let rows = [(&b"a1"[..], &b"x"[..]), (b"b1", b"1"), (b"b2", b"2"), (b"b9", b"9")];
            map.commit(&rows.map(|(key, value)| (key.to_vec(), value.to_vec())).into()).unwrap();
            map.commit(&[(b"b2".to_vec(), b"two".to_vec()), (b"c".to_vec(), vec![])].into())
                .unwrap();
            assert_eq!(map.get(b"b2").unwrap().unwrap(), b"two");
            assert_eq!(map.get(b"c").unwrap().unwrap(), b"");
            assert_eq!(map.get(b"d").unwrap(), None);
            assert_eq!(keys(&*map, b"b", 9), [b"b1", b"b2", b"b9"]);
            assert_eq!(keys(&*map, b"b", 2), [b"b1", b"b2"]);
            assert!(keys(&*map, b"zz", 9).is_empty());
        });
    }

    #[test]
    fn a_prefix_may_end_in_the_highest_byte() {
        each(|_, _, map| {
            let keys_there = [&[1, 0xFE][..], &[1, 0xFF], &[1, 0xFF, 0xFF, 3], &[2], &[0xFF, 0xFF]];
            map.commit(&keys_there.iter().map(|key| (key.to_vec(), vec![])).collect()).unwrap();
            assert_eq!(keys(&*map, &[1, 0xFF], 9).len(), 2);
            assert_eq!(keys(&*map, &[0xFF], 9), [[0xFF, 0xFF]]);
            assert_eq!(keys(&*map, &[], 9).len(), 5);
        });
    }

    /// Enough rows that leaves split, put out of order and over each other.
    #[test]
    fn many_rows_come_back_as_from_a_map_in_memory() {
        each(|_, _, map| {
            let model = Memory::default();
            for round in 0..30_u64 {
                let row = |i: u64| {
                    let number = (round * 100 + i).wrapping_mul(0x9E37_79B9_7F4A_7C15) % 2_500;
                    let key = [&[b'k', (number % 3) as u8][..], &number.to_be_bytes()].concat();
                    (key, vec![round as u8; (number % 700) as usize])
                };
                let rows: Rows = (0..100).map(row).collect();
                let put = if round % 3 == 0 { map.fill(&rows) } else { map.commit(&rows) };
                put.unwrap();
                model.commit(&rows).unwrap();
            }
            for prefix in [&b"k"[..], b"k\x00", b"k\x01", b"k\x02", b"k\x03"] {
                let expected = found(&model, prefix, usize::MAX);
                assert!(found(&*map, prefix, usize::MAX) == expected);
                assert!(found(&*map, prefix, 7) == expected[..7.min(expected.len())]);
            }
        });
    }

    #[test]
    fn other_rows_can_be_asked_for_in_the_middle_of_a_scan() {
        each(|_, _, map| {
            map.commit(&[1, 2, 3].map(|i| (vec![b'k', i], vec![i])).into()).unwrap();
            let mut seen = vec![];
            let mut visit = |key: &[u8], _: &[u8]| {
                seen.extend(map.get(key).unwrap().unwrap());
                seen.extend(keys(&*map, b"k", 1).concat());
                ControlFlow::Continue(())
            };
            map.scan(b"k", &mut visit).unwrap();
            assert_eq!(seen, [1, b'k', 1, 2, b'k', 1, 3, b'k', 1]);
        });
    }

    #[test]
    fn what_lasts_is_there_again_and_has_a_size() {
        each(|engine, dir, map| {
            map.commit(&[(b"key".to_vec(), b"value".to_vec())].into()).unwrap();
            let lasting = map.is_lasting();
            assert_eq!(lasting, engine != Engine::Memory);
            map.close().unwrap();
            let map = engine.open(dir).unwrap();
            assert_eq!(map.get(b"key").unwrap().is_some(), lasting);
            assert_eq!(map.size().unwrap() > 0, lasting);
        });
    }

    #[test]
    fn what_another_engine_made_is_refused_by_name() {
        let made = |file: &str, engine: Engine| {
            let dir = tempfile::tempdir().unwrap();
            std::fs::write(dir.path().join(file), b"").unwrap();
            engine.open(dir.path()).map(drop).map_err(|error| error.0)
        };
        let _ = &made;
        #[cfg(feature = "sled")]
        assert_eq!(made(REDB_FILE, Engine::Sled).unwrap_err(), "it was made by redb, not by sled");
        #[cfg(feature = "redb")]
        assert_eq!(made("conf", Engine::Redb).unwrap_err(), "it was made by sled, not by redb");
        assert_eq!(made("conf", Engine::Memory), Ok(()));
        each(|engine, dir, map| {
            map.close().unwrap();
            let by = made_by(dir).map(|name| name.to_owned());
            let name = format!("{engine:?}").to_lowercase();
            assert_eq!(by, (engine != Engine::Memory).then_some(name));
        });
    }

    #[test]
    fn panics_and_errors_become_words() {
        let panicked = caught("sled", || -> Result<(), String> { panic!("page {}", 7) });
        assert_eq!(panicked.unwrap_err().0, "sled panicked: page 7");
        let failed = caught("redb", || Err::<(), _>("no page"));
        assert_eq!(failed.unwrap_err().0, "redb: no page");
    }
}
