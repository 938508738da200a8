//! What is inside log records: one file per record type, each with its encoder and its decoder.
//!
//! The first byte of a record is its type. Decoders hand each entry to a closure, allocate nothing per entry, and stop
//! with [`BadRecord`] at the first byte that cannot be.

pub(crate) mod exemplars;
pub(crate) mod histograms;
pub(crate) mod markers;
pub(crate) mod metadata;
pub(crate) mod samples;
pub(crate) mod series;
pub(crate) mod tombstones;
pub(crate) mod v2;

/// Label sets of new series.
pub(crate) const SERIES: u8 = 1;
/// Float samples.
pub(crate) const SAMPLES: u8 = 2;
/// Deleted ranges.
pub(crate) const TOMBSTONES: u8 = 3;
/// Exemplars.
pub(crate) const EXEMPLARS: u8 = 4;
/// Which out-of-order samples are in head chunk files; in the out-of-order log only.
pub(crate) const MARKERS: u8 = 5;
/// Type, unit and help of series.
pub(crate) const METADATA: u8 = 6;
/// Integer histograms.
pub(crate) const HISTOGRAMS: u8 = 7;
/// Float histograms.
pub(crate) const FLOAT_HISTOGRAMS: u8 = 8;
/// Integer histograms with custom bounds.
pub(crate) const CUSTOM_HISTOGRAMS: u8 = 9;
/// Float histograms with custom bounds.
pub(crate) const CUSTOM_FLOAT_HISTOGRAMS: u8 = 10;
/// Float samples with start timestamps.
pub(crate) const SAMPLES_V2: u8 = 11;
/// Integer histograms with start timestamps.
pub(crate) const HISTOGRAMS_V2: u8 = 12;
/// Float histograms with start timestamps.
pub(crate) const FLOAT_HISTOGRAMS_V2: u8 = 13;
/// The types of histogram records that are written.
pub(crate) const HISTOGRAM_RECORDS: [u8; 4] =
    [HISTOGRAMS, FLOAT_HISTOGRAMS, CUSTOM_HISTOGRAMS, CUSTOM_FLOAT_HISTOGRAMS];

/// A record whose bytes are not what its type says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("record of type {kind} is damaged")]
pub(crate) struct BadRecord {
    /// The type byte.
    pub(crate) kind: u8,
}
