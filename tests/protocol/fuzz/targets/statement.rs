//! Any bytes and any text as a link and as a signed badge, and both as people sign them, whatever is in them.
#![no_main]

use std::sync::LazyLock;

use lapel::Carrier;
use lapel::badge::Badge;
use lapel::statement::{BadgeUpdate, IdentityLink, StatementError};
use lapel_fuzz::plan::Plan;
use lapel_fuzz::{rules, seeds};
use lapel_protocol_tests::hex;
use lapel_protocol_tests::vectors::{NoStatement, StatementCase, link, signed_badge};
use libfuzzer_sys::fuzz_target;

/// All that anybody signed.
static GOOD: LazyLock<Vec<Vec<u8>>> =
    LazyLock::new(|| seeds::bytes("statement.json", |case: StatementCase| case.hex));

fn seeds() -> Vec<Vec<u8>> {
    let raw = |bytes: &[u8]| [&[0], bytes].concat();
    let cases = seeds::family::<StatementCase>("statement.json");
    let texts = seeds::family("fail_statement.json").into_iter().map(|case: NoStatement| case.text);
    let texts = cases.iter().map(|case| case.text.clone()).chain(texts);
    let badges = cases.iter().filter_map(|case| case.badge.as_ref().map(|badge| badge.encode()));
    let links = [[1, 2, 0x6B, 0x04, 0x86, 0xBC], [3, 3, 0, 1, 0, 0], [1, 2, 0, 0, 0xFF, 0xFF]];
    let links = links.map(|link| [&[1], &link[..]].concat());
    let badges = badges.map(|badge| [&[2, 0x6B, 0x04, 0x86, 0xBC], &badge[..]].concat());
    let texts = texts.map(|text| raw(text.as_bytes()));
    GOOD.iter().map(|bytes| raw(bytes)).chain(texts).chain(links).chain(badges).collect()
}

/// What holds of everything that is read; what isn't says why in a sentence.
fn is_sound(
    link: Result<IdentityLink, StatementError>,
    badge: Result<BadgeUpdate, StatementError>,
) {
    match link {
        Ok(link) => {
            let bytes = link.to_bytes();
            assert!(bytes.len() == IdentityLink::MAX_BYTES && link.old_key() != link.new_key());
            assert_eq!(IdentityLink::from_text(&link.to_text(&Carrier::lapel())), Ok(link));
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    match badge {
        Ok(update) => {
            assert!(update.to_bytes().len() <= BadgeUpdate::MAX_BYTES);
            assert!(rules::hold(update.badge().fields()), "{}", hex(update.to_bytes()));
            assert_eq!(BadgeUpdate::from_text(&update.to_text(&Carrier::lapel())), Ok(update));
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

/// Nobody but the vectors' people can say anything, and they said no more.
fn nobody_says_anything_new(
    link: &Result<IdentityLink, StatementError>,
    badge: &Result<BadgeUpdate, StatementError>,
) {
    assert!(link.is_err() || badge.is_err());
    let said =
        link.as_ref().map(IdentityLink::to_bytes).or(badge.as_ref().map(BadgeUpdate::to_bytes));
    assert!(said.as_ref().is_err() || said.is_ok_and(|said| GOOD.contains(&said)));
}

fuzz_target!(init: seeds::write_if_asked(seeds), |data: &[u8]| {
    let mut plan = Plan::of(data);
    let mode = plan.below(3);
    let time = |plan: &mut Plan<'_>| u64::from(u32::from_be_bytes([0; 4].map(|_| plan.byte())));
    match mode {
        0 => {
            let bytes = plan.rest();
            let (link, badge) = (IdentityLink::from_bytes(bytes), BadgeUpdate::from_bytes(bytes));
            nobody_says_anything_new(&link, &badge);
            is_sound(link, badge);
            let text = String::from_utf8_lossy(bytes);
            let (link, badge) = (IdentityLink::from_text(&text), BadgeUpdate::from_text(&text));
            nobody_says_anything_new(&link, &badge);
            is_sound(link, badge);
        }
        1 => {
            let (old, new) = (plan.byte(), plan.byte());
            let made_at = time(&mut plan);
            let bytes = link(old, new, made_at);
            let read = IdentityLink::from_bytes(&bytes);
            assert_eq!(read.is_ok(), old != new && made_at >= 65_536, "{old} {new} {made_at}");
            assert!(read.as_ref().is_err() || read.is_ok_and(|link| link.to_bytes() == bytes));
        }
        _ => {
            let made_at = time(&mut plan);
            let badge = plan.rest();
            let read = BadgeUpdate::from_bytes(&signed_badge(1, made_at, badge));
            let holds = made_at >= 65_536 && Badge::from_bytes(badge).is_ok();
            assert_eq!(read.is_ok(), holds, "a signature makes no badge good");
            is_sound(Err(StatementError::Bytes), read);
        }
    }
});
