//! The float native histogram, as queries handle it.

use super::{CounterResetHint, Span};

/// A native histogram with float counts; bucket counts are absolute.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FloatHistogram {
    /// Reset knowledge relative to the sample before.
    pub counter_reset_hint: CounterResetHint,
    /// Resolution: base is 2^(2^-schema); -53 for custom bounds.
    pub schema: i32,
    /// Width of the zero bucket.
    pub zero_threshold: f64,
    /// Observations in the zero bucket.
    pub zero_count: f64,
    /// All observations.
    pub count: f64,
    /// Sum of all observations; the stale NaN marks the end of the series.
    pub sum: f64,
    /// Runs of populated positive (or custom) buckets.
    pub positive_spans: Vec<Span>,
    /// Runs of populated negative buckets.
    pub negative_spans: Vec<Span>,
    /// Positive bucket counts, absolute.
    pub positive_buckets: Vec<f64>,
    /// Negative bucket counts, absolute.
    pub negative_buckets: Vec<f64>,
    /// Upper bounds for schema -53, strictly ascending, without +Inf.
    pub custom_values: Vec<f64>,
}
