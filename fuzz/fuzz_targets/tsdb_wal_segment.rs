//! Any bytes as a segment of a log: cut where it is damaged, it is whole and has the same records.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|segment: &[u8]| narthex_tsdb::fuzz::wal_segment(segment));
