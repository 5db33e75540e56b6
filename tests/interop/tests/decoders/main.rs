//! Pictures from others: what four decoders that others wrote read in what Lapel shows.
//!
//! Each is asked the way an app asks it, for a text. `cargo test -p lapel-interop-tests --test
//! decoders -- --nocapture` prints the tables; README.md says what they prove.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    unreachable_pub,
    reason = "a test says what is wrong by failing"
)]

mod people;
mod readers;

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use lapel::Carrier;
use lapel::badge::{Badge, BadgeFields};
use lapel::qr::Symbol;
use lapel_interop_tests::ada;
use lapel_optics::camera::Camera;
use lapel_optics::picture::Picture;
use people::{EVENT, NAMES};
use qrcode::bits::Bits;
use qrcode::types::QrError;
use qrcode::{Color, EcLevel, QrCode, Version};
use readers::{DECODERS, Read};

/// Twenty-two characters, as an embedding app might have.
const WEB: &str = "https://lapel.badge/b#";

/// Pixels per module of the undisturbed pictures.
const SCALES: [u32; 2] = [3, 8];

/// OpenCV doesn't find every symbol that is drawn smaller; a phone's screen draws 10 or more.
const OPENCV_NEEDS: u32 = 4;

/// Photographs of each row of the camera's table.
const PICTURES: usize = 40;

/// The share of them, in per cent, that rxing and zxing-cpp read of everything of ours.
const MUST_READ: usize = 75;

fn png(text: &str, pixels_per_module: u32) -> Picture {
    let scale = NonZeroU32::new(pixels_per_module).unwrap();
    Picture::from_file(&Symbol::new(text).unwrap().png(scale).unwrap()).unwrap()
}

/// A text in UTF-8 as one byte segment at level L, which is how vCards are shown.
fn bytes_of(text: &str) -> Bits {
    let bits = (1..=40).find_map(|version| {
        let mut bits = Bits::new(Version::Normal(version));
        match bits.push_byte_data(text.as_bytes()).and_then(|()| bits.push_terminator(EcLevel::L)) {
            Ok(()) => Some(bits),
            Err(QrError::DataTooLong) => None,
            Err(error) => panic!("{error}"),
        }
    });
    bits.unwrap()
}

fn version_of(bits: &Bits) -> u8 {
    match bits.version() {
        Version::Normal(version) => u8::try_from(version).unwrap(),
        Version::Micro(_) => 0,
    }
}

fn drawn(bits: Bits, pixels_per_module: usize) -> Picture {
    let code = QrCode::with_bits(bits, EcLevel::L).unwrap();
    let (quiet, modules) = (lapel::qr::QUIET_ZONE, code.width());
    let side = (modules + 2 * quiet) * pixels_per_module;
    let dark = |pixel: usize| {
        let module = (pixel / pixels_per_module).checked_sub(quiet)?;
        (module < modules).then_some(module)
    };
    let level = |i: usize| match (dark(i % side), dark(i / side)) {
        (Some(x), Some(y)) if code[(x, y)] == Color::Dark => 0,
        _ => 255,
    };
    Picture::new(side, side, (0..side * side).map(level).collect()).unwrap()
}

/// The names of the decoders that returned exactly this text.
fn exact(read: &Read, text: &str) -> Vec<&'static str> {
    let right = |texts: &Vec<String>| matches!(&**texts, [one] if one == text);
    DECODERS.iter().zip(read).filter(|(_, texts)| right(texts)).map(|(name, _)| *name).collect()
}

#[test]
fn every_decoder_returns_every_frame_exactly_when_nothing_disturbs() {
    let mut texts = Vec::new();
    let mut people = Vec::new();
    for carrier in [Carrier::lapel(), Carrier::web(WEB).unwrap()] {
        for (seed, (script, name)) in (0..).zip(NAMES) {
            let badge = Badge::new(BadgeFields {
                name: name.into(),
                emails: vec!["me@engines.example".into()],
                ..BadgeFields::default()
            });
            let shown = people::shown(&badge.unwrap(), EVENT, &carrier, seed);
            people.push((texts.len(), name, shown.scanner));
            texts.push((script, shown.sealed));
            if seed % 6 == 0 {
                texts.push(("hello", shown.hello));
                texts.extend(shown.parts.into_iter().map(|part| ("small part", part)));
            }
        }
    }
    let of = |at: usize| (&texts[at / SCALES.len()], SCALES[at % SCALES.len()]);
    let reads = readers::read(texts.len() * SCALES.len(), |at| png(&of(at).0.1, of(at).1));

    let (mut wrong, mut missed) = (Vec::new(), 0);
    for (at, read) in reads.iter().enumerate() {
        let ((what, text), scale) = of(at);
        for (name, texts) in DECODERS.iter().zip(read) {
            if *name == "opencv" && scale < OPENCV_NEEDS && texts.is_empty() {
                missed += 1;
            } else if !matches!(&**texts, [one] if one == text) {
                let version = Symbol::new(text).unwrap().version();
                wrong.push(format!("{name}: {what}, V{version}, {scale} px: {texts:?} for {text}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    println!(
        "\n{} pictures at {SCALES:?} pixels per module, read exactly by {DECODERS:?}, but for {missed} \
         that OpenCV missed below {OPENCV_NEEDS}",
        reads.len()
    );

    // The text is what the other phone scans, and the name comes out of it as its owner wrote it.
    for (at, name, mut scanner) in people {
        let text = &reads[at * SCALES.len() + 1][DECODERS.len() - 1][0];
        assert_eq!(scanner.name(&[text]).as_deref(), Some(name));
    }
}

/// A row of the camera's table.
struct Row {
    what: String,
    /// One text, or the parts of one message.
    texts: Vec<String>,
}

/// Attendees whose badges are of each size class.
fn of_each_class() -> [BadgeFields; 3] {
    let small = ada();
    let middle = BadgeFields { urls: vec!["https://engines.example/ada".into()], ..small.clone() };
    let large = BadgeFields {
        handles: vec!["@ada@hachyderm.io".into()],
        line: Some("Ask me about looms and punched cards".into()),
        ..middle.clone()
    };
    [small, middle, large]
}

/// The middle square of a photograph, as scanners cut it out: half the pixels to search.
fn viewfinder(photo: &Picture) -> Picture {
    let (side, above) = (photo.width(), (photo.height() - photo.width()) / 2);
    let pixels = photo.pixels()[side * above..side * (above + side)].to_vec();
    Picture::new(side, side, pixels).unwrap()
}

fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    let mut row = |what: &str, texts: &[String]| {
        rows.push(Row { what: what.to_owned(), texts: texts.to_vec() });
    };
    for (seed, fields) in (0..).zip(of_each_class()) {
        let badge = Badge::new(fields.clone()).unwrap();
        let shown = people::shown(&badge, EVENT, &Carrier::lapel(), seed);
        let bytes = badge.as_bytes().len();
        if seed == 0 {
            row("hello", &[shown.hello]);
        }
        row(&format!("sealed, badge of {bytes} bytes"), &[shown.sealed]);
        if seed == 2 {
            row(&format!("  in {} small parts, each", shown.parts.len()), &shown.parts);
            row("  unsigned vCard, same person", &[people::vcard(&fields)]);
        }
    }
    rows
}

#[test]
fn a_hand_held_camera_gives_every_decoder_the_text_or_none() {
    let rows = rows();
    let version = |text: &str| Symbol::new(text).unwrap().version();
    let sealed = rows.iter().filter(|row| row.what.starts_with("sealed"));
    assert_eq!(sealed.map(|row| version(&row.texts[0])).collect::<Vec<_>>(), [11, 12, 13]);

    let shown: Vec<Vec<Picture>> =
        rows.iter().map(|row| row.texts.iter().map(|text| png(text, 8)).collect()).collect();
    let of = |at: usize| {
        let (row, seed) = (at / PICTURES, at % PICTURES);
        (row, seed, seed % shown[row].len())
    };
    // The same forty moments for every row, so that rows differ by what is shown.
    let reads = readers::read(rows.len() * PICTURES, |at| {
        let (row, seed, part) = of(at);
        viewfinder(&Camera::hand_held(seed as u64).photograph(&shown[row][part]))
    });

    let mut counts = vec![[0; DECODERS.len()]; rows.len()];
    for (at, read) in reads.iter().enumerate() {
        let (row, seed, part) = of(at);
        for (column, texts) in read.iter().enumerate() {
            for text in texts {
                let right = *text == rows[row].texts[part];
                // A wrong text would be worse than none.
                assert!(right, "{}: {}, seed {seed}: {text}", DECODERS[column], rows[row].what);
            }
            counts[row][column] += usize::from(!texts.is_empty());
        }
    }

    println!("\nRead in one picture, of {PICTURES} through a hand-held camera, in per cent");
    println!("{:<32} {:<8}{}", "", "version", DECODERS.map(|name| format!("{name:>10}")).concat());
    for (row, counts) in rows.iter().zip(&counts) {
        let version = row.texts.iter().map(|text| version(text)).max().unwrap();
        let shares =
            counts.map(|count| format!("{:>10.0}", 100.0 * count as f64 / PICTURES as f64));
        println!("{:<32} V{version:<7}{}", row.what, shares.concat());
    }

    // These two read dense codes; zbar and OpenCV show what the small ones are for.
    for (row, counts) in rows.iter().zip(&counts) {
        for column in [0, 1] {
            let enough = 100 * counts[column] >= MUST_READ * PICTURES;
            assert!(enough, "{} read {}: {}", DECODERS[column], row.what, counts[column]);
        }
    }
}

#[test]
fn an_unsigned_vcard_in_utf8_is_what_every_decoder_returns_too() {
    let cards: Vec<(&str, String)> = NAMES
        .iter()
        .map(|(script, name)| {
            let fields = BadgeFields { name: (*name).into(), ..BadgeFields::default() };
            (*script, people::vcard(&fields))
        })
        .collect();
    let reads = readers::read(cards.len(), |at| drawn(bytes_of(&cards[at].1), 8));
    println!("\nUnsigned vCards in UTF-8, undisturbed");
    println!("{:<22}{}", "", DECODERS.map(|name| format!("{name:>10}")).concat());
    for ((script, card), read) in cards.iter().zip(&reads) {
        let verdict = read.each_ref().map(|texts| match &**texts {
            [] => "nothing",
            [text] if text == card => "exact",
            _ => "WRONG",
        });
        println!("{script:<22}{}", verdict.map(|verdict| format!("{verdict:>10}")).concat());
    }
    for ((script, card), read) in cards.iter().zip(&reads) {
        assert_eq!(exact(read, card), DECODERS, "{script}: {read:?}");
    }
}

#[test]
fn five_hundred_badges_fit_the_versions_that_phones_read() {
    let (mut sealed, mut plain) = (BTreeMap::new(), BTreeMap::new());
    let mut shortened = 0;
    for (seed, attendee) in (0..).zip(people::attendees(500)) {
        let (badge, left_out) = people::fitting(attendee.fields, attendee.event);
        shortened += usize::from(left_out > 0);
        let shown = people::shown(&badge, attendee.event, &Carrier::lapel(), seed);
        *sealed.entry(Symbol::new(&shown.sealed).unwrap().version()).or_insert(0) += 1;
        let card = bytes_of(&people::vcard(badge.fields()));
        *plain.entry(version_of(&card)).or_insert(0) += 1;
    }

    println!("\n500 attendees, {shortened} of whom left something out");
    println!("version   sealed, signed   unsigned vCard");
    let versions = sealed.keys().chain(plain.keys());
    for version in *versions.clone().min().unwrap()..=*versions.max().unwrap() {
        let of = |counts: &BTreeMap<u8, usize>| counts.get(&version).copied().unwrap_or(0);
        println!("V{version:<8} {:>14}   {:>14}", of(&sealed), of(&plain));
    }
    assert!(sealed.keys().all(|version| [11, 12, 13].contains(version)), "{sealed:?}");
}
