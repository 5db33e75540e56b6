//! One loop for each family of vectors: read the committed file, run every case on the core.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests stop where something is wrong"
)]

use core::ops::ControlFlow;
use core::time::Duration;

use lapel::badge::{Badge, BadgeError, BadgeFields};
use lapel::exchange::Scanned;
use lapel::proof;
use lapel::receipt::{Disclosure, Receipt};
use lapel::statement::{BadgeUpdate, IdentityLink, StatementError};
use lapel::transcript::Transcript;
use lapel::{Carrier, Flaw};
use lapel_protocol_tests::vectors::{self, *};
use lapel_protocol_tests::{Phone, digits, hex, unhex};
use serde_json::json;

fn file(name: &str) -> String {
    let path = format!("{}/../vectors/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{path}: {e}"))
}

#[test]
fn the_committed_files_are_what_the_text_gives() {
    for (name, text) in vectors::all() {
        assert!(
            file(name) == text,
            "{name} is stale: cargo run -p lapel-protocol-tests --bin vectors"
        );
    }
}

#[test]
fn digits_good_and_bad() {
    for case in vectors::read::<Digits>(&file("digits.json")) {
        let bytes = unhex(&case.bytes);
        assert_eq!(digits::text(&bytes), case.text);
        assert_eq!(digits::message(&case.text), bytes);
        let read = Phone::named("Ada").scan(&case.text);
        assert_eq!(read, Scanned::OtherVersion { version: bytes[0] }, "{case:?}");
    }
    for case in vectors::read::<NoDigits>(&file("fail_digits.json")) {
        assert_eq!(Phone::named("Ada").scan(&case.text).name(), case.expect, "{case:?}");
    }
}

#[test]
fn badges_good_and_bad() {
    for case in vectors::read::<BadgeCase>(&file("badge.json")) {
        let json = serde_json::to_value(&case.fields).unwrap();
        let fields: BadgeFields = serde_json::from_value(json.clone()).unwrap();
        let badge = Badge::new(fields.clone()).unwrap();
        assert_eq!(hex(badge.as_bytes()), case.hex);
        assert_eq!(Badge::from_bytes(&unhex(&case.hex)).unwrap().fields(), &fields);
        assert_eq!(serde_json::to_value(badge.fields()).unwrap(), json);
    }
    for case in vectors::read::<NoBadge>(&file("fail_badge.json")) {
        let error = match Badge::from_bytes(&unhex(&case.hex)).unwrap_err() {
            BadgeError::Encoding => "encoding",
            BadgeError::Text { .. } => "text",
            BadgeError::Form { .. } => "form",
            BadgeError::TooMany { .. } => "too_many",
            other => panic!("{other:?}"),
        };
        assert_eq!(error, case.error, "{}", case.why);
    }
}

#[test]
fn whole_sessions() {
    for case in vectors::read::<Session>(&file("session.json")) {
        let (mut ada, mut grace) = (case.ada.start.phone(), case.grace.start.phone());
        // Every phone shows what the file says, byte for byte.
        for (phone, side) in [(&mut ada, &case.ada), (&mut grace, &case.grace)] {
            assert_eq!(phone.shows(), side.hello_text);
            assert_eq!(hex(phone.person()), side.person);
            assert_eq!(phone.identity.person().fingerprint().to_string(), side.fingerprint);
            assert_eq!(digits::message(&side.hello_text), unhex(&side.hello));
        }
        let text = |kind: &str, from: &str| {
            let found = case.sealed.iter().find(|s| s.kind == kind && s.from == from).unwrap();
            (found.text.clone(), found.part_texts.clone())
        };
        let (adas_offer, adas_parts) = text("offer", "ada");
        let (graces_offer, _) = text("offer", "grace");
        ada.scan(&case.grace.hello_text);
        grace.scan(&case.ada.hello_text);
        assert_eq!(digits::text(ada.offer()), adas_offer);
        assert_eq!(digits::text(grace.offer()), graces_offer);
        ada.exchange.use_small_symbols(true);
        let mut film = ada.films(8.0);
        film.retain(|t| *t != case.ada.hello_text);
        film.sort();
        let mut parts = adas_parts.clone();
        parts.sort();
        assert_eq!(film, parts);
        // Both verify what the file says, in whole or in parts, offers and confirm messages.
        let Scanned::Verified(by_ada) = ada.scan(&graces_offer) else { panic!() };
        for part in &adas_parts {
            grace.scan(part);
        }
        let by_grace = grace.exchange.waiting().remove(0);
        for (seen, phone) in [(&by_ada, &ada), (&by_grace, &grace)] {
            assert_eq!(seen.transcript.to_string(), case.th);
            assert_eq!(seen.check_code.unwrap().to_string(), case.check_code);
            let exported = phone.exchange.export_key(&seen.transcript, "ble").unwrap();
            assert_eq!(hex(exported), case.exporter_ble);
        }
        assert_eq!(grace.scan(&text("confirm", "ada").0).name(), "verified");
        let Scanned::Verified(by_ada) = ada.scan(&text("confirm", "grace").0) else { panic!() };
        assert!(by_ada.confirmed);
        // And what they keep shows what the receipts in the file show.
        let kept = Receipt::verify(&unhex(&case.adas_receipt)).unwrap();
        assert_eq!(ada.accepts(&by_ada).shown(), kept);
        // The confirm messages on both screens, and the receipts in both books, byte for byte.
        ada.exchange.use_small_symbols(false);
        let _ = ada.keeps(&by_ada);
        let by_grace = grace.exchange.waiting().remove(0);
        let _ = grace.keeps(&by_grace);
        assert_eq!(digits::text(ada.confirm()), text("confirm", "ada").0);
        assert_eq!(digits::text(grace.confirm()), text("confirm", "grace").0);
        let (_, adas) = ada.book().meeting(&by_ada.transcript).unwrap().unwrap();
        let all = Disclosure { holder: true, peer: true };
        assert_eq!(hex(adas.receipt(all).to_bytes()), case.adas_receipt);
        let (_, graces) = grace.book().meeting(&by_ada.transcript).unwrap().unwrap();
        let bare = graces.receipt(Disclosure::default()).to_bytes();
        assert_eq!(hex(bare), case.graces_bare_receipt);
        let bare = Receipt::verify(&unhex(&case.graces_bare_receipt)).unwrap();
        assert_eq!(bare.transcript.to_string(), case.th);
        assert_eq!((bare.holder.badge, bare.peer.badge), (None, None));
    }
}

fn run(case: &ScanCase) {
    let mut phone = case.start.phone();
    let begun = phone.clock;
    for (i, step) in case.steps.iter().enumerate() {
        let at = format!("\"{}\", step {i}", case.name);
        phone.clock = begun + Duration::from_millis(step.at_ms);
        if let Some(text) = &step.scan {
            let scanned = phone.scan(text);
            assert_eq!(Some(scanned.name()), step.expect.as_deref(), "{at}: {scanned:?}");
            if let Scanned::Damaged(flaw) = &scanned {
                let flaw = match flaw {
                    Flaw::Digits => "digits",
                    Flaw::Shape => "shape",
                    Flaw::EphemeralKey => "ephemeral_key",
                    Flaw::Contents => "contents",
                    Flaw::Badge => "badge",
                    Flaw::Signature => "signature",
                };
                assert_eq!(Some(flaw), step.flaw.as_deref(), "{at}");
            }
            if let Scanned::Verified(v) = &scanned {
                assert_eq!(Some(v.transcript.to_string()), step.th, "{at}");
            }
        }
        if let Some(th) = &step.accept {
            let th = Transcript::from_bytes(unhex(th).try_into().unwrap());
            assert!(phone.exchange.accept(&th).is_ok(), "{at}");
        }
        match step.then.as_deref() {
            Some("start_again") => phone.exchange.start_again(phone.clock),
            Some("end") => phone.exchange.end(),
            Some(other) => panic!("{other}"),
            None => {}
        }
    }
}

#[test]
fn scans_good_and_bad() {
    for name in ["scan.json", "fail_scan.json"] {
        for case in vectors::read::<ScanCase>(&file(name)) {
            run(&case);
        }
    }
}

#[test]
fn receipts_good_and_bad() {
    for case in vectors::read::<ReceiptCase>(&file("receipt.json")) {
        let bytes = unhex(&case.hex);
        let shown = Receipt::verify(&bytes).unwrap();
        assert_eq!(serde_json::to_value(&shown).unwrap(), shown_value(&case), "{}", case.name);
        assert_eq!(Receipt::from_bytes(&bytes).unwrap().to_bytes(), bytes);
    }
    for case in vectors::read::<NoReceipt>(&file("fail_receipt.json")) {
        let error = vectors::receipt_error(&Receipt::verify(&unhex(&case.hex)).unwrap_err());
        assert_eq!(error, case.error, "{}", case.why);
    }
}

#[test]
fn proofs_good_and_bad() {
    let read = |digits: &str| {
        let mut all = Vec::new();
        let verified = proof::verify(&mut &*unhex(digits), &mut |_, shown| {
            all.push(serde_json::to_value(&shown).unwrap());
            ControlFlow::Continue(())
        });
        verified.map(|verified| (verified, all))
    };
    for case in vectors::read::<ProofCase>(&file("proof.json")) {
        let (verified, shown) = read(&case.hex).unwrap();
        assert_eq!(
            shown,
            case.receipts.iter().map(|s| json!(s)).collect::<Vec<_>>(),
            "{}",
            case.name
        );
        let terms = &verified.header.terms;
        assert_eq!((terms.to(), terms.purpose()), (&*case.to, &*case.purpose));
        assert_eq!(u64::from(terms.made_at().seconds()), case.made_at);
        assert_eq!(verified.header.holder.to_string(), case.holder);
        assert_eq!(verified.header.receipts as usize, case.receipts.len());
        assert_eq!((verified.contacts, verified.confirmed), (case.contacts, case.confirmed));
        assert_eq!((verified.digest.to_string(), verified.bytes), {
            (case.sha256, case.hex.len() as u64 / 2)
        });
    }
    for case in vectors::read::<NoProof>(&file("fail_proof.json")) {
        let error = vectors::proof_error(&read(&case.hex).unwrap_err());
        assert_eq!(error, case.error, "{}", case.why);
    }
}

#[test]
fn statements_good_and_bad() {
    for case in vectors::read::<StatementCase>(&file("statement.json")) {
        let bytes = unhex(&case.hex);
        let (people, made_at, encoded, text) = match case.kind.as_str() {
            "link" => {
                let link = IdentityLink::from_text(&case.text).unwrap();
                let people = vec![hex(link.old_key().as_bytes()), hex(link.new_key().as_bytes())];
                (people, link.made_at(), link.to_bytes(), link.to_text(&Carrier::lapel()))
            }
            _ => {
                let update = BadgeUpdate::from_text(&case.text).unwrap();
                let shown = serde_json::to_value(update.badge().fields()).unwrap();
                assert_eq!(shown, serde_json::to_value(&case.badge).unwrap());
                let people = vec![hex(update.person().as_bytes())];
                (people, update.made_at(), update.to_bytes(), update.to_text(&Carrier::lapel()))
            }
        };
        assert_eq!((people, u64::from(made_at.seconds())), (case.people, case.made_at));
        assert_eq!((encoded, text), (bytes, case.text.clone()));
        // In a meeting it is a code like any other that doesn't belong there.
        let mut phone = Phone::named("Ada");
        assert_eq!(phone.scan(&case.text), Scanned::Damaged(Flaw::Shape));
    }
    for case in vectors::read::<NoStatement>(&file("fail_statement.json")) {
        let error = match case.wanted.as_str() {
            "link" => IdentityLink::from_text(&case.text).unwrap_err(),
            _ => BadgeUpdate::from_text(&case.text).unwrap_err(),
        };
        let error = match error {
            StatementError::Foreign => "foreign",
            StatementError::NewerVersion(_) => "newer_version",
            StatementError::Another { .. } => "another",
            StatementError::Bytes => "bytes",
            StatementError::Badge(_) => "badge",
            StatementError::OnePerson => "one_person",
            StatementError::Signature(_) => "signature",
            other => panic!("{other:?}"),
        };
        assert_eq!(error, case.error, "{}", case.why);
    }
}
