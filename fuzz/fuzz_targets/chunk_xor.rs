//! Any bytes as a float chunk: decoding ends with samples or an error, and a decoded chunk written anew reads the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use narthex_chunkenc::{XorBuilder, xor};

fuzz_target!(|chunk: &[u8]| {
    let (mut times, mut values) = (Vec::new(), Vec::new());
    let whole = xor::decode(chunk, i64::MIN, i64::MAX, &mut times, &mut values);
    assert_eq!(times.len(), values.len());
    if whole.is_err() || !times.is_sorted_by(|a, b| a < b) {
        return;
    }
    let mut builder = XorBuilder::new();
    times.iter().zip(&values).for_each(|(t, v)| builder.append(*t, *v));
    let (mut times_again, mut values_again) = (Vec::new(), Vec::new());
    let again = xor::decode(&builder.to_vec(), i64::MIN, i64::MAX, &mut times_again, &mut values_again);
    assert!(again.is_ok() || times.is_empty());
    assert_eq!(times, times_again);
    assert!(values.iter().zip(&values_again).all(|(a, b)| a.to_bits() == b.to_bits()));
});
