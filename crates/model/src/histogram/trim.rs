//! Cutting off the observations above or below a value: `h </ x` and `h >/ x`.
//!
//! Buckets on the kept side stay, those on the other side lose their observations, and the one that `x` runs through is
//! divided as its [`Spread`] says. When anything went, count and sum are made anew from what stayed; each observation
//! then counts for the middle of the interval in which it stayed: the arithmetic middle of even buckets, the geometric
//! one of exponential buckets.
//!
//! An interval without a finite end has no known spread, and its finite end stands for it:
//!
//! | bucket | below `x` stays | above `x` stays |
//! |---|---|---|
//! | `(−∞, u]`, `u` ≤ 0 | everything, at `x` | nothing |
//! | `(−∞, u]`, `u` > 0 | what `(0, u]` would keep | what `(0, u]` would keep, for `x` ≥ 0 |
//! | `(l, +∞)` | nothing | everything, at `x` |
//! | `(−∞, +∞)` | nothing | nothing |
//!
//! The zero bucket is even, and ends at zero on a side on which there are no observations beside it. NaN as `x` keeps
//! nothing of other buckets, and a NaN share of a populated zero bucket.

use super::{Bucket, FloatHistogram, Spread};

/// Which observations stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// Those below the value.
    Below,
    /// Those above the value.
    Above,
}

impl FloatHistogram {
    /// A copy with only the observations below or above `at`.
    pub fn trimmed(&self, at: f64, keep: Keep) -> Self {
        let cut = Cut { at, keep };
        let spread = if self.uses_custom_buckets() { Spread::Even } else { Spread::Exponential };
        let mut trimmed = self.clone();
        let mut rest = Rest::default();
        let mut side = |buckets: &[Bucket], counts: &mut [f64]| {
            let populated = || buckets.iter().zip(0..).filter(|(bucket, _)| bucket.count != 0.0);
            for (bucket, index) in populated() {
                if let Some(count) = counts.get_mut(index) {
                    rest.put(count, cut.part_of(bucket, spread));
                }
            }
            populated().next().is_some()
        };
        let positive = side(&self.positive_bucket_iter(), &mut trimmed.positive_buckets);
        let negative = side(&self.negative_bucket_iter(), &mut trimmed.negative_buckets);
        if self.zero_count > 0.0 {
            let mut zero = self.zero_bucket();
            match (negative, positive) {
                (false, true) => zero.lower = 0.0,
                (true, false) => zero.upper = 0.0,
                _ => {}
            }
            rest.put(&mut trimmed.zero_count, cut.part_of_zero(&zero));
        }
        if rest.is_less {
            (trimmed.count, trimmed.sum) = (rest.count, rest.sum);
            trimmed.compact(0);
        }
        trimmed
    }
}

/// Observations that stay, and the value that stands for each of them.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Part {
    count: f64,
    middle: f64,
}

const NOTHING: Part = Part { count: 0.0, middle: 0.0 };

/// Count and estimated sum of all parts, and whether they are less than what there was.
#[derive(Default)]
struct Rest {
    count: f64,
    sum: f64,
    is_less: bool,
}

impl Rest {
    fn put(&mut self, count: &mut f64, part: Part) {
        self.is_less |= *count != part.count;
        self.count += part.count;
        self.sum += part.middle * part.count;
        *count = part.count;
    }
}

/// Where it is cut, and what stays.
#[derive(Debug, Clone, Copy)]
struct Cut {
    at: f64,
    keep: Keep,
}

impl Cut {
    fn part_of(self, bucket: &Bucket, spread: Spread) -> Part {
        let Self { at, keep } = self;
        let (lower, upper, count) = (bucket.lower, bucket.upper, bucket.count);
        let (is_below, is_above) = (upper <= at, lower >= at);
        let (stays, goes) = if keep == Keep::Below { (is_below, is_above) } else { (is_above, is_below) };
        if stays {
            return Part { count, middle: middle((lower, upper), spread) };
        }
        if goes || at.is_nan() {
            return NOTHING;
        }
        if lower.is_infinite() || upper.is_infinite() {
            return self.part_of_unbounded(bucket);
        }
        let below = count * spread.share_below((lower, upper), at);
        match keep {
            Keep::Below => Part { count: below, middle: middle((lower, at), spread) },
            Keep::Above => Part { count: count - below, middle: middle((at, upper), spread) },
        }
    }

    /// Of a bucket that the cut runs through and that reaches to infinity.
    fn part_of_unbounded(self, bucket: &Bucket) -> Part {
        let Self { at, keep } = self;
        let (upper, count) = (bucket.upper, bucket.count);
        match (bucket.lower.is_finite(), upper.is_finite()) {
            (true, false) if keep == Keep::Above => Part { count, middle: at },
            (false, true) if upper <= 0.0 && keep == Keep::Below => Part { count, middle: at },
            (false, true) if upper > 0.0 => match keep {
                Keep::Below if at > 0.0 => Part { count: count * at / upper, middle: at / 2.0 },
                Keep::Above if at >= 0.0 => {
                    Part { count: count * (1.0 - at / upper), middle: (at + upper) / 2.0 }
                }
                Keep::Below | Keep::Above => NOTHING,
            },
            _ => NOTHING,
        }
    }

    /// Of the zero bucket, which may have no width: a cut at its lower end leaves nothing below.
    fn part_of_zero(self, zero: &Bucket) -> Part {
        let Self { at, keep } = self;
        let (lower, upper, count) = (zero.lower, zero.upper, zero.count);
        let ends = if at <= lower {
            Some(Keep::Above)
        } else if at >= upper {
            Some(Keep::Below)
        } else {
            None
        };
        match (ends, keep) {
            (Some(whole), keep) if whole == keep => Part { count, middle: (lower + upper) / 2.0 },
            (Some(_), _) => NOTHING,
            (None, Keep::Below) => {
                Part { count: count * ((at - lower) / (upper - lower)), middle: (lower + at) / 2.0 }
            }
            (None, Keep::Above) => {
                Part { count: count * ((upper - at) / (upper - lower)), middle: (at + upper) / 2.0 }
            }
        }
    }
}

/// The value that stands for the observations between two bounds.
fn middle((lower, upper): (f64, f64), spread: Spread) -> f64 {
    match (lower.is_finite(), upper.is_finite()) {
        (false, false) => 0.0,
        (true, false) => lower,
        (false, true) if upper > 0.0 => upper / 2.0,
        (false, true) => upper,
        (true, true) if spread == Spread::Even => (lower + upper) / 2.0,
        (true, true) => (lower * upper).abs().sqrt().copysign(upper),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::histogram::{CUSTOM_BUCKETS_SCHEMA, Span};

    const INF: f64 = f64::INFINITY;

    fn bucket(lower: f64, upper: f64) -> Bucket {
        Bucket { lower, upper, lower_inclusive: false, upper_inclusive: true, count: 8.0, index: 0 }
    }

    fn parts(bucket: &Bucket, spread: Spread, at: f64) -> [(f64, f64); 2] {
        [Keep::Below, Keep::Above].map(|keep| {
            let part = Cut { at, keep }.part_of(bucket, spread);
            (part.count, part.middle)
        })
    }

    #[test]
    fn parts_of_buckets() {
        let (even, exponential, none) = (Spread::Even, Spread::Exponential, (0.0, 0.0));
        for (lower, upper, spread, at, below, above) in [
            (1.0, 4.0, exponential, 4.0, (8.0, 2.0), none),
            (1.0, 4.0, exponential, 1.0, none, (8.0, 2.0)),
            (1.0, 4.0, exponential, 2.0, (4.0, 2.0_f64.sqrt()), (4.0, 8.0_f64.sqrt())),
            (-4.0, -1.0, exponential, -2.0, (4.0, -8.0_f64.sqrt()), (4.0, -2.0_f64.sqrt())),
            (-4.0, -1.0, exponential, 0.0, (8.0, -2.0), none),
            (1.0, 5.0, even, 2.0, (2.0, 1.5), (6.0, 3.5)),
            (1.0, 5.0, even, f64::NAN, none, none),
            // Without a lower end.
            (-INF, 4.0, even, 1.0, (2.0, 0.5), (6.0, 2.5)),
            (-INF, 4.0, even, 0.0, none, (8.0, 2.0)),
            (-INF, 4.0, even, -1.0, none, none),
            (-INF, 4.0, even, 4.0, (8.0, 2.0), none),
            (-INF, -4.0, even, -5.0, (8.0, -5.0), none),
            (-INF, -4.0, even, -4.0, (8.0, -4.0), none),
            // Without an upper end.
            (4.0, INF, even, 9.0, none, (8.0, 9.0)),
            (4.0, INF, even, INF, (8.0, 4.0), none),
            (4.0, INF, even, 4.0, none, (8.0, 4.0)),
            // Without both.
            (-INF, INF, even, 1.0, none, none),
            (-INF, INF, even, INF, (8.0, 0.0), none),
        ] {
            let found = parts(&bucket(lower, upper), spread, at);
            assert_eq!(found, [below, above], "({lower}, {upper}] {spread:?} at {at}");
        }
    }

    #[test]
    fn the_zero_bucket_ends_at_zero_beside_one_sided_observations() {
        let mut h = FloatHistogram {
            zero_threshold: 0.5,
            zero_count: 4.0,
            count: 4.0,
            sum: 9.0,
            ..FloatHistogram::default()
        };
        assert_eq!(h.trimmed(0.0, Keep::Below).zero_count, 2.0);
        assert_eq!(h.trimmed(0.25, Keep::Above).zero_count, 1.0);
        assert_eq!(h.trimmed(0.5, Keep::Below), h, "nothing goes, the sum stays what it was");
        assert_eq!(h.trimmed(-0.5, Keep::Below).count, 0.0);
        assert!(h.trimmed(f64::NAN, Keep::Below).zero_count.is_nan());
        (h.positive_spans, h.positive_buckets) = (vec![Span { offset: 1, length: 1 }], vec![1.0]);
        assert_eq!(h.trimmed(0.25, Keep::Below).zero_count, 2.0);
        assert_eq!(h.trimmed(0.0, Keep::Below).zero_count, 0.0);
        (h.negative_spans, h.negative_buckets) = (std::mem::take(&mut h.positive_spans), vec![1.0]);
        h.positive_buckets.clear();
        assert_eq!(h.trimmed(-0.25, Keep::Above).zero_count, 2.0);
        h.zero_threshold = 0.0;
        assert_eq!(
            h.trimmed(0.0, Keep::Below).zero_count,
            0.0,
            "a zero bucket without width lies above its end"
        );
        assert_eq!(h.trimmed(0.0, Keep::Above).zero_count, 4.0);
    }

    #[test]
    fn count_and_sum_are_those_of_the_parts() {
        let h = FloatHistogram {
            schema: CUSTOM_BUCKETS_SCHEMA,
            count: 12.0,
            sum: 77.0,
            positive_spans: vec![Span { offset: 0, length: 3 }],
            positive_buckets: vec![4.0, 0.0, 8.0],
            custom_values: vec![2.0, 4.0],
            ..FloatHistogram::default()
        };
        let trimmed = h.trimmed(1.0, Keep::Above);
        assert_eq!((trimmed.count, trimmed.sum), (10.0, 2.0 * 1.5 + 8.0 * 4.0));
        assert_eq!(trimmed.positive_buckets, [2.0, 8.0]);
        assert_eq!(h.trimmed(4.0, Keep::Below).positive_buckets, [4.0]);
    }
}
