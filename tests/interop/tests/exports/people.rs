//! People who are hard on formats, and how they get into a book.

use std::time::Duration;

use lapel::badge::{Badge, BadgeFields};
use lapel::book::{Book, Rating};
use lapel::event::Event;
use lapel::exchange::{Exchange, Options, Scanned};
use lapel::identity::{Identity, PersonId};
use lapel::time::UnixTime;
use rand_chacha::ChaCha20Rng;

/// Someone who is hard on formats.
pub(crate) struct Nasty {
    pub(crate) fields: BadgeFields,
    event: &'static str,
    note: String,
    tag: &'static str,
}

fn nasty(fields: BadgeFields, event: &'static str, note: &str, tag: &'static str) -> Nasty {
    Nasty { fields, event, note: note.to_owned(), tag }
}

pub(crate) fn people() -> Vec<Nasty> {
    let named = |name: &str| BadgeFields::named(name);
    let one = |text: &str| Some(text.to_owned());
    let mut people = vec![
        nasty(
            BadgeFields {
                title: one("Rear admiral; retired, \"mostly\""),
                organisation: one("Navy; Harvard, Mark I\\II"),
                emails: vec!["grace@example.org".into(), "g.h+lapel@navy.example".into()],
                phones: vec!["+1 (555) 010-0100".into(), "*31#0049".into()],
                urls: vec!["https://navy.example/?a=1,2;b=3".into()],
                handles: vec!["@grace@navy.example".into()],
                pronouns: one("she/her"),
                ..named("Grace Hopper")
            },
            "rustconf, day 2; hall",
            "Two lines;\nof \"notes\", with \\n and \\, in them\nEND:VCARD",
            "see, again; soon",
        ),
        nasty(named("👩‍💻 Ada 🏳️‍🌈"), "日本 🎉", "👍🏽\n\n\tindented", "emoji 🎈"),
        nasty(named("محمد علي"), "مؤتمر", "عربي و English معا", "ودود"),
        nasty(named("נועה לוי"), "", "עברית", "חבר"),
        nasty(named("山田 太郎"), "会議", "全角：、。", "知人"),
        nasty(
            named("Z\u{335}a\u{323}\u{302}lgo\u{315} Ng\u{169}"),
            "x\u{301}",
            "e\u{301}",
            "a\u{308}",
        ),
        nasty(named("=HYPERLINK(\"http://x\")"), "=1+1", "=cmd|' /C calc'!A0", "@SUM"),
        nasty(
            BadgeFields { title: one("-2+3"), organisation: one("+1"), ..named("@SUM(1+1)*cmd") },
            "-event",
            "+44 is not a phone here",
            "+tag",
        ),
        nasty(named("'t Hooft"), "'quoted'", "'", "'s"),
        // Cyrillic that looks Latin, and its Latin twin.
        nasty(named("Аdа Lоvеlасе"), "fosdem", "look-alike", "twin"),
        nasty(named("Ada Lovelace"), "fosdem", "the real one", "twin"),
        nasty(named("Bobby\"; DROP, TABLE: \\n \\; x"), "a:b;c,d", "a\\nb\\\\n", "x:y"),
        nasty(named("BEGIN:VCARD"), "END:VCARD", "END:VCARD\r\nBEGIN:VCARD\nFN:Eve", "N:Eve"),
        nasty(
            BadgeFields::named("é".repeat(32)),
            "ü".repeat(11).leak(),
            &"ß".repeat(1_000),
            "ö".repeat(24).leak(),
        ),
        nasty(
            named("x"),
            &"e".repeat(23).leak()[..],
            &"🙂 ".repeat(399),
            &"t".repeat(48).leak()[..],
        ),
    ];
    // Every other field at its bound; a badge has no room for all at once.
    let mail = format!("{}@{}.example", "m".repeat(30), "d".repeat(25));
    people.push(nasty(
        BadgeFields {
            title: Some("Ti;".repeat(21) + "t"),
            emails: vec![mail],
            ..named("bounds 1")
        },
        "",
        "-",
        "-",
    ));
    people.push(nasty(
        BadgeFields {
            organisation: Some("Org, ".repeat(12) + "inc."),
            phones: vec![format!("+{},,42#", "1 (5) .-".repeat(4).split_at(26).0)],
            handles: vec![format!("@{}", "h;".repeat(23) + "h")],
            pronouns: Some("p/".repeat(12)),
            ..named("bounds 2")
        },
        "",
        "-",
        "-",
    ));
    people.push(nasty(
        BadgeFields {
            urls: vec![format!("https://a.io/?{}", "q=;".repeat(27) + "z")],
            line: Some("x;=1+1;y, ".repeat(9) + "x;\"@S\""),
            ..named("bounds 3")
        },
        "x;@SUM(1)",
        "x;=cmd|' /C calc'!A0;y\n-2+3\tand\t=1",
        "y;-1",
    ));
    people.push(nasty(
        BadgeFields {
            emails: (1..=4).map(|n| format!("{n}@a.io")).collect(),
            phones: (1..=4).map(|n| format!("+{n}")).collect(),
            urls: (1..=4).map(|n| format!("http://a.io/{n}")).collect(),
            handles: (1..=4).map(|n| format!("@{n}")).collect(),
            line: one("=four of everything"),
            ..named("Four")
        },
        "",
        "-",
        "-",
    ));
    people
}

/// Where everybody was met: 96 bytes, as many as a place can have.
pub(crate) const PLACE: &str = "the queue; for \"tea\", behind the third pillar on the left of Hall 5, where it smells of soup ...";

/// Met, with everything that can be written about them.
pub(crate) fn record(
    book: &mut Book,
    someone: &Nasty,
    number: u64,
    rng: &mut ChaCha20Rng,
) -> PersonId {
    let now = Duration::from_secs;
    let wall = UnixTime::clamped(1_795_458_300 + i64::try_from(number).unwrap());
    let (event, identity) = (Event::new(someone.event).unwrap(), Identity::generate(rng));
    let options = Options { event, ..Options::default() };
    let badge = Badge::new(someone.fields.clone()).unwrap();
    let mine = Badge::new(BadgeFields::named("Owner")).unwrap();
    let me = book.identity().clone();
    let mut begin = |who: &Identity, badge: &Badge, options: &Options| {
        Exchange::begin(who, badge, options.clone(), now(0), wall, number, rng).unwrap()
    };
    let mut own = begin(&me, &mine, &options);
    let mut peer = begin(&identity, &badge, &Options::default());
    peer.scan(&own.frame(now(1)).unwrap().text, now(1));
    let Scanned::Verified(who) = own.scan(&peer.frame(now(1)).unwrap().text, now(1)) else {
        panic!("{} isn't verified", someone.fields.name)
    };
    let encounter = own.accept(&who.transcript).unwrap();
    let person = book.record(&encounter, rng).unwrap().person();
    book.note(&person, &someone.note, rng).unwrap();
    book.tag(&person, someone.tag, rng).unwrap();
    book.rate(&person, Some(Rating::new(3).unwrap()), rng).unwrap();
    book.set_place(&person, PLACE, rng).unwrap();
    book.follow_up(&person, Some("2026-12-01".parse().unwrap()), rng).unwrap();
    person
}
