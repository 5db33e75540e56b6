//! Seeds that follow from the test vectors, so that none of them needs to be kept.

use std::env;
use std::fs;
use std::path::Path;

use lapel_protocol_tests::schedule::sha256;
use lapel_protocol_tests::vectors::{self, ScanCase};
use lapel_protocol_tests::{hex, unhex};

/// Where a target writes its seeds instead of fuzzing, if it is told a directory.
const VARIABLE: &str = "LAPEL_FUZZ_SEEDS_TO";

/// Writes the seeds and ends the process, if that is what it was started for. A target calls it first.
pub fn write_if_asked(seeds: impl FnOnce() -> Vec<Vec<u8>>) {
    let Some(dir) = env::var_os(VARIABLE) else { return };
    let dir = Path::new(&dir);
    fs::create_dir_all(dir).expect("a directory for seeds");
    for seed in seeds() {
        fs::write(dir.join(hex(&sha256(&seed)[..8])), &seed).expect("a seed written");
    }
    std::process::exit(0);
}

/// A family of vectors.
pub fn family<T: for<'a> serde::Deserialize<'a>>(name: &str) -> Vec<T> {
    let (_, text) = vectors::all().into_iter().find(|(n, _)| *n == name).expect("a family");
    vectors::read(&text)
}

/// Every text that a case of `scan` shows.
pub fn texts() -> Vec<String> {
    ["scan.json", "fail_scan.json"]
        .into_iter()
        .flat_map(family::<ScanCase>)
        .flat_map(|case| case.steps)
        .filter_map(|step| step.scan)
        .collect()
}

/// The bytes of the cases of a family, by the digits that each holds.
pub fn bytes<T: for<'a> serde::Deserialize<'a>>(
    name: &str,
    digits: impl Fn(T) -> String,
) -> Vec<Vec<u8>> {
    family(name).into_iter().map(|case| unhex(&digits(case))).collect()
}
