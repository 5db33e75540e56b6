//! Processes that are really killed: SIGKILL, at moments nobody chose.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::Child;
use std::time::Duration;

use lapel::book::Book;
use lapel_book_tests::{Phone, child, encounter_of, phone, stranger};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

const KILLS: u64 = 36;

fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").and_then(|()| out.flush()).unwrap();
}

/// Meets someone new again and again, and forgets one in five of them.
fn meets_for_ever(mut book: Book, rng: &mut ChaCha20Rng) {
    for round in 1_u64.. {
        let someone = stranger("Someone", rng);
        let encounter = encounter_of(&mut book, &someone, rng);
        let recorded = book.record(&encounter, rng).unwrap();
        say(&format!("kept {}", recorded.person()));
        if round % 5 == 0 {
            say(&format!("forgetting {}", recorded.person()));
            book.forget(&[recorded.person()], rng).unwrap();
            say(&format!("forgot {}", recorded.person()));
        }
    }
}

#[test]
fn child_that_meets_for_ever() {
    let Some(dir) = child::told() else { return };
    let mut rng = ChaCha20Rng::seed_from_u64(child::number("SEED"));
    say("");
    let (book, report) = phone::open(&dir, &mut rng).unwrap();
    assert!(report.damage.is_empty(), "{report:?}");
    meets_for_ever(book, &mut rng);
}

/// Lets the child say `lines` lines and go on for `micros`, kills it, and gives all that it said.
/// What it was cut short in saying doesn't count.
fn killed_after(mut child: Child, lines: u32, micros: u32) -> Vec<String> {
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut heard = Vec::new();
    let mut line = String::new();
    let mut hear = |heard: &mut Vec<String>| {
        line.clear();
        let read = out.read_line(&mut line).unwrap();
        heard.extend(line.strip_suffix('\n').map(str::to_owned));
        read > 0
    };
    for _ in 0..lines {
        assert!(hear(&mut heard), "it meets people until it is killed: {heard:?}");
    }
    std::thread::sleep(Duration::from_micros(micros.into()));
    child.kill().unwrap();
    while hear(&mut heard) {}
    child.wait().unwrap();
    heard
}

fn start(dir: &Path, seed: u64) -> Child {
    child::run("kill::child_that_meets_for_ever", dir)
        .env("SEED", seed.to_string())
        .spawn()
        .unwrap()
}

#[test]
fn nobody_kept_is_lost_and_nobody_forgotten_is_back_after_any_kill() {
    let mut ada = Phone::of("Ada");
    let owner = ada.person();
    drop(ada.take());
    let mut moments = ChaCha20Rng::seed_from_u64(4);
    let (mut kept, mut forgotten, mut undecided) = (BTreeSet::new(), BTreeSet::new(), 0);
    for kill in 0..KILLS {
        let child = start(ada.dir(), 1_000 + kill);
        // While it starts and opens, or some way into what it does from its first lines on. How far
        // it is then differs each time, which is the point.
        let (lines, micros) = match kill % 4 {
            0 => (0, moments.next_u32() % 40_000),
            _ => (4 + moments.next_u32() % 16, moments.next_u32() % 8_000),
        };
        let heard = killed_after(child, lines, micros);
        let mut in_doubt = None;
        for line in &heard {
            match line.split_once(' ') {
                Some(("kept", person)) => drop(kept.insert(person.to_owned())),
                Some(("forgetting", person)) => {
                    kept.remove(person);
                    in_doubt = Some(person.to_owned());
                }
                Some(("forgot", person)) => {
                    in_doubt = None;
                    forgotten.insert(person.to_owned());
                }
                _ => {}
            }
        }
        let report = ada.try_open().unwrap();
        assert!(report.damage.is_empty() && report.healed == 0, "kill {kill}: {report:?}");
        assert_eq!(ada.person(), owner);
        let book: BTreeSet<String> =
            ada.contacts().unwrap().iter().map(|contact| contact.person().to_string()).collect();
        assert!(kept.is_subset(&book), "kill {kill}: acknowledged and lost");
        assert!(forgotten.is_disjoint(&book), "kill {kill}: forgotten and back");
        // At most the one that was being kept or forgotten when the kill came is open.
        let surplus: Vec<_> = book.difference(&kept).cloned().collect();
        assert!(surplus.len() <= 1, "kill {kill}: {surplus:?}");
        undecided += usize::from(in_doubt.is_some()) + surplus.len();
        kept.extend(surplus);
        drop(ada.take());
    }
    println!(
        "{KILLS} kills, {} kept, {} forgotten, {undecided} in between",
        kept.len(),
        forgotten.len()
    );
    assert!(kept.len() > 100 && !forgotten.is_empty());
}
