//! Any bytes as the index of a block: everything that can be asked of it has an answer or an error.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|file: &[u8]| narthex_tsdb::fuzz::index(file));
