//! Lapel for Swift, Kotlin and Python: the public core through UniFFI, and nothing else.

uniffi::setup_scaffolding!();

/// This library's version, as `0.1.0`.
#[uniffi::export]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}
