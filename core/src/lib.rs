//! Lapel: two people meet, and each phone keeps the other's badge.

#[cfg(feature = "qr")]
pub mod qr;
