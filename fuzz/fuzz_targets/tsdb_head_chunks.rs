//! Any bytes as a head chunk file: cut where it is damaged, it is whole and has the same chunks.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|file: &[u8]| narthex_tsdb::fuzz::head_chunks(file));
