//! Any bytes as a receipt, true receipts with changes in them, and receipts that people sign over
//! whatever they like.
#![no_main]

use lapel::badge::Badge;
use lapel::receipt::{Disclosure, Receipt, Shown};
use lapel_fuzz::plan::Plan;
use lapel_fuzz::{rules, seeds};
use lapel_protocol_tests::Party;
use lapel_protocol_tests::receipt::{Side, checked, receipt};
use lapel_protocol_tests::vectors::{NoReceipt, ReceiptCase};
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

static GOOD: LazyLock<Vec<Vec<u8>>> =
    LazyLock::new(|| seeds::bytes("receipt.json", |case: ReceiptCase| case.hex));
static SIGNED: LazyLock<Vec<Shown>> =
    LazyLock::new(|| GOOD.iter().map(|r| Receipt::verify(r).expect("a true receipt")).collect());

fn seeds() -> Vec<Vec<u8>> {
    let bad = seeds::bytes("fail_receipt.json", |case: NoReceipt| case.hex);
    let raw = GOOD.iter().chain(&bad).map(|r| [&[0], r.as_slice()].concat());
    let changed = (0..GOOD.len() as u8).map(|i| vec![1, i, 1, 1, 0, 20, 3]);
    let signed = (0..8).map(|i| vec![2, i, 0, 3, b'a', b'b', b'c', 1, 7, i, 1]);
    raw.chain(changed).chain(signed).collect()
}

/// What holds of everything that verifies.
fn is_sound(bytes: &[u8], shown: &Shown) {
    let receipt = Receipt::from_bytes(bytes).expect("it verified");
    assert!(receipt.to_bytes() == bytes && bytes.len() <= Receipt::MAX_BYTES);
    assert_eq!(&receipt.shown(), shown);
    assert_ne!(shown.holder.person, shown.peer.person);
    for side in [&shown.holder, &shown.peer] {
        assert!(side.badge.as_ref().is_none_or(|badge| rules::hold(badge.fields())));
    }
    let text = shown.to_string();
    assert!(text.ends_with("This proves neither presence nor place nor date."));
    serde_json::to_string(shown).expect("plain data");
    // A copy without badges verifies as well and shows the same run.
    let bare = receipt.disclosing(Disclosure::default()).to_bytes();
    let bare = Receipt::verify(&bare).expect("fewer badges, the same signatures");
    assert_eq!(bare.transcript, shown.transcript);
}

/// Nobody but the two can say anything new: a true receipt may only lose badges, change its holder's
/// claim about the codes, and name the other one its holder.
fn says_nothing_new(shown: &Shown) {
    let said = |side: &lapel::receipt::ShownSide| {
        (side.person, side.state, side.claimed_time, side.claimed_event.clone())
    };
    let known = SIGNED.iter().any(|signed| {
        let (now, then) = ([&shown.holder, &shown.peer], [&signed.holder, &signed.peer]);
        let same = |a: usize| said(now[0]) == said(then[a]) && said(now[1]) == said(then[1 - a]);
        signed.transcript == shown.transcript && (same(0) || same(1))
    });
    assert!(known, "nobody signed {shown:?}");
}

fuzz_target!(init: seeds::write_if_asked(seeds), |data: &[u8]| {
    let mut plan = Plan::of(data);
    let bytes = match plan.below(3) {
        0 => plan.rest().to_vec(),
        1 => {
            let mut body = GOOD[plan.below(GOOD.len())].clone();
            body.truncate(body.len() - 9);
            plan.edit(&mut body);
            let other = &GOOD[plan.below(GOOD.len())];
            if plan.below(4) == 1 {
                // Spliced with another one.
                let (at, from) = (plan.short() % (body.len() + 1), plan.short() % other.len());
                body.truncate(at);
                body.extend(&other[from..other.len() - 9.min(other.len() - from)]);
            }
            checked(body)
        }
        _ => {
            let (mut ada, mut grace) = (Party::named("Ada"), Party::named("Grace"));
            let what = plan.byte();
            for party in [&mut ada, &mut grace] {
                let contents = &mut party.contents;
                plan.edit(&mut contents.badge);
                contents.event = String::from_utf8_lossy(plan.string()).into_owned();
                contents.ext = plan.string().to_vec();
                if what & 8 != 0 {
                    contents.met_at = plan.short() as u64 + 65_530;
                }
                if what & 16 != 0 {
                    contents.attestation = plan.string().to_vec();
                }
            }
            if what & 32 != 0 {
                plan.edit(&mut ada.contents.ext);
            }
            let side = |one: &Party, other: &Party, confirms: bool, badge: bool| {
                let signature = match confirms {
                    true => one.confirm_signature(&other.hello(), &other.person()),
                    false => one.offer_signature(&other.hello()),
                };
                let kind = 1 + u64::from(confirms);
                let side = Side::of(one.public(), &one.contents, kind, &signature);
                if badge { side.with_badge(&one.contents) } else { side }
            };
            let bytes = receipt(
                u64::from(what & 3),
                &side(&ada, &grace, true, what & 4 != 0),
                &side(&grace, &ada, what & 64 != 0, what & 128 != 0),
            );
            let sound = |party: &Party, badge: bool| {
                let c = &party.contents;
                (65_536..=0xFFFF_FFFF).contains(&c.met_at)
                    && (c.event.is_empty() || rules::text(&c.event, 23))
                    && c.ext.len() <= 256
                    && (!badge || c.badge.len() <= 236 && Badge::from_bytes(&c.badge).is_ok())
            };
            let holds = what & 3 < 3
                && sound(&ada, what & 4 != 0)
                && sound(&grace, what & 128 != 0);
            let verified = Receipt::verify(&bytes);
            assert_eq!(verified.is_ok(), holds, "{verified:?}");
            if let Ok(shown) = verified {
                is_sound(&bytes, &shown);
            }
            return;
        }
    };
    match Receipt::verify(&bytes) {
        Ok(shown) => {
            is_sound(&bytes, &shown);
            says_nothing_new(&shown);
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
});
