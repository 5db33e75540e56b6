//! Any texts at all in front of the camera.
#![no_main]

use lapel::Flaw;
use lapel::exchange::{Scanned, Shows};
use lapel_fuzz::{NAMES, seeds};
use lapel_protocol_tests::vectors::{Digits, NoDigits, ScanCase, Start};
use lapel_protocol_tests::{Party, digits};
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

/// Whom the vectors' scans show.
static START: LazyLock<Start> =
    LazyLock::new(|| seeds::family::<ScanCase>("scan.json").remove(0).start);
/// Everybody who is honest in them.
static CROWD: LazyLock<Vec<[u8; 32]>> = LazyLock::new(|| {
    let numbered = (0..5).map(|i| format!("number {i}"));
    let named = ["Grace", "Edsger", "extended"].map(str::to_owned);
    named.into_iter().chain(numbered).map(|name| Party::named(&name).person()).collect()
});

fn seeds() -> Vec<Vec<u8>> {
    let digits = seeds::family::<Digits>("digits.json").into_iter().map(|case| case.text);
    let none = seeds::family::<NoDigits>("fail_digits.json").into_iter().map(|case| case.text);
    let alone = seeds::texts().into_iter().chain(digits).chain(none).map(String::into_bytes);
    // Whole sessions, one text behind the other.
    let sessions = ["scan.json", "fail_scan.json"].into_iter().flat_map(seeds::family::<ScanCase>);
    let scans = |case: ScanCase| case.steps.into_iter().filter_map(|step| step.scan);
    let whole =
        sessions.map(|case| scans(case).take(8).collect::<Vec<_>>().join("\0").into_bytes());
    alone.chain(whole).collect()
}

fuzz_target!(init: seeds::write_if_asked(seeds), |data: &[u8]| {
    let texts = String::from_utf8_lossy(data);
    let mut ada = START.phone();
    let mut looked_at = false;
    for text in texts.split('\0').take(8) {
        let scanned = ada.wait(0.5).scan(text);
        assert!(NAMES.contains(&scanned.name()) && !scanned.to_string().is_empty());
        match &scanned {
            Scanned::Verified(seen) => assert!(CROWD.contains(seen.person.as_bytes())),
            Scanned::Confirmed(_) | Scanned::Ended | Scanned::SessionTaken => panic!("{scanned:?}"),
            _ => {}
        }
        // The digits are read as a second reader reads them.
        let garbled = scanned == Scanned::Damaged(Flaw::Digits);
        if let Some(digits) = text.trim().strip_prefix("LAPEL:/") {
            let bytes = digits::decode(digits).filter(|b| !b.is_empty() && digits.len() <= 1_006);
            assert_eq!(garbled, bytes.is_none(), "{text}");
        }
        looked_at |= !garbled && scanned != Scanned::NotOurs;
        let frame = ada.exchange.frame(ada.clock).expect("something to show");
        assert_ne!(frame.shows, Shows::Confirm);
    }
    if looked_at {
        ada.exchange.start_again(ada.clock);
        ada.can_still_meet();
    }
});
