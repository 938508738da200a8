//! No text makes the reader of test scripts panic.
#![no_main]

use libfuzzer_sys::fuzz_target;
use narthex_promql::test_language::Script;

fuzz_target!(|input: &str| {
    let _ = Script::parse(input);
});
