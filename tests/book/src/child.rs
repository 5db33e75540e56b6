//! Tests that need a process to kill, to lock out or to starve run themselves: the test binary is
//! started again for one of its own tests, which does its part only when told a directory.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const VARIABLE: &str = "LAPEL_BOOK_TEST_CHILD";

/// The directory that this process was started for, if it is a child.
pub fn told() -> Option<PathBuf> {
    env::var_os(VARIABLE).map(PathBuf::from)
}

/// A number that the parent handed over under `name`.
pub fn number(name: &str) -> u64 {
    env::var(name).unwrap().parse().unwrap()
}

/// A command that runs the test `name` of this very binary, told `dir`, its output piped.
pub fn run(name: &str, dir: &Path) -> Command {
    through(Command::new(env::current_exe().unwrap()), name, dir)
}

/// The same through a shell that first does `setup`, such as setting a limit.
pub fn run_after(setup: &str, name: &str, dir: &Path) -> Command {
    let mut shell = Command::new("sh");
    let script = format!("{setup}; exec \"$0\" \"$@\"");
    shell.args([OsString::from("-c"), script.into(), env::current_exe().unwrap().into()]);
    through(shell, name, dir)
}

fn through(mut command: Command, name: &str, dir: &Path) -> Command {
    command.args(["--exact", name, "--nocapture", "--test-threads=1"]);
    command.env(VARIABLE, dir).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}
