//! One phone and its book in a process of their own, doing what they are told line by line, so that
//! a test can look through the whole memory of it: `tests/memory.rs`.
//!
//! Its randomness comes straight out of a file into the memory that asked for it. There is no other
//! copy of it here, nor of anything that follows from it.
#![allow(clippy::unwrap_used, reason = "a test that can't go on should stop where it stands")]

use core::time::Duration;
use std::fs::File;
use std::io::{self, BufRead as _, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lapel::badge::{Badge, BadgeFields};
use lapel::book::Book;
use lapel::exchange::{Exchange, Options, Scanned};
use lapel::time::UnixTime;
use lapel::vault::FileVault;
use lapel_protocol_tests::phone::WALL;
use rand_core::{TryCryptoRng, TryRng};

struct FromFile(File);

impl TryRng for FromFile {
    type Error = io::Error;

    fn try_next_u32(&mut self) -> io::Result<u32> {
        let mut bytes = [0; 4];
        self.0.read_exact(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> io::Result<u64> {
        let mut bytes = [0; 8];
        self.0.read_exact(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, to: &mut [u8]) -> io::Result<()> {
        self.0.read_exact(to)
    }
}

impl TryCryptoRng for FromFile {}

#[derive(Default)]
struct Puppet {
    clock: Duration,
    book: Option<Book>,
    exchange: Option<Exchange>,
}

impl Puppet {
    fn open(&mut self, dir: &Path, rng: &mut FromFile) -> String {
        let vault = Arc::new(FileVault::new(dir.join("keys")));
        let rng = &mut rand_core::UnwrapErr(rng);
        self.book = Some(Book::open(&dir.join("book"), vault, rng).unwrap().0);
        "open".into()
    }

    fn begin(&mut self, rng: &mut FromFile) -> String {
        let badge = Badge::new(BadgeFields::named("Ada")).unwrap();
        let me = self.book.as_ref().unwrap().identity();
        let (wall, rng) = (UnixTime::clamped(WALL), &mut rand_core::UnwrapErr(rng));
        let exchange = Exchange::begin(me, &badge, Options::default(), self.clock, wall, 0, rng);
        self.exchange.insert(exchange.unwrap()).frame(self.clock).unwrap().text
    }

    fn scan(&mut self, text: &str) -> String {
        let scanned = self.exchange.as_mut().unwrap().scan(text, self.clock);
        if let Scanned::Confirmed(word) = &scanned {
            let rng = &mut rand_core::UnwrapErr(File::open("/dev/urandom").map(FromFile).unwrap());
            self.book.as_mut().unwrap().confirm(word, rng).unwrap();
        }
        scanned.name().into()
    }

    fn keep(&mut self) -> String {
        let exchange = self.exchange.as_mut().unwrap();
        let seen = exchange.waiting().remove(0);
        let encounter = exchange.accept(&seen.transcript).unwrap();
        let rng = &mut rand_core::UnwrapErr(File::open("/dev/urandom").map(FromFile).unwrap());
        let recorded = self.book.as_mut().unwrap().record(&encounter, rng).unwrap();
        exchange.acknowledge(&recorded).unwrap();
        exchange.frame(self.clock).unwrap().text
    }
}

fn main() {
    let dir = PathBuf::from(std::env::args_os().nth(1).unwrap());
    let mut rng = FromFile(File::open(dir.join("random")).unwrap());
    let mut puppet = Puppet::default();
    for line in io::stdin().lock().lines() {
        let line = line.unwrap();
        let (word, rest) = line.split_once(' ').unwrap_or((&line, ""));
        let answer = match word {
            "open" => puppet.open(&dir, &mut rng),
            "begin" => puppet.begin(&mut rng),
            "scan" => puppet.scan(rest),
            "keep" => puppet.keep(),
            "again" => {
                puppet.exchange.as_mut().unwrap().start_again(puppet.clock);
                "again".into()
            }
            "end" => {
                puppet.exchange.as_mut().unwrap().end();
                "end".into()
            }
            "drop" => {
                puppet.exchange = None;
                "drop".into()
            }
            "close" => {
                puppet.book.take().unwrap().close().unwrap();
                "close".into()
            }
            other => format!("what is {other}?"),
        };
        let mut out = io::stdout().lock();
        writeln!(out, "{answer}").unwrap();
        out.flush().unwrap();
    }
}
