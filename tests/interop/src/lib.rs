//! Tests: interop. Here is how they run Python, and the person of their tables.
#![allow(clippy::panic, reason = "a test says what is wrong by failing")]

use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

use lapel::badge::BadgeFields;

/// An attendee whose badge is of the smallest size class.
pub fn ada() -> BadgeFields {
    BadgeFields {
        name: "Ada Lovelace".into(),
        title: Some("Principal Analyst".into()),
        organisation: Some("Analytical Engines".into()),
        emails: vec!["ada@engines.example".into()],
        phones: vec!["+44 20 7946 0018".into()],
        pronouns: Some("she/her".into()),
        ..BadgeFields::default()
    }
}

/// What `python/run` prints for these arguments, run in the environment of `requirements.txt`.
///
/// Panics with its words if it fails, also where Python or a package can't be had: a comparison
/// that didn't happen isn't passed.
pub fn python(arguments: &[&OsStr]) -> String {
    // The first test to come installs; the others wait for it.
    static INSTALLED: OnceLock<()> = OnceLock::new();
    INSTALLED.get_or_init(|| drop(run(&["--check".as_ref()])));
    run(arguments)
}

fn run(arguments: &[&OsStr]) -> String {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("python/run");
    let output = Command::new(&script)
        .args(arguments)
        .output()
        .unwrap_or_else(|error| panic!("{} doesn't start: {error}", script.display()));
    let printed = String::from_utf8_lossy(&output.stdout);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{} {arguments:?} ended with {}:\n{printed}{said}",
        script.display(),
        output.status
    );
    printed.into_owned()
}
