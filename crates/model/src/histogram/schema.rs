//! Resolution and layout: coarser schemas, compaction, validity of a layout.

use super::FloatHistogram;
use super::buckets::{coarser, compact, from_pairs, to_pairs};

impl FloatHistogram {
    /// Lowers the resolution to `schema`; a finer schema or custom buckets leave the histogram as it is.
    pub fn reduce_to_schema(&mut self, schema: i32) {
        if self.uses_custom_buckets() || schema >= self.schema {
            return;
        }
        let shift = self.schema.saturating_sub(schema).unsigned_abs();
        let positive = coarser(&to_pairs(&self.positive_spans, &self.positive_buckets), shift);
        let negative = coarser(&to_pairs(&self.negative_spans, &self.negative_buckets), shift);
        (self.positive_spans, self.positive_buckets) = from_pairs(&positive);
        (self.negative_spans, self.negative_buckets) = from_pairs(&negative);
        self.schema = schema;
    }

    /// Removes empty buckets, except runs of at most `max_empty` between populated ones.
    pub fn compact(&mut self, max_empty: usize) -> &mut Self {
        let dense = |counts: &[f64], spans: &[super::Span]| {
            spans.len() <= 1
                && counts.iter().all(|count| *count != 0.0)
                && !(spans.len() == 1 && counts.is_empty())
        };
        if !dense(&self.positive_buckets, &self.positive_spans) {
            let pairs = compact(&to_pairs(&self.positive_spans, &self.positive_buckets), max_empty);
            (self.positive_spans, self.positive_buckets) = from_pairs(&pairs);
        }
        if !dense(&self.negative_buckets, &self.negative_spans) {
            let pairs = compact(&to_pairs(&self.negative_spans, &self.negative_buckets), max_empty);
            (self.negative_spans, self.negative_buckets) = from_pairs(&pairs);
        }
        self
    }

    /// Whether any count or the sum is infinite.
    pub fn has_overflow(&self) -> bool {
        self.zero_count.is_infinite()
            || self.count.is_infinite()
            || self.sum.is_infinite()
            || self.positive_buckets.iter().chain(&self.negative_buckets).any(|count| count.is_infinite())
    }
}
