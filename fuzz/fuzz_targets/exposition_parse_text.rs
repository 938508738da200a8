//! No bytes make the text parser panic, whatever its options; the first byte chooses them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use narthex_exposition::Protocol;

fuzz_target!(|input: &[u8]| {
    let Some((bits, page)) = input.split_first() else { return };
    let _ = narthex_fuzz::read(page, Protocol::Text004, narthex_fuzz::options(*bits));
});
