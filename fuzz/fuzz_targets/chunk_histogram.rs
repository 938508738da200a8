//! Any bytes as a histogram chunk of each of the four encodings: decoding ends with samples or an error.
#![no_main]

use libfuzzer_sys::fuzz_target;
use narthex_chunkenc::{Encoding, histogram};

fuzz_target!(|input: &[u8]| {
    let Some((kind, chunk)) = input.split_first() else { return };
    let encoding = match kind % 4 {
        0 => Encoding::Histogram,
        1 => Encoding::FloatHistogram,
        2 => Encoding::HistogramStart,
        _ => Encoding::FloatHistogramStart,
    };
    let mut count = 0;
    let whole = histogram::decode(encoding, chunk, i64::MIN, i64::MAX, &mut |_, _, _| count += 1);
    let announced = usize::from(encoding.count(chunk));
    assert!(count <= announced && (whole.is_err() || count == announced));
});
