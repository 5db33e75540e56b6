//! What it costs to let ten and a hundred thousand contacts out: time, and memory beyond the open
//! book's. Beside it stands the least that anyone has to do for it: read each contact, and write its
//! fields in a line. Each figure comes from a process of its own.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a benchmark says what is wrong by failing")]

use core::ops::ControlFlow;
use core::time::Duration;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;

use lapel::badge::Field;
use lapel::book::Book;
use lapel::export::{Format, Include, Request, export_to};
use lapel_bench::child;
use lapel_bench::people::{are_asked_for, fill, open};
use lapel_bench::{Report, race};

/// Reads each contact and writes its fields in a line: nobody can do with less.
fn plain_loop(book: &Book, path: &Path) {
    let mut out = BufWriter::new(File::create(path).unwrap());
    let mut visit = |contact: lapel::book::Contact| {
        let fields = contact.badge().fields();
        for field in Field::ALL {
            for value in fields.values(field) {
                write!(out, "{field}: {value}, ").unwrap();
            }
        }
        writeln!(out).unwrap();
        ControlFlow::Continue(())
    };
    book.each_contact(&mut visit).unwrap();
    out.into_inner().unwrap().sync_all().unwrap();
}

/// The same with the crate that writes the tables, and no guard.
fn bare_csv(book: &Book, path: &Path) {
    let mut out = csv::WriterBuilder::new().flexible(true).from_path(path).unwrap();
    let mut visit = |contact: lapel::book::Contact| {
        let fields = contact.badge().fields();
        let values = Field::ALL.into_iter().flat_map(|field| fields.values(field));
        out.write_record(values).unwrap();
        ControlFlow::Continue(())
    };
    book.each_contact(&mut visit).unwrap();
    out.into_inner().unwrap().sync_all().unwrap();
}

fn act(words: &str, home: &Path) -> Box<dyn FnOnce()> {
    let home = home.to_path_buf();
    if let Some(people) = words.strip_prefix("fill ") {
        let people = people.parse().unwrap();
        return Box::new(move || fill(&home, people));
    }
    let (book, out) = (open(&home), home.join("out"));
    match words {
        "loop" => Box::new(move || {
            plain_loop(&book, &out);
            std::mem::forget(book);
        }),
        "bare csv" => Box::new(move || {
            bare_csv(&book, &out);
            std::mem::forget(book);
        }),
        format => {
            let (format, include) = match format.strip_suffix(" with everything") {
                Some(format) => (format, Include::everything()),
                None => (format, Include::default()),
            };
            let format: Format = format.parse().unwrap();
            Box::new(move || {
                let request = Request { include, ..Request::everybody(format) };
                let mut watch = |_| ControlFlow::Continue(());
                let exported = export_to(&book, &request, &out, &mut watch).unwrap();
                assert!(exported.contacts > 0);
                std::mem::forget(book);
            })
        }
    }
}

fn main() {
    child::serve(act);
    let mut report = Report::default();
    for (people, rounds) in [(10_000, 9), (100_000, 3)] {
        if !are_asked_for(people) {
            continue;
        }
        let quick = child::in_memory();
        child::run(&format!("fill {people}"), quick.path());
        let dir = tempfile::tempdir().unwrap();
        let home = child::copy(quick.path(), dir.path().join("home"));
        drop(quick);
        let small = people == 10_000;
        for format in Format::ALL {
            for and in ["", " with everything"] {
                let is_required = matches!(format, Format::Vcard4 | Format::Vcard3 | Format::Csv);
                let words = format!("{format}{and}");
                if !small {
                    let text =
                        format!("peak memory beyond the open book's: {words}, {people} people");
                    report.gate(&text, "MiB", child::run(&words, &home).mib(), 32.0);
                    if !is_required {
                        continue;
                    }
                }
                let text = format!("{words}, {people} people");
                let is_table = format.extension() == "csv";
                let (beside, name) =
                    if is_table { ("bare csv", "bare csv") } else { ("loop", "a plain loop") };
                let took_turns = race(
                    rounds,
                    || child::run(&words, &home).time,
                    || child::run(beside, &home).time,
                );
                match is_required {
                    true => report.ratio(&text, name, &took_turns, 2.0),
                    false => report.compare(&text, name, &took_turns),
                }
                if small && is_required {
                    report.target(&text, took_turns.subject, Duration::from_millis(500));
                }
            }
        }
        let (plain, bare) = (child::run("loop", &home), child::run("bare csv", &home));
        let text = format!("peak memory of a plain loop, {people} people");
        report.beside(&text, "MiB", plain.mib(), None, &[("bare csv", bare.mib())]);
    }
    report.close("Contacts on their way out, each figure from a process of its own");
}
