//! What the fuzz targets share: reading a plan out of any bytes, changing bytes by such a plan, seeds
//! that follow from the test vectors, and a book that costs little to open.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a broken expectation is what fuzzing looks for"
)]

pub mod book;
pub mod ledger;
pub mod meeting;
pub mod plan;
pub mod rules;
pub mod seeds;

/// Every name that a scan can come to.
pub const NAMES: [&str; 16] = [
    "not_ours",
    "other_version",
    "not_for_us",
    "own_code",
    "expired",
    "damaged",
    "part_received",
    "nothing_new",
    "progressed",
    "verified",
    "session_taken",
    "start_again",
    "start_again_to_compare",
    "nobody_answers_first",
    "confirmed",
    "ended",
];
