//! Books full of people.

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::sync_channel;

use lapel::badge::BadgeFields;
use lapel::book::Book;
use lapel::event::Event;
use lapel::vault::FileVault;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

use crate::meet;

fn rng(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
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
    let mut book = open(home);
    let threads = std::thread::available_parallelism().map_or(1, |n| n.get() as u64);
    std::thread::scope(|scope| {
        let (send, met) = sync_channel(256);
        for thread in 0..threads {
            let (send, me) = (send.clone(), book.identity().clone());
            scope.spawn(move || {
                let mut rng = rng(100 + thread);
                for number in (thread..people).step_by(threads as usize) {
                    let event = Event::new("Rust Week").unwrap();
                    send.send(meet(&me, attendee(number), event, number, &mut rng)).unwrap();
                }
            });
        }
        drop(send);
        let mut rng = rng(2);
        for (number, encounter) in met.iter().enumerate() {
            let person = book.record(&encounter, &mut rng).unwrap().person();
            if number % 10 == 0 {
                book.note(&person, "Knows compilers; write in May", &mut rng).unwrap();
                book.tag(&person, "compilers", &mut rng).unwrap();
            }
        }
    });
    while book.maintain(1_000, &mut rng(2)).unwrap() > 0 {}
    book.latest(1).unwrap();
    book.close().unwrap();
}
