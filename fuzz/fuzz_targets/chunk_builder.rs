//! Any histogram chunk that decodes can be continued: the builder that resumes it has its samples, and what is appended
//! comes back.
#![no_main]

use libfuzzer_sys::fuzz_target;
use narthex_chunkenc::histogram::{Decoded, HistogramRef};
use narthex_chunkenc::{Encoding, HistogramBuilder};

fuzz_target!(|input: &[u8]| {
    let Some((kind, chunk)) = input.split_first() else { return };
    let encoding = if kind % 2 == 0 { Encoding::Histogram } else { Encoding::FloatHistogram };
    let Ok(mut builder) = HistogramBuilder::resume(encoding, chunk) else { return };
    let Ok(samples) = builder.samples() else { return };
    assert_eq!(samples.len(), usize::from(builder.count()));
    let Some((t, last)) = samples.last() else { return };
    if builder.count() == u16::MAX || *t == i64::MAX {
        return;
    }
    let value = match last {
        Decoded::Int(histogram) => HistogramRef::Int(histogram),
        Decoded::Float(histogram) => HistogramRef::Float(histogram),
    };
    if builder.append(0, t + 1, value).is_ok() {
        let Ok(again) = builder.samples() else { panic!("a builder's own chunk decodes") };
        assert_eq!(again.len(), samples.len() + 1);
        assert_eq!(again.last().map(|sample| sample.0), Some(t + 1));
    }
});
