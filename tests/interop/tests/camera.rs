//! Can a phone's camera read what Lapel shows? Measured in seeded pictures, with the table's camera
//! and a decoder that others wrote. `cargo test -- --nocapture` prints the table.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::fmt;
use std::num::NonZeroU32;
use std::thread;

use lapel::qr::{Background, Symbol};
use lapel_optics::camera::Camera;
use lapel_optics::decode;
use lapel_optics::picture::Picture;

/// Versions, and bytes behind `LAPEL:/` that need them.
const FULL: [(u8, usize); 6] = [(4, 66), (8, 183), (11, 311), (13, 414), (16, 570), (20, 840)];

/// Pictures of a version whose share is asserted, and of one that only fills the table.
const PICTURES: u64 = 200;
const PICTURES_FOR_THE_TABLE: u64 = 40;

/// A single frame is at most of this version, and at least this share of its pictures, in per cent,
/// must be read.
const MUST_READ: (u8, f64) = (11, 90.0);
/// Were this version read in more than this share, the camera would be a copier.
const MAY_READ: (u8, f64) = (20, 60.0);

/// How wide a symbol with its quiet zone usually is on the sensor: 62 mm, 320 mm away.
const USUAL_PIXELS: f64 = 1000.0 * 62.0 / 320.0;

/// `LAPEL:/` and the digits that this many bytes are: 17 for each 7, fewer for the tail.
fn frame(bytes: usize) -> String {
    let tail = [0, 3, 5, 8, 10, 13, 15][bytes % 7];
    // Digits without a pattern (Knuth's multiplicative hash), since a frame is mostly keys and
    // signatures.
    let digit =
        |i: usize| char::from(b'0' + ((i as u32).wrapping_mul(2_654_435_761) >> 16) as u8 % 10);
    "LAPEL:/".chars().chain((0..bytes / 7 * 17 + tail).map(digit)).collect()
}

fn png(symbol: &Symbol, pixels_per_module: u32) -> Picture {
    Picture::from_file(&symbol.png(NonZeroU32::new(pixels_per_module).unwrap()).unwrap()).unwrap()
}

/// A picture of what is dark in a grid of modules, at 4 pixels each.
fn drawn(side: usize, dark: impl Fn(usize, usize) -> bool) -> Picture {
    let pixel = |i: usize| if dark(i % (side * 4) / 4, i / (side * 4) / 4) { 0 } else { 255 };
    Picture::new(side * 4, side * 4, (0..side * side * 16).map(pixel).collect()).unwrap()
}

#[test]
fn every_png_is_read_back_exactly_when_nothing_disturbs() {
    for (version, bytes) in FULL {
        let text = frame(bytes);
        let symbol = Symbol::new(&text).unwrap();
        assert_eq!(symbol.version(), version);
        for scale in [2, 5, 8] {
            let read = decode::text(&png(&symbol, scale));
            assert_eq!(
                read.as_deref(),
                Some(&*text),
                "version {version}, {scale} pixels per module"
            );
        }
    }
}

#[test]
fn a_link_of_the_embedding_app_is_read_back_exactly() {
    let text = frame(272).replace("LAPEL:/", "https://badge.example/b#");
    let symbol = Symbol::new(&text).unwrap();
    assert_eq!(decode::text(&png(&symbol, 4)).as_deref(), Some(&*text));
}

#[test]
fn an_svg_is_read_back_exactly() {
    let text = frame(272);
    let symbol = Symbol::new(&text).unwrap();
    let svg = symbol.svg();
    let path = svg.split("fill=\"#000\" d=\"").nth(1).unwrap().split('"').next().unwrap();
    // Each `Mx yhNv1h-Nz` is a bar of N modules.
    let bars: Vec<[usize; 3]> = path
        .split_terminator('z')
        .map(|bar| {
            let numbers: Vec<usize> =
                bar.split(['M', ' ', 'h', 'v', '-']).flat_map(str::parse).collect();
            [numbers[0], numbers[1], numbers[2]]
        })
        .collect();
    let picture = drawn(symbol.drawn_width(), |x, y| {
        bars.iter().any(|[left, top, length]| y == *top && (*left..left + length).contains(&x))
    });
    assert_eq!(decode::text(&picture).as_deref(), Some(&*text));
}

#[test]
fn a_terminal_without_colours_is_read_back_exactly_on_either_background() {
    let text = frame(183);
    let symbol = Symbol::new(&text).unwrap();
    for (background, ink_is_dark) in [(Background::Light, true), (Background::Dark, false)] {
        let shown = symbol.terminal_monochrome(background);
        let letters: Vec<Vec<char>> = shown.lines().map(|line| line.chars().collect()).collect();
        let picture = drawn(symbol.drawn_width(), |x, y| {
            let inked = match letters[y / 2][x] {
                '█' => true,
                '▀' => y % 2 == 0,
                '▄' => y % 2 == 1,
                _ => false,
            };
            inked == ink_is_dark
        });
        assert_eq!(decode::text(&picture).as_deref(), Some(&*text), "{background:?}");
    }
}

/// A row of the table.
struct Row {
    version: u8,
    modules: usize,
    drawn: usize,
    pictures: u64,
    read: u64,
}

impl Row {
    fn measured(version: u8, bytes: usize) -> Self {
        let text = frame(bytes);
        let symbol = Symbol::new(&text).unwrap();
        let shown = png(&symbol, 8);
        let asserted = [MUST_READ.0, MAY_READ.0].contains(&version);
        let pictures = if asserted { PICTURES } else { PICTURES_FOR_THE_TABLE };
        let read = (0..pictures).filter(|seed| {
            let read = decode::text(&Camera::hand_held(*seed).photograph(&shown));
            // A wrong text would be worse than none.
            assert!(
                read.as_ref().is_none_or(|read| *read == text),
                "version {version}, seed {seed}"
            );
            read.is_some()
        });
        let read = read.count() as u64;
        Self { version, modules: symbol.width(), drawn: symbol.drawn_width(), pictures, read }
    }

    /// The share of pictures that were read, in per cent.
    fn share(&self) -> f64 {
        100.0 * self.read as f64 / self.pictures as f64
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { version, modules, pictures, .. } = self;
        let pixels = USUAL_PIXELS / self.drawn as f64;
        write!(f, "V{version:<6} {modules:>7} {pixels:>10.1} {pictures:>9} {:>6.1} %", self.share())
    }
}

#[test]
fn a_hand_held_camera_reads_version_11_and_mostly_not_version_20() {
    // A thread for each version: they share nothing.
    let rows: Vec<Row> = thread::scope(|scope| {
        let measuring =
            FULL.map(|(version, bytes)| scope.spawn(move || Row::measured(version, bytes)));
        measuring.into_iter().map(|row| row.join().unwrap()).collect()
    });

    println!("\nversion modules  px/module  pictures     read");
    for row in &rows {
        println!("{row}");
    }
    let share = |version| rows.iter().find(|row| row.version == version).unwrap().share();
    let (must, may) = (share(MUST_READ.0), share(MAY_READ.0));
    assert!(
        must >= MUST_READ.1,
        "a single frame of version {} was read in {must:.1} %",
        MUST_READ.0
    );
    assert!(
        may <= MAY_READ.1,
        "the camera is too good: it read version {} in {may:.1} %",
        MAY_READ.0
    );
}
