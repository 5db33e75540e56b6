//! How large the codes are, beside what people use today.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test says what is wrong by failing"
)]

use core::time::Duration;

use lapel::Carrier;
use lapel::badge::{Badge, BadgeFields};
use lapel::event::Event;
use lapel::exchange::{Exchange, Options, Scanned, Shows, Step};
use lapel::identity::Identity;
use lapel::qr::{Level, Symbol};
use lapel::time::UnixTime;
use lapel_interop_tests::ada;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

/// Twenty-two characters, as an embedding app might have.
const WEB: &str = "https://lapel.badge/b#";

/// The same person as an unsigned vCard 4.0, with nothing that isn't on the badge.
fn vcard(fields: &BadgeFields) -> String {
    format!(
        "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:{}\r\nTITLE:{}\r\nORG:{}\r\nEMAIL:{}\r\nTEL:{}\r\n\
         PRONOUNS:{}\r\nEND:VCARD\r\n",
        fields.name,
        fields.title.clone().unwrap(),
        fields.organisation.clone().unwrap(),
        fields.emails[0],
        fields.phones[0],
        fields.pronouns.clone().unwrap(),
    )
}

/// The texts of a hello, and of an offer sealed to another hello.
fn frames(badge: &Badge, event: &str, carrier: &Carrier) -> [String; 2] {
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let mut begin = |event: &str| {
        let options = Options {
            event: Event::new(event).unwrap(),
            carrier: carrier.clone(),
            ..Options::default()
        };
        let (me, wall) = (Identity::generate(&mut rng), UnixTime::clamped(1_795_458_300));
        Exchange::begin(&me, badge, options, Duration::ZERO, wall, 0, &mut rng).unwrap()
    };
    let (mut one, mut other) = (begin(event), begin(event));
    let at = Duration::from_secs(1);
    let hello = one.frame(at).unwrap();
    assert_eq!(other.scan(&hello.text, at), Scanned::Progressed(Step::Answered));
    let offer = other.frame(at).unwrap();
    assert_eq!((hello.shows, offer.shows), (Shows::Hello, Shows::Offer));
    [hello.text, offer.text]
}

/// Ada's badge with as long a title and line as makes it so many bytes.
fn padded_to(bytes: usize) -> Badge {
    let lengths = (17..=64).flat_map(|title| (1..=96).map(move |line| (title, line)));
    let mut badges = lengths.filter_map(|(title, line)| {
        let (title, line) = (Some("t".repeat(title)), Some("l".repeat(line)));
        Badge::new(BadgeFields { title, line, ..ada() }).ok()
    });
    badges.find(|badge| badge.as_bytes().len() == bytes).unwrap()
}

fn row(what: &str, text: &str) -> Symbol {
    let symbol = Symbol::new(text).unwrap();
    let version = format!("{}-{:?}", symbol.version(), symbol.level());
    println!(
        "  {what:<46} {:>5} characters   QR {version:<5} {:>3} modules",
        text.len(),
        symbol.width()
    );
    symbol
}

#[test]
fn a_signed_live_badge_takes_three_versions_more_than_an_unsigned_vcard() {
    let fields = ada();
    let badge = Badge::new(fields.clone()).unwrap();
    println!("\nSizes, for a badge of {} bytes:", badge.as_bytes().len());
    let [hello, offer] = frames(&badge, "Rust Week 2026, Utrecht", &Carrier::lapel());
    let [web_hello, web_offer] =
        frames(&badge, "Rust Week 2026, Utrecht", &Carrier::web(WEB).unwrap());
    let plain = row("unsigned vCard 4.0 of the same person", &vcard(&fields));
    let hello = row("hello, 66 bytes, LAPEL:/", &hello);
    let sealed = row("sealed badge, 311 bytes, LAPEL:/", &offer);
    let web_hello = row(&format!("hello, {WEB}"), &web_hello);
    let web_sealed = row(&format!("sealed badge, {WEB}"), &web_offer);
    assert_eq!((hello.version(), sealed.version(), sealed.level()), (4, 11, Level::L));
    assert_eq!((web_hello.version(), web_sealed.version()), (5, 12));
    assert_eq!(plain.version() + 3, sealed.version());
}

#[test]
fn each_size_class_is_the_largest_message_of_its_symbol() {
    println!("\nSize classes, behind LAPEL:/ and behind {WEB}:");
    for (badge, event, versions) in [
        (110, "Rust Week 2026, Utrecht", [11, 12]),
        (156, "Rust Week 2026, Utrecht", [12, 13]),
        (213, "Rust Week 2026, Utrecht", [13, 14]),
        (133, "", [11, 12]),
        (179, "", [12, 13]),
        (Badge::MAX_BYTES, "", [13, 14]),
    ] {
        let badge = padded_to(badge);
        let bytes = badge.as_bytes().len();
        let carriers = [Carrier::lapel(), Carrier::web(WEB).unwrap()];
        for (carrier, version) in carriers.iter().zip(versions) {
            let [_, offer] = frames(&badge, event, carrier);
            let what = format!("badge {bytes}, event {}, {carrier}", event.len());
            assert_eq!(row(&what, &offer).version(), version);
        }
    }
}
