//! A book's ledger, spoilt in any way.
#![no_main]

use lapel_fuzz::{ledger, seeds};
use libfuzzer_sys::fuzz_target;

/// One of each thing that can be done, here and there.
fn seeds() -> Vec<Vec<u8>> {
    let each = (0..11u8).flat_map(|what| {
        [(0, 1), (2, 4), (5, 10), (9, 0)].map(|(i, j)| vec![i, j, what, 1, 1, 0, 90, 7, 3, 80, 1])
    });
    let entries = (0..9u8).map(|kind| vec![0, 0, 8, 0, 1, 1, 3, kind, 1, 4, 0x81, 0x61, 0x61, 0]);
    each.chain(entries).chain([vec![]]).collect()
}

fuzz_target!(init: seeds::write_if_asked(seeds), |data: &[u8]| ledger::run(data));
