//! What dishonest peers, strangers with cameras and plain bad luck can do, a test for each.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests stop where something is wrong"
)]

mod availability;
mod binding;
mod display;
mod edges;
mod faults;
mod harvest;
mod honest;
mod middle;
mod names;
mod printing;
mod receipts;
mod recorded;
mod replay;
mod storm;
mod timing;
mod two_runs;
