//! Any bytes as a badge.
#![no_main]

use lapel::badge::{Badge, BadgeFields};
use lapel_fuzz::{rules, seeds};
use lapel_protocol_tests::vectors::{BadgeCase, NoBadge};
use libfuzzer_sys::fuzz_target;

fn seeds() -> Vec<Vec<u8>> {
    let good = seeds::bytes("badge.json", |case: BadgeCase| case.hex);
    let bad = seeds::bytes("fail_badge.json", |case: NoBadge| case.hex);
    [good, bad].concat()
}

fuzz_target!(init: seeds::write_if_asked(seeds), |data: &[u8]| {
    match Badge::from_bytes(data) {
        Ok(badge) => {
            assert!(badge.as_bytes() == data && data.len() <= Badge::MAX_BYTES);
            assert!(rules::hold(badge.fields()), "{:?}", badge.fields());
            // Its fields are in form, and make the same badge again; by way of JSON too.
            assert_eq!(Badge::new(badge.fields().clone()).as_ref(), Ok(&badge));
            let json = serde_json::to_string(badge.fields()).expect("plain data");
            let fields: BadgeFields = serde_json::from_str(&json).expect("what was written");
            assert_eq!(&fields, badge.fields());
            assert!(badge.sizes().iter().map(|(_, bytes)| bytes).sum::<usize>() < data.len());
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    // As an app's own words: brought into form, or refused, and what came out stays as it is.
    let text = String::from_utf8_lossy(data);
    let mut lines = text.split('\n').map(str::to_owned);
    let mut fields = BadgeFields::named(lines.next().unwrap_or_default());
    fields.line = lines.next();
    let mut list = || lines.by_ref().take(2).collect::<Vec<_>>();
    (fields.emails, fields.phones, fields.urls) = (list(), list(), list());
    if let Ok(badge) = Badge::new(fields) {
        assert!(rules::hold(badge.fields()), "{:?}", badge.fields());
        assert_eq!(Badge::from_bytes(badge.as_bytes()).as_ref(), Ok(&badge));
    }
});
