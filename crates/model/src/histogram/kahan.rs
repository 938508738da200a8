//! Compensated sums of float histograms, count by count.

use super::FloatHistogram;
use super::arithmetic::{IncompatibleSchema, Reconciled};
use super::buckets::{from_pairs, merge, to_pairs};

impl FloatHistogram {
    /// Adds `other`, collecting what rounding takes away in `compensation`, which has the layout of this histogram.
    ///
    /// When the layout has to change, the compensation collected so far is added first.
    pub fn kahan_add(
        &mut self,
        other: &Self,
        compensation: &mut Option<Self>,
    ) -> Result<Reconciled, IncompatibleSchema> {
        if self.uses_custom_buckets() != other.uses_custom_buckets() {
            return Err(IncompatibleSchema);
        }
        let reset_collision = self.adjust_hint(other.counter_reset_hint);
        if self.same_layout(other) {
            let mut c = match compensation.take() {
                Some(c) if c.same_layout(self) => c,
                Some(c) => {
                    self.absorb(&c);
                    self.emptied()
                }
                None => self.emptied(),
            };
            self.add_same(other, &mut c);
            *compensation = Some(c);
            return Ok(Reconciled { reset_collision, custom_bounds: false });
        }
        let comparable = self.schema == other.schema
            && self.zero_threshold == other.zero_threshold
            && self.custom_values == other.custom_values;
        if !comparable && let Some(c) = compensation.take() {
            self.absorb(&c);
        }
        let mut custom_bounds = false;
        let (zero_count, positive, negative) = if comparable {
            (
                other.zero_count,
                to_pairs(&other.positive_spans, &other.positive_buckets),
                to_pairs(&other.negative_spans, &other.negative_buckets),
            )
        } else {
            let aligned = self.align(other);
            custom_bounds = aligned.custom_bounds;
            (aligned.zero_count, aligned.positive, aligned.negative)
        };
        // Give this histogram every bucket that it lacks, then the compensation the same layout.
        let ours = to_pairs(&self.positive_spans, &self.positive_buckets);
        (self.positive_spans, self.positive_buckets) = from_pairs(&merge(&ours, &positive, |a, _| a));
        let ours = to_pairs(&self.negative_spans, &self.negative_buckets);
        (self.negative_spans, self.negative_buckets) = from_pairs(&merge(&ours, &negative, |a, _| a));
        let mut c = self.emptied();
        if let Some(before) = compensation.take() {
            c.absorb(&before);
        }
        kahan(&mut self.count, &mut c.count, other.count);
        kahan(&mut self.sum, &mut c.sum, other.sum);
        kahan(&mut self.zero_count, &mut c.zero_count, zero_count);
        add_side(&mut self.positive_buckets, &mut c.positive_buckets, &self.positive_spans, &positive);
        add_side(&mut self.negative_buckets, &mut c.negative_buckets, &self.negative_spans, &negative);
        *compensation = Some(c);
        Ok(Reconciled { reset_collision, custom_bounds })
    }

    /// Adds a histogram with exactly the same buckets: the common case, without allocations.
    fn add_same(&mut self, other: &Self, c: &mut Self) {
        kahan(&mut self.count, &mut c.count, other.count);
        kahan(&mut self.sum, &mut c.sum, other.sum);
        kahan(&mut self.zero_count, &mut c.zero_count, other.zero_count);
        let positive = self.positive_buckets.iter_mut().zip(&mut c.positive_buckets);
        for ((sum, c), value) in positive.zip(&other.positive_buckets) {
            kahan(sum, c, *value);
        }
        let negative = self.negative_buckets.iter_mut().zip(&mut c.negative_buckets);
        for ((sum, c), value) in negative.zip(&other.negative_buckets) {
            kahan(sum, c, *value);
        }
    }

    /// The same layout with all counts zero.
    fn emptied(&self) -> Self {
        let mut empty = self.clone();
        empty.scale_to_zero();
        empty
    }

    fn scale_to_zero(&mut self) {
        self.count = 0.0;
        self.sum = 0.0;
        self.zero_count = 0.0;
        self.positive_buckets.iter_mut().chain(&mut self.negative_buckets).for_each(|count| *count = 0.0);
    }

    /// Adds the counts of a compensation; the hint stays.
    pub fn absorb(&mut self, compensation: &Self) {
        let hint = self.counter_reset_hint;
        // The two were made by one operation, so their schemas fit.
        let _ = self.add(compensation);
        self.counter_reset_hint = hint;
    }
}

fn add_side(sums: &mut [f64], compensations: &mut [f64], spans: &[super::Span], added: &[(i32, f64)]) {
    let mut rest = added.iter().peekable();
    let mut position = 0;
    let indices: Vec<f64> = sums.to_vec();
    super::buckets::for_each_index(spans, &indices, |index, _| {
        if let Some((_, value)) = rest.next_if(|(other, _)| *other == index)
            && let (Some(sum), Some(c)) = (sums.get_mut(position), compensations.get_mut(position))
        {
            kahan(sum, c, *value);
        }
        position += 1;
    });
}

fn kahan(sum: &mut f64, c: &mut f64, value: f64) {
    let total = *sum + value;
    *c = if total.is_infinite() {
        0.0
    } else if sum.abs() >= value.abs() {
        *c + ((*sum - total) + value)
    } else {
        *c + ((value - total) + *sum)
    };
    *sum = total;
}
