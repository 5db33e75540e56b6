//! What the book's tests share: phones that meet by passing each other the texts of their codes,
//! directories to compare and search, and test processes to kill.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "only tests use this, and a broken expectation has to stop them"
)]

pub mod child;
pub mod disk;
pub mod meeting;
pub mod phone;

pub use disk::{copy_tree, files, holds, ledger};
pub use meeting::{Talk, encounter, encounter_of, meet, stranger};
pub use phone::{IDENTITY, Phone, RECIPIENT};
