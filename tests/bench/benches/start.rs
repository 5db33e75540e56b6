//! How long the program takes to start on a book of a thousand people, as a whole process.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a benchmark says what is wrong by failing")]

use core::time::Duration;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use lapel::book::Book;
use lapel::vault::FileVault;
use lapel_bench::{Report, alone, encounter_with_a_stranger, race, timed};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

const PEOPLE: u64 = 1_000;

/// The program, built as it ships, beside this benchmark.
fn program() -> PathBuf {
    let built = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--release", "-p", "lapel-cli"])
        .status()
        .unwrap();
    assert!(built.success(), "lapel-cli doesn't build");
    let here = std::env::current_exe().unwrap();
    let profile = here.ancestors().nth(2).unwrap();
    profile.join(format!("lapel{}", std::env::consts::EXE_SUFFIX))
}

fn fill(home: &Path) {
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let vault = Arc::new(FileVault::new(home.join("keys")));
    let (mut book, _) = Book::open(&home.join("book"), vault, &mut rng).unwrap();
    for number in 0..PEOPLE {
        let encounter = encounter_with_a_stranger(&book, number, &mut rng);
        let _ = book.record(&encounter, &mut rng).unwrap();
    }
    book.close().unwrap();
}

fn main() {
    let program = program();
    let home = tempfile::tempdir().unwrap();
    fill(home.path());
    let run = |arguments: &[&str]| {
        let mut command = Command::new(&program);
        command.arg("--home").arg(home.path()).args(arguments).stdout(Stdio::null());
        timed(|| assert!(command.status().unwrap().success()))
    };
    let mut report = Report::default();
    let whoami = alone(40, || run(&["whoami"]));
    report.target("lapel whoami, a book of 1,000", whoami, Duration::from_millis(30));
    let listed = alone(20, || run(&["contacts"]));
    report.target("lapel contacts, all of them", listed, Duration::from_millis(200));
    let opened = race(40, || run(&["whoami"]), || run(&["--version"]));
    report.compare("lapel whoami, a book of 1,000", "lapel --version", &opened);
    report.close("Starting the program, whole processes");
}
