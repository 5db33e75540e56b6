//! A kill before every single system call by which a book changes its disk.

use std::fs;
use std::path::Path;
use std::process::Command;

use lapel::book::OpenReport;
use lapel_book_tests::{copy_tree, encounter_of, ledger, phone, stranger};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use tempfile::TempDir;

use crate::facts;
use crate::life::{Life, Temper, command};
use crate::promise::Promise;
use crate::tracer::{Event, Fault, Op, Run, run};
use crate::{scratch, share};

/// How a book was found.
pub(crate) struct Found {
    pub(crate) report: OpenReport,
    /// Keys of generations that never came to be.
    pub(crate) stray_keys: usize,
    /// All that is in it now, and nothing is in doubt.
    pub(crate) owed: Promise,
}

/// Opens what was left in `dir`, holds it to what was promised, and goes on with it.
pub(crate) fn holds(dir: &Path, promise: &Promise, case: &str) -> Found {
    // Seeds that no child has, or this book's owner may have been made of the same randomness.
    let mut rng = ChaCha20Rng::seed_from_u64(u64::MAX);
    let opened = phone::open(dir, &mut rng);
    let (mut book, report) = opened.unwrap_or_else(|error| panic!("{case}: {error:?}"));
    assert!(report.damage.is_empty() && !report.old_key_remains, "{case}: {report:?}");
    assert!(!report.created || !promise.opened, "{case}: a new book in the old one's place");
    let found = facts::of(&book).unwrap();
    promise.check(&found).unwrap_or_else(|flaw| panic!("{case}: {flaw}\n{report:?}"));
    facts::assert_listed(&book).unwrap();
    let check = book.check().unwrap();
    assert!(check.damage.is_empty() && check.rebuilt.is_none(), "{case}: {check:?}, {report:?}");
    let after = stranger("After", &mut ChaCha20Rng::seed_from_u64(u64::MAX - 1));
    let encounter = encounter_of(&mut book, &after, &mut rng);
    let _ = book.record(&encounter, &mut rng).unwrap();
    drop(book);
    let (mut book, again) = phone::open(dir, &mut rng).unwrap();
    assert!(!again.created && again.torn == 0 && !again.cleaned, "{case}: {again:?}");
    let mut expected = found;
    expected.insert(facts::met(&encounter));
    assert_eq!(facts::of(&book).unwrap(), expected, "{case}");
    facts::assert_listed(&book).unwrap();
    let check = book.check().unwrap();
    assert!(check.healed == 0 && check.damage.is_empty() && check.rebuilt.is_none(), "{case}");
    // One generation, its key, and none of before.
    let ledger = ledger(&dir.join("book"));
    let epoch = ledger.parent().unwrap().file_name().unwrap().to_str().unwrap().parse().unwrap();
    let keys: Vec<u32> = epochs(&dir.join("keys")).collect();
    assert!(keys.contains(&epoch) && keys.iter().all(|key| *key >= epoch), "{case}: {keys:?}");
    Found { report, stray_keys: keys.len() - 1, owed: Promise::from_facts(expected) }
}

/// Of what epochs there are keys in a file vault, whole or not.
pub(crate) fn epochs(keys: &Path) -> impl Iterator<Item = u32> {
    let names = fs::read_dir(keys).into_iter().flatten();
    names.filter_map(|name| {
        let name = name.unwrap().file_name().into_string().unwrap();
        // How far the book is has no epoch in its name.
        let (_, epoch) = name.split_once('-')?;
        Some(u32::from_str_radix(epoch.split('.').next().unwrap(), 16).unwrap())
    })
}

/// A book whose ledger is about to grow, and what it owes.
pub(crate) fn nearly_full() -> (TempDir, Promise) {
    let dir = scratch();
    let mut rng = ChaCha20Rng::seed_from_u64(40);
    let (mut book, _) = phone::open(dir.path(), &mut rng).unwrap();
    let encounter = encounter_of(&mut book, &stranger("Talker", &mut rng), &mut rng);
    let _ = book.record(&encounter, &mut rng).unwrap();
    let used = || {
        let bytes = fs::read(ledger(&dir.path().join("book"))).unwrap();
        (bytes.iter().rposition(|byte| *byte != 0).unwrap() + 1, bytes.len())
    };
    for at in 0.. {
        // An encounter, then a note with it, and then the first 256 KiB are full.
        let (end, room) = used();
        if end + 4000 > room {
            break;
        }
        let note = format!("{at}: {}", "word ".repeat(390));
        book.note(&encounter.person(), note.trim_end(), &mut rng).unwrap();
    }
    let facts = facts::of(&book).unwrap();
    (dir, Promise::from_facts(facts))
}

/// A directory for a life to begin in, and what is owed at that moment.
pub(crate) fn start(life: Life, base: &(TempDir, Promise)) -> (TempDir, Promise) {
    let dir = scratch();
    match life {
        Life::Whole | Life::Endless => (dir, Promise::default()),
        Life::Later => {
            copy_tree(base.0.path(), dir.path());
            (dir, base.1.clone())
        }
    }
}

/// Has a child do in copies of `base` what it does, killed before its calls, of which each one, or one of so
/// many, counts, and once not at all; `judge` is shown what each one left. Gives the number of kills.
pub(crate) fn kill_before_each_call(
    base: &Path,
    one_of: usize,
    child: &dyn Fn(&Path) -> Command,
    judge: &mut dyn FnMut(&Path, &Run, &str),
) -> usize {
    for (kills, n) in (1..).step_by(one_of).enumerate() {
        let dir = scratch();
        copy_tree(base, dir.path());
        let run = run(child(dir.path()), dir.path(), Fault::KillBefore(n));
        let case = format!("killed before call {n}");
        assert!(run.struck || run.ended_well() && run.said("end"), "{case}: {}", run.end());
        judge(dir.path(), &run, &case);
        if !run.struck {
            println!("{kills} kills before {} calls", run.calls);
            return kills;
        }
    }
    unreachable!("it ends by itself")
}

#[test]
fn to_keep_someone_is_one_write_and_one_sync_of_the_ledger() {
    let dir = scratch();
    let run = run(command(dir.path(), Life::Whole, Temper::Strict, 4), dir.path(), Fault::None);
    let (mut met, mut calls, mut grown) = (0, None, 0);
    for event in &run.events {
        match (event, &mut calls) {
            (Event::Said(line), _) if line.starts_with("try + ") && line.contains(" met ") => {
                calls = Some(Vec::new());
            }
            (Event::Said(line), Some(between)) if line == "done" => {
                // Where the ledger is full, zeros are written and synced before.
                let is_zeros = |op: &Op| matches!(op, Op::Write { bytes, .. } if bytes.iter().all(|b| *b == 0));
                if between.first().is_some_and(is_zeros) {
                    between.drain(..2);
                    grown += 1;
                }
                let [Op::Write { path, .. }, Op::Sync { path: synced }] = between.as_slice() else {
                    panic!("{between:?}")
                };
                assert!(path.ends_with("ledger") && synced == path, "{between:?}");
                (calls, met) = (None, met + 1);
            }
            (Event::Did(op), Some(between)) => between.push(op.clone()),
            _ => {}
        }
    }
    println!("{met} people kept, with one write and one sync each, and room made {grown} times");
    assert!(met > 5 && (1..met / 2).contains(&grown), "{met} met, {grown} times grown");
}

#[test]
fn a_kill_before_any_single_call_loses_nothing_that_was_acknowledged() {
    let base = nearly_full();
    let (mut kills, mut acknowledged) = (0, 0);
    for life in [Life::Whole, Life::Later] {
        let step = share(1, 9);
        for n in (1..).step_by(step) {
            let (dir, mut promise) = start(life, &base);
            let child = command(dir.path(), life, Temper::Strict, 3);
            let run = run(child, dir.path(), Fault::KillBefore(n));
            run.lines().for_each(|line| promise.hear(line));
            let case = format!("{life:?}, killed before call {n}");
            if !run.struck {
                assert!(run.ended_well() && run.said("end"), "{case}: {}", run.stderr);
            }
            assert_eq!(holds(dir.path(), &promise, &case).stray_keys, 0, "{case}");
            acknowledged = promise.acknowledged.max(acknowledged);
            if !run.struck {
                println!("{life:?}: {} calls", run.calls);
                break;
            }
            kills += 1;
        }
    }
    println!(
        "{kills} kills before {kills} calls, up to {acknowledged} things acknowledged by then"
    );
    assert!(kills > 20 && acknowledged > 10);
}
