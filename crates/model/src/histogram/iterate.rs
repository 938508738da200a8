//! Going over the buckets of a float histogram with their bounds.

use super::bounds::upper_bound;
use super::buckets::for_each_index;
use super::{FloatHistogram, Span};

/// One bucket.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bucket {
    /// The lower bound.
    pub lower: f64,
    /// The upper bound.
    pub upper: f64,
    /// Whether the lower bound belongs to the bucket.
    pub lower_inclusive: bool,
    /// Whether the upper bound belongs to the bucket.
    pub upper_inclusive: bool,
    /// Observations.
    pub count: f64,
    /// The bucket's index; 0 for the zero bucket.
    pub index: i32,
}

impl FloatHistogram {
    /// The positive (or custom) buckets, upwards.
    pub fn positive_bucket_iter(&self) -> Vec<Bucket> {
        let mut found = Vec::with_capacity(self.positive_buckets.len());
        self.each_bound(&self.positive_spans, &self.positive_buckets, |index, lower, upper, count| {
            let custom = self.uses_custom_buckets();
            let lower_inclusive = custom && index == 0;
            found.push(Bucket { lower, upper, lower_inclusive, upper_inclusive: true, count, index });
        });
        found
    }

    /// The negative buckets, from zero downwards.
    pub fn negative_bucket_iter(&self) -> Vec<Bucket> {
        let mut found = Vec::with_capacity(self.negative_buckets.len());
        self.each_bound(&self.negative_spans, &self.negative_buckets, |index, lower, upper, count| {
            let (lower, upper) = (-upper, -lower);
            found.push(Bucket { lower, upper, lower_inclusive: true, upper_inclusive: false, count, index });
        });
        found
    }

    /// The zero bucket.
    pub fn zero_bucket(&self) -> Bucket {
        Bucket {
            lower: -self.zero_threshold,
            upper: self.zero_threshold,
            lower_inclusive: true,
            upper_inclusive: true,
            count: self.zero_count,
            index: 0,
        }
    }

    /// All buckets upwards; the zero bucket only when it is populated.
    ///
    /// The inner bound of a bucket that reaches into the zero bucket is the zero bucket's border, even where that leaves
    /// the bucket upside down because it lies within.
    pub fn all_buckets(&self) -> Vec<Bucket> {
        let mut all = self.negative_bucket_iter();
        all.reverse();
        for bucket in &mut all {
            bucket.upper = bucket.upper.min(-self.zero_threshold);
        }
        let custom = self.uses_custom_buckets();
        if !custom && self.zero_count > 0.0 {
            all.push(self.zero_bucket());
        }
        let from = all.len();
        all.extend(self.positive_bucket_iter());
        if !custom {
            for bucket in all.iter_mut().skip(from) {
                bucket.lower = bucket.lower.max(self.zero_threshold);
            }
        }
        all
    }

    fn each_bound(&self, spans: &[Span], counts: &[f64], mut visit: impl FnMut(i32, f64, f64, f64)) {
        let mut before: Option<(i32, f64)> = None;
        for_each_index(spans, counts, |index, count| {
            let below = index.wrapping_sub(1);
            let lower = match before {
                Some((previous, bound)) if previous == below => bound,
                _ => upper_bound(below, self.schema, &self.custom_values),
            };
            let upper = upper_bound(index, self.schema, &self.custom_values);
            before = Some((index, upper));
            visit(index, lower, upper, count);
        });
    }
}
