//! The test vectors in `tests/vectors`: made here from the text alone, run against the core by
//! `tests/vectors.rs`, and meant for every other implementation.

mod badges;
mod numbers;
mod proofs;
mod receipts;
mod scans;
mod sessions;
mod statements;

use core::time::Duration;

use ed25519_dalek::SigningKey;
use lapel::attestation::Attestation;
use lapel::badge::Badge;
use lapel::event::Event;
use lapel::exchange::{Options, Reveal};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use x25519_dalek::StaticSecret;

use crate::party::{Contents, Party};
use crate::phone::{Phone, Setup, WALL};
use crate::points::{low_order_u, non_canonical_u, p_plus, plus_order, small, small_order_points};
use crate::receipt::{self, Side};
use crate::schedule::{self, h, labelled};
use crate::{CONFIRM, OFFER, cbor, digits, hex, points, unhex};

pub use badges::*;
pub use numbers::*;
pub use proofs::*;
pub use receipts::*;
pub use scans::*;
pub use sessions::*;
pub use statements::*;

/// Every file by name, with its contents.
pub fn all() -> Vec<(&'static str, String)> {
    vec![
        ("digits.json", json(&digits_good())),
        ("fail_digits.json", json(&digits_bad())),
        ("badge.json", json(&badges_good())),
        ("fail_badge.json", json(&badges_bad())),
        ("session.json", json(&sessions())),
        ("scan.json", json(&scans_good())),
        ("fail_scan.json", json(&scans_bad())),
        ("receipt.json", json(&receipts_good())),
        ("fail_receipt.json", json(&receipts_bad())),
        ("proof.json", json(&proofs_good())),
        ("fail_proof.json", json(&proofs_bad())),
        ("statement.json", json(&statements_good())),
        ("fail_statement.json", json(&statements_bad())),
    ]
}

fn json<T: Serialize>(cases: &T) -> String {
    serde_json::to_string_pretty(cases).expect("plain data") + "\n"
}

/// Reads a family from the text of its file.
pub fn read<T: for<'a> Deserialize<'a>>(text: &str) -> Vec<T> {
    serde_json::from_str(text).expect("a list of cases")
}

/// What a receipt vector shows, as any JSON value.
pub fn shown_value(case: &ReceiptCase) -> Value {
    serde_json::to_value(&case.shown).expect("plain data")
}
