//! The value model of a page: families of metrics, whatever the protocol.
//!
//! Made by hand, by [`read_families`](crate::read_families) from a page, or by federation from stored samples; written
//! by [`Encoder`](super::Encoder).
//!
//! Invariant of the names: `name` is what the samples of a simple type are called in the classic format, so that a
//! counter's ends in `_total` and an info's in `_info`. OpenMetrics' metadata lines leave these suffixes out by themselves.

use narthex_model::{Exemplar, FloatHistogram, Histogram, Labels, MetricType, Timestamp};

/// All metrics of one name.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MetricFamily {
    /// The name; see the module's invariant.
    pub name: String,
    /// The help text; `None` leaves the line out.
    pub help: Option<String>,
    /// What the metrics are. A counter not named `…_total` is written as unknown in OpenMetrics, an info not named
    /// `…_info` as a gauge.
    pub metric_type: MetricType,
    /// The unit; written only where the format has units and the name ends in it.
    pub unit: String,
    /// The metrics; their values should be of the family's type.
    pub metrics: Vec<Metric>,
}

/// One label set of a family and its value.
#[derive(Debug, Clone, PartialEq)]
pub struct Metric {
    /// The labels without the name.
    pub labels: Labels,
    /// The value.
    pub value: MetricValue,
    /// When it was sampled; usually left to the scraper.
    pub timestamp: Option<Timestamp>,
    /// When it started to count.
    pub created: Option<Timestamp>,
}

impl Metric {
    /// A metric without timestamps.
    pub fn new(labels: Labels, value: MetricValue) -> Self {
        Self { labels, value, timestamp: None, created: None }
    }
}

/// A metric's value.
#[derive(Debug, Clone, PartialEq)]
pub enum MetricValue {
    /// A gauge, or a value of unknown type.
    Single(f64),
    /// A counter.
    Counter {
        /// How much was counted.
        value: f64,
        /// One observation behind it.
        exemplar: Option<Exemplar>,
    },
    /// Quantiles, sum and count.
    Summary(SummaryValue),
    /// Buckets, sum and count; of events or (gauge histogram) of a current state.
    Histogram(Box<HistogramValue>),
    /// The labels are the value.
    Info,
    /// States and whether they are on; each becomes a sample with the family's name as label.
    StateSet(Vec<(String, bool)>),
}

/// A summary.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SummaryValue {
    /// The quantiles, ascending.
    pub quantiles: Vec<Quantile>,
    /// Sum of the observations, if known.
    pub sum: Option<f64>,
    /// Number of the observations, if known.
    pub count: Option<f64>,
}

/// One quantile of a summary.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quantile {
    /// Which, from 0 to 1.
    pub quantile: f64,
    /// Its value.
    pub value: f64,
}

/// A histogram: classic buckets, a native one, or both.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct HistogramValue {
    /// Classic buckets, ascending, cumulative. An encoder adds `+Inf` if it is missing and the count is known.
    pub buckets: Vec<Bucket>,
    /// Sum of the observations, if known.
    pub sum: Option<f64>,
    /// Number of the observations, if known.
    pub count: Option<f64>,
    /// The native form; only protobuf can carry it.
    pub native: Option<NativeValue>,
    /// Exemplars of the native form.
    pub exemplars: Vec<Exemplar>,
}

impl HistogramValue {
    /// The count of the `+Inf` bucket that an encoder has to add, if it has to.
    pub(super) fn missing_infinity(&self) -> Option<f64> {
        let has = self.buckets.iter().any(|bucket| bucket.upper_bound == f64::INFINITY);
        self.any_count().filter(|_| !has)
    }

    /// The number of observations, from the native form if need be: what a text page can say of it.
    pub(super) fn any_count(&self) -> Option<f64> {
        self.count.or(match &self.native {
            None => None,
            Some(NativeValue::Int(native)) => Some(native.count as f64),
            Some(NativeValue::Float(native)) => Some(native.count),
        })
    }

    /// The sum of the observations, from the native form if need be.
    pub(super) fn any_sum(&self) -> Option<f64> {
        self.sum.or(match &self.native {
            None => None,
            Some(NativeValue::Int(native)) => Some(native.sum),
            Some(NativeValue::Float(native)) => Some(native.sum),
        })
    }
}

/// The two forms of a native histogram.
#[derive(Debug, Clone, PartialEq)]
pub enum NativeValue {
    /// Whole counts.
    Int(Histogram),
    /// Float counts.
    Float(FloatHistogram),
}

/// One bucket of a classic histogram.
#[derive(Debug, Clone, PartialEq)]
pub struct Bucket {
    /// Inclusive.
    pub upper_bound: f64,
    /// Observations up to the bound.
    pub cumulative_count: f64,
    /// One observation in it.
    pub exemplar: Option<Exemplar>,
}
