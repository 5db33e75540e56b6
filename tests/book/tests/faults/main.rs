//! The contact book under faults: killed, out of room, out of power, damaged, searched and shared.
//!
//! Linux on x86_64 only: half of it watches a child's system calls through ptrace. Every case is
//! seeded. `cargo test` takes a share of the cases; `tests/book/prove` takes all of them, which is
//! what `LAPEL_FAULTS=full` means. Each test prints what it counted in one line.
#![cfg(all(target_os = "linux", target_arch = "x86_64"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a broken expectation has to stop a test"
)]

mod damage;
mod disk;
mod each_call;
mod facts;
mod kill;
mod life;
mod power;
mod promise;
mod refused;
mod sealed;
mod taking_in;
mod threads;
mod tidying;
mod tracer;
mod unreadable;

use std::path::Path;

use tempfile::TempDir;

/// `all` with `LAPEL_FAULTS=full`, else `some`.
fn share(all: usize, some: usize) -> usize {
    let full = std::env::var_os("LAPEL_FAULTS").is_some_and(|value| value == "full");
    if full { all } else { some }
}

/// A directory in memory where there is one: thousands of books are opened, and none has to last.
fn scratch() -> TempDir {
    let shm = Path::new("/dev/shm");
    if shm.is_dir() { TempDir::new_in(shm).unwrap() } else { TempDir::new().unwrap() }
}
