//! What a book says of ten years, against what the story says, written by hand.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test says what is wrong by failing"
)]

mod lists;
mod paths;
mod sums;
mod support;
