//! The integer native histogram, as scraped and as stored.

use super::buckets::coarser_index;
use super::{CUSTOM_BUCKETS_SCHEMA, CounterResetHint, FloatHistogram, Span};

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
    /// Lowers the resolution to `schema`; a finer schema or custom buckets leave the histogram as it is.
    pub fn reduce_to_schema(&mut self, schema: i32) {
        if self.schema == CUSTOM_BUCKETS_SCHEMA || schema >= self.schema {
            return;
        }
        let shift = self.schema.saturating_sub(schema).unsigned_abs();
        (self.positive_spans, self.positive_buckets) =
            coarser_deltas(&self.positive_spans, &self.positive_buckets, shift);
        (self.negative_spans, self.negative_buckets) =
            coarser_deltas(&self.negative_spans, &self.negative_buckets, shift);
        self.schema = schema;
    }

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

/// Puts the buckets of one side together that one bucket of a coarser schema covers; `shift` is the difference.
fn coarser_deltas(spans: &[Span], deltas: &[i64], shift: u32) -> (Vec<Span>, Vec<i64>) {
    let mut merged: Vec<(i32, i64)> = Vec::with_capacity(deltas.len() / 2 + 1);
    let (mut index, mut count) = (0_i32, 0_i64);
    let mut deltas = deltas.iter();
    for span in spans {
        index = index.wrapping_add(span.offset);
        for delta in deltas.by_ref().take(span.length as usize) {
            count = count.wrapping_add(*delta);
            let target = coarser_index(index, shift);
            match merged.last_mut() {
                Some((last, sum)) if *last == target => *sum = sum.wrapping_add(count),
                _ => merged.push((target, count)),
            }
            index = index.wrapping_add(1);
        }
    }
    let mut out_spans: Vec<Span> = Vec::new();
    let mut out = Vec::with_capacity(merged.len());
    let (mut next, mut last) = (0_i32, 0_i64);
    for (index, count) in merged {
        match out_spans.last_mut() {
            Some(span) if index == next => span.length += 1,
            _ => out_spans.push(Span { offset: index.wrapping_sub(next), length: 1 }),
        }
        next = index.wrapping_add(1);
        out.push(count.wrapping_sub(last));
        last = count;
    }
    (out_spans, out)
}
