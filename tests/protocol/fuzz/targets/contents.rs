//! Sealed messages that open: contents of any kind, signed and committed to by who claims them.
#![no_main]

use lapel::Flaw;
use lapel::attestation::Attestation;
use lapel::badge::Badge;
use lapel::exchange::Scanned;
use lapel::receipt::{Disclosure, Receipt};
use lapel::transcript::Transcript;
use lapel_fuzz::book::Empty;
use lapel_fuzz::plan::Plan;
use lapel_fuzz::{rules, seeds};
use lapel_protocol_tests::phone::Setup;
use lapel_protocol_tests::vectors::BadgeCase;
use lapel_protocol_tests::{CONFIRM, OFFER, Party, Phone, cbor, points};
use libfuzzer_sys::fuzz_target;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use std::sync::LazyLock;

static BADGES: LazyLock<Vec<Vec<u8>>> =
    LazyLock::new(|| seeds::bytes("badge.json", |case: BadgeCase| case.hex));
static BOOK: LazyLock<Empty> = LazyLock::new(|| Empty::of(Setup::named("Ada").secret));

fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for kind in 0..2 {
        for badge in 0..BADGES.len() as u8 {
            let (attested, no_edits) = ([badge % 3], [0; 1]);
            let start = [kind, badge, 0, 0, 3, b'a', b'b', b'c'];
            seeds.push([&start[..], &attested, &no_edits, &[0; 12]].concat());
        }
        // Raw: a true plaintext.
        let grace = Party::named("Grace");
        let padded = grace.padded(&grace.offer_signature(&Phone::named("Ada").hello()));
        seeds.push([&[kind + 2], padded.as_slice()].concat());
    }
    seeds
}

/// What a person may write, by the text.
fn is_sound(party: &Party, honest: &Party) -> bool {
    let c = &party.contents;
    c.person == honest.person()
        && (65_536..=0xFFFF_FFFF).contains(&c.met_at)
        && (c.event.is_empty() || rules::text(&c.event, 23))
        && Badge::from_bytes(&c.badge).is_ok()
        && (c.attestation.is_empty() || Attestation::from_bytes(&c.attestation).is_ok())
}

fuzz_target!(init: seeds::write_if_asked(seeds), |data: &[u8]| {
    let mut plan = Plan::of(data);
    let mut ada = Phone::named("Ada");
    let (hello, me) = (ada.hello(), ada.person());
    let honest = Party::named("Grace");
    let mode = plan.below(4);
    let kind = if mode.is_multiple_of(2) { OFFER } else { CONFIRM };
    if mode >= 2 {
        let mut padded = plan.rest().to_vec();
        let size = [261, 307, 364].into_iter().find(|s| padded.len() <= *s).unwrap_or(364);
        padded.resize(size, 0);
        let scanned = ada.scan_bytes(honest.seal(kind, &hello, &padded));
        // Unchanged, it is the true offer.
        let true_offer = honest.padded(&honest.offer_signature(&hello));
        match &scanned {
            Scanned::Verified(_) => assert!(kind == OFFER && padded.starts_with(&true_offer)),
            Scanned::Damaged(Flaw::Contents | Flaw::Badge | Flaw::Signature) | Scanned::OwnCode => {}
            other => panic!("{other:?}"),
        }
        ada.can_still_meet();
        return;
    }

    let mut grace = honest.clone();
    grace.contents.badge = BADGES[plan.below(BADGES.len())].clone();
    plan.edit(&mut grace.contents.badge);
    grace.contents.met_at = match plan.below(8) {
        0..5 => grace.contents.met_at,
        5 => plan.short() as u64 + 65_530,
        6 => 0xFFFF_FF00 + plan.short() as u64,
        _ => u64::from_be_bytes(std::array::from_fn(|_| plan.byte())),
    };
    grace.contents.event = String::from_utf8_lossy(plan.string()).into_owned();
    grace.contents.attestation = match plan.below(3) {
        0 => Vec::new(),
        1 => [&[0x82, 0x58, 32], [7; 32].as_slice(), &[0x58, 64], &[8; 64]].concat(),
        _ => plan.string().to_vec(),
    };
    if plan.below(4) == 1 {
        plan.edit(&mut grace.contents.attestation);
    }
    grace.contents.ext = plan.string().to_vec();
    grace.contents.person = match plan.below(16) {
        1 => me,
        2 => points::small_order_points()[plan.below(8)],
        3 => Party::named("Edsger").person(),
        4 => std::array::from_fn(|_| plan.byte()),
        _ => grace.person(),
    };
    let signature = match (plan.below(16), kind) {
        (1, _) => std::array::from_fn(|_| plan.byte()),
        (2, _) => points::plus_order(grace.offer_signature(&hello)),
        (3, OFFER) | (4, CONFIRM) => grace.confirm_signature(&hello, &honest.person()),
        (_, OFFER) => grace.offer_signature(&hello),
        _ => grace.confirm_signature(&hello, &me),
    };
    let signed = match kind {
        OFFER => signature == grace.offer_signature(&hello),
        _ => signature == grace.confirm_signature(&hello, &me),
    };
    let mut items = grace.contents.items(&signature);
    let one_encoding = plan.below(8) != 1;
    let before = items.concat();
    if !one_encoding {
        let at = plan.below(items.len());
        plan.edit(&mut items[at]);
    }
    let one_encoding = one_encoding || items.concat() == before;
    let mut padded = cbor::array(&items);
    let fits = padded.len() <= 364;
    let size = [261, 307, 364].into_iter().find(|s| padded.len() <= *s).unwrap_or(364);
    padded.resize(size, 0);
    let zeros = plan.below(16) != 1 || !fits;
    if !zeros {
        padded[size - 1] ^= 1;
    }
    let message = grace.seal(kind, &hello, &padded);
    let scanned = ada.scan_bytes(&message);
    let sound = one_encoding && fits && zeros && signed && is_sound(&grace, &honest);
    match &scanned {
        Scanned::Verified(seen) => {
            assert!(sound, "verified: {:?}", grace.contents);
            assert_eq!(*seen.transcript.as_bytes(), grace.transcript(&hello));
            assert_eq!(seen.badge.as_bytes(), grace.contents.badge);
            assert_eq!(seen.event.as_str(), grace.contents.event);
            assert_eq!(u64::from(seen.claimed_time.seconds()), grace.contents.met_at);
            assert_eq!(seen.confirmed, kind == CONFIRM);
            // Whoever is shown can be kept, and what is kept verifies.
            let (home, mut book) = BOOK.open();
            let encounter = ada.accepts(seen);
            let rng = &mut ChaCha20Rng::seed_from_u64(1);
            let recorded = book.record(&encounter, rng).expect("any encounter can be kept");
            ada.exchange.acknowledge(&recorded).expect("this exchange's record");
            let th = Transcript::from_bytes(grace.transcript(&hello));
            let (_, meeting) = book.meeting(&th).expect("a book").expect("the meeting");
            let receipt = meeting.receipt(Disclosure { holder: true, peer: true }).to_bytes();
            assert!(receipt.len() <= Receipt::MAX_BYTES);
            assert_eq!(Receipt::verify(&receipt), Ok(encounter.shown()));
            drop((home, book));
            return;
        }
        Scanned::Damaged(Flaw::Contents | Flaw::Badge | Flaw::Signature) | Scanned::OwnCode => {
            assert!(!sound, "{scanned:?}: {:?}", grace.contents);
        }
        other => panic!("{other:?}"),
    }
    ada.can_still_meet();
});
