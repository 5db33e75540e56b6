//! Flipped bits and cut files, anywhere. Whatever it is, it costs nothing, or is healed, or is told
//! with its exact count, or is refused by name; and what is read is never anything but what was kept.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use lapel::badge::{Badge, BadgeFields};
use lapel::book::{Book, Damage, IndexState, OpenError};
use lapel::exchange::{Exchange, Options};
use lapel::time::UnixTime;
use lapel_book_tests::{Phone, Talk, copy_tree, encounter_of, files, phone, stranger};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use tempfile::TempDir;

use crate::facts::{self, Facts};
use crate::{scratch, share};

/// A book with entries of every kind, and what each of them says.
pub(crate) struct Sample {
    pub(crate) dir: TempDir,
    pub(crate) entries: usize,
    pub(crate) facts: Facts,
}

impl Sample {
    /// `closed`: all of it is in the index. If not, the last few entries are in the ledger alone.
    pub(crate) fn of(closed: bool) -> Self {
        let dir = scratch();
        let mut rng = ChaCha20Rng::seed_from_u64(50);
        let (mut book, _) = phone::open(dir.path(), &mut rng).unwrap();
        let mut entries = 0;
        let mut grace = Phone::of("Grace");
        let badge = Badge::new(BadgeFields::named("Ada")).unwrap();
        for label in ["work", "home"] {
            book.set_badge(label, &badge, &mut rng).unwrap();
            entries += 1;
        }
        for round in 0..6 {
            let (me, counter, now) = (book.identity().clone(), book.counter(), grace.now);
            let (options, wall) = (Options::default(), UnixTime::MIN);
            let first = Exchange::begin(&me, &badge, options, now, wall, counter, &mut rng);
            let mut talk = Talk { first: first.unwrap(), second: grace.begin(), now };
            let recorded = book.record(&talk.first_accepts(), &mut rng).unwrap();
            let theirs = grace.record(&talk.second_accepts(&recorded)).unwrap();
            book.confirm(&talk.first_hears(&theirs), &mut rng).unwrap();
            let (someone, unwelcome) = (stranger("Someone", &mut rng), stranger("No", &mut rng));
            let encounter = encounter_of(&mut book, &someone, &mut rng);
            let _ = book.record(&encounter, &mut rng).unwrap();
            let person = someone.0.person();
            book.note(&person, &format!("{round}: {}", "word ".repeat(300)), &mut rng).unwrap();
            book.note(&grace.person(), &format!("round {round}"), &mut rng).unwrap();
            book.tag(&person, "engines", &mut rng).unwrap();
            book.block(&unwelcome.0.person(), &mut rng).unwrap();
            let again = encounter_of(&mut book, &someone, &mut rng);
            let _ = book.record(&again, &mut rng).unwrap();
            book.tag(&grace.person(), &format!("round {round}"), &mut rng).unwrap();
            entries += 9;
            if round == 3 {
                book.maintain(1_000, &mut rng).unwrap();
            }
        }
        let facts = facts::of(&book).unwrap();
        facts::assert_listed(&book).unwrap();
        // The owner is in the header.
        assert_eq!(facts.len() - 1, entries, "each entry is one fact");
        if closed {
            book.close().unwrap()
        } else {
            drop(book)
        }
        Self { dir, entries, facts }
    }

    /// A copy to spoil.
    fn copy(&self) -> TempDir {
        let copy = scratch();
        copy_tree(self.dir.path(), copy.path());
        copy
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Class {
    Harmless,
    Healed,
    Rebuilt,
    Reported,
    /// What was cut off an end that only the ledger had, which looks like a write that was never
    /// finished. `STORAGE.md` says so under its limits.
    TakenForTorn,
    Refused,
}

/// What else may come of a case than nothing.
#[derive(Clone, Copy, Default)]
struct May {
    lose: bool,
    /// Entries that only the ledger has were cut off its end.
    be_torn: bool,
    refuse: bool,
}

fn lost(damage: &[Damage]) -> u64 {
    damage.iter().map(|damage| damage.lost).sum()
}

/// Opens the book in `dir` and says what became of it.
fn judged(sample: &Sample, dir: &Path, may: May, case: &str) -> Class {
    let mut rng = ChaCha20Rng::seed_from_u64(51);
    let (mut book, report) = match phone::open(dir, &mut rng) {
        Ok(opened) => opened,
        Err(error) => {
            assert!(may.refuse && !matches!(error, OpenError::Io { .. }), "{case}: {error:?}");
            return Class::Refused;
        }
    };
    assert!(!report.created, "{case}");
    let read = |book: &Book| facts::of(book).ok();
    // Before a check, each question gets an answer or a typed error; after it, an answer.
    let first = read(&book);
    let check = book.check().unwrap_or_else(|error| panic!("{case}: {error:?}"));
    let found = read(&book).unwrap_or_else(|| panic!("{case}: a checked book can be read"));
    facts::assert_listed(&book).unwrap_or_else(|error| panic!("{case}: {error:?}"));
    for facts in first.iter().chain([&found]) {
        assert!(facts.is_subset(&sample.facts), "{case}: {:?}", facts - &sample.facts);
    }
    let missing = sample.entries as u64 - check.entries;
    let told = lost(&check.damage);
    assert!(lost(&report.damage) <= told, "{case}: {report:?}, {check:?}");
    if !may.be_torn {
        assert_eq!(missing, told, "{case}: told of {told}, {report:?}, {check:?}");
    }
    assert!(may.lose || may.be_torn || missing == 0, "{case}: {report:?}, {check:?}");
    // An entry may have held what others are about; nothing is there without its entry.
    assert!((sample.facts.len() - found.len()) as u64 >= missing, "{case}");
    if missing == 0 {
        assert_eq!(found, sample.facts, "{case}");
    }
    drop(book);
    let (mut book, _) = phone::open(dir, &mut rng).unwrap_or_else(|e| panic!("{case}: {e:?}"));
    let again = book.check().unwrap();
    assert_eq!(
        (again.entries, lost(&again.damage)),
        (check.entries, told),
        "{case}: a second time"
    );
    assert_eq!((read(&book), again.rebuilt), (Some(found), None), "{case}: a second time");
    let rebuilt = check.rebuilt.is_some() || matches!(report.index, IndexState::Rebuilt { .. });
    match missing {
        0 if report.healed + check.healed > 0 => Class::Healed,
        0 if rebuilt => Class::Rebuilt,
        0 => Class::Harmless,
        _ if told == 0 => Class::TakenForTorn,
        _ => Class::Reported,
    }
}

/// Where files are cut and most bits are flipped: up to a file's last byte that isn't zero.
fn data_end(bytes: &[u8]) -> usize {
    bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1)
}

/// Only a key can't be done without; how far the book was, which the vault keeps too, can.
fn is_key(path: &Path) -> bool {
    path.extension().is_some_and(|kind| kind == "key")
}

fn is_ledger(path: &Path) -> bool {
    path.ends_with("ledger")
}

fn told(what: &str, cases: usize, classes: &BTreeMap<Class, usize>) {
    let classes: Vec<String> = classes.iter().map(|(class, n)| format!("{n} {class:?}")).collect();
    println!("{cases} {what}: {}", classes.join(", "));
}

/// A file by the case's number, of those that have something in them: every other time the ledger, which is
/// what counts.
fn chosen(files: &BTreeMap<PathBuf, Vec<u8>>, case: usize) -> (&PathBuf, &Vec<u8>) {
    let mut files = files.iter().filter(|(_, bytes)| data_end(bytes) > 0);
    if case.is_multiple_of(2) {
        files.find(|(path, _)| is_ledger(path)).unwrap()
    } else {
        files.clone().nth(case / 2 % files.count()).unwrap()
    }
}

#[test]
fn no_flipped_bit_anywhere_goes_unnoticed_or_costs_more_than_is_told() {
    let samples = [Sample::of(true), Sample::of(false)];
    let mut rng = ChaCha20Rng::seed_from_u64(52);
    let (mut classes, cases) = (BTreeMap::new(), share(1200, 150));
    for case in 0..cases {
        let sample = &samples[case % 2];
        let files = files(sample.dir.path());
        let (path, bytes) = chosen(&files, case / 2);
        // Now and then in what is zeros as yet.
        let end = if case % 16 > 13 { bytes.len() } else { data_end(bytes) };
        let (bit, copy) = (rng.next_u32() as usize % (end * 8), sample.copy());
        let mut bytes = bytes.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        fs::write(copy.path().join(path), bytes).unwrap();
        let name = format!("flip {case}, bit {bit} of {}", path.display());
        // All of the first book is in its index too.
        let lose = case % 2 == 1 && is_ledger(path);
        let may = May { lose, refuse: is_key(path), ..May::default() };
        *classes.entry(judged(sample, copy.path(), may, &name)).or_default() += 1;
    }
    told("flipped bits", cases, &classes);
    assert!(classes[&Class::Healed] > 10 && classes.contains_key(&Class::Reported));
    assert!(!classes.contains_key(&Class::TakenForTorn));
}

#[test]
fn no_cut_anywhere_costs_more_than_is_told_or_than_an_end_that_nothing_else_has() {
    let samples = [Sample::of(true), Sample::of(false)];
    let mut rng = ChaCha20Rng::seed_from_u64(53);
    let (mut classes, cases) = (BTreeMap::new(), share(240, 40));
    for case in 0..cases {
        let sample = &samples[case % 2];
        let files = files(sample.dir.path());
        let (path, bytes) = chosen(&files, case / 2);
        let end = data_end(bytes);
        let (to, copy) = (rng.next_u32() as usize % end, sample.copy());
        fs::write(copy.path().join(path), &bytes[..to]).unwrap();
        let name = format!("cut {case}, {} to {to} of {end}", path.display());
        let may =
            May { lose: false, be_torn: case % 2 == 1 && is_ledger(path), refuse: is_key(path) };
        *classes.entry(judged(sample, copy.path(), may, &name)).or_default() += 1;
    }
    told("cut files", cases, &classes);
    assert!(classes[&Class::Healed] > 5 && classes.contains_key(&Class::Rebuilt));
}

/// The ledger's frames: where each begins, and where the last one ends.
pub(crate) fn edges(ledger: &[u8]) -> Vec<usize> {
    let mut edges = vec![1024];
    while let Some(&[0xD7, b'L', b'P', b'E', a, b, c, d]) =
        ledger[edges[edges.len() - 1]..].first_chunk()
    {
        let sealed = u32::from_be_bytes([a, b, c, d]) as usize;
        edges.push(edges[edges.len() - 1] + 56 + 24 + sealed + 1);
    }
    edges
}

#[test]
fn what_is_spoilt_in_ledger_and_index_alike_is_counted_exactly() {
    let sample = Sample::of(true);
    let mut rng = ChaCha20Rng::seed_from_u64(54);
    let (mut classes, cases) = (BTreeMap::new(), share(150, 25));
    let files = files(sample.dir.path());
    let (path, ledger) = files.iter().find(|(path, _)| is_ledger(path)).unwrap();
    let edges = edges(ledger);
    assert_eq!(edges.len() - 1, sample.entries);
    for case in 0..cases {
        let copy = sample.copy();
        let mut bytes = ledger.clone();
        let (spoilt, count) = (rng.next_u32() as usize % sample.entries, 1 + case % 3);
        let spoilt = spoilt..(spoilt + count).min(sample.entries);
        for entry in spoilt.clone() {
            // Not in the end mark, which says nothing.
            let bits = (edges[entry + 1] - edges[entry] - 1) * 8;
            let bit = edges[entry] * 8 + rng.next_u32() as usize % bits;
            bytes[bit / 8] ^= 1 << (bit % 8);
        }
        fs::write(copy.path().join(path), bytes).unwrap();
        fs::remove_dir_all(copy.path().join(path).with_file_name("index")).unwrap();
        let may = May { lose: true, ..May::default() };
        let name = format!("both {case}, entries {spoilt:?}");
        let class = judged(&sample, copy.path(), may, &name);
        assert_eq!(class, Class::Reported, "{name}");
        *classes.entry(class).or_default() += 1;
        let mut rng = ChaCha20Rng::seed_from_u64(55);
        let (mut book, _) = phone::open(copy.path(), &mut rng).unwrap();
        let lost = lost(&book.check().unwrap().damage);
        assert_eq!(lost, spoilt.len() as u64, "{name}");
    }
    told("entries spoilt in ledger and index", cases, &classes);
}

#[test]
fn a_header_is_refused_only_if_all_three_of_its_copies_are_gone() {
    let sample = Sample::of(true);
    let mut rng = ChaCha20Rng::seed_from_u64(56);
    let (mut classes, cases) = (BTreeMap::new(), share(120, 20));
    let files = files(sample.dir.path());
    let (path, ledger) = files.iter().find(|(path, _)| is_ledger(path)).unwrap();
    for case in 0..cases {
        let copy = sample.copy();
        let mut bytes = ledger.clone();
        let copies: &[usize] = [&[0_usize][..], &[512], &[0, 512], &[0, 512]][case % 4];
        for at in copies {
            // Not in the version, which is believed where it is higher.
            let bit = at * 8 + 10 * 8 + rng.next_u32() as usize % (124 * 8);
            bytes[bit / 8] ^= 1 << (bit % 8);
        }
        let path = copy.path().join(path);
        fs::write(&path, bytes).unwrap();
        let gone = case % 4 == 3;
        if gone {
            fs::remove_dir_all(path.with_file_name("index")).unwrap();
        }
        let may = May { refuse: gone, ..May::default() };
        let class = judged(&sample, copy.path(), may, &format!("header {case}, {copies:?}"));
        assert_eq!(class == Class::Refused, gone, "header {case}");
        if !gone {
            let (_, report) = phone::open(copy.path(), &mut rng).unwrap();
            assert!(!report.header_damaged, "header {case}: mended");
            assert_eq!(fs::read(&path).unwrap()[..1024], ledger[..1024], "header {case}");
        }
        *classes.entry(class).or_default() += 1;
    }
    told("spoilt headers", cases, &classes);
}
