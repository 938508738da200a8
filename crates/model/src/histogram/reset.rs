//! Counter resets between two histogram samples, and equality.

use super::bounds::exponential_bound;
use super::buckets::{Pair, coarser, to_pairs};
use super::custom::{intersection, rebucket};
use super::{CounterResetHint, FloatHistogram, Span};

impl FloatHistogram {
    /// Whether a counter was reset between `previous` and this sample: by the hint, else because a count went down, a
    /// populated bucket disappeared, or the layout became finer.
    pub fn detect_reset(&self, previous: &Self) -> bool {
        match self.counter_reset_hint {
            CounterResetHint::CounterReset => return true,
            CounterResetHint::NotCounterReset => return false,
            CounterResetHint::Unknown | CounterResetHint::Gauge => {}
        }
        if self.count < previous.count || self.uses_custom_buckets() != previous.uses_custom_buckets() {
            return true;
        }
        if self.same_layout(previous) {
            let fell = |now: &[f64], before: &[f64]| now.iter().zip(before).any(|(now, before)| now < before);
            return self.zero_count < previous.zero_count
                || fell(&self.positive_buckets, &previous.positive_buckets)
                || fell(&self.negative_buckets, &previous.negative_buckets);
        }
        let now = to_pairs(&self.positive_spans, &self.positive_buckets);
        let before = to_pairs(&previous.positive_spans, &previous.positive_buckets);
        if self.uses_custom_buckets() {
            if self.custom_values == previous.custom_values {
                return shrank(&now, &before);
            }
            let common = intersection(&self.custom_values, &previous.custom_values);
            let now = rebucket(&now, &self.custom_values, &common);
            let before = rebucket(&before, &previous.custom_values, &common);
            return shrank(&now, &before);
        }
        if self.schema > previous.schema || self.zero_threshold < previous.zero_threshold {
            return true;
        }
        let (zero_before, threshold) = previous.zero_count_for(self.zero_threshold);
        if threshold != self.zero_threshold || self.zero_count < zero_before {
            return true;
        }
        let shift = previous.schema.saturating_sub(self.schema).unsigned_abs();
        let outside = |pairs: Vec<Pair>| -> Vec<Pair> {
            let inside = |pair: &Pair| exponential_bound(pair.0, self.schema) <= self.zero_threshold;
            pairs.into_iter().skip_while(inside).collect()
        };
        if shrank(&outside(now), &outside(coarser(&before, shift))) {
            return true;
        }
        let now = to_pairs(&self.negative_spans, &self.negative_buckets);
        let before = to_pairs(&previous.negative_spans, &previous.negative_buckets);
        shrank(&outside(now), &outside(coarser(&before, shift)))
    }

    /// Whether the two hold exactly the same data: floats are compared bit by bit, spans by the buckets they describe,
    /// hints not at all.
    pub fn equals(&self, other: &Self) -> bool {
        let same = |a: f64, b: f64| a.to_bits() == b.to_bits();
        let same_all =
            |a: &[f64], b: &[f64]| a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(*a, *b));
        self.schema == other.schema
            && same(self.count, other.count)
            && same(self.sum, other.sum)
            && (!self.uses_custom_buckets() || same_all(&self.custom_values, &other.custom_values))
            && self.zero_threshold == other.zero_threshold
            && same(self.zero_count, other.zero_count)
            && same_all(&self.positive_buckets, &other.positive_buckets)
            && same_all(&self.negative_buckets, &other.negative_buckets)
            && same_buckets(&self.positive_spans, &other.positive_spans)
            && same_buckets(&self.negative_spans, &other.negative_spans)
    }
}

/// Whether a populated bucket of `before` is smaller or missing in `now`.
fn shrank(now: &[Pair], before: &[Pair]) -> bool {
    let mut rest = now.iter().peekable();
    before.iter().any(|(index, count)| {
        while rest.peek().is_some_and(|(other, _)| other < index) {
            rest.next();
        }
        match rest.peek() {
            Some((other, now)) if other == index => now < count,
            _ => *count != 0.0,
        }
    })
}

fn same_buckets(a: &[Span], b: &[Span]) -> bool {
    if a == b {
        return true;
    }
    let starts = |spans: &[Span]| -> Vec<(i64, u32)> {
        let mut position = 0_i64;
        let mut runs: Vec<(i64, u32)> = Vec::new();
        for span in spans {
            position += i64::from(span.offset);
            match runs.last_mut() {
                _ if span.length == 0 => {}
                Some((start, length)) if *start + i64::from(*length) == position => *length += span.length,
                _ => runs.push((position, span.length)),
            }
            position += i64::from(span.length);
        }
        runs
    };
    starts(a) == starts(b)
}
