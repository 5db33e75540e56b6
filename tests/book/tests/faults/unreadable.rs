//! A ledger of which the disk can't read a page any more.

use std::fs;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use lapel::backup::{Backup, Key, Lock};
use lapel::book::{Book, Mode, OpenError, ReadError, Settings};
use lapel::time::UnixTime;
use lapel::vault::FileVault;
use lapel_book_tests::{IDENTITY, RECIPIENT, child, copy_tree, files, ledger, phone};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use tempfile::TempDir;

use crate::damage::{Sample, edges};
use crate::each_call::holds;
use crate::facts::{self, Facts};
use crate::promise::Promise;
use crate::tracer::{Fault, Run, run};
use crate::{scratch, share};

const PAGE: u64 = 4096;

/// Opens the book and says what is in it; backs it up and writes it anew. Where it doesn't open, only looks
/// at it.
#[test]
fn child_that_reads() {
    let Some(dir) = child::told() else { return };
    println!();
    std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
    let mut rng = ChaCha20Rng::seed_from_u64(41);
    let say = |book: &Book| {
        facts::of(book).unwrap().iter().for_each(|fact| println!("has {fact}"));
    };
    match phone::open(&dir, &mut rng) {
        Ok((mut book, report)) => {
            assert!(report.damage.is_empty(), "{report:?}");
            println!("header from the index: {}", report.header_damaged);
            say(&book);
            let checked = book.check();
            assert!(matches!(checked, Err(ReadError::Io { .. })), "{checked:?}");
            let lock = Lock::recipients(&[RECIPIENT]).unwrap();
            let done = book.back_up_to(&dir.join("backup"), &lock, UnixTime::MIN).unwrap();
            assert_eq!((done.lost, book.rotate(&mut rng).unwrap().lost), (0, 0));
        }
        Err(error) => {
            assert!(matches!(error, OpenError::Io { .. }), "{error:?}");
            let vault = Arc::new(FileVault::new(dir.join("keys")));
            let settings = Settings::new(dir.join("book"), vault).mode(Mode::Look);
            let (book, report) = Book::open_with(settings, &mut rng).unwrap();
            println!("lost {}", report.damage.iter().map(|damage| damage.lost).sum::<u64>());
            say(&book);
        }
    }
    println!("end");
}

/// What a child of its own makes of a copy of the book in `from` under `fault`, and what it says is in it.
fn read_under(fault: Fault, from: &Path) -> (TempDir, Run, Facts) {
    let dir = scratch();
    copy_tree(from, dir.path());
    let child = child::run("unreadable::child_that_reads", dir.path());
    let run = run(child, dir.path(), fault);
    assert!(run.struck && run.ended_well() && run.said("end"), "{fault:?}: {}", run.end());
    let has = run.lines().filter_map(|line| line.strip_prefix("has ")).map(str::to_owned);
    let has = has.collect();
    (dir, run, has)
}

/// The pages of a book's ledger that hold the header or frames, and where the last frame is.
fn pages(dir: &Path) -> (Vec<u64>, u64) {
    let edges = edges(&fs::read(ledger(&dir.join("book"))).unwrap());
    let [.., last, end] = edges[..] else { panic!("{edges:?}") };
    ((0..end as u64).step_by(PAGE as usize).collect(), last as u64)
}

#[test]
fn what_the_disk_can_not_read_is_read_from_the_index_backed_up_and_written_anew() {
    let sample = Sample::of(true);
    let (pages, last) = pages(sample.dir.path());
    let middle: Vec<u64> = pages.into_iter().filter(|page| page + PAGE <= last).collect();
    let faults =
        middle.iter().step_by(share(1, 4)).map(|page| Fault::Unreadable(*page, page + PAGE));
    for fault in faults.chain([Fault::Dead(0, PAGE)]) {
        let (dir, run, has) = read_under(fault, sample.dir.path());
        let case = format!("{fault:?}");
        assert_eq!(has, sample.facts, "{case}");
        let is_first = matches!(fault, Fault::Unreadable(0, _) | Fault::Dead(0, _));
        assert!(run.said(&format!("header from the index: {is_first}")), "{case}");
        let promise = Promise::from_facts(sample.facts.clone());
        assert_eq!(holds(dir.path(), &promise, &case).stray_keys, 0, "{case}");
        assert!(ledger(&dir.path().join("book")).ends_with("00000002/ledger"), "{case}");
        let key = Key::identity(IDENTITY).unwrap();
        let restored =
            Book::would_restore(&Backup::file(&dir.path().join("backup"), &key)).unwrap();
        let met = |facts: &Facts| facts.iter().filter(|fact| fact.contains(" met ")).count();
        assert_eq!(restored.encounters, met(&sample.facts) as u64, "{case}");
    }
    println!("{} pages that the disk can't read, one at a time", middle.len());
    assert!(middle.len() > 5);
}

#[test]
fn what_only_the_ledger_has_and_the_disk_can_not_read_ends_an_open_and_is_counted_by_who_looks() {
    let sample = Sample::of(false);
    let (pages, last) = pages(sample.dir.path());
    let page = *pages.iter().rfind(|page| **page <= last).unwrap();
    let (dir, run, has) = read_under(Fault::Unreadable(page, page + PAGE), sample.dir.path());
    assert!(has.is_subset(&sample.facts) && has.len() < sample.facts.len());
    let missing = sample.facts.len() - has.len();
    let told = run.lines().find_map(|line| line.strip_prefix("lost ")).unwrap();
    assert!(told.parse::<usize>().unwrap() > 0 && missing > 0, "told of {told}, lacks {missing}");
    // Nothing was cut or written over: a disk that can read it again has all of it.
    let but_the_index = |dir: &TempDir| {
        let mut files = files(dir.path());
        files.retain(|path, _| !path.iter().any(|part| part == "index"));
        files
    };
    assert!(but_the_index(&dir) == but_the_index(&sample.dir));
    holds(dir.path(), &Promise::from_facts(sample.facts.clone()), "read again");
}
