//! Receipts.

use std::fs;

use lapel::receipt::Receipt;

use crate::support::{code, lapel, two_who_met};

#[test]
fn a_receipt_verifies_without_a_home_and_not_with_any_one_byte_altered() {
    let (_dir, ada, _grace) = two_who_met();
    let path = ada.path("receipt");
    let out = path.to_str().unwrap();
    let written = ada.json(&["receipt", "grace hopper", "--out", out, "--with-badge", "both"]);
    let bytes = fs::read(&path).unwrap();
    assert_eq!(written["bytes"], bytes.len());
    let verify = |file: &str| lapel().args(["verify", "--json", file]).output().unwrap();
    let verified = verify(out);
    assert_eq!(code(&verified), 0);
    let shown: serde_json::Value = serde_json::from_slice(&verified.stdout).unwrap();
    let time = shown["peer"]["claimed_time"].as_str().unwrap();
    assert!(time.starts_with("20") && time.ends_with('Z'), "{time} is RFC 3339");
    assert_eq!(shown["peer"]["badge"]["name"], "Grace Hopper");
    assert_eq!(
        (&shown["peer"]["state"], &shown["event"]),
        (&"confirmed".into(), &"Rust Week".into())
    );

    for at in 0..bytes.len() {
        let mut altered = bytes.clone();
        altered[at] ^= 1;
        assert!(Receipt::verify(&altered).is_err(), "byte {at}");
        if at % 97 == 0 {
            fs::write(&path, &altered).unwrap();
            assert_eq!(code(&verify(out)), 8, "byte {at}");
        }
    }
    assert_eq!(code(&verify("no such file")), 8);
}

#[test]
fn a_receipt_names_no_badge_unless_it_is_asked_for() {
    let (_dir, ada, grace) = two_who_met();
    let encounter = grace.contacts()[0]["encounters"][0]["id"].as_str().unwrap()[..8].to_owned();
    let receipt = grace.run(&["receipt", "ada lovelace", "--encounter", &encounter, "--out", "-"]);
    let shown = Receipt::verify(&receipt.stdout).unwrap();
    assert!(shown.peer.badge.is_none() && shown.holder.badge.is_none());
    grace.fails(5, &["receipt", "ada lovelace", "--encounter", "0000", "--out", "-"]);
    grace.fails(2, &["receipt", "ada lovelace", "--json", "--out", "-"]);
    ada.fails(9, &["receipt", "grace hopper", "--out", "no/such/directory/receipt"]);
}
