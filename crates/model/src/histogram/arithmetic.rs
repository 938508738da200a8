//! Scaling, adding and subtracting float histograms.
//!
//! Two histograms are brought to a common layout first: the coarser schema, the wider zero bucket, the common custom
//! bounds. Results may hold empty buckets; [`FloatHistogram::compact`] removes them.

use super::buckets::{Pair, from_pairs, merge, to_pairs};
use super::{CounterResetHint, FloatHistogram};

/// Exponential and custom buckets cannot be combined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IncompatibleSchema;

impl std::error::Error for IncompatibleSchema {}

impl std::fmt::Display for IncompatibleSchema {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(
            "cannot apply this operation on histograms with a mix of exponential and custom bucket schemas",
        )
    }
}

/// What had to be overlooked to combine two histograms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reconciled {
    /// One side was a counter reset, the other explicitly none.
    pub reset_collision: bool,
    /// The custom bounds differed; the common ones were used.
    pub custom_bounds: bool,
}

impl FloatHistogram {
    /// Multiplies all counts and the sum.
    pub fn mul(&mut self, factor: f64) -> &mut Self {
        self.scale(|value| value * factor);
        if factor < 0.0 {
            self.counter_reset_hint = CounterResetHint::Gauge;
        }
        self
    }

    /// Divides all counts and the sum; division by zero leaves no buckets.
    pub fn div(&mut self, divisor: f64) -> &mut Self {
        if divisor == 0.0 {
            self.positive_spans.clear();
            self.negative_spans.clear();
            self.positive_buckets.clear();
            self.negative_buckets.clear();
        }
        self.scale(|value| value / divisor);
        if divisor < 0.0 {
            self.counter_reset_hint = CounterResetHint::Gauge;
        }
        self
    }

    fn scale(&mut self, f: impl Fn(f64) -> f64) {
        self.zero_count = f(self.zero_count);
        self.count = f(self.count);
        self.sum = f(self.sum);
        self.positive_buckets
            .iter_mut()
            .chain(&mut self.negative_buckets)
            .for_each(|count| *count = f(*count));
    }

    /// Adds `other`.
    pub fn add(&mut self, other: &Self) -> Result<Reconciled, IncompatibleSchema> {
        self.combine(other, |a, b| a + b)
    }

    /// Subtracts `other`.
    pub fn sub(&mut self, other: &Self) -> Result<Reconciled, IncompatibleSchema> {
        self.combine(other, |a, b| a - b)
    }

    fn combine(
        &mut self,
        other: &Self,
        f: impl Fn(f64, f64) -> f64,
    ) -> Result<Reconciled, IncompatibleSchema> {
        if self.uses_custom_buckets() != other.uses_custom_buckets() {
            return Err(IncompatibleSchema);
        }
        let reset_collision = self.adjust_hint(other.counter_reset_hint);
        self.count = f(self.count, other.count);
        self.sum = f(self.sum, other.sum);
        if self.same_layout(other) {
            self.zero_count = f(self.zero_count, other.zero_count);
            for (a, b) in self.positive_buckets.iter_mut().zip(&other.positive_buckets) {
                *a = f(*a, *b);
            }
            for (a, b) in self.negative_buckets.iter_mut().zip(&other.negative_buckets) {
                *a = f(*a, *b);
            }
            return Ok(Reconciled { reset_collision, custom_bounds: false });
        }
        let aligned = self.align(other);
        self.zero_count = f(self.zero_count, aligned.zero_count);
        let positive = merge(&to_pairs(&self.positive_spans, &self.positive_buckets), &aligned.positive, &f);
        (self.positive_spans, self.positive_buckets) = from_pairs(&positive);
        let negative = merge(&to_pairs(&self.negative_spans, &self.negative_buckets), &aligned.negative, &f);
        (self.negative_spans, self.negative_buckets) = from_pairs(&negative);
        Ok(Reconciled { reset_collision, custom_bounds: aligned.custom_bounds })
    }

    /// Whether the two have exactly the same buckets.
    pub(super) fn same_layout(&self, other: &Self) -> bool {
        self.schema == other.schema
            && self.zero_threshold == other.zero_threshold
            && self.positive_spans == other.positive_spans
            && self.negative_spans == other.negative_spans
            && self.custom_values == other.custom_values
    }

    /// The hint of a combination; says whether the two contradict each other.
    pub(super) fn adjust_hint(&mut self, other: CounterResetHint) -> bool {
        use CounterResetHint::{Gauge, Unknown};
        let (hint, collision) = match (self.counter_reset_hint, other) {
            (a, b) if a == b => (a, false),
            (Gauge, _) | (_, Gauge) => (Gauge, false),
            (Unknown, _) | (_, Unknown) => (Unknown, false),
            _ => (Unknown, true),
        };
        self.counter_reset_hint = hint;
        collision
    }

    /// Brings this histogram to the common layout with `other` and gives `other`'s buckets in that layout.
    pub(super) fn align(&mut self, other: &Self) -> Aligned {
        if self.uses_custom_buckets() {
            return self.align_custom(other);
        }
        let zero_count = self.widen_zero_bucket_for(other);
        if other.schema < self.schema {
            self.reduce_to_schema(other.schema);
        }
        let shift = other.schema.saturating_sub(self.schema).unsigned_abs();
        let side = |spans, counts| {
            let pairs = super::buckets::coarser(&to_pairs(spans, counts), shift);
            let outside =
                |pair: &Pair| super::bounds::exponential_bound(pair.0, self.schema) > self.zero_threshold;
            pairs.into_iter().skip_while(|pair| !outside(pair)).collect()
        };
        Aligned {
            zero_count,
            positive: side(&other.positive_spans, &other.positive_buckets),
            negative: side(&other.negative_spans, &other.negative_buckets),
            custom_bounds: false,
        }
    }
}

/// The buckets of the other side of an operation, in the common layout.
pub(super) struct Aligned {
    pub(super) zero_count: f64,
    pub(super) positive: Vec<Pair>,
    pub(super) negative: Vec<Pair>,
    pub(super) custom_bounds: bool,
}
