//! A disk that is full at any moment: nothing acknowledged is lost or unreadable, and the new one
//! gets an error with a name.
#![cfg(unix)]

use std::collections::BTreeSet;

use lapel::book::{BookError, ReadError, WriteError};
use lapel::identity::PersonId;
use lapel_book_tests::{Phone, child, encounter, encounter_of, meet, phone, stranger};
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
        let mut tried = book.record(&encounter, &mut rng);
        if let Err(BookError::Read(ReadError::Index(_))) = tried {
            println!("reindexed: {:?}", book.reindex().unwrap());
            tried = book.record(&encounter, &mut rng);
        }
        match tried {
            Ok(recorded) => {
                println!("kept {}", recorded.person());
                kept.push(recorded.person());
            }
            Err(BookError::Write(error @ (WriteError::Io { .. } | WriteError::Full { .. }))) => {
                println!("full: {error}");
                assert!(!error.to_string().is_empty());
                // Again, it is refused again, and not half kept.
                let again = book.record(&encounter, &mut rng).unwrap_err();
                let named =
                    matches!(again, BookError::Write(_) | BookError::Read(ReadError::Index(_)));
                assert!(named, "{again:?}");
                break;
            }
            Err(other) => panic!("not a word about the disk: {other:?}"),
        }
    }
    // An index on a full disk may have to be given up before reading goes on, and until then may
    // name the same person twice.
    if let Err(ReadError::Index(_)) = book.contacts() {
        println!("reindexed: {:?}", book.reindex().unwrap());
    }
    let there: BTreeSet<PersonId> = book.contacts().unwrap().iter().map(|c| c.person()).collect();
    assert_eq!(there.len(), met + kept.len(), "reading goes on");
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
