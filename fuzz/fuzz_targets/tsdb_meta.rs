//! Any bytes as the description of a block: what is read is written and read the same.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|file: &[u8]| narthex_tsdb::fuzz::meta(file));
