//! What it costs to check a proof of ten thousand people beyond the two signatures of each, which nobody
//! can do without, and the peak of memory to check and to write one of a hundred thousand. Each figure
//! comes from a process of its own, on one thread.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a benchmark says what is wrong by failing")]

use core::ops::ControlFlow;
use core::time::Duration;
use std::fs::File;
use std::path::Path;

use lapel::export::{ProofRequest, Selection, prove_to};
use lapel::proof::{ProofTerms, verify};
use lapel::time::UnixTime;
use lapel_bench::child;
use lapel_bench::people::{are_asked_for, fill, open};
use lapel_bench::signatures::bare;
use lapel_bench::{Report, race};

/// 8,000 contacts a second.
const TARGET: Duration = Duration::from_micros(125);

fn prove(home: &Path) -> Box<dyn FnOnce()> {
    let (book, out) = (open(home), home.join("proof"));
    let made_at = UnixTime::clamped(1_795_458_300);
    let terms = ProofTerms::new("The grant office", "Travel", made_at).unwrap();
    let request = ProofRequest::new(Selection::default(), terms);
    Box::new(move || {
        prove_to(&book, &request, &out, &mut |_| ControlFlow::Continue(())).unwrap();
        std::mem::forget(book);
    })
}

fn check(home: &Path) -> Box<dyn FnOnce()> {
    let mut file = File::open(home.join("proof")).unwrap();
    Box::new(move || {
        let mut people = 0;
        let verified = verify(&mut file, &mut |_, shown| {
            people += u32::from(shown.peer.badge.is_some());
            ControlFlow::Continue(())
        });
        assert_eq!(verified.unwrap().contacts, people);
    })
}

fn act(words: &str, home: &Path) -> Box<dyn FnOnce()> {
    let home = home.to_path_buf();
    match words.split_once(' ') {
        Some(("fill", people)) => {
            let people = people.parse().unwrap();
            Box::new(move || fill(&home, people))
        }
        Some(("bare", contacts)) => bare(2 * contacts.parse::<usize>().unwrap()),
        _ if words == "prove" => prove(&home),
        _ => check(&home),
    }
}

fn main() {
    child::serve(act);
    let mut report = Report::default();
    for people in [10_000_u32, 100_000] {
        if !are_asked_for(people.into()) {
            continue;
        }
        let home = child::in_memory();
        child::run(&format!("fill {people}"), home.path());
        let written = child::run("prove", home.path());
        if people == 10_000 {
            let took_turns = race(
                9,
                || child::run("verify", home.path()).time / people,
                || child::run(&format!("bare {people}"), home.path()).time / people,
            );
            let text = "a contact of a proof verified";
            report.ratio(text, "two bare verify_strict", &took_turns, 1.25);
            report.target(text, took_turns.subject, TARGET);
        } else {
            let verified = child::run("verify", home.path());
            let text = |what| format!("peak memory to {what} a proof of {people}");
            report.gate(&text("verify"), "MiB", verified.mib(), 32.0);
            report.beside(&text("write"), "MiB", written.mib(), Some(32.0), &[]);
        }
    }
    report.close("Proofs, each figure from a process of its own");
}
