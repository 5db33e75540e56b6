//! Lapel.
mod cbor;
mod digest;
mod signing;
mod text;
mod wire;

pub mod attestation;
pub mod badge;
pub mod encounter;
pub mod event;
pub mod exchange;
pub mod identity;
pub mod receipt;
pub mod time;
pub mod transcript;

pub use wire::{Carrier, CarrierError, Flaw};
