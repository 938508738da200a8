//! Samples to chunk bytes and back: the XOR, histogram and float histogram encodings of Prometheus.
//!
//! Called by `tsdb` (head, blocks, compaction) and by remote read, which ships chunk bytes as they are.
//!
//! * [`xor`]: floats. [`XorBuilder`] appends, [`xor::decode`] fills columns.
//! * [`histogram`]: native histograms, both kinds.
//! * [`bits`]: the bit reader and writer under all encodings.
//!
//! Invariants: chunk bytes are those of Prometheus, bit by bit; decoders take any bytes and answer with an error,
//! never with a panic; nothing here allocates per sample.

pub mod bits;
mod encoding;
mod error;
pub mod histogram;
pub mod xor;

pub use encoding::Encoding;
pub use error::ChunkError;
pub use histogram::HistogramBuilder;
pub use xor::XorBuilder;
