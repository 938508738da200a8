//! [`Samples`] → chunks of 120; for chunks that cannot be taken as they are.

use narthex_chunkenc::histogram::{HistogramRef, NewChunk};
use narthex_chunkenc::{Encoding, HistogramBuilder, XorBuilder};
use narthex_storage::{HistogramValue, Samples};

use crate::block::writer::ChunkData;

const SAMPLES_PER_CHUNK: u16 = 120;

/// Encodes all samples.
pub(crate) fn encode(samples: &Samples) -> Vec<ChunkData> {
    let mut out = Output { chunks: Vec::new(), start: 0, last: 0 };
    let mut floats = XorBuilder::new();
    let mut builder = HistogramBuilder::new(false);
    let mut histograms = samples.histograms.iter().peekable();
    for (index, (t, v)) in samples.timestamps.iter().zip(&samples.values).enumerate() {
        match histograms.next_if(|(at, _)| *at as usize == index) {
            None => {
                out.end_histograms(&mut builder);
                if floats.count() >= SAMPLES_PER_CHUNK {
                    out.end_floats(&mut floats);
                }
                if floats.is_empty() {
                    out.start = *t;
                }
                floats.append(*t, *v);
            }
            Some((_, value)) => {
                out.end_floats(&mut floats);
                out.histogram(&mut builder, *t, value);
            }
        }
        out.last = *t;
    }
    out.end_floats(&mut floats);
    out.end_histograms(&mut builder);
    out.chunks
}

struct Output {
    chunks: Vec<ChunkData>,
    /// First and last time of the growing chunk.
    start: i64,
    last: i64,
}

impl Output {
    fn push(&mut self, encoding: Encoding, data: &[u8]) {
        let encoding = encoding.to_byte();
        self.chunks.push(ChunkData { mint: self.start, maxt: self.last, encoding, data: data.to_vec() });
    }

    fn end_floats(&mut self, floats: &mut XorBuilder) {
        if !floats.is_empty() {
            self.push(Encoding::Xor, floats.bytes());
            floats.take();
        }
    }

    fn end_histograms(&mut self, builder: &mut HistogramBuilder) {
        if builder.count() > 0 {
            self.push(builder.encoding(), builder.bytes());
            *builder = HistogramBuilder::new(false);
        }
    }

    fn histogram(&mut self, builder: &mut HistogramBuilder, t: i64, value: &HistogramValue) {
        let value = match value {
            HistogramValue::Int(histogram) => HistogramRef::Int(histogram),
            HistogramValue::Float(histogram) => HistogramRef::Float(histogram),
        };
        let header = builder.header_after(value);
        let full = builder.count() >= SAMPLES_PER_CHUNK;
        let refused = if full { Err(NewChunk(header)) } else { builder.append(t, value) };
        if let Err(NewChunk(header)) = refused {
            if builder.count() > 0 {
                self.push(builder.encoding(), builder.bytes());
            }
            builder.restart(value.is_float(), header);
            // An empty builder of the right kind takes every sample.
            let taken = builder.append(t, value);
            debug_assert!(taken.is_ok());
        }
        if builder.count() == 1 {
            self.start = t;
        }
    }
}
