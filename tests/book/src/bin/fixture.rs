//! Writes the book that `tests/fixtures` keeps one of for each format, into the directory it is told:
//! `cargo run -p lapel-book-tests --bin fixture tests/book/fixtures/NAME`. Old ones are never written
//! again: that they open is the point.

use std::env;
use std::error::Error;
use std::fs::{self, OpenOptions};
use std::path::PathBuf;

use lapel_book_tests::{Phone, copy_tree, ledger, meet, stranger};

fn main() -> Result<(), Box<dyn Error>> {
    let to: PathBuf = env::args_os().nth(1).ok_or("tell me a directory")?.into();
    if to.exists() {
        return Err(format!("{} is there already", to.display()).into());
    }
    let (mut ada, mut grace, mut alan) = (Phone::of("Ada"), Phone::of("Grace"), Phone::of("Alan"));
    meet(&mut ada, &mut grace);
    meet(&mut ada, &mut alan);
    meet(&mut ada, &mut grace);
    let (graces, alans) = (grace.person(), alan.person());
    let badge = ada.badge.clone();
    let nobody = stranger("Nobody", &mut ada.rng).0.person();
    let (book, rng) = ada.both();
    book.set_badge("work", &badge, rng)?;
    book.set_badge("home", &badge, rng)?;
    book.show_badge("home", rng)?;
    book.note(&graces, "Owes me a compiler.", rng)?;
    book.tag(&alans, "enigma", rng)?;
    book.block(&nobody, rng)?;
    ada.take().close()?;
    // The zeros behind the last frame are said to be there anyway.
    let bytes = fs::read(ledger(&ada.home()))?;
    let used = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    OpenOptions::new().write(true).open(ledger(&ada.home()))?.set_len(used as u64)?;
    copy_tree(ada.dir(), &to);
    Ok(())
}
