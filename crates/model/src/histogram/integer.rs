//! The integer native histogram, as scraped and as stored.

use super::{CounterResetHint, FloatHistogram, Span};

/// A native histogram with integer counts; bucket counts are deltas to the bucket before.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Histogram {
    /// Reset knowledge relative to the sample before.
    pub counter_reset_hint: CounterResetHint,
    /// Resolution: base is 2^(2^-schema); -53 for custom bounds.
    pub schema: i32,
    /// Width of the zero bucket.
    pub zero_threshold: f64,
    /// Observations in the zero bucket.
    pub zero_count: u64,
    /// All observations.
    pub count: u64,
    /// Sum of all observations; the stale NaN marks the end of the series.
    pub sum: f64,
    /// Runs of populated positive (or custom) buckets.
    pub positive_spans: Vec<Span>,
    /// Runs of populated negative buckets.
    pub negative_spans: Vec<Span>,
    /// Positive bucket counts: first absolute, then deltas.
    pub positive_buckets: Vec<i64>,
    /// Negative bucket counts: first absolute, then deltas.
    pub negative_buckets: Vec<i64>,
    /// Upper bounds for schema -53, strictly ascending, without +Inf.
    pub custom_values: Vec<f64>,
}

impl Histogram {
    /// The same histogram with absolute float counts.
    pub fn to_float(&self) -> FloatHistogram {
        FloatHistogram {
            counter_reset_hint: self.counter_reset_hint,
            schema: self.schema,
            zero_threshold: self.zero_threshold,
            zero_count: self.zero_count as f64,
            count: self.count as f64,
            sum: self.sum,
            positive_spans: self.positive_spans.clone(),
            negative_spans: self.negative_spans.clone(),
            positive_buckets: absolute(&self.positive_buckets),
            negative_buckets: absolute(&self.negative_buckets),
            custom_values: self.custom_values.clone(),
        }
    }
}

fn absolute(deltas: &[i64]) -> Vec<f64> {
    let mut current = 0_i64;
    deltas
        .iter()
        .map(|delta| {
            current = current.wrapping_add(*delta);
            current as f64
        })
        .collect()
}
