//! One book, and many who want it at once.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Barrier, RwLock};
use std::thread;

use lapel::book::OpenError;
use lapel_book_tests::{encounter_of, phone, stranger};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

use crate::each_call::holds;
use crate::facts;
use crate::life::{Life, Temper, command};
use crate::promise::Promise;
use crate::{scratch, share};

const READERS: usize = 9;

#[test]
fn nine_readers_and_a_writer_behind_one_lock_always_see_what_was_acknowledged() {
    let dir = scratch();
    let mut rng = ChaCha20Rng::seed_from_u64(80);
    let (book, _) = phone::open(dir.path(), &mut rng).unwrap();
    let known = facts::of(&book).unwrap();
    let (shared, reads) = (RwLock::new((book, known, false)), AtomicUsize::new(0));
    let start = Barrier::new(READERS + 1);
    let writes = share(150, 40);
    thread::scope(|scope| {
        for _ in 0..READERS {
            scope.spawn(|| {
                start.wait();
                loop {
                    let held = shared.read().unwrap();
                    let (book, known, over) = &*held;
                    assert_eq!(&facts::of(book).unwrap(), known);
                    facts::assert_listed(book).unwrap();
                    reads.fetch_add(1, Ordering::Relaxed);
                    if *over {
                        break;
                    }
                }
            });
        }
        start.wait();
        for write in 0..writes {
            let mut held = shared.write().unwrap();
            let (book, known, over) = &mut *held;
            let someone = stranger("Someone", &mut rng);
            let encounter = encounter_of(book, &someone, &mut rng);
            let _ = book.record(&encounter, &mut rng).unwrap();
            if write % 2 == 0 {
                known.insert(facts::met(&encounter));
            } else {
                book.forget(&[encounter.person()], &mut rng).unwrap();
            }
            *over = write + 1 == writes;
            drop(held);
            thread::yield_now();
        }
    });
    let (book, known, _) = shared.into_inner().unwrap();
    drop(book);
    holds(dir.path(), &Promise::from_facts(known), "ten threads");
    println!("{writes} writes and {} whole reads by {READERS} readers", reads.into_inner());
}

#[test]
fn of_ten_threads_that_open_one_book_at_once_one_gets_it() {
    let rounds = share(100, 15);
    for round in 0..rounds {
        let dir = scratch();
        let (start, opened) = (Barrier::new(10), AtomicUsize::new(0));
        let tried = Barrier::new(10);
        thread::scope(|scope| {
            for thread in 0..10 {
                let (dir, start, tried, opened) = (&dir, &start, &tried, &opened);
                scope.spawn(move || {
                    let mut rng = ChaCha20Rng::seed_from_u64(round as u64 * 10 + thread);
                    start.wait();
                    let book = phone::open(dir.path(), &mut rng);
                    match &book {
                        Ok(_) => drop(opened.fetch_add(1, Ordering::SeqCst)),
                        Err(OpenError::InUse { .. }) => {}
                        Err(other) => panic!("round {round}: {other:?}"),
                    }
                    // Nobody lets go before everybody tried.
                    tried.wait();
                });
            }
        });
        assert_eq!(opened.into_inner(), 1, "round {round}");
    }
    println!("{rounds} races of ten threads");
}

#[test]
fn of_two_processes_that_make_one_book_at_once_one_gets_it() {
    let rounds = share(60, 6);
    for round in 0..rounds {
        let dir = scratch();
        let start = |seed: u64| command(dir.path(), Life::Endless, Temper::Patient, seed).spawn();
        let mut children = [start(2 * round as u64).unwrap(), start(2 * round as u64 + 1).unwrap()];
        children.iter_mut().for_each(|child| drop(child.stdin.take()));
        // One is refused and ends; the other one lives on.
        let loser = loop {
            let ended = children.iter_mut().position(|child| child.try_wait().unwrap().is_some());
            match ended {
                Some(loser) => break loser,
                None => thread::yield_now(),
            }
        };
        let [first, second] = children;
        let (loser, mut winner) = if loser == 0 { (first, second) } else { (second, first) };
        winner.kill().unwrap();
        let told = |output: std::process::Output| String::from_utf8(output.stdout).unwrap();
        let refused = told(loser.wait_with_output().unwrap());
        assert!(refused.contains("InUse") && refused.contains("end in the middle"), "{refused}");
        assert!(!refused.contains("opened"), "{refused}");
        let mut owed = Promise::default();
        let said = told(winner.wait_with_output().unwrap());
        let whole = said.rfind('\n').map_or("", |end| &said[..end]);
        whole.lines().for_each(|line| owed.hear(line));
        assert_eq!(holds(dir.path(), &owed, &format!("round {round}")).stray_keys, 0);
    }
    println!("{rounds} races of two processes");
}
