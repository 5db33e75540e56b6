//! Lapel: two people meet, and each phone keeps the other's badge.

#[cfg(feature = "book")]
mod disk;
#[cfg(feature = "book")]
mod index;
#[cfg(feature = "book")]
mod ledger;
#[cfg(feature = "book")]
mod seal;
#[cfg(feature = "book")]
#[cfg_attr(not(test), allow(dead_code, reason = "the book, which opens it, comes next"))]
mod store;
#[cfg(feature = "book")]
pub mod vault;

#[cfg(feature = "book")]
pub use ledger::{Damage, WriteError};
#[cfg(feature = "book")]
pub use store::{
    CheckReport, IndexState, OpenError, OpenReport, ReadError, RewriteError, RewriteReport,
};
