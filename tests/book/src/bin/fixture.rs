//! Writes the book that `fixtures/` keeps one of for each format, into the directory it is told:
//! `cargo run -p lapel-book-tests --bin fixture tests/book/fixtures/NAME`. Old ones are never written
//! again: that they open is the point. It has entries of every kind that there is.

use std::env;
use std::error::Error;
use std::fs::{self, OpenOptions};
use std::path::PathBuf;

use lapel::backup::{Backup, Key, Lock};
use lapel::badge::{Badge, BadgeFields};
use lapel::book::{Link, OutcomeFields, OutcomeKind};
use lapel::statement::{BadgeUpdate, IdentityLink};
use lapel::time::UnixTime;
use lapel_book_tests::{IDENTITY, Phone, RECIPIENT, copy_tree, encounter, ledger, meet, stranger};

fn main() -> Result<(), Box<dyn Error>> {
    let to: PathBuf = env::args_os().nth(1).ok_or("tell me a directory")?.into();
    if to.exists() {
        return Err(format!("{} is there already", to.display()).into());
    }
    let mut ada = lived_in()?;
    // Restored, it says what it was made out of, and how far it had counted.
    let backup = ada.back_up(&Lock::recipients(&[RECIPIENT])?);
    drop(ada.take());
    let key = Key::identity(IDENTITY)?;
    let mut ada = Phone::restored("Ada", &Backup::bytes(&backup, &key), 1)?.0;
    // Lists are asked for, so that there is a roster.
    ada.latest(1)?;
    ada.take().close()?;
    // The zeros behind the last frame are said to be there anyway.
    let bytes = fs::read(ledger(&ada.home()))?;
    let used = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    OpenOptions::new().write(true).open(ledger(&ada.home()))?.set_len(used as u64)?;
    copy_tree(ada.dir(), &to);
    Ok(())
}

fn lived_in() -> Result<Phone, Box<dyn Error>> {
    let (mut ada, mut grace, mut alan) = (Phone::of("Ada"), Phone::of("Grace"), Phone::of("Alan"));
    let mut barbara = Phone::of("Barbara");
    meet(&mut ada, &mut grace);
    meet(&mut ada, &mut alan);
    meet(&mut ada, &mut grace);
    meet(&mut ada, &mut barbara);
    let (old, new) = (stranger("Edsger", &mut ada.rng), stranger("Edsger", &mut ada.rng));
    for edsger in [&old, &new] {
        let met = encounter(&mut ada, edsger);
        let _ = ada.record(&met)?;
    }
    let (graces, alans, barbaras) = (grace.person(), alan.person(), barbara.person());
    let badge = ada.badge.clone();
    let nobody = stranger("Nobody", &mut ada.rng).0.person();
    let (book, rng) = ada.both();
    book.set_badge("work", &badge, rng)?;
    book.set_badge("home", &badge, rng)?;
    book.show_badge("home", rng)?;
    book.note(&graces, "Owes me a compiler.", rng)?;
    book.tag(&alans, "enigma", rng)?;
    book.block(&nobody, rng)?;
    let fields = OutcomeFields {
        kind: OutcomeKind::Job,
        title: "A compiler".into(),
        date: "2027-03-04".parse()?,
        amount: None,
    };
    let links = [Link::Contact(graces), Link::Contact(barbaras)];
    let outcome = book.add_outcome(&fields, &links, "2030-01-01".parse()?, rng)?;
    book.note_on_outcome(outcome, "Delivered.", rng)?;
    book.apply_link(&IdentityLink::sign(&old.0, &new.0, UnixTime::MIN)?, rng)?;
    let later = UnixTime::clamped(i64::from(UnixTime::MIN.seconds()) + 1);
    let changed = Badge::new(BadgeFields::named("Edsger W. Dijkstra"))?;
    book.apply_badge(&BadgeUpdate::sign(&new.0, changed, later), rng)?;
    book.forget(&[barbaras], rng)?;
    Ok(ada)
}
