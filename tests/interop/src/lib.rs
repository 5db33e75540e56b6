//! Tests: interop. Here is how they run what others wrote, and the person of their tables.
#![allow(clippy::panic, reason = "a test says what is wrong by failing")]

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
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
    INSTALLED.get_or_init(|| drop(run("python/run", &["--check".as_ref()])));
    run("python/run", arguments).unwrap_or_else(|said| panic!("{said}"))
}

/// What a reader of `readers/run` prints for these arguments, or what it says where it fails.
///
/// Panics where the reader itself can't be had.
pub fn reader(which: &str, arguments: &[&OsStr]) -> Result<String, String> {
    run("readers/run", &[which.as_ref()]).unwrap_or_else(|said| panic!("{said}"));
    run("readers/run", &[&[which.as_ref()], arguments].concat())
}

/// The same of a reader that asks for a passphrase at its terminal, where this one is typed.
pub fn reader_asking(
    which: &str,
    arguments: &[&OsStr],
    passphrase: &str,
) -> Result<String, String> {
    run("readers/run", &[which.as_ref()]).unwrap_or_else(|said| panic!("{said}"));
    let readers = script("readers/run");
    let typed: [&OsStr; 4] =
        ["typed.py".as_ref(), passphrase.as_ref(), readers.as_ref(), which.as_ref()];
    run("python/run", &[&typed, arguments].concat())
}

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn run(name: &str, arguments: &[&OsStr]) -> Result<String, String> {
    let output = Command::new(script(name))
        .args(arguments)
        .output()
        .unwrap_or_else(|error| panic!("{name} doesn't start: {error}"));
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    let said = String::from_utf8_lossy(&output.stderr);
    match output.status.success() {
        true => Ok(printed),
        false => {
            Err(format!("{name} {arguments:?} ended with {}:\n{printed}{said}", output.status))
        }
    }
}
