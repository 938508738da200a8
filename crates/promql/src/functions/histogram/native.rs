//! A native histogram at one time: the value at a quantile and the share between two values.
//!
//! Inside a bucket observations are spread as [`Spread`] says: evenly in custom buckets and around zero, else
//! exponentially. Where they can lie is narrowed down first:
//!
//! * the zero bucket ends at zero on a side that has no buckets, if the other side has some;
//! * a custom bucket from −∞ to a positive bound begins at zero.
//!
//! Quantile: ranks are counted from the nearer end, above from the highest bucket downwards, which loses less to rounding. A
//! custom bucket that still reaches to infinity answers with its finite bound.
//!
//! Observations of NaN are in the count and in no bucket, and the sum is NaN then. A quantile counts them as larger than
//! all others: only counting from below gives ranks, a quantile among them is NaN, the others are too high. A fraction leaves
//! them out of what it counts but not of what it divides by. Both say so. A sum that is NaN with all observations in
//! buckets comes from opposite infinities and means nothing.

use narthex_model::FloatHistogram;
use narthex_model::histogram::{Bucket, Spread};

/// What the observation of NaN did to a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NanEffect {
    /// There was none.
    None,
    /// The result is NaN.
    Result,
    /// The result is too high.
    Skew,
}

/// Where the observations of a bucket can lie, and how.
fn narrowed(bucket: &Bucket, histogram: &FloatHistogram) -> ((f64, f64), Spread) {
    let Bucket { mut lower, mut upper, .. } = *bucket;
    if histogram.uses_custom_buckets() {
        if lower == f64::NEG_INFINITY && upper > 0.0 {
            lower = 0.0;
        }
        return ((lower, upper), Spread::Even);
    }
    if lower < 0.0 && upper > 0.0 {
        match (histogram.negative_buckets.is_empty(), histogram.positive_buckets.is_empty()) {
            (true, false) => lower = 0.0,
            (false, true) => upper = 0.0,
            _ => {}
        }
    }
    let spread = if lower <= 0.0 && upper >= 0.0 { Spread::Even } else { Spread::Exponential };
    ((lower, upper), spread)
}

/// The quantile, and what NaN did to it.
pub(super) fn quantile(q: f64, histogram: &FloatHistogram) -> (f64, NanEffect) {
    if !q.is_nan() && !(0.0..=1.0).contains(&q) {
        return (f64::INFINITY.copysign(q), NanEffect::None);
    }
    if q.is_nan() || histogram.count == 0.0 {
        return (f64::NAN, NanEffect::None);
    }
    let has_nan = histogram.sum.is_nan();
    let among_nan = (f64::NAN, if has_nan { NanEffect::Result } else { NanEffect::None });
    let upwards = has_nan || q < 0.5;
    let rank = if upwards { q * histogram.count } else { (1.0 - q) * histogram.count };
    let Some((place, reached)) = histogram.place_of_rank(rank, upwards) else { return among_nan };
    let bucket = histogram.bucket_at(place);
    let (bounds, spread) = narrowed(&bucket, histogram);
    if histogram.uses_custom_buckets() {
        if bounds.0 == f64::NEG_INFINITY {
            return (bounds.1, NanEffect::None);
        }
        if bounds.1 == f64::INFINITY && bucket.lower != f64::NEG_INFINITY {
            return (bounds.0, NanEffect::None);
        }
    }
    // Rounding may have counted beyond the total.
    let reached = reached.min(histogram.count);
    if reached < rank {
        // Without NaN only a contradictory histogram gets here: the end of its last bucket is as good as anything.
        return if has_nan { among_nan } else { (bounds.1, NanEffect::None) };
    }
    let is_skewed = has_nan && histogram.count_in_buckets() < histogram.count;
    let inside = if upwards { rank - (reached - bucket.count) } else { reached - rank };
    let value = spread.value_at(bounds, inside / bucket.count);
    (value, if is_skewed { NanEffect::Skew } else { NanEffect::None })
}

/// The share of the observations between two values, and whether NaN was left out.
pub(super) fn fraction(lower: f64, upper: f64, histogram: &FloatHistogram) -> (f64, bool) {
    if histogram.count == 0.0 || lower.is_nan() || upper.is_nan() {
        return (f64::NAN, false);
    }
    if lower >= upper {
        return (0.0, false);
    }
    let buckets = histogram.all_buckets();
    let (counted, has_nan) = if histogram.sum.is_nan() {
        let in_buckets: f64 = buckets.iter().map(|bucket| bucket.count).sum();
        (in_buckets, in_buckets < histogram.count)
    } else {
        (histogram.count, false)
    };
    let below = |value: f64| count_below(value, &buckets, histogram).unwrap_or(counted).min(counted);
    ((below(upper) - below(lower)) / histogram.count, has_nan)
}

/// The observations below a value; `None` beyond the last bucket. A bucket without a finite border has all of them below
/// a value when it comes from −∞ and none when it goes to +∞.
fn count_below(value: f64, buckets: &[Bucket], histogram: &FloatHistogram) -> Option<f64> {
    let mut below = 0.0;
    for bucket in buckets {
        let (bounds, spread) = narrowed(bucket, histogram);
        if bounds.0 >= value {
            return Some(below);
        }
        if bounds.1 > value {
            let share = if bounds.0 == f64::NEG_INFINITY { 1.0 } else { spread.share_below(bounds, value) };
            return Some(below + bucket.count * share);
        }
        below += bucket.count;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use narthex_model::histogram::{CUSTOM_BUCKETS_SCHEMA, Span};

    const INF: f64 = f64::INFINITY;
    const NAN: f64 = f64::NAN;

    /// Schema 0: a zero bucket of width 0.5, (1, 2], (2, 4] … upwards, and [−2, −1), … downwards.
    fn exponential(zero: f64, positive: &[f64], negative: &[f64]) -> FloatHistogram {
        let spans = |counts: &[f64]| {
            let length = counts.len() as u32;
            (length > 0).then_some(Span { offset: 1, length }).into_iter().collect()
        };
        FloatHistogram {
            zero_threshold: 0.5,
            zero_count: zero,
            count: zero + positive.iter().chain(negative).sum::<f64>(),
            sum: 1.0,
            positive_spans: spans(positive),
            positive_buckets: positive.to_vec(),
            negative_spans: spans(negative),
            negative_buckets: negative.to_vec(),
            ..FloatHistogram::default()
        }
    }

    fn custom(bounds: &[f64], counts: &[f64]) -> FloatHistogram {
        FloatHistogram {
            schema: CUSTOM_BUCKETS_SCHEMA,
            count: counts.iter().sum(),
            positive_spans: vec![Span { offset: 0, length: counts.len() as u32 }],
            positive_buckets: counts.to_vec(),
            custom_values: bounds.to_vec(),
            ..FloatHistogram::default()
        }
    }

    fn same(a: f64, b: f64) -> bool {
        a == b || a.is_nan() && b.is_nan() || (a - b).abs() < 1e-12
    }

    #[test]
    fn quantiles() {
        let one_sided = exponential(4.0, &[4.0, 8.0], &[]);
        let mirrored = exponential(4.0, &[], &[4.0, 8.0]);
        let two_sided = exponential(4.0, &[4.0], &[4.0]);
        let bounded = custom(&[2.0, 4.0], &[4.0, 4.0, 8.0]);
        let root = 2.0_f64.sqrt();
        for (histogram, q, expected) in [
            (&one_sided, 0.0, 0.0),
            (&one_sided, 0.125, 0.25),
            (&one_sided, 0.375, root),
            (&one_sided, 0.75, 2.0 * root),
            (&one_sided, 1.0, 4.0),
            (&mirrored, 0.25, -2.0 * root),
            (&mirrored, 0.625, -root),
            (&mirrored, 0.875, -0.25),
            (&two_sided, 0.5, 0.0),
            (&two_sided, 0.375, -0.375),
            (&bounded, 0.125, 1.0),
            (&bounded, 0.375, 3.0),
            (&bounded, 0.9, 4.0),
            (&custom(&[-2.0, 4.0], &[4.0, 4.0, 0.0]), 0.25, -2.0),
            (&custom(&[], &[4.0]), 0.5, INF),
            (&one_sided, -0.5, -INF),
            (&one_sided, 1.5, INF),
            (&one_sided, NAN, NAN),
            (&exponential(0.0, &[], &[]), 0.5, NAN),
            // More is counted than there are buckets for: no NaN, so the highest bound has to do.
            (&FloatHistogram { count: 100.0, ..exponential(0.0, &[4.0], &[]) }, 0.4, 2.0),
        ] {
            let (value, effect) = quantile(q, histogram);
            assert!(same(value, expected), "{q} of {histogram:?}: {value} instead of {expected}");
            assert_eq!(effect, NanEffect::None);
        }
    }

    #[test]
    fn observations_of_nan() {
        // 4 of 16 are NaN.
        let h = FloatHistogram { count: 16.0, sum: NAN, ..exponential(0.0, &[4.0, 8.0], &[]) };
        let root = 2.0_f64.sqrt();
        for (q, expected, effect) in [
            (0.125, root, NanEffect::Skew),
            (0.5, 2.0 * root, NanEffect::Skew),
            (0.75, 4.0, NanEffect::Skew),
            (0.8, NAN, NanEffect::Result),
        ] {
            let found = quantile(q, &h);
            assert!(same(found.0, expected) && found.1 == effect, "{q}: {found:?}");
        }
        let only = FloatHistogram { count: 4.0, sum: NAN, ..FloatHistogram::default() };
        assert_eq!(quantile(0.5, &only).1, NanEffect::Result);
        assert_eq!(fraction(0.0, INF, &h), (12.0 / 16.0, true));
        let infinities = FloatHistogram { sum: NAN, ..exponential(0.0, &[4.0], &[4.0]) };
        assert_eq!(quantile(0.25, &infinities).1, NanEffect::None);
        assert_eq!(fraction(0.0, INF, &infinities), (0.5, false));
    }

    #[test]
    fn fractions() {
        let one_sided = exponential(4.0, &[4.0, 8.0], &[]);
        let two_sided = exponential(4.0, &[4.0], &[8.0]);
        let bounded = custom(&[2.0, 4.0], &[4.0, 4.0, 8.0]);
        let negative = custom(&[-2.0, 4.0], &[4.0, 4.0, 8.0]);
        let root = 2.0_f64.sqrt();
        for (histogram, lower, upper, expected) in [
            (&one_sided, -INF, INF, 1.0),
            (&one_sided, 0.0, 0.25, 0.125),
            (&one_sided, -9.0, 0.0, 0.0),
            (&one_sided, root, 2.0 * root, 6.0 / 16.0),
            (&one_sided, 4.0, INF, 0.0),
            (&two_sided, -root, 0.0, 6.0 / 16.0),
            (&two_sided, -0.5, 0.5, 0.25),
            (&bounded, 0.0, 1.0, 0.125),
            (&bounded, 3.0, 99.0, 0.125),
            (&bounded, 3.0, INF, 0.625),
            (&negative, -INF, -3.0, 0.25),
            (&one_sided, 2.0, 1.0, 0.0),
            (&one_sided, NAN, 1.0, NAN),
            (&exponential(0.0, &[], &[]), 0.0, 1.0, NAN),
        ] {
            let (value, has_nan) = fraction(lower, upper, histogram);
            assert!(
                same(value, expected),
                "{lower}..{upper} of {histogram:?}: {value} instead of {expected}"
            );
            assert!(!has_nan);
        }
    }
}
