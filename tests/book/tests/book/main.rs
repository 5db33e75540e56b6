//! The book, from outside: who is in it, what opening meets, and what survives kills and full disks.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a broken expectation has to stop a test"
)]

mod annotations;
mod backing_up;
mod badges;
mod clear_text;
mod contacts;
mod crash;
mod doors;
mod export;
mod forgetting;
mod formats;
mod full;
mod keys;
mod life;
mod lists;
mod merging;
mod outcomes;
mod receipts;
mod statements;
mod steps;
mod waste;
