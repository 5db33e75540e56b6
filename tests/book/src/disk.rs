//! Directories to copy, compare and search.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Copies a directory and all that is in it, as it is at this moment.
pub fn copy_tree(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_tree(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// Every file under `dir`, by its path from there, with its bytes.
pub fn files(dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut left = vec![dir.to_path_buf()];
    while let Some(next) = left.pop() {
        for entry in fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                left.push(path);
            } else {
                found.insert(path.strip_prefix(dir).unwrap().into(), fs::read(&path).unwrap());
            }
        }
    }
    found
}

/// Whether `needle` is anywhere in `hay`.
pub fn holds(hay: &[u8], needle: &[u8]) -> bool {
    assert!(!needle.is_empty());
    let (first, rest) = needle.split_first().unwrap();
    let mut from = 0;
    while let Some(at) = hay[from..].iter().position(|byte| byte == first) {
        from += at + 1;
        if hay[from..].starts_with(rest) {
            return true;
        }
    }
    false
}

/// The ledger of the one generation in `home`.
pub fn ledger(home: &Path) -> PathBuf {
    let names = fs::read_dir(home).unwrap().map(|entry| entry.unwrap().path().join("ledger"));
    let ledgers: Vec<PathBuf> = names.filter(|path| path.is_file()).collect();
    assert_eq!(ledgers.len(), 1, "one generation at rest: {ledgers:?}");
    ledgers[0].clone()
}
