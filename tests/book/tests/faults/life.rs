//! A book's life in a process of its own, which says what it is about to do and what was done.
//! Whoever breaks it holds the book to that, see [`Promise`](crate::promise::Promise).

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use lapel::badge::{Badge, BadgeFields};
use lapel::book::{Book, BookError, RewriteError, WriteError};
use lapel::exchange::{Exchange, Options};
use lapel::identity::PersonId;
use lapel::time::UnixTime;
use lapel_book_tests::{Phone, Talk, child, encounter_of, phone, stranger};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

use crate::facts;

/// What happens in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Life {
    /// Everything, from the first creation on.
    Whole,
    /// A book that exists goes on: keeps a few, is maintained and closed. Its ledger grows, if it
    /// is nearly full.
    Later,
    /// People are met and forgotten until it is killed.
    Endless,
}

/// What it does about a call that fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Temper {
    /// Panics: nothing fails.
    Strict,
    /// Goes on, and reads everything again.
    Patient,
    /// Tries once more without opening the book again, and if that fails, after opening it again.
    Stubborn,
}

/// The command that lives this life in `dir`. It waits for its input to end.
pub(crate) fn command(dir: &Path, life: Life, temper: Temper, seed: u64) -> Command {
    let mut command = child::run("life::child_that_lives", dir);
    command.env("LIFE", (life as u32).to_string()).env("TEMPER", (temper as u32).to_string());
    command.env("SEED", seed.to_string()).stdin(Stdio::piped());
    command
}

#[test]
fn child_that_lives() {
    let Some(dir) = child::told() else { return };
    let temper = [Temper::Strict, Temper::Patient, Temper::Stubborn];
    let mut owner = Owner {
        dir,
        book: None,
        rng: ChaCha20Rng::seed_from_u64(child::number("SEED")),
        temper: temper[child::number("TEMPER") as usize],
    };
    say("");
    std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
    let lived = match child::number("LIFE") {
        0 => owner.whole(),
        1 => owner.later(),
        _ => owner.endless(),
    };
    say(if lived.is_some() { "end" } else { "end in the middle" });
}

fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    out.write_all(format!("{line}\n").as_bytes()).and_then(|()| out.flush()).unwrap();
}

struct Owner {
    dir: PathBuf,
    book: Option<Book>,
    rng: ChaCha20Rng,
    temper: Temper,
}

impl Owner {
    /// `None`, here and below, if the book couldn't be opened any more.
    fn whole(&mut self) -> Option<()> {
        let mut grace = Phone::of("Grace");
        self.open()?;
        self.badge("work")?;
        let first = self.meet()?;
        let second = self.meet()?;
        self.meet_and_hear(&mut grace)?;
        self.note(&first, "met at the table")?;
        self.tag(&first, "engines")?;
        self.block()?;
        self.maintain();
        self.meet()?;
        self.close();
        self.open()?;
        self.reindex();
        self.meet()?;
        self.forget(&second)?;
        self.meet()?;
        self.close();
        self.open()?;
        self.meet_and_hear(&mut grace)?;
        self.forget(&grace.person())?;
        self.badge("home")?;
        self.book = None;
        self.open()
    }

    fn later(&mut self) -> Option<()> {
        self.open()?;
        let first = self.meet()?;
        self.note(&first, &"and they went on talking. ".repeat(60))?;
        self.meet()?;
        self.maintain();
        self.block()?;
        self.close();
        self.open()?;
        self.forget(&first)
    }

    fn endless(&mut self) -> Option<()> {
        self.open()?;
        for round in 1.. {
            let person = self.meet()?;
            match round % 12 {
                2 => self.note(&person, "they talked for a while")?,
                3 | 8 => self.forget(&person)?,
                5 => self.maintain(),
                7 => self.block()?,
                10 => self.reindex(),
                0 => {
                    self.close();
                    self.open()?;
                }
                _ => {}
            }
        }
        None
    }

    fn open(&mut self) -> Option<()> {
        self.book = None;
        for _ in 0..2 {
            match phone::open(&self.dir, &mut self.rng) {
                Ok((book, report)) => {
                    assert!(report.damage.is_empty(), "{report:?}");
                    let facts = facts::of(&book).unwrap();
                    facts.iter().for_each(|fact| say(&format!("has {fact}")));
                    say("opened");
                    facts::assert_listed(&book).unwrap();
                    self.book = Some(book);
                    return Some(());
                }
                Err(error) => {
                    assert!(self.temper != Temper::Strict, "{error:?}");
                    assert!(!error.to_string().is_empty());
                    say(&format!("refused to open: {error:?}"));
                }
            }
        }
        assert!(self.temper == Temper::Patient, "a fault that has passed");
        None
    }

    fn close(&mut self) {
        let closed = self.book.take().unwrap().close();
        self.minor(closed.map_err(|error| format!("{error:?}")));
    }

    fn maintain(&mut self) {
        let done = self.book.as_mut().unwrap().maintain(1_000, &mut self.rng);
        self.minor(done.map(drop).map_err(|error| format!("{error:?}")));
    }

    fn reindex(&mut self) {
        let done = self.book.as_mut().unwrap().reindex();
        self.minor(done.map(drop).map_err(|error| format!("{error:?}")));
    }

    /// What may fail and costs nothing.
    fn minor(&self, done: Result<(), String>) {
        assert!(done.is_ok() || self.temper != Temper::Strict, "{done:?}");
        say(&format!("tidied: {done:?}"));
    }

    /// Tries one call that keeps something, and says what came of it.
    fn keep(
        &mut self,
        change: &str,
        call: &mut dyn FnMut(&mut Book, &mut ChaCha20Rng) -> Result<(), BookError>,
    ) -> Option<()> {
        if self.tried(change, call) {
            return Some(());
        }
        match self.temper {
            Temper::Strict => panic!("nothing was to fail"),
            Temper::Patient => {
                let facts = facts::of(self.book.as_ref()?).expect("reading goes on");
                facts.iter().for_each(|fact| say(&format!("has {fact}")));
                say("reads");
            }
            Temper::Stubborn => {
                if !self.tried(change, call) {
                    self.open()?;
                    assert!(self.tried(change, call), "the fault has passed");
                }
            }
        }
        Some(())
    }

    fn tried(
        &mut self,
        change: &str,
        call: &mut dyn FnMut(&mut Book, &mut ChaCha20Rng) -> Result<(), BookError>,
    ) -> bool {
        say(&format!("try {change}"));
        let done = call(self.book.as_mut().unwrap(), &mut self.rng);
        let Err(error) = &done else {
            say("done");
            return true;
        };
        assert!(!error.to_string().is_empty());
        say(&format!("refused: {error:?}"));
        let in_doubt = matches!(
            error,
            BookError::Write(WriteError::Io { .. })
                | BookError::Rewrite(RewriteError::Io { .. } | RewriteError::Read(_))
        );
        say(if in_doubt { "maybe" } else { "none" });
        false
    }

    fn badge(&mut self, label: &str) -> Option<()> {
        let badge = Badge::new(BadgeFields::named("Ada")).unwrap();
        let change = format!("+ {}", facts::badge(label, "Ada"));
        self.keep(&change, &mut |book, rng| book.set_badge(label, &badge, rng))
    }

    fn meet(&mut self) -> Option<PersonId> {
        let someone = stranger("Someone", &mut self.rng);
        let encounter = encounter_of(self.book.as_mut().unwrap(), &someone, &mut self.rng);
        let change = format!("+ {}", facts::met(&encounter));
        self.keep(&change, &mut |book, rng| book.record(&encounter, rng).map(drop))?;
        Some(encounter.person())
    }

    /// A meeting to its very end, with someone who has a book too.
    fn meet_and_hear(&mut self, other: &mut Phone) -> Option<()> {
        let book = self.book.as_ref().unwrap();
        let badge = Badge::new(BadgeFields::named("Ada")).unwrap();
        let (me, options) = (book.identity().clone(), Options::default());
        let (wall, counter, now) = (UnixTime::MIN, book.counter(), other.now);
        let first = Exchange::begin(&me, &badge, options, now, wall, counter, &mut self.rng);
        let mut talk = Talk { first: first.unwrap(), second: other.begin(), now };
        let encounter = talk.first_accepts();
        let (change, mut recorded) = (format!("+ {}", facts::met(&encounter)), None);
        self.keep(&change, &mut |book, rng| {
            recorded = Some(book.record(&encounter, rng)?);
            Ok(())
        })?;
        // On a disk that takes nothing there is nothing to confirm.
        let Some(recorded) = recorded else { return Some(()) };
        let theirs = other.record(&talk.second_accepts(&recorded)).unwrap();
        let confirmation = talk.first_hears(&theirs);
        let change = format!("+ {}", facts::confirmed(&confirmation));
        self.keep(&change, &mut |book, rng| book.confirm(&confirmation, rng))
    }

    fn note(&mut self, person: &PersonId, text: &str) -> Option<()> {
        let text = text.trim_end();
        let change = format!("+ {}", facts::note(person, text));
        self.keep(&change, &mut |book, rng| book.note(person, text, rng).map(drop))
    }

    fn tag(&mut self, person: &PersonId, text: &str) -> Option<()> {
        let change = format!("+ {}", facts::tag(person, text));
        self.keep(&change, &mut |book, rng| book.tag(person, text, rng))
    }

    fn block(&mut self) -> Option<()> {
        let unwelcome = stranger("Unwelcome", &mut self.rng).0.person();
        let change = format!("+ {}", facts::blocked(&unwelcome));
        self.keep(&change, &mut |book, rng| book.block(&unwelcome, rng))
    }

    fn forget(&mut self, person: &PersonId) -> Option<()> {
        let temper = self.temper;
        self.keep(&format!("- {person}"), &mut |book, rng| {
            if book.forget(&[*person], rng)?.old_key_remains {
                assert!(temper != Temper::Strict, "the vault works");
                say("the old key remains");
            }
            Ok(())
        })
    }
}
