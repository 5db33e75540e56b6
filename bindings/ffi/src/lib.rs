//! Lapel for Swift, Kotlin and Python: the public core through UniFFI, and nothing else.
//!
//! Here is no logic. Each call turns plain data into the core's types, calls the core, and turns
//! what it says into plain data. What the layer adds is what a phone has and the core refuses to
//! have: a clock that goes on in sleep ([`clock`]), randomness of the system, and threads that may
//! all call at once.
//!
//! What holds for whoever calls, in every language:
//!
//! - Ids (people, transcripts, outcomes, notes) are texts, days are `2026-11-26`, times are seconds
//!   since 1970 in UTC. A wrong one is an error with a code and a sentence.
//! - Objects can be used from any thread. Calls wait for each other where they have to, and block:
//!   choose a thread that may.
//! - No lock is held while the app is called. Listeners may call back in. A vault and a progress
//!   listener are asked in the middle of a call, on its thread; if they use the same book from there,
//!   they get [`Code::Busy`](lapel::code::Code::Busy) instead of waiting for ever. Let them wait for no
//!   other thread that may use it: that one waits for the call.
//! - A panic, which would be a defect of ours, arrives as the language's exception for that, and
//!   the library goes on. In Swift only a call that throws can report one, so all do but those that
//!   give back what is there already, such as ids, or let go of something.

pub mod backup;
pub mod badge;
pub mod book;
pub mod clock;
pub mod contact;
pub mod encounter;
pub mod error;
pub mod export;
pub mod listen;
pub mod lookback;
pub mod outcome;
pub mod proof;
pub mod receipt;
#[cfg(feature = "rehearsal")]
pub mod rehearsal;
pub mod report;
pub mod session;
pub mod symbol;
pub mod vault;

uniffi::setup_scaffolding!();

/// This library's version, as `0.1.0`.
#[uniffi::export]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}
