//! Chunk bytes of any encoding → [`Samples`]; used by head and block readers and by compaction.

use std::sync::Arc;

use narthex_chunkenc::histogram::{self, Decoded};
use narthex_chunkenc::{ChunkError, Encoding, xor};
use narthex_model::Timestamp;
use narthex_storage::{HistogramValue, Samples};

/// Appends the samples of a chunk in `[mint, maxt]`.
pub(crate) fn decode(
    encoding: u8,
    data: &[u8],
    mint: Timestamp,
    maxt: Timestamp,
    out: &mut Samples,
) -> Result<(), ChunkError> {
    let encoding = Encoding::from_byte(encoding)?;
    if encoding == Encoding::Xor {
        xor::decode(data, mint, maxt, &mut out.timestamps, &mut out.values)?;
        if !out.start_timestamps.is_empty() {
            out.start_timestamps.resize(out.timestamps.len(), 0);
        }
        return Ok(());
    }
    histogram::decode(encoding, data, mint, maxt, &mut |t, decoded| {
        let value = match decoded {
            Decoded::Int(histogram) => HistogramValue::Int(Arc::new(histogram)),
            Decoded::Float(histogram) => HistogramValue::Float(Arc::new(histogram)),
        };
        out.push_histogram(0, t, value);
    })
}

/// Keeps the first `len` samples.
pub(crate) fn truncate(samples: &mut Samples, len: usize) {
    samples.timestamps.truncate(len);
    samples.values.truncate(len);
    samples.start_timestamps.truncate(len);
    let kept = samples.histograms.partition_point(|(index, _)| (*index as usize) < len);
    samples.histograms.truncate(kept);
}
