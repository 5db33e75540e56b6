//! Processes that are killed at moments nobody chose.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::time::Duration;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use crate::each_call::holds;
use crate::life::{Life, Temper, command};
use crate::promise::Promise;
use crate::{scratch, share};

/// So many times one book is killed, after which the next one begins.
const PER_BOOK: usize = 25;

/// Lets a child live in `dir` until it has said `lines` lines from its first open on, if any are
/// wanted, and for `micros` more; kills it, and gives all that it said. What it was cut short in
/// saying doesn't count.
fn killed_after(dir: &Path, seed: u64, lines: Option<u32>, micros: u32) -> Vec<String> {
    let mut child = command(dir, Life::Endless, Temper::Strict, seed).spawn().unwrap();
    drop(child.stdin.take());
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let (mut heard, mut line) = (Vec::new(), String::new());
    let mut hear = |heard: &mut Vec<String>| {
        line.clear();
        let read = out.read_line(&mut line).unwrap();
        heard.extend(line.strip_suffix('\n').map(str::to_owned));
        read > 0
    };
    if let Some(lines) = lines {
        while heard.last().is_none_or(|line| line != "opened") {
            assert!(hear(&mut heard), "it lives until it is killed: {heard:?}");
        }
        for _ in 0..lines {
            assert!(hear(&mut heard), "it lives until it is killed: {heard:?}");
        }
    }
    std::thread::sleep(Duration::from_micros(micros.into()));
    child.kill().unwrap();
    while hear(&mut heard) {}
    child.wait().unwrap();
    heard
}

/// The kills of one book, and how many things were acknowledged and in doubt.
fn one_book(book: usize, kills: usize) -> (usize, usize, u32) {
    let mut moments = ChaCha20Rng::seed_from_u64(60 + book as u64);
    let dir = scratch();
    let (mut owed, mut acknowledged, mut forgotten) = (Promise::default(), 0, 0);
    for kill in 0..kills {
        // While it starts and opens, or some way into what it does from then on. How far it is then
        // differs each time, which is the point.
        let (lines, micros) = match kill % 4 {
            0 => (None, moments.next_u32() % 40_000),
            _ => (Some(moments.next_u32() % 40), moments.next_u32() % 8_000),
        };
        let seed = (book * PER_BOOK + kill) as u64;
        for line in killed_after(dir.path(), seed, lines, micros) {
            owed.hear(&line);
        }
        let case = format!("book {book}, kill {kill}");
        let found = holds(dir.path(), &owed, &case);
        assert_eq!((found.stray_keys, found.report.healed), (0, 0), "{case}");
        acknowledged += owed.acknowledged;
        forgotten += owed.forgotten;
        owed = found.owed;
    }
    (kills, acknowledged, forgotten)
}

#[test]
fn nobody_kept_is_lost_and_nobody_forgotten_is_back_after_any_kill() {
    let books = share(44, 2);
    let (mut kills, mut acknowledged, mut forgotten) = (0, 0, 0);
    for book in 0..books {
        let (k, a, f) = one_book(book, PER_BOOK);
        (kills, acknowledged, forgotten) = (kills + k, acknowledged + a, forgotten + f);
    }
    println!("{kills} kills of {books} books, {acknowledged} things kept, {forgotten} forgotten");
    assert!(acknowledged > 2 * kills && forgotten > 5);
}
