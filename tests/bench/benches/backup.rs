//! What it costs to back a book of ten thousand people up, to restore it and to merge it, beside what
//! nobody gets around: the same bytes through age, and the two signatures of each person. The passphrase's
//! own cost is told apart; all else is locked for a recipient. Then the peak of memory with a hundred
//! thousand. Each figure comes from a process of its own, on one thread.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a benchmark says what is wrong by failing")]

use core::time::Duration;
use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter};
use std::path::Path;
use std::sync::Arc;

use age::secrecy::ExposeSecret as _;
use age::x25519;
use lapel::backup::{Backup, Key, Lock};
use lapel::book::{Book, Settings};
use lapel::time::UnixTime;
use lapel::vault::FileVault;
use lapel_bench::child;
use lapel_bench::people::{are_asked_for, fill, open};
use lapel_bench::signatures::bare;
use lapel_bench::{Report, alone, race};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng as _;

/// 5,000 contacts a second.
const TARGET: Duration = Duration::from_micros(200);

fn made_at() -> UnixTime {
    UnixTime::clamped(1_795_458_300)
}

fn rng() -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(3)
}

/// Whoever the backup is locked for.
fn recipient(home: &Path) -> x25519::Identity {
    fs::read_to_string(home.join("recipient")).unwrap().parse().unwrap()
}

fn key(home: &Path) -> Key {
    Key::identity(recipient(home).to_string().expose_secret()).unwrap()
}

fn back_up(home: &Path) -> Box<dyn FnOnce()> {
    let (book, out) = (open(home), home.join("backup"));
    let lock = Lock::recipients(&[recipient(home).to_public().to_string()]).unwrap();
    Box::new(move || {
        book.back_up_to(&out, &lock, made_at()).unwrap();
        std::mem::forget(book);
    })
}

/// A book that is not there yet, and goes with `home`.
fn settings(home: &Path) -> Settings {
    let dir = tempfile::tempdir_in(home).unwrap().keep();
    Settings::new(dir.join("book"), Arc::new(FileVault::new(dir.join("keys"))))
}

fn restore(home: &Path) -> Box<dyn FnOnce()> {
    let (key, file, settings) = (key(home), home.join("backup"), settings(home));
    Box::new(move || {
        let (book, _, merged) =
            Book::restore(settings, &Backup::file(&file, &key), &mut rng()).unwrap();
        assert!(merged.refused.is_empty());
        std::mem::forget(book);
    })
}

/// Into the book that it was made of, which has everything; all of it is verified all the same.
fn merge(home: &Path) -> Box<dyn FnOnce()> {
    let (key, file, mut book) = (key(home), home.join("backup"), open(home));
    Box::new(move || {
        let merged = book.merge(&Backup::file(&file, &key), &mut rng()).unwrap();
        assert!(!merged.changes());
        std::mem::forget(book);
    })
}

/// The bytes of the backup, through age and to a synced file once more.
fn through_age(home: &Path) -> Box<dyn FnOnce()> {
    let inside = home.join("inside");
    let identity = recipient(home);
    let file = BufReader::new(File::open(home.join("backup")).unwrap());
    let mut opened = age::Decryptor::new_buffered(file)
        .unwrap()
        .decrypt(std::iter::once(&identity as &dyn age::Identity))
        .unwrap();
    io::copy(&mut opened, &mut File::create(&inside).unwrap()).unwrap();
    let (mut plain, out) = (File::open(inside).unwrap(), home.join("through age"));
    Box::new(move || {
        let to = identity.to_public();
        let sealed = age::Encryptor::with_recipients(std::iter::once(&to as &dyn age::Recipient));
        let out = BufWriter::new(File::create(out).unwrap());
        let mut sealed = sealed.unwrap().wrap_output(out).unwrap();
        io::copy(&mut plain, &mut sealed).unwrap();
        sealed.finish().unwrap().into_inner().unwrap().sync_all().unwrap();
    })
}

fn act(words: &str, home: &Path) -> Box<dyn FnOnce()> {
    match words.split_once(' ') {
        Some(("fill", people)) => {
            let (home, people) = (home.to_path_buf(), people.parse().unwrap());
            let identity = x25519::Identity::generate().to_string();
            Box::new(move || {
                fs::write(home.join("recipient"), identity.expose_secret()).unwrap();
                fill(&home, people);
            })
        }
        Some(("bare", contacts)) => bare(2 * contacts.parse::<usize>().unwrap()),
        _ => match words {
            "back up" => back_up(home),
            "age" => through_age(home),
            "restore" => restore(home),
            _ => merge(home),
        },
    }
}

/// What scrypt takes of each opening by passphrase, and of each making.
fn scrypt(report: &mut Report) {
    let mut locked = Vec::new();
    let home = tempfile::tempdir().unwrap();
    let book = open(home.path());
    let lock = Lock::passphrase("correct horse battery staple").unwrap();
    book.back_up(&mut locked, &lock, made_at()).unwrap();
    let key = Key::passphrase("correct horse battery staple").unwrap();
    let time = alone(5, || lapel_bench::timed(|| Backup::bytes(&locked, &key).about().unwrap()));
    report.beside("a passphrase tried (scrypt, 2^15)", "ms", time.as_secs_f64() * 1e3, None, &[]);
}

fn main() {
    child::serve(act);
    let mut report = Report::default();
    scrypt(&mut report);
    for people in [10_000_u32, 100_000] {
        if !are_asked_for(people.into()) {
            continue;
        }
        let home = child::in_memory();
        let run = |words: &str| child::run(words, home.path());
        run(&format!("fill {people}"));
        let backed_up = run("back up");
        if people == 10_000 {
            let mut judge = |text: &str, words: &str, against: &str, baseline: &str, gate: f64| {
                let took_turns =
                    race(5, || run(words).time / people, || run(baseline).time / people);
                report.ratio(text, against, &took_turns, gate);
                report.target(text, took_turns.subject, TARGET);
            };
            let bare = format!("bare {people}");
            judge("a contact backed up", "back up", "its bytes through age", "age", 20.0);
            judge("a contact restored", "restore", "two bare verify_strict", &bare, 2.0);
            judge("a contact merged that is there", "merge", "two bare verify_strict", &bare, 2.0);
        } else {
            let text = |what| format!("peak memory to {what} {people}");
            report.gate(&text("back up"), "MiB", backed_up.mib(), 32.0);
            report.gate(&text("restore"), "MiB", run("restore").mib(), 32.0);
            report.gate(&text("merge"), "MiB", run("merge").mib(), 32.0);
        }
    }
    report.close("Backups, each figure from a process of its own");
}
