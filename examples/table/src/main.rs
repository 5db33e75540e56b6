//! The main job: two people meet at a table.
//!
//! Ada and Grace each have a directory with a book, which persists between runs. Between their
//! phones nothing passes but pictures: what one screen shows is rendered, photographed by a shaky
//! camera and read by a decoder that others wrote. They meet by turns first, then face to face, in
//! two threads with clocks of their own.

mod drawing;
mod facing;
mod person;
mod turns;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use lapel::badge::{Badge, BadgeFields};
use lapel::book::Contact;
use lapel::receipt::{Disclosure, Receipt, State};

use person::Person;

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

const USAGE: &str = "usage: lapel-table [DIRECTORY]   (default: target/lapel-table)";

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    let home = arguments.next().map_or_else(default_home, PathBuf::from);
    if arguments.next().is_some() || home.as_os_str().to_string_lossy().starts_with('-') {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    }
    match meet(&home) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("They did not meet: {error}");
            ExitCode::FAILURE
        }
    }
}

fn default_home() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| PathBuf::from("target"), PathBuf::from)
        .join("lapel-table")
}

fn meet(home: &Path) -> Outcome<()> {
    let began = Instant::now();
    println!("Two people at a table. Their phones have no network; all that passes is light.\n");
    let mut ada = Person::sits_down("Ada", &home.join("ada"), &ada()?, 1)?;
    let mut grace = Person::sits_down("Grace", &home.join("grace"), &grace()?, 2)?;

    let pictures = home.join("pictures");
    std::fs::create_dir_all(&pictures)?;
    turns::meet(&mut ada, &mut grace, &pictures)?;
    facing::meet(&mut ada, &mut grace)?;

    println!("\nWhat is left");
    leave(&ada, &grace)?;
    leave(&grace, &ada)?;
    println!("  Pictures of each step  {}", pictures.display());
    println!("\nAll of it took {} ms.", began.elapsed().as_millis());
    Ok(())
}

/// Writes the other's vCard and receipt, and says what the book holds.
fn leave(owner: &Person, other: &Person) -> Outcome<()> {
    let contact: Contact = owner
        .book
        .contact(&other.id())?
        .ok_or_else(|| format!("{} is not in {}'s book", other.name, owner.name))?;
    let latest = contact.meetings().last().ok_or("a contact without an encounter")?;
    let slug = other.name.to_lowercase();
    let (card, receipt) =
        (owner.dir.join(format!("{slug}.vcf")), owner.dir.join(format!("{slug}.receipt")));
    std::fs::write(&card, lapel::export::vcard4(&contact))?;
    std::fs::write(&receipt, latest.receipt(Disclosure { holder: false, peer: true }).to_bytes())?;
    let shown = Receipt::verify(&std::fs::read(&receipt)?)?;

    let whose = format!("{}'s book", owner.name);
    println!("  {whose:<20} {}", owner.dir.join("book").display());
    println!(
        "    {}: {} encounters, {} by them",
        contact.name(),
        contact.meetings().len(),
        if contact.state() == State::Confirmed { "confirmed" } else { "not confirmed" }
    );
    println!("    vCard              {}", card.display());
    println!("    receipt            {}, which shows:", receipt.display());
    for line in shown.to_string().lines() {
        println!("      {line}");
    }
    Ok(())
}

fn ada() -> Outcome<Badge> {
    Ok(Badge::new(BadgeFields {
        name: "Ada Lovelace".into(),
        title: Some("Analyst".into()),
        organisation: Some("Analytical Engines".into()),
        emails: vec!["ada@engines.example".into()],
        phones: vec!["+44 20 7946 0018".into()],
        pronouns: Some("she/her".into()),
        ..BadgeFields::default()
    })?)
}

fn grace() -> Outcome<Badge> {
    Ok(Badge::new(BadgeFields {
        name: "Grace Hopper".into(),
        title: Some("Rear Admiral".into()),
        organisation: Some("Compilers & Co.".into()),
        emails: vec!["grace@compilers.example".into()],
        handles: vec!["@amazing.grace".into()],
        ..BadgeFields::default()
    })?)
}
