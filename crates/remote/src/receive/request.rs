//! A decoded request: what both forms have in common, in flat lists that borrow from the body; filled by `v1` and `v2`.

use std::ops::Range;

use narthex_model::{FloatHistogram, Histogram};
use narthex_storage::SampleValue;

/// A label's name and value as they came: not yet known to be text.
pub(super) type Pair<'a> = (&'a [u8], &'a [u8]);

/// A place in one of the lists of a request.
pub(super) type Span = Range<usize>;

/// A float sample.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Sample {
    /// When the counter started, 0 = not said.
    pub(super) start: i64,
    pub(super) t: i64,
    pub(super) value: f64,
}

/// A histogram sample.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct HistogramSample {
    /// When the counts started, 0 = not said.
    pub(super) start: i64,
    pub(super) t: i64,
    pub(super) value: AnyHistogram,
}

/// A native histogram of either kind.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum AnyHistogram {
    Int(Histogram),
    Float(FloatHistogram),
}

impl AnyHistogram {
    pub(super) fn as_value(&self) -> SampleValue<'_> {
        match self {
            Self::Int(histogram) => SampleValue::Histogram(histogram),
            Self::Float(histogram) => SampleValue::FloatHistogram(histogram),
        }
    }
}

/// An exemplar; its labels are a place in the same list as those of the series.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct RawExemplar {
    pub(super) labels: Span,
    pub(super) t: i64,
    pub(super) value: f64,
}

/// Places of everything that belongs to one series.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Series {
    pub(super) labels: Span,
    pub(super) samples: Span,
    pub(super) histograms: Span,
    pub(super) exemplars: Span,
}

/// The samples of all series of a request.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Values {
    pub(super) samples: Vec<Sample>,
    pub(super) histograms: Vec<HistogramSample>,
    pub(super) exemplars: Vec<RawExemplar>,
}

impl Values {
    /// Where the next sample, histogram and exemplar will stand.
    pub(super) fn ends(&self) -> [usize; 3] {
        [self.samples.len(), self.histograms.len(), self.exemplars.len()]
    }

    /// A series whose values came since `from`.
    pub(super) fn series_since(&self, from: [usize; 3], labels: Span) -> Series {
        let to = self.ends();
        Series { labels, samples: from[0]..to[0], histograms: from[1]..to[1], exemplars: from[2]..to[2] }
    }

    pub(super) fn samples_of(&self, series: &Series) -> &[Sample] {
        self.samples.get(series.samples.clone()).unwrap_or_default()
    }

    pub(super) fn histograms_of(&self, series: &Series) -> &[HistogramSample] {
        self.histograms.get(series.histograms.clone()).unwrap_or_default()
    }

    pub(super) fn exemplars_of(&self, series: &Series) -> &[RawExemplar] {
        self.exemplars.get(series.exemplars.clone()).unwrap_or_default()
    }
}
