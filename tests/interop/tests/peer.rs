//! A second implementation, in Python, written from PROTOCOL.md by someone who hadn't read the Rust.
//!
//! `cargo test -p lapel-interop-tests --test peer -- --nocapture` prints what it checked; README.md
//! says what that proves.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test says what is wrong by failing"
)]

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use lapel_interop_tests::python;

/// Checks of one kind at once. They wait for pictures and timeouts far more than they compute.
const AT_ONCE: &str = "6";

/// The program, built beside this test.
fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let here = std::env::current_exe().unwrap();
        let directory = here.ancestors().nth(2).unwrap();
        let profile = match directory.file_name().and_then(OsStr::to_str) {
            Some("debug") | None => "dev",
            Some(other) => other,
        };
        let built = Command::new(env!("CARGO"))
            .args(["build", "--quiet", "-p", "lapel-cli", "--profile", profile, "--target-dir"])
            .arg(directory.parent().unwrap())
            .status()
            .unwrap();
        assert!(built.success(), "lapel-cli doesn't build");
        directory.join(format!("lapel{}", std::env::consts::EXE_SUFFIX))
    })
}

/// Runs a group of the checks in meet.py, each of which says how it went.
fn meet(groups: &[&str]) {
    let mut arguments: Vec<&OsStr> = vec!["peer/meet.py".as_ref(), program().as_ref()];
    arguments.extend(["--at-once", AT_ONCE].iter().chain(groups).map(OsStr::new));
    println!("{}: {}", groups.join(", "), python(&arguments).trim_end());
}

#[test]
fn the_python_peer_passes_every_vector() {
    let vectors = Path::new(env!("CARGO_MANIFEST_DIR")).join("../vectors");
    let printed = python(&["-m".as_ref(), "lapel_peer.vectors".as_ref(), vectors.as_ref()]);
    let mut files = 0;
    for file in fs::read_dir(&vectors).unwrap() {
        let path = file.unwrap().path();
        if path.extension() == Some("json".as_ref()) {
            let family = path.file_stem().unwrap().to_str().unwrap();
            let begins = format!("{family}: ");
            assert!(printed.lines().any(|line| line.starts_with(&begins)), "{family} wasn't read");
            files += 1;
        }
    }
    println!("vectors of {files} files:\n{}", printed.trim());
}

#[test]
fn receipts_of_meetings_and_of_fresh_session_vectors_are_read_identically_by_both() {
    meet(&["receipts"]);
}

#[test]
fn the_python_peer_and_lapel_meet_in_either_order_and_again() {
    meet(&["meetings"]);
}

#[test]
fn whoever_lies_gets_nothing_from_lapel_or_the_python_peer() {
    meet(&["liars"]);
}
