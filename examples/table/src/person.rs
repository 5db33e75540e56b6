//! A person with a phone: a badge, a book, a screen and a camera.

use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use getrandom::SysRng;
use getrandom::rand_core::UnwrapErr;
use lapel::badge::Badge;
use lapel::book::{Book, Standing};
use lapel::event::Event;
use lapel::exchange::{Exchange, Options, Scanned, Verified};
use lapel::identity::PersonId;
use lapel::qr::Symbol;
use lapel::time::UnixTime;
use lapel::vault::FileVault;
use lapel_optics::camera::Camera;
use lapel_optics::decode;
use lapel_optics::picture::Picture;

use crate::Outcome;

pub(crate) const EVENT: &str = "Rust Week 2026";

/// Someone at the table.
pub(crate) struct Person {
    pub(crate) name: &'static str,
    pub(crate) dir: PathBuf,
    pub(crate) book: Book,
    pub(crate) camera: Camera,
    badge: Badge,
}

impl Person {
    /// Opens the person's book, or makes one and puts their badge in.
    pub(crate) fn sits_down(
        name: &'static str,
        dir: &Path,
        badge: &Badge,
        seed: u64,
    ) -> Outcome<Self> {
        let vault = Arc::new(FileVault::new(dir.join("keys")));
        let (mut book, report) = Book::open(&dir.join("book"), vault, &mut rng())?;
        book.set_badge("conference", badge, &mut rng())?;
        println!(
            "  {name:<6} {}   a badge of {} bytes; people in the book: {}, {}",
            book.identity().person().fingerprint(),
            badge.as_bytes().len(),
            book.contacts()?.len(),
            if report.created { "just made" } else { "kept from before" },
        );
        let (_, badge) = book.badge_on_show()?.ok_or("no badge is on show")?;
        Ok(Self { name, dir: dir.to_owned(), book, camera: Camera::hand_held(seed), badge })
    }

    pub(crate) fn id(&self) -> PersonId {
        self.book.identity().person()
    }

    /// Begins an exchange at `now` by this phone's own clock.
    pub(crate) fn begins(&mut self, now: Duration) -> Outcome<Exchange> {
        let wall = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.as_secs();
        let wall = UnixTime::clamped(i64::try_from(wall)?);
        let options = Options { event: Event::new(EVENT)?, ..Options::default() };
        let counter = self.book.counter();
        let identity = self.book.identity();
        Ok(Exchange::begin(identity, &self.badge, options, now, wall, counter, &mut rng())?)
    }

    /// Photographs a screen, reads it and scans what was read; `None` if nothing could be read.
    pub(crate) fn looks(
        &mut self,
        exchange: &mut Exchange,
        screen: &Picture,
        now: Duration,
    ) -> (Picture, Option<Scanned>) {
        let photograph = self.camera.photograph(screen);
        let scanned = decode::text(&photograph).map(|text| exchange.scan(&text, now));
        (photograph, scanned)
    }

    /// Accepts whoever is verified: record, then acknowledge. Says what the book knew of them.
    pub(crate) fn accepts(&mut self, exchange: &mut Exchange, who: &Verified) -> Outcome<String> {
        let standing = self.book.standing(&who.person)?;
        let encounter = exchange.accept(&who.transcript)?;
        let recorded = self.book.record(&encounter, &mut rng())?;
        exchange.acknowledge(&recorded)?;
        let name = who.badge.name();
        Ok(match standing {
            Standing::New => format!("accepts {name}, who is new: recorded"),
            _ => format!("accepts {name} again: encounter {}", recorded.encounters()),
        })
    }

    /// Takes in the peer's confirmation.
    pub(crate) fn is_confirmed(&mut self, scanned: &Scanned) -> Outcome<bool> {
        let Scanned::Confirmed(confirmation) = scanned else { return Ok(false) };
        self.book.confirm(confirmation, &mut rng())?;
        Ok(true)
    }
}

/// What a screen shows: the symbol of `text`, eight pixels a module.
pub(crate) fn render(text: &str) -> Outcome<(Symbol, Picture)> {
    let symbol = Symbol::new(text)?;
    let eight = NonZeroU32::new(8).ok_or("eight is not zero")?;
    let picture = Picture::from_file(&symbol.png(eight)?)?;
    Ok((symbol, picture))
}

/// What a frame measures: bytes, and the symbol. Seven bytes are seventeen digits.
pub(crate) fn size_of(text: &str, symbol: &Symbol) -> String {
    let bytes = text.bytes().filter(u8::is_ascii_digit).count() * 7 / 17;
    format!("{bytes} bytes, QR {}-{:?}", symbol.version(), symbol.level())
}

/// The system's randomness.
pub(crate) fn rng() -> UnwrapErr<SysRng> {
    UnwrapErr(SysRng)
}

/// The check code, where one is offered.
pub(crate) fn code(who: &Verified) -> String {
    who.check_code.map_or_else(|| "none".into(), |code| code.to_string())
}
