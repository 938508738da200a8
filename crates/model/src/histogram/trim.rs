//! Cutting off the observations above or below a value: `h </ x` and `h >/ x`.
//!
//! Buckets on the kept side stay, the bucket that holds the value is split by interpolation (linear for custom buckets
//! and the zero bucket, else exponential), the others go. The sum is then estimated anew from the middles of what stays.
//! A bucket without a finite border has no known distribution: what cannot be told from its other border is removed.

use super::{Bucket, FloatHistogram};

/// Which observations stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// Those below the value.
    Below,
    /// Those above the value.
    Above,
}

/// What stays of a bucket, and the value that stands for each observation in it.
struct Kept {
    count: f64,
    middle: f64,
}

impl FloatHistogram {
    /// A copy with only the observations below or above `at`.
    pub fn trimmed(&self, at: f64, keep: Keep) -> Self {
        let mut trimmed = self.clone();
        let linear = self.uses_custom_buckets();
        let mut total = Total::default();
        let positive = self.positive_bucket_iter();
        let negative = self.negative_bucket_iter();
        let has_positive = total.take(&positive, &mut trimmed.positive_buckets, at, keep, linear, true);
        let has_negative = total.take(&negative, &mut trimmed.negative_buckets, at, keep, linear, false);
        if self.zero_count > 0.0 {
            let kept = split_zero_bucket(self.zero_bucket(), at, keep, has_negative, has_positive);
            total.changed |= trimmed.zero_count != kept.count;
            trimmed.zero_count = kept.count;
            total.add(&kept);
        }
        if total.changed {
            trimmed.count = total.count;
            trimmed.sum = total.sum;
            trimmed.compact(0);
        }
        trimmed
    }
}

/// Count and estimated sum of what stays.
#[derive(Default)]
struct Total {
    count: f64,
    sum: f64,
    changed: bool,
}

impl Total {
    fn add(&mut self, kept: &Kept) {
        self.count += kept.count;
        self.sum += kept.middle * kept.count;
    }

    /// Trims one side; says whether it had observations.
    fn take(
        &mut self,
        buckets: &[Bucket],
        counts: &mut [f64],
        at: f64,
        keep: Keep,
        linear: bool,
        positive: bool,
    ) -> bool {
        let mut populated = false;
        for (bucket, count) in buckets.iter().zip(counts) {
            if bucket.count == 0.0 {
                continue;
            }
            populated = true;
            let (inside, outside) = match keep {
                Keep::Below => (bucket.upper <= at, bucket.lower >= at),
                Keep::Above => (bucket.lower >= at, bucket.upper <= at),
            };
            let kept = if inside {
                Kept { count: bucket.count, middle: middle(bucket.lower, bucket.upper, positive, linear) }
            } else if outside || at.is_nan() {
                Kept { count: 0.0, middle: 0.0 }
            } else {
                split(bucket, at, keep, linear, positive)
            };
            self.changed |= *count != kept.count;
            *count = kept.count;
            self.add(&kept);
        }
        populated
    }
}

fn split(bucket: &Bucket, at: f64, keep: Keep, linear: bool, positive: bool) -> Kept {
    if bucket.lower.is_infinite() || bucket.upper.is_infinite() {
        return split_unbounded(bucket, at, keep);
    }
    let below = bucket.count * fraction_below(bucket, at, linear, positive);
    match keep {
        Keep::Below => Kept { count: below, middle: middle(bucket.lower, at, positive, linear) },
        Keep::Above => {
            Kept { count: bucket.count - below, middle: middle(at, bucket.upper, positive, linear) }
        }
    }
}

fn fraction_below(bucket: &Bucket, at: f64, linear: bool, positive: bool) -> f64 {
    if linear {
        return (at - bucket.lower) / (bucket.upper - bucket.lower);
    }
    let (lower, upper) = (bucket.lower.abs().log2(), bucket.upper.abs().log2());
    let at = at.abs().log2();
    if positive { (at - lower) / (upper - lower) } else { 1.0 - (at - upper) / (lower - upper) }
}

/// A bucket that reaches to infinity on one side or both.
fn split_unbounded(bucket: &Bucket, at: f64, keep: Keep) -> Kept {
    let (count, lower, upper) = (bucket.count, bucket.lower, bucket.upper);
    let nothing = Kept { count: 0.0, middle: 0.0 };
    if lower == f64::NEG_INFINITY {
        // With a positive upper bound the bucket is taken to begin at zero.
        let from_zero = upper > 0.0 && upper != f64::INFINITY;
        return match keep {
            Keep::Below if from_zero && at > 0.0 => Kept { count: count * at / upper, middle: at / 2.0 },
            Keep::Below if upper <= 0.0 => Kept { count, middle: at },
            Keep::Above if from_zero && at >= 0.0 => {
                Kept { count: count * (1.0 - at / upper), middle: (at + upper) / 2.0 }
            }
            Keep::Below | Keep::Above => nothing,
        };
    }
    match keep {
        Keep::Above if at >= lower => Kept { count, middle: at },
        Keep::Below | Keep::Above => nothing,
    }
}

fn split_zero_bucket(zero: Bucket, at: f64, keep: Keep, has_negative: bool, has_positive: bool) -> Kept {
    let lower = if has_positive && !has_negative { 0.0 } else { zero.lower };
    let upper = if has_negative && !has_positive { 0.0 } else { zero.upper };
    let whole = Kept { count: zero.count, middle: (lower + upper) / 2.0 };
    let nothing = Kept { count: 0.0, middle: 0.0 };
    match keep {
        Keep::Below if at <= lower => nothing,
        Keep::Below if at >= upper => whole,
        Keep::Below => {
            Kept { count: zero.count * ((at - lower) / (upper - lower)), middle: (lower + at) / 2.0 }
        }
        Keep::Above if at <= lower => whole,
        Keep::Above if at >= upper => nothing,
        Keep::Above => {
            Kept { count: zero.count * ((upper - at) / (upper - lower)), middle: (at + upper) / 2.0 }
        }
    }
}

/// The value that stands for the observations between two bounds.
fn middle(lower: f64, upper: f64, positive: bool, linear: bool) -> f64 {
    match (lower.is_infinite(), upper.is_infinite()) {
        (true, true) => 0.0,
        (true, false) => {
            if upper > 0.0 {
                upper / 2.0
            } else {
                upper
            }
        }
        (false, true) => lower,
        (false, false) if linear => (lower + upper) / 2.0,
        (false, false) => {
            let geometric = (lower * upper).abs().sqrt();
            if positive { geometric } else { -geometric }
        }
    }
}
