//! Backups, opened and locked by two programs that others wrote: age itself, in Go, and its author's TypeScript.
//!
//! `cargo test -p lapel-interop-tests --test backups -- --nocapture` prints which; README.md says what that proves.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test says what is wrong by failing"
)]

use std::ffi::OsStr;
use std::path::Path;
use std::sync::Arc;
use std::{fmt, fs};

use ed25519_dalek::{Signature, SigningKey, VerifyingKey};
use lapel::backup::{BackedUp, Backup, BackupError, Key, Lock};
use lapel::book::{Book, Settings};
use lapel::identity::Identity;
use lapel::receipt::State;
use lapel::time::UnixTime;
use lapel::vault::FileVault;
use lapel_interop_tests::{reader, reader_asking};
use lapel_protocol_tests::phone::{Setup, Stuck};
use lapel_protocol_tests::schedule::{labelled, sha256};
use lapel_protocol_tests::{Party, Phone, cbor};
use tempfile::TempDir;

const WORDS: &str = "dicke Füße, drei Käfer";
/// Two pairs that nobody uses: recipient and identity.
const PAIRS: [(&str, &str); 2] = [
    (
        "age1t7rxyev2z3rw82stdlrrepyc39nvn86l5078zqkf5uasdy86jp6svpy7pa",
        "AGE-SECRET-KEY-1GQ9778VQXMMJVE8SK7J6VT8UJ4HDQAJUVSFCWCM02D8GEWQ72PVQ2Y5J33",
    ),
    (
        "age14rpt77n85kr74saannqy8f5xrvze9ywhsd22mmxx2txp2yyq4fuq52ag4x",
        "AGE-SECRET-KEY-1797RYNL7ZPWJXZ69ZR8MS9GF8GCNLKTK6CLNXE2UFAPA2FQKE85S4VZ22P",
    ),
];
const MADE_AT: u32 = 1_795_458_360;
const NOTES: usize = 40;

/// A lock, and what opens it.
#[derive(Clone, Copy)]
enum With {
    Passphrase(&'static str),
    Pair((&'static str, &'static str)),
}

use With::{Pair, Passphrase};

impl With {
    fn key(self) -> Key {
        match self {
            Passphrase(words) => Key::passphrase(words).unwrap(),
            Pair((_, identity)) => Key::identity(identity).unwrap(),
        }
    }

    fn lock(self) -> Lock {
        match self {
            Passphrase(words) => Lock::passphrase(words).unwrap(),
            Pair(_) => Lock::recipients(&PAIRS.map(|(recipient, _)| recipient)).unwrap(),
        }
    }
}

impl fmt::Display for With {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Passphrase(_) => "a passphrase",
            Pair(_) => "a key",
        })
    }
}

/// A program that opens and locks age files.
#[derive(Debug, Clone, Copy)]
enum Program {
    Age,
    Typage,
}

use Program::{Age, Typage};

impl Program {
    /// What is in `file`, or what it says instead.
    fn opens(self, file: &[u8], with: With) -> Result<Vec<u8>, String> {
        self.run(file, "open", with)
    }

    /// `contents` locked.
    fn locks(self, contents: &[u8], with: With) -> Vec<u8> {
        self.run(contents, "lock", with).unwrap()
    }

    fn run(self, input: &[u8], what: &str, with: With) -> Result<Vec<u8>, String> {
        let dir = tempfile::tempdir().unwrap();
        let [from, to, key] = ["from", "to", "key"].map(|name| dir.path().join(name));
        fs::write(&from, input).unwrap();
        let (from, to): (&OsStr, &OsStr) = (from.as_ref(), to.as_ref());
        match (self, with) {
            (Age, Passphrase(words)) => {
                let flag = if what == "open" { "-d" } else { "-p" };
                reader_asking("age", &[flag.as_ref(), "-o".as_ref(), to, from], words)?;
            }
            (Age, Pair((recipient, identity))) => {
                fs::write(&key, format!("# somebody's key\n{identity}\n")).unwrap();
                let how: [&OsStr; 3] = match what {
                    "open" => ["-d".as_ref(), "-i".as_ref(), key.as_ref()],
                    _ => ["-e".as_ref(), "-r".as_ref(), recipient.as_ref()],
                };
                reader("age", &[&how, &["-o".as_ref(), to, from][..]].concat())?;
            }
            (Typage, with) => {
                let (by, key) = match (with, what) {
                    (Passphrase(words), _) => ("passphrase", words),
                    (Pair((_, identity)), "open") => ("identity", identity),
                    (Pair((recipient, _)), _) => ("recipient", recipient),
                };
                reader("typage", &[what.as_ref(), by.as_ref(), key.as_ref(), from, to])?;
            }
        }
        Ok(fs::read(to).unwrap())
    }
}

/// Ada, who met Grace and wrote more about her than age encrypts at once.
fn ada() -> Phone {
    let mut ada = Phone::named("Ada");
    let grace = Party::named("Grace");
    let hello = ada.hello();
    let seen = ada.verifies(grace.offer(&hello));
    let _ = ada.keeps(&seen);
    let _ = ada.is_confirmed_by(grace.confirm(&hello, &ada.person()));
    let mut rng = ada.rng.clone();
    for number in 0..NOTES {
        let note = format!("{number}: {}", "ß".repeat(990));
        ada.book().note(&seen.person, &note, &mut rng).unwrap();
    }
    ada
}

fn backed_up(ada: &mut Phone, with: With) -> (Vec<u8>, BackedUp) {
    let (mut file, made_at) = (Vec::new(), UnixTime::clamped(MADE_AT.into()));
    let done = ada.book().back_up(&mut file, &with.lock(), made_at).unwrap();
    (file, done)
}

/// The book that comes out of a backup.
fn restored(file: &[u8], with: With) -> Result<(TempDir, Book), BackupError> {
    let home = tempfile::tempdir().unwrap();
    let vault = Arc::new(FileVault::new(home.path().join("keys")));
    let settings = Settings::new(home.path().join("book"), vault);
    let key = with.key();
    let (book, _, merged) =
        Book::restore(settings, &Backup::bytes(file, &key), &mut Stuck([1; 32]))?;
    assert!(merged.refused.is_empty(), "{:?}", merged.refused);
    Ok((home, book))
}

fn is_adas(book: &Book) {
    assert_eq!(
        book.identity().person(),
        Identity::from_secret(&Setup::named("Ada").secret).person()
    );
    let contacts = book.contacts().unwrap();
    let [grace] = &contacts[..] else { panic!("{} contacts", contacts.len()) };
    assert_eq!((grace.badge().name(), grace.state()), ("Grace", State::Confirmed));
    let notes = grace.notes().iter().map(|note| note.texts()[0].len()).sum::<usize>();
    assert!(notes > NOTES * 1_980, "{notes}");
}

/// Reads the inside of a backup as STORAGE.md draws it, and gives the entries.
fn entries(inside: &[u8], clock: u64) -> Vec<&[u8]> {
    let secret = Setup::named("Ada").secret;
    let number = |at: usize| u32::from_be_bytes(inside[at..at + 4].try_into().unwrap()) as usize;
    assert_eq!(&inside[..14], b"lapel backup\x00\x01");
    let head = &inside[18..18 + number(14)];
    // Behind the array's head, the secret and the store's own head.
    let store = &head[36..52];
    let made_at = cbor::uint(MADE_AT.into());
    let expected = [cbor::bytes(secret), cbor::bytes(store), made_at, cbor::uint(clock)];
    assert_eq!(head, cbor::array(&expected));
    let (mut at, mut entries) = (18 + head.len(), Vec::new());
    while number(at) > 0 {
        entries.push(&inside[at + 4..at + 4 + number(at)]);
        at += 4 + number(at);
    }
    at += 4;
    let owner: VerifyingKey = SigningKey::from_bytes(&secret).verifying_key();
    let signature = Signature::from_bytes(inside[at..].try_into().unwrap());
    let said = labelled("lapel/1 backup", &[&sha256(&inside[..at])]);
    owner.verify_strict(&said, &signature).unwrap();
    entries
}

#[test]
fn what_others_find_in_a_backup_is_what_the_text_draws_whatever_it_is_locked_with() {
    let mut ada = ada();
    let mut insides = Vec::new();
    for with in [Passphrase(WORDS), Pair(PAIRS[0]), Pair(PAIRS[1])] {
        let (file, done) = backed_up(&mut ada, with);
        let key = with.key();
        let about = Backup::bytes(&file, &key).about().unwrap();
        for program in [Age, Typage] {
            let inside = program.opens(&file, with).unwrap();
            assert!(inside.len() > 65_536, "more than one chunk of age's: {}", inside.len());
            let entries = entries(&inside, about.clock);
            assert_eq!(entries.len() as u64, done.entries);
            let grace = Party::named("Grace").contents.badge;
            let has = |entry: &&&[u8]| entry.windows(grace.len()).any(|some| some == grace);
            assert_eq!(entries.iter().filter(has).count(), 1, "one encounter, with her badge");
            println!("{program:?} opens it with {with}: {} bytes", inside.len());
            insides.push(inside);
        }
    }
    assert!(insides.iter().all(|inside| *inside == insides[0]), "the lock makes no difference");
}

#[test]
fn what_others_lock_anew_is_restored() {
    let mut ada = ada();
    let (file, _) = backed_up(&mut ada, Pair(PAIRS[0]));
    for (program, with) in
        [(Age, Pair(PAIRS[0])), (Typage, Pair(PAIRS[1])), (Typage, Passphrase(WORDS))]
    {
        let inside = program.opens(&file, Pair(PAIRS[0])).unwrap();
        let (_home, book) = restored(&program.locks(&inside, with), with).unwrap();
        is_adas(&book);
        println!("restored from what {program:?} locked with {with}");
    }
}

#[test]
fn a_passphrase_that_age_itself_locks_with_would_take_more_work_than_is_done() {
    let locked = Age.locks(b"lapel backup", Passphrase(WORDS));
    let Err(error) = restored(&locked, Passphrase(WORDS)) else { panic!("it is tried") };
    assert!(matches!(error, BackupError::TooMuchWork { log_n: 18, max: 16 }), "{error}");
}

#[test]
fn another_passphrase_or_key_opens_nothing_here_or_there() {
    let mut ada = ada();
    let (by_words, _) = backed_up(&mut ada, Passphrase(WORDS));
    let for_one = {
        let (mut file, lock) = (Vec::new(), Lock::recipients(&[PAIRS[0].0]).unwrap());
        ada.book().back_up(&mut file, &lock, UnixTime::MIN).unwrap();
        file
    };
    let (other_words, other_key) = (Passphrase("dicke Füße, drei Kafer"), Pair(PAIRS[1]));
    for (file, with, age_says) in [
        (&by_words, other_words, "incorrect passphrase"),
        (&for_one, other_key, "no identity matched any of the recipients"),
    ] {
        for (program, says) in
            [(Age, age_says), (Typage, "no identity matched any of the file's recipients")]
        {
            let said = program.opens(file, with).unwrap_err();
            assert!(said.contains(says), "{program:?} with {with}: {said}");
        }
        let error = restored(file, with).err().unwrap();
        assert!(matches!(error, BackupError::WrongKey), "{error}");
    }
    // What others locked, neither.
    for (program, right, wrong) in [
        (Age, Pair(PAIRS[0]), other_key),
        (Typage, Pair(PAIRS[0]), other_key),
        (Typage, Passphrase(WORDS), other_words),
    ] {
        let error = restored(&program.locks(b"lapel backup", right), wrong).err().unwrap();
        assert!(matches!(error, BackupError::WrongKey), "{program:?}: {error}");
    }
}

#[test]
fn an_altered_or_shortened_backup_is_refused_by_all_three() {
    let (file, _) = backed_up(&mut ada(), Pair(PAIRS[0]));
    let flipped = |at: usize| {
        let mut file = file.clone();
        file[at] ^= 1;
        file
    };
    // age's first chunk ends behind its header and 65,552 bytes.
    let header = file.windows(5).position(|some| some == b"\n--- ").unwrap() + 49;
    let one_chunk = file[..header + 16 + 65_552].to_vec();
    for (what, file) in [
        ("its last byte flipped", flipped(file.len() - 1)),
        ("a byte of the first chunk flipped", flipped(1_000)),
        ("a byte of the header's code flipped", flipped(header - 20)),
        ("its last byte cut", file[..file.len() - 1].to_vec()),
        ("cut where age's first chunk ends", one_chunk),
    ] {
        for program in [Age, Typage] {
            assert!(program.opens(&file, Pair(PAIRS[0])).is_err(), "{program:?}: {what}");
        }
        let error = restored(&file, Pair(PAIRS[0])).err().unwrap();
        assert!(matches!(error, BackupError::Altered { .. }), "{what}: {error}");
    }
}

#[test]
fn both_programs_are_who_they_say() {
    let version = reader("age", &["--version".as_ref()]).unwrap();
    assert!(version.trim().trim_start_matches('v').starts_with("1."), "{version}");
    let nothing = Path::new("/dev/null").as_os_str();
    let words = ["lock".as_ref(), "passphrase".as_ref(), "x".as_ref(), nothing, nothing];
    let typage = reader("typage", &words).unwrap();
    println!("age {}, {}", version.trim(), typage.trim());
}
