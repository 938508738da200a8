//! Any bytes as a record of a log: what is read of it, written again, reads the same.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|record: &[u8]| narthex_tsdb::fuzz::wal_record(record));
