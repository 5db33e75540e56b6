//! What the program does, asked of the program itself: processes, files, words and exit codes.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test says what is wrong by failing"
)]

mod backups;
mod exports;
mod later;
mod meeting;
mod outcomes;
mod papers;
mod people;
mod proofs;
mod secrecy;
mod statements;
mod support;
mod trouble;
mod words;
