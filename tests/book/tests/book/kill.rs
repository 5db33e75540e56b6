//! Processes that are really killed: SIGKILL, at moments nobody chose.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::Child;

use lapel::book::Book;
use lapel_book_tests::{Phone, child, encounter_of, phone, stranger};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

const KILLS: u64 = 40;

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

/// What the child said before it died; only whole lines count.
fn last_words(child: &mut Child, heard: &mut Vec<String>) {
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    while out.read_line(&mut line).unwrap() > 0 {
        if line.ends_with('\n') {
            heard.push(line.trim_end().to_owned());
        }
        line.clear();
    }
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
        let mut child = start(ada.dir(), 1_000 + kill);
        // A moment while it starts and opens, or within its first few dozen entries. How far the
        // child is by then differs each time; that is the point.
        let micros = moments.next_u32() % if kill % 4 == 0 { 30_000 } else { 120_000 };
        std::thread::sleep(std::time::Duration::from_micros(micros.into()));
        child.kill().unwrap();
        let mut heard = Vec::new();
        last_words(&mut child, &mut heard);
        child.wait().unwrap();

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
    assert!(kept.len() > 40 && !forgotten.is_empty());
}
