//! Books full of people.

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::sync_channel;

use lapel::badge::BadgeFields;
use lapel::book::Book;
use lapel::encounter::Encounter;
use lapel::event::Event;
use lapel::identity::{Identity, PersonId};
use lapel::vault::FileVault;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

use crate::meet;

fn rng(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}

/// Whether books of so many people are asked for: `LAPEL_BENCH_PEOPLE` leaves one size.
pub fn are_asked_for(people: u64) -> bool {
    let only = std::env::var("LAPEL_BENCH_PEOPLE").ok();
    only.is_none_or(|only| only.parse::<u64>().unwrap() == people)
}

/// The book in `home`, opened or made.
pub fn open(home: &Path) -> Book {
    let vault = Arc::new(FileVault::new(home.join("keys")));
    Book::open(&home.join("book"), vault, &mut rng(1)).unwrap().0
}

/// An attendee with what most show.
fn attendee(number: u64) -> BadgeFields {
    BadgeFields {
        title: Some("Principal Analyst".into()),
        organisation: Some(format!("Engines, No. {}", number % 97)),
        emails: vec![format!("attendee.{number}@engines.example")],
        phones: vec![format!("+44 20 7946 {:04}", number % 10_000)],
        ..BadgeFields::named(format!("Renée Attendee-{number}"))
    }
}

/// A book of so many people, each met through a real exchange; one in ten has a note and a tag.
pub fn fill(home: &Path, people: u64) {
    let met = |me: &Identity, number, rng: &mut ChaCha20Rng| {
        meet(me, attendee(number), Event::new("Rust Week").unwrap(), number, rng)
    };
    fill_with(home, people, met, |book, person, number, rng| {
        if number % 10 == 0 {
            book.note(person, "Knows compilers; write in May", rng).unwrap();
            book.tag(person, "compilers", rng).unwrap();
        }
    });
}

/// The same of people who are met as `met` says, each of whom `then` is told about; a thread a core does
/// their part of it.
pub fn fill_with(
    home: &Path,
    people: u64,
    met: impl Fn(&Identity, u64, &mut ChaCha20Rng) -> Encounter + Sync,
    then: impl Fn(&mut Book, &PersonId, usize, &mut ChaCha20Rng),
) {
    let (mut book, met) = (open(home), &met);
    let threads = std::thread::available_parallelism().map_or(1, |n| n.get() as u64);
    std::thread::scope(|scope| {
        let (send, encounters) = sync_channel(256);
        for thread in 0..threads {
            let (send, me) = (send.clone(), book.identity().clone());
            scope.spawn(move || {
                let mut rng = rng(100 + thread);
                for number in (thread..people).step_by(threads as usize) {
                    send.send(met(&me, number, &mut rng)).unwrap();
                }
            });
        }
        drop(send);
        let mut rng = rng(2);
        for (number, encounter) in encounters.iter().enumerate() {
            let person = book.record(&encounter, &mut rng).unwrap().person();
            then(&mut book, &person, number, &mut rng);
        }
    });
    while book.maintain(1_000, &mut rng(2)).unwrap() > 0 {}
    // Draws the roster up, which the first list does.
    book.latest(1).unwrap();
    book.close().unwrap();
}
