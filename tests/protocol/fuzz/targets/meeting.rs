//! Two phones and an attacker, in any order.
#![no_main]

use lapel_fuzz::{meeting, seeds};
use libfuzzer_sys::fuzz_target;

fuzz_target!(init: seeds::write_if_asked(meeting::seeds), |data: &[u8]| meeting::run(data));
