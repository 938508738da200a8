//! [`Samples`] → chunks of 120; for chunks that cannot be taken as they are.

use narthex_chunkenc::histogram::{HistogramRef, NewChunk};
use narthex_chunkenc::{Encoding, HistogramBuilder, Xor2Builder, XorBuilder};
use narthex_storage::{HistogramValue, Samples};

use crate::block::writer::ChunkData;
use crate::options::FloatEncoding;

const SAMPLES_PER_CHUNK: u16 = 120;

/// How new chunks are encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Encodings {
    pub(crate) floats: FloatEncoding,
    /// Whether histogram chunks hold start timestamps.
    pub(crate) histogram_starts: bool,
}

impl Encodings {
    #[inline]
    pub(crate) fn floats_are_xor(self) -> bool {
        self.floats == FloatEncoding::Xor
    }

    /// Those for samples that were decoded from chunks: no start timestamp gets lost.
    pub(crate) fn keeping(self, samples: &Samples) -> Self {
        if samples.start_timestamps.iter().all(|start| *start == 0) {
            return Self { histogram_starts: false, ..self };
        }
        Self { floats: FloatEncoding::Xor2, histogram_starts: true }
    }
}

/// Encodes all samples.
pub(crate) fn encode(samples: &Samples, encodings: Encodings) -> Vec<ChunkData> {
    let mut out = Output { chunks: Vec::new(), start: 0, last: 0, encodings };
    let mut floats = Floats::new(encodings);
    let mut builder = HistogramBuilder::new(false, encodings.histogram_starts);
    let mut histograms = samples.histograms.iter().peekable();
    let starts = samples.start_timestamps.iter().copied().chain(std::iter::repeat(0));
    for (index, ((t, v), start)) in samples.timestamps.iter().zip(&samples.values).zip(starts).enumerate() {
        match histograms.next_if(|(at, _)| *at as usize == index) {
            None => {
                out.end_histograms(&mut builder);
                if floats.count() >= SAMPLES_PER_CHUNK {
                    out.end_floats(&mut floats);
                }
                if floats.count() == 0 {
                    out.start = *t;
                }
                floats.append(start, *t, *v);
            }
            Some((_, value)) => {
                out.end_floats(&mut floats);
                out.histogram(&mut builder, (start, *t), value);
            }
        }
        out.last = *t;
    }
    out.end_floats(&mut floats);
    out.end_histograms(&mut builder);
    out.chunks
}

/// A growing chunk of floats.
enum Floats {
    Xor(XorBuilder),
    Xor2(Xor2Builder),
}

impl Floats {
    fn new(encodings: Encodings) -> Self {
        match encodings.floats {
            FloatEncoding::Xor => Self::Xor(XorBuilder::new()),
            FloatEncoding::Xor2 => Self::Xor2(Xor2Builder::new()),
        }
    }

    fn count(&self) -> u16 {
        match self {
            Self::Xor(chunk) => chunk.count(),
            Self::Xor2(chunk) => chunk.count(),
        }
    }

    fn append(&mut self, start: i64, t: i64, v: f64) {
        match self {
            Self::Xor(chunk) => chunk.append(t, v),
            Self::Xor2(chunk) => chunk.append(start, t, v),
        }
    }
}

struct Output {
    chunks: Vec<ChunkData>,
    /// First and last time of the growing chunk.
    start: i64,
    last: i64,
    encodings: Encodings,
}

impl Output {
    fn push(&mut self, encoding: Encoding, data: Vec<u8>) {
        let encoding = encoding.to_byte();
        self.chunks.push(ChunkData { mint: self.start, maxt: self.last, encoding, data });
    }

    fn end_floats(&mut self, floats: &mut Floats) {
        if floats.count() == 0 {
            return;
        }
        match floats {
            Floats::Xor(chunk) => self.push(Encoding::Xor, chunk.to_vec()),
            Floats::Xor2(chunk) => self.push(Encoding::Xor2, chunk.bytes().to_vec()),
        }
        *floats = Floats::new(self.encodings);
    }

    fn end_histograms(&mut self, builder: &mut HistogramBuilder) {
        if builder.count() > 0 {
            self.push(builder.encoding(), builder.bytes().to_vec());
            *builder = HistogramBuilder::new(false, self.encodings.histogram_starts);
        }
    }

    fn histogram(&mut self, builder: &mut HistogramBuilder, (start, t): (i64, i64), value: &HistogramValue) {
        let value = match value {
            HistogramValue::Int(histogram) => HistogramRef::Int(histogram),
            HistogramValue::Float(histogram) => HistogramRef::Float(histogram),
        };
        let header = builder.header_after(value);
        let full = builder.count() >= SAMPLES_PER_CHUNK;
        let refused = if full { Err(NewChunk(header)) } else { builder.append(start, t, value) };
        if let Err(NewChunk(header)) = refused {
            if builder.count() > 0 {
                self.push(builder.encoding(), builder.bytes().to_vec());
            }
            builder.restart(value.is_float(), header);
            // An empty builder of the right kind takes every sample.
            let taken = builder.append(start, t, value);
            debug_assert!(taken.is_ok());
        }
        if builder.count() == 1 {
            self.start = t;
        }
    }
}
