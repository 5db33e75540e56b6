//! A disk that is full at any moment: nothing acknowledged is lost or unreadable, and the new one
//! gets an error with a name.
#![cfg(unix)]

use std::collections::BTreeSet;
use std::time::Duration;

use lapel::book::{Book, BookError, WriteError};
use lapel::encounter::Encounter;
use lapel::exchange::{Exchange, Options};
use lapel::identity::{Identity, PersonId};
use lapel::time::UnixTime;
use lapel_book_tests::{Phone, child, encounter, encounter_of, meet, meeting, phone, stranger};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

/// Meets people until the disk is full, then looks everyone up.
#[test]
fn child_that_fills_the_disk() {
    let Some(dir) = child::told() else { return };
    println!();
    let mut rng = ChaCha20Rng::seed_from_u64(child::number("SEED"));
    let mut book = match phone::open(&dir, &mut rng) {
        Ok((book, _)) => book,
        Err(error) => return println!("refused: {error:?}"),
    };
    let met = book.contacts().unwrap().len();
    let mut kept = Vec::new();
    for _ in 0..child::number("MOST") {
        let someone = stranger("Someone", &mut rng);
        let encounter = encounter_of(&mut book, &someone, &mut rng);
        match book.record(&encounter, &mut rng) {
            Ok(recorded) => {
                println!("kept {}", recorded.person());
                kept.push(recorded.person());
            }
            Err(BookError::Write(error)) if !matches!(error, WriteError::TooLarge { .. }) => {
                // Poisoned from the start, where not even the last entry could be written again.
                println!("full: {error}");
                assert!(!error.to_string().is_empty());
                // Again, it is refused again, and not half kept.
                let again = book.record(&encounter, &mut rng).unwrap_err();
                assert!(matches!(again, BookError::Write(_)), "{again:?}");
                break;
            }
            Err(other) => panic!("not a word about the disk: {other:?}"),
        }
    }
    let listed: Vec<PersonId> = book.contacts().unwrap().iter().map(|c| c.person()).collect();
    assert_eq!(listed.len(), met + kept.len(), "reading goes on, and names nobody twice");
    let there = BTreeSet::from_iter(listed);
    for person in &kept {
        assert!(there.contains(person) && book.contact(person).unwrap().is_some());
    }
    println!("all there");
}

/// What a child came to under a limit of `blocks` to the size of any file.
struct Outcome {
    kept: Vec<PersonId>,
    refused: bool,
    full: bool,
}

fn fill(phone: &Phone, blocks: u64, most: u64) -> Outcome {
    let limit = format!("trap '' XFSZ; ulimit -f {blocks}");
    let mut command = child::run_after(&limit, "full::child_that_fills_the_disk", phone.dir());
    command.env("SEED", blocks.to_string()).env("MOST", most.to_string());
    let output = command.output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{blocks} blocks: {said}{errors}");
    let refused = said.contains("refused: ");
    assert!(refused || said.contains("all there"), "{blocks} blocks: {said}{errors}");
    let kept = said.lines().filter_map(|line| line.strip_prefix("kept "));
    let kept = kept.map(|person| person.parse().unwrap()).collect();
    Outcome { kept, refused, full: said.contains("full: ") }
}

#[test]
fn whatever_is_full_everyone_acknowledged_is_still_there() {
    let (mut refused, mut full, mut kept) = (0, 0, 0);
    // In blocks of 512 bytes, with how many to try: below the header, below what the ledger took in
    // advance, where the index runs out first, where the ledger can't grow, and room enough.
    for (blocks, most) in [
        (0, 9),
        (1, 9),
        (3, 9),
        (8, 9),
        (40, 70),
        (130, 130),
        (200, 130),
        (300, 130),
        (512, 230),
        (700, 230),
        (4000, 130),
    ] {
        let mut ada = Phone::of("Ada");
        meet(&mut ada, &mut Phone::of("Grace"));
        drop(ada.take());
        let outcome = fill(&ada, blocks, most);
        ada.reopen();
        assert_eq!(ada.names()[0], "Grace");
        for person in &outcome.kept {
            assert!(ada.contact(person).unwrap().is_some(), "{blocks} blocks: lost");
        }
        let more = ada.contacts().unwrap().len() - 1 - outcome.kept.len();
        assert!(more <= 1, "{blocks} blocks: {more} that nobody acknowledged");
        // With room again, it goes on.
        let someone = stranger("After", &mut ada.rng);
        let met = encounter(&mut ada, &someone);
        let _ = ada.record(&met).unwrap();
        ada.reopen();
        assert!(ada.contact(&someone.0.person()).unwrap().is_some());
        println!(
            "{blocks:>5} blocks: {:>3} kept, refused {}, full {}",
            outcome.kept.len(),
            outcome.refused,
            outcome.full
        );
        refused += u32::from(outcome.refused);
        full += u32::from(outcome.full);
        kept += outcome.kept.len();
    }
    println!("{refused} opens refused, {full} books full, {kept} kept in all");
    assert!(full > 4 && kept > 300, "the limits do something and not everything");
}

/// The same encounter of this book's owner whenever and wherever it is made.
fn the_encounter(book: &Book) -> Encounter {
    let mut rng = ChaCha20Rng::seed_from_u64(5);
    let (them, badge) = stranger("Someone", &mut rng);
    let mut begin = |identity: &Identity| {
        let (options, wall) = (Options::default(), UnixTime::MIN);
        Exchange::begin(identity, &badge, options, Duration::ZERO, wall, 1, &mut rng).unwrap()
    };
    let (mut mine, mut theirs) = (begin(book.identity()), begin(&them));
    let text = |exchange: &mut Exchange| exchange.frame(Duration::ZERO).unwrap().text;
    theirs.scan(&text(&mut mine), Duration::ZERO);
    let seen = meeting::verified(mine.scan(&text(&mut theirs), Duration::ZERO));
    mine.accept(&seen.transcript).unwrap()
}

/// Finds an entry that may never have been synced, on a disk that takes nothing.
#[test]
fn child_that_finds_an_entry() {
    let Some(dir) = child::told() else { return };
    let mut rng = ChaCha20Rng::seed_from_u64(6);
    let (mut book, _) = phone::open(&dir, &mut rng).unwrap();
    let encounter = the_encounter(&book);
    assert_eq!(book.contacts().unwrap().len(), 1, "it can be read");
    for _ in 0..2 {
        let refused = book.record(&encounter, &mut rng);
        assert!(matches!(refused, Err(BookError::Write(WriteError::Poisoned))), "{refused:?}");
    }
    println!("refused");
}

/// A kill between write and sync leaves an entry that reads like any other and may never reach the
/// disk. So whoever finds it writes it again, and promises nothing where that fails.
#[test]
fn an_entry_found_at_open_is_acknowledged_only_once_it_was_written_again() {
    let mut ada = Phone::of("Ada");
    let encounter = the_encounter(&ada);
    assert_eq!(ada.record(&encounter).unwrap().encounters(), 1);
    drop(ada.take());
    // In blocks of 512 bytes: no place for what stands behind the header.
    let limit = "trap '' XFSZ; ulimit -f 2";
    let output =
        child::run_after(limit, "full::child_that_finds_an_entry", ada.dir()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("refused"), "{said}{errors}");
    ada.reopen();
    assert_eq!(ada.record(&encounter).unwrap().encounters(), 1);
    assert_eq!(ada.names(), ["Someone"]);
}
