use std::path::Path;

use lapel::exchange::Reveal;
use lapel_ffi::error::LapelError;
use lapel_ffi::receipt::verify_receipt;
use lapel_ffi::rehearsal::{RehearsedSession, Start};
use lapel_ffi::session::{Scanned, SessionOptions};
use serde_json::Value;

fn cases(file: &str) -> Vec<Value> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors");
    serde_json::from_str(&std::fs::read_to_string(dir.join(file)).unwrap()).unwrap()
}

fn bytes(hex: &Value) -> Vec<u8> {
    let digits = hex.as_str().unwrap().as_bytes().chunks(2);
    digits.map(|two| u8::from_str_radix(str::from_utf8(two).unwrap(), 16).unwrap()).collect()
}

/// `SessionTaken` as `session_taken`.
fn snake(name: &str) -> String {
    let mut snake = String::new();
    for c in name.chars().take_while(|c| c.is_alphanumeric()) {
        if c.is_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.extend(c.to_lowercase());
    }
    snake
}

pub(crate) fn name(scanned: &Scanned) -> &'static str {
    match scanned {
        Scanned::NotOurs => "not_ours",
        Scanned::OtherVersion { .. } => "other_version",
        Scanned::NotForUs => "not_for_us",
        Scanned::OwnCode => "own_code",
        Scanned::Expired => "expired",
        Scanned::Damaged { .. } => "damaged",
        Scanned::PartReceived { .. } => "part_received",
        Scanned::NothingNew => "nothing_new",
        Scanned::Noticed | Scanned::Answered | Scanned::ConfirmedEarly => "progressed",
        Scanned::Verified { .. } => "verified",
        Scanned::SessionTaken => "session_taken",
        Scanned::StartAgain => "start_again",
        Scanned::StartAgainToCompare { .. } => "start_again_to_compare",
        Scanned::NobodyAnswersFirst => "nobody_answers_first",
        Scanned::Confirmed { .. } => "confirmed",
        Scanned::Ended => "ended",
    }
}

fn session(start: &Value) -> std::sync::Arc<RehearsedSession> {
    let attestation = bytes(&start["attestation"]);
    let options = SessionOptions {
        event: start["event"].as_str().unwrap().to_owned(),
        reveal: match start["reveal"].as_str().unwrap() {
            "first" => Reveal::First,
            "after_accept" => Reveal::AfterAccept,
            other => panic!("{other}"),
        },
        compare: start["compare"].as_bool().unwrap(),
        carrier: None,
        attestation: (!attestation.is_empty()).then_some(attestation),
    };
    let start = Start {
        identity_secret: bytes(&start["identity_secret"]),
        random: bytes(&start["random"]),
        met_at: start["met_at"].as_i64().unwrap(),
        monotonic_ms: start["monotonic_ms"].as_u64().unwrap(),
        counter: start["counter"].as_u64().unwrap(),
        badge: bytes(&start["badge"]),
        options,
    };
    RehearsedSession::new(start).unwrap()
}

#[test]
fn runs_the_vectors() {
    let mut steps = 0;
    for case in ["scan.json", "fail_scan.json"].into_iter().flat_map(cases) {
        let (rehearsed, begun) =
            (session(&case["start"]), case["start"]["monotonic_ms"].as_u64().unwrap());
        let session = rehearsed.session();
        for step in case["steps"].as_array().unwrap() {
            rehearsed.set_time(begun + step["at_ms"].as_u64().unwrap());
            if let Some(text) = step["scan"].as_str() {
                let scanned = session.scan(text.to_owned()).unwrap().result;
                assert_eq!(name(&scanned), step["expect"], "{}: {step}", case["name"]);
                if let Scanned::Damaged { flaw } = scanned {
                    assert_eq!(snake(&format!("{flaw:?}")), step["flaw"], "{}", case["name"]);
                } else if let Scanned::Verified { who } = scanned {
                    assert_eq!(who.transcript, step["th"], "{}", case["name"]);
                }
            }
            if let Some(transcript) = step["accept"].as_str() {
                session.accept(transcript.to_owned()).unwrap();
            }
            match step["then"].as_str() {
                Some("start_again") => session.start_again().unwrap(),
                Some("end") => session.end(),
                other => assert_eq!(other, None),
            }
            steps += 1;
        }
    }
    for case in cases("receipt.json") {
        let shown = verify_receipt(bytes(&case["hex"])).unwrap();
        let all = &case["shown"];
        assert_eq!(shown.transcript, all["transcript"], "{}", case["name"]);
        for (side, expected) in [(&shown.holder, &all["holder"]), (&shown.peer, &all["peer"])] {
            assert_eq!(side.person, expected["person"]);
            assert_eq!(snake(&format!("{:?}", side.state)), expected["state"]);
            assert_eq!(side.claimed_at, expected["claimed_time"]);
            assert_eq!(side.badge.is_some(), expected.get("badge").is_some_and(|b| !b.is_null()));
        }
        steps += 1;
    }
    for case in cases("fail_receipt.json") {
        let LapelError::Failed { code, values, .. } =
            verify_receipt(bytes(&case["hex"])).unwrap_err();
        let said = match values.get("half") {
            Some(half) => format!("{code:?} of {half}"),
            None => format!("{code:?}"),
        };
        let expected = match case["error"].as_str().unwrap() {
            "bytes" => "ReceiptAltered".to_owned(),
            "newer_version" => "NewerReceipt".to_owned(),
            "one_sided" => "ReceiptOneSided".to_owned(),
            other => other
                .replace("ephemeral_key", "ReceiptKey")
                .replace("commitment", "ReceiptCommitment")
                .replace("signature", "ReceiptSignature"),
        };
        assert_eq!(said, expected, "{}", case["why"]);
        steps += 1;
    }
    assert!(steps > 150, "{steps}");
}
