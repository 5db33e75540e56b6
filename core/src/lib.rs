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
pub mod vault;

#[cfg(feature = "book")]
pub use ledger::{Damage, WriteError};
