//! Nothing personal stands in clear on disk, by a search that is seen to find it elsewhere.

use lapel::badge::BadgeFields;
use lapel::book::{Link, OutcomeFields, OutcomeKind};
use lapel::event::Event;
use lapel::export::vcard4;
use lapel_book_tests::{Phone, files, holds, meet};

const LABEL: &str = "moonlighting-label";
const EVENT: &str = "zanzibar-conference";

fn fields(name: &str, mark: &str) -> BadgeFields {
    BadgeFields {
        name: name.into(),
        title: Some(format!("{mark}title")),
        organisation: Some(format!("{mark}works")),
        emails: vec![format!("{mark}@example.org")],
        phones: vec![format!("+44 20 {}", mark.len() + 79_460_000)],
        urls: vec![format!("https://example.org/{mark}")],
        handles: vec![format!("@{mark}social")],
        pronouns: Some(format!("{mark}/them")),
        line: Some(format!("{mark} line")),
    }
}

/// The ways in which bytes can stand in a file: as they are, as digits, as wide characters, and
/// backwards.
fn spellings(bytes: &[u8]) -> Vec<Vec<u8>> {
    let hex = |upper: bool| -> Vec<u8> {
        let digits = |b: &u8| if upper { format!("{b:02X}") } else { format!("{b:02x}") };
        bytes.iter().map(digits).collect::<String>().into_bytes()
    };
    let mut all =
        vec![bytes.to_vec(), bytes.iter().rev().copied().collect(), hex(false), hex(true)];
    if let Ok(text) = str::from_utf8(bytes) {
        all.push(text.encode_utf16().flat_map(u16::to_le_bytes).collect());
        all.push(text.encode_utf16().flat_map(u16::to_be_bytes).collect());
        all.push(text.to_lowercase().into_bytes());
    }
    all
}

/// Everything personal about a phone's owner, by what it is.
fn personal(phone: &Phone) -> Vec<(&'static str, Vec<u8>)> {
    let fields = phone.badge.fields();
    let texts = [
        ("name", &fields.name),
        ("title", fields.title.as_ref().unwrap()),
        ("organisation", fields.organisation.as_ref().unwrap()),
        ("email", &fields.emails[0]),
        ("phone", &fields.phones[0]),
        ("url", &fields.urls[0]),
        ("handle", &fields.handles[0]),
        ("pronouns", fields.pronouns.as_ref().unwrap()),
        ("line", fields.line.as_ref().unwrap()),
    ];
    let texts = texts.into_iter().map(|(what, text)| (what, text.clone().into_bytes()));
    texts.chain([("key", phone.person().as_bytes().to_vec())]).collect()
}

#[test]
fn no_file_holds_anything_personal_in_clear() {
    let mut ada = Phone::showing(fields("Ada Quellwasser", "quell"));
    let mut grace = Phone::showing(fields("Grace Murmeltier", "murmel"));
    for phone in [&mut ada, &mut grace] {
        phone.event = Event::new(EVENT).unwrap();
        let badge = phone.badge.clone();
        let (book, rng) = phone.both();
        book.set_badge(LABEL, &badge, rng).unwrap();
    }
    let mut searched: Vec<_> = [&ada, &grace].into_iter().flat_map(personal).collect();
    searched.push(("label", LABEL.into()));
    searched.push(("event", EVENT.into()));
    let fingerprint = grace.person().fingerprint().to_string();
    searched.push(("fingerprint", fingerprint.into_bytes()));
    for round in 0..36 {
        let transcript = meet(&mut ada, &mut grace);
        if round == 20 {
            searched.push(("transcript", transcript.as_bytes().to_vec()));
            let (_, meeting) = ada.meeting(&transcript).unwrap().unwrap();
            let receipt = meeting.receipt(Default::default()).to_bytes();
            // Behind the tag, either side's ephemeral key and blind, and the signatures.
            searched.extend(receipt[18..].chunks_exact(32).map(|c| ("receipt", c.to_vec())));
            let text = meeting.confirm_texts(&Default::default()).remove(0);
            searched.push(("confirm code", text.as_bytes()[7..].to_vec()));
        }
    }
    ada.block(&grace.person());
    let written = [
        "zephyr-note",
        "quoin-tag",
        "under-the-clerestory",
        "Vizier of Trondheim",
        "an-abacus-kind",
    ];
    let (graces, today) = (grace.person(), "2026-11-26".parse().unwrap());
    let (book, rng) = ada.both();
    book.note(&graces, written[0], rng).unwrap();
    book.tag(&graces, written[1], rng).unwrap();
    book.set_place(&graces, written[2], rng).unwrap();
    let (kind, title) = (OutcomeKind::new(written[4]).unwrap(), written[3].to_owned());
    let fields = OutcomeFields { kind, title, date: today, amount: None };
    book.add_outcome(&fields, &[Link::Contact(graces)], today, rng).unwrap();
    searched.extend(written.map(|text| ("owner's writing", text.as_bytes().to_vec())));
    // Draws the roster up.
    assert_eq!(ada.search("zephyr quoin").unwrap().len(), 1);

    let look = |when: &str, ada: &Phone| {
        let mut files = files(ada.dir());
        assert!(files.len() >= 4, "ledger, index, roster, lock, key: {:?}", files.keys());
        // Most of a ledger is room given in advance, which takes long to search.
        for held in files.values_mut() {
            held.truncate(held.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1));
        }
        for (what, bytes) in &searched {
            for spelling in spellings(bytes) {
                for (path, held) in &files {
                    let name = path.to_str().unwrap().as_bytes();
                    let found = holds(held, &spelling) || holds(name, &spelling);
                    assert!(!found, "{when}: the {what} stands in {}", path.display());
                }
            }
        }
    };
    look("open", &ada);
    ada.take().close().unwrap();
    look("closed", &ada);
    ada.reopen();
    ada.unblock(&grace.person());
    let size: usize = files(ada.dir()).values().map(Vec::len).sum();
    println!("{} things searched for in {size} bytes", searched.len());

    // The same search finds what is in a contact on its way out.
    let card = vcard4(&ada.contact(&grace.person()).unwrap().unwrap());
    let card = card.replace("\r\n ", "");
    let about_grace = personal(&grace).into_iter().chain([("event", EVENT.into())]);
    for (what, bytes) in about_grace {
        let found = spellings(&bytes).iter().any(|spelling| holds(card.as_bytes(), spelling));
        assert!(found, "the search can't find the {what}");
    }

    ada.forget(&[grace.person()]).unwrap();
    look("after forgetting", &ada);
}
