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

use self::histograms::HistogramSample;
use self::samples::Sample;

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
/// The types of histogram records that are written without start timestamps.
pub(crate) const HISTOGRAM_RECORDS: [u8; 4] =
    [HISTOGRAMS, FLOAT_HISTOGRAMS, CUSTOM_HISTOGRAMS, CUSTOM_FLOAT_HISTOGRAMS];
/// Those that are written with them.
pub(crate) const HISTOGRAM_RECORDS_V2: [u8; 2] = [HISTOGRAMS_V2, FLOAT_HISTOGRAMS_V2];

/// A record on its way to the log.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Record<'a> {
    /// As it stands in the log.
    Encoded(&'a [u8]),
    /// A record of float samples without start timestamps.
    Floats(&'a [Sample]),
}

impl<'a> From<&'a [u8]> for Record<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Self::Encoded(bytes)
    }
}

impl Record<'_> {
    /// Whether nothing is in it: then it is not written.
    pub(crate) fn is_empty(&self) -> bool {
        match self {
            // A type is not yet an entry.
            Self::Encoded(bytes) => bytes.len() <= 1,
            Self::Floats(samples) => samples.is_empty(),
        }
    }
}

/// Which records samples are written into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Version {
    /// Without start timestamps.
    #[default]
    V1,
    /// With start timestamps.
    V2,
}

impl Version {
    /// Writes the record of floats, replacing what `out` held; `starts` is empty or has the start of each.
    #[inline]
    pub(crate) fn encode_samples(self, out: &mut Vec<u8>, floats: &[Sample], starts: &[i64]) {
        match self {
            Self::V1 => samples::encode(out, floats),
            Self::V2 => v2::encode_samples(out, floats, starts),
        }
    }

    /// The types of the histogram records, in the order in which they are written.
    pub(crate) fn histogram_records(self) -> &'static [u8] {
        match self {
            Self::V1 => &HISTOGRAM_RECORDS,
            Self::V2 => &HISTOGRAM_RECORDS_V2,
        }
    }

    /// The type of the record that a histogram belongs into.
    pub(crate) fn record_type(self, sample: &HistogramSample) -> u8 {
        match self {
            Self::V1 => sample.value.record_type(),
            Self::V2 => v2::record_type(sample),
        }
    }

    /// Writes the record of type `kind` with those histograms that belong into it; empty when there are none.
    pub(crate) fn encode_histograms(self, out: &mut Vec<u8>, kind: u8, all: &[HistogramSample]) {
        match self {
            Self::V1 => histograms::encode(out, kind, all),
            Self::V2 => v2::encode_histograms(out, kind, all),
        }
    }
}

/// A record whose bytes are not what its type says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("record of type {kind} is damaged")]
pub(crate) struct BadRecord {
    /// The type byte.
    pub(crate) kind: u8,
}
