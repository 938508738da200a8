//! The share of a native histogram's observations between two values.

use narthex_model::FloatHistogram;
use narthex_model::histogram::Bucket;

use super::native::narrow_zero_bucket;

/// The fraction between `lower` and `upper`, and whether NaN observations were left out.
pub(super) fn fraction(lower: f64, upper: f64, histogram: &FloatHistogram) -> (f64, bool) {
    if histogram.count == 0.0 || lower.is_nan() || upper.is_nan() {
        return (f64::NAN, false);
    }
    if lower >= upper {
        return (0.0, false);
    }
    let custom = histogram.uses_custom_buckets();
    let buckets = histogram.all_buckets();
    let populated: f64 = buckets.iter().map(|bucket| bucket.count).sum();
    let has_nan = histogram.sum.is_nan() && histogram.count > populated;
    let limit = if histogram.sum.is_nan() { populated } else { histogram.count };
    let rank_of = |value: f64| -> f64 {
        let mut rank = 0.0;
        for bucket in &buckets {
            let mut bucket = *bucket;
            let linear = custom || (bucket.lower <= 0.0 && bucket.upper >= 0.0);
            if custom {
                if bucket.lower == f64::NEG_INFINITY && bucket.upper > 0.0 {
                    bucket.lower = 0.0;
                }
            } else {
                narrow_zero_bucket(&mut bucket, histogram);
            }
            if bucket.lower >= value {
                return rank;
            }
            if bucket.upper > value {
                return rank + bucket.count * share_below(&bucket, value, linear);
            }
            rank += bucket.count;
        }
        limit
    };
    let share = rank_of(upper).min(limit) - rank_of(lower).min(limit);
    (share / histogram.count, has_nan)
}

/// How much of a bucket lies below a value inside of it. A bucket without a finite border is taken whole from below and
/// not at all from above.
fn share_below(bucket: &Bucket, value: f64, linear: bool) -> f64 {
    if bucket.lower == f64::NEG_INFINITY {
        return 1.0;
    }
    if linear {
        return (value - bucket.lower) / (bucket.upper - bucket.lower);
    }
    let (lower, upper, at) = (bucket.lower.abs().log2(), bucket.upper.abs().log2(), value.abs().log2());
    if value > 0.0 { (at - lower) / (upper - lower) } else { 1.0 - (at - upper) / (lower - upper) }
}
