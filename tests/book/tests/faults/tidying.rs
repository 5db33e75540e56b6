//! A kill before every single system call of what keeps a book in order: an open that mends, an index that
//! is built or replaced, waste that is left out, and a wipe, after which nothing is left.

use std::fs;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use lapel::book::{Book, Mode, OpenError, Settings, Wiped};
use lapel::vault::FileVault;
use lapel_book_tests::{child, copy_tree, encounter_of, files, ledger, phone, stranger};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use tempfile::TempDir;

use crate::damage::{Sample, edges};
use crate::each_call::{self, holds};
use crate::facts::{self, Facts};
use crate::promise::Promise;
use crate::tracer::Run;
use crate::{scratch, share};

/// What a child does in its directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Chore {
    Open,
    Maintain,
    Wipe,
}

impl Chore {
    fn is_done_in(self, dir: &Path) {
        let mut rng = ChaCha20Rng::seed_from_u64(31);
        match self {
            Self::Open => drop(phone::open(dir, &mut rng).unwrap()),
            Self::Maintain => {
                let (mut book, _) = phone::open(dir, &mut rng).unwrap();
                while book.maintain(1_000, &mut rng).unwrap() > 0 {}
            }
            Self::Wipe => {
                let wiped = wipe(dir).unwrap();
                assert!(!wiped.key_remains, "{wiped:?}");
            }
        }
    }
}

fn wipe(dir: &Path) -> Result<Wiped, OpenError> {
    Book::wipe(&dir.join("book"), &FileVault::new(dir.join("keys")))
}

#[test]
fn child_that_tidies_up() {
    let Some(dir) = child::told() else { return };
    println!();
    std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
    [Chore::Open, Chore::Maintain, Chore::Wipe][child::number("CHORE") as usize].is_done_in(&dir);
    println!("end");
}

/// Has a child do its chore in copies of `base`; see [`each_call::kill_before_each_call`].
fn kill_before_each_call(base: &Path, chore: Chore, judge: &mut dyn FnMut(&Path, &Run, &str)) {
    let child = |dir: &Path| {
        let mut child = child::run("tidying::child_that_tidies_up", dir);
        child.env("CHORE", (chore as u32).to_string());
        child
    };
    // A wipe has few calls, and what is wrong with one may show between two of them alone.
    let one_of = if matches!(chore, Chore::Wipe) { 1 } else { share(1, 9) };
    assert!(each_call::kill_before_each_call(base, one_of, &child, judge) > 1);
}

/// The same, where nothing that is kept may be lost, and all goes on.
fn nothing_is_lost(base: &Path, chore: Chore, facts: &Facts) {
    kill_before_each_call(base, chore, &mut |dir, _, case| {
        let found = holds(dir, &Promise::from_facts(facts.clone()), case);
        assert_eq!(found.stray_keys, 0, "{case}");
    });
}

#[test]
fn a_kill_before_any_single_call_of_an_open_that_mends_the_ledger_loses_nothing() {
    let sample = Sample::of(true);
    let path = ledger(&sample.dir.path().join("book"));
    let mut bytes = fs::read(&path).unwrap();
    let edges = edges(&bytes);
    // A copy of the header, entries here and there, and the last two.
    for at in [200, edges[3] + 90, edges[4] + 90, edges[20] + 2] {
        bytes[at] ^= 1;
    }
    bytes.truncate(edges[edges.len() - 3]);
    fs::write(&path, bytes).unwrap();
    nothing_is_lost(sample.dir.path(), Chore::Open, &sample.facts);
}

#[test]
fn a_kill_before_any_single_call_of_an_open_that_builds_the_index_anew_loses_nothing() {
    let sample = Sample::of(true);
    let index = ledger(&sample.dir.path().join("book")).with_file_name("index");
    // One that was set aside before is in the way.
    copy_tree(&index, &index.with_file_name("index.aside"));
    for name in files(&index).keys() {
        fs::write(index.join(name), b"nothing that an engine knows").unwrap();
    }
    nothing_is_lost(sample.dir.path(), Chore::Open, &sample.facts);
}

#[cfg(feature = "sled")]
#[test]
fn a_kill_before_any_single_call_of_replacing_a_large_index_loses_nothing() {
    let sample = Sample::of(true);
    let index = ledger(&sample.dir.path().join("book")).with_file_name("index");
    // It counts whatever lies there.
    let large = fs::File::create(index.join("blobs/0")).unwrap();
    large.set_len(4 << 20).unwrap();
    let replaced = &mut |dir: &Path, run: &Run, case: &str| {
        let large = ledger(&dir.join("book")).with_file_name("index/blobs/0");
        assert!(run.struck || !large.exists(), "{case}: it wasn't replaced");
    };
    kill_before_each_call(sample.dir.path(), Chore::Maintain, replaced);
    nothing_is_lost(sample.dir.path(), Chore::Maintain, &sample.facts);
}

/// A book with over 512 KiB of entries in which next to nothing counts any more, and what does.
fn full_of_waste() -> (TempDir, Facts) {
    let dir = scratch();
    let mut rng = ChaCha20Rng::seed_from_u64(32);
    let (mut book, _) = phone::open(dir.path(), &mut rng).unwrap();
    let encounter = encounter_of(&mut book, &stranger("Talker", &mut rng), &mut rng);
    let _ = book.record(&encounter, &mut rng).unwrap();
    let person = encounter.person();
    let note = book.note(&person, "first", &mut rng).unwrap();
    for round in 0..280 {
        let text = format!("{round}: {}", "word ".repeat(390));
        book.rewrite_note(&person, note, text.trim_end(), &mut rng).unwrap();
    }
    let facts = facts::of(&book).unwrap();
    (dir, facts)
}

#[test]
fn a_kill_before_any_single_call_of_leaving_out_waste_loses_nothing() {
    let (dir, facts) = full_of_waste();
    nothing_is_lost(dir.path(), Chore::Maintain, &facts);
    // And it is what was done.
    Chore::Maintain.is_done_in(dir.path());
    assert!(ledger(&dir.path().join("book")).starts_with(dir.path().join("book/00000002")));
}

/// Kills a wipe in a home that has `stranger` in it, a file of somebody else's, which alone may stay.
fn kill_a_wipe(stranger: Option<&str>) {
    let sample = Sample::of(true);
    let home = |dir: &Path| dir.join("book");
    // With what a kill left of writing it anew.
    copy_tree(
        &home(sample.dir.path()).join("00000001"),
        &home(sample.dir.path()).join("00000002.new"),
    );
    if let Some(name) = stranger {
        fs::write(home(sample.dir.path()).join(name), b"not the book's").unwrap();
    }
    let mut were_whole = Vec::new();
    kill_before_each_call(sample.dir.path(), Chore::Wipe, &mut |dir, run, case| {
        let vault = Arc::new(FileVault::new(dir.join("keys")));
        let settings = Settings::new(home(dir), vault).mode(Mode::Look);
        let opened = Book::open_with(settings, &mut ChaCha20Rng::seed_from_u64(33));
        let nothing_left = stranger.is_some() && generations(&home(dir)) == 0;
        let is_whole = match opened {
            Ok((book, _)) => {
                assert_eq!(facts::of(&book).unwrap(), sample.facts, "{case}");
                true
            }
            Err(OpenError::NotOurs { .. }) if nothing_left => false,
            Err(OpenError::KeyLost | OpenError::Missing { .. }) => false,
            Err(error) => panic!("{case}: {error:?}"),
        };
        were_whole.push(is_whole);
        match wipe(dir) {
            // Then it isn't a book's home any more, though an empty lock may lie there.
            Err(OpenError::NotOurs { .. }) if nothing_left => {
                let _ = fs::remove_file(home(dir).join("lock"));
            }
            wiped => {
                let wiped = wiped.unwrap();
                assert!(!wiped.key_remains, "{case}: {wiped:?}");
                assert!(run.struck || wiped.generations == 0, "{case}: {wiped:?}");
            }
        }
        let stays = stranger.map(|name| Path::new("book").join(name));
        assert!(files(dir).into_keys().eq(stays), "{case}: {:?}", files(dir).keys());
        if stranger.is_none() {
            // At the most an empty directory stays, which may be anybody's.
            let _ = fs::remove_dir(home(dir));
            assert!(!home(dir).exists(), "{case}");
        }
    });
    let opens_no_more = were_whole.iter().position(|is_whole| !is_whole).unwrap();
    assert!(opens_no_more > 0 && !were_whole[opens_no_more..].contains(&true), "{were_whole:?}");
}

/// How many generations there are in `home`, whole or not.
fn generations(home: &Path) -> usize {
    let names = fs::read_dir(home).unwrap().map(|entry| entry.unwrap().file_name());
    names.filter(|name| name.to_string_lossy().starts_with("0000")).count()
}

#[test]
fn a_kill_before_any_single_call_of_a_wipe_leaves_the_whole_book_or_one_that_opens_no_more() {
    kill_a_wipe(None);
}

#[test]
fn a_kill_before_any_single_call_of_a_wipe_beside_a_strangers_file_leaves_that_alone() {
    kill_a_wipe(Some(".DS_Store"));
}
