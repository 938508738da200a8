//! Any bytes as a float chunk with start timestamps: never more samples than the header says, none outside of the range.
#![no_main]

use libfuzzer_sys::fuzz_target;
use narthex_chunkenc::{Encoding, xor2};

fuzz_target!(|chunk: &[u8]| {
    let mut count = 0;
    let whole = xor2::decode(chunk, i64::MIN, i64::MAX, |_, _, _| count += 1);
    let announced = usize::from(Encoding::Xor2.count(chunk));
    assert!(count <= announced && (whole.is_err() || count == announced));
    let _ = xor2::decode(chunk, 1000, 2000, |_, t, _| assert!((1000..=2000).contains(&t)));
});
