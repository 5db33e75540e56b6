//! The scenarios of `bindings/scenarios.md`, in the language that all others are measured by.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests are free")]

mod backups;
mod book;
mod errors;
mod exchange;
mod exporting;
mod phones;
mod proving;
mod unruly;
mod vectors;

/// A scenario without a test, or a test that is no scenario, fails.
#[test]
fn there_is_a_test_for_each_line_of_the_list() {
    let list = include_str!("../../../scenarios.md");
    let listed = list.lines().filter_map(|line| line.strip_prefix("| ")?.split(" |").next());
    let mut listed: Vec<&str> =
        listed.filter(|name| !matches!(*name, "scenario" | "---")).collect();
    let files = [
        include_str!("backups.rs"),
        include_str!("book.rs"),
        include_str!("errors.rs"),
        include_str!("exchange.rs"),
        include_str!("exporting.rs"),
        include_str!("proving.rs"),
        include_str!("unruly.rs"),
        include_str!("vectors.rs"),
    ];
    let tests = files.iter().flat_map(|file| file.split("#[test]\nfn ").skip(1));
    let mut tests: Vec<&str> = tests.filter_map(|test| test.split('(').next()).collect();
    listed.sort_unstable();
    tests.sort_unstable();
    assert_eq!(tests, listed);
    assert!(tests.len() >= 25);
}
