//! Samples to chunk bytes and back: the XOR, histogram and float histogram encodings of Prometheus.
//!
//! Called by `tsdb` (head, blocks, compaction) and by remote read, which ships chunk bytes as they are.
//!
//! * [`xor`]: floats. [`XorBuilder`] appends, [`xor::decode`] fills columns.
//! * [`xor2`]: floats with start timestamps, [`Xor2Builder`] and [`xor2::decode`].
//! * [`histogram`]: native histograms, both kinds, with and without start timestamps.
//! * [`bits`]: the bit reader and writer under all encodings.
//!
//! Invariants: chunk bytes are those of Prometheus, bit by bit; decoders take any bytes and answer with an error,
//! never with a panic; nothing here allocates per sample.

pub mod bits;
mod encoding;
mod error;
pub mod histogram;
pub(crate) mod start;
pub mod xor;
pub mod xor2;

pub use encoding::Encoding;
pub use error::ChunkError;
pub use histogram::HistogramBuilder;
pub use xor::XorBuilder;
pub use xor2::Xor2Builder;
