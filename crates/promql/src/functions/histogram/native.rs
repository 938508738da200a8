//! Quantiles of native histograms.

use narthex_model::FloatHistogram;
use narthex_model::histogram::Bucket;

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

/// The quantile of a native histogram.
///
/// Inside a bucket the observations are taken to be spread exponentially; in the zero bucket and in custom buckets evenly.
pub(super) fn quantile(q: f64, histogram: &FloatHistogram) -> (f64, NanEffect) {
    if q < 0.0 {
        return (f64::NEG_INFINITY, NanEffect::None);
    }
    if q > 1.0 {
        return (f64::INFINITY, NanEffect::None);
    }
    if histogram.count == 0.0 || q.is_nan() {
        return (f64::NAN, NanEffect::None);
    }
    // NaN observations are in the count but in no bucket; only counting from below gives a rank then.
    let has_nan = histogram.sum.is_nan();
    let forward = has_nan || q < 0.5;
    let mut rank = if forward { q * histogram.count } else { (1.0 - q) * histogram.count };
    let buckets = histogram.all_buckets();
    let (bucket, mut count) =
        if forward { find(buckets.iter(), rank) } else { find(buckets.iter().rev(), rank) };
    let Some(mut bucket) = bucket else {
        return (f64::NAN, if has_nan { NanEffect::Result } else { NanEffect::None });
    };
    let custom = histogram.uses_custom_buckets();
    if custom {
        if bucket.lower == f64::NEG_INFINITY {
            if bucket.upper <= 0.0 {
                return (bucket.upper, NanEffect::None);
            }
            bucket.lower = 0.0;
        } else if bucket.upper == f64::INFINITY {
            return (bucket.lower, NanEffect::None);
        }
    } else {
        narrow_zero_bucket(&mut bucket, histogram);
    }
    // Rounding may have counted beyond the total.
    count = count.min(histogram.count);
    if count < rank {
        // Without NaN only a contradictory histogram gets here: the end of its last bucket is as good as anything.
        return if has_nan { (f64::NAN, NanEffect::Result) } else { (bucket.upper, NanEffect::None) };
    }
    // A sum that is NaN while all observations are in buckets comes from adding up opposite infinities.
    let in_buckets = || buckets.iter().map(|bucket| bucket.count).sum::<f64>();
    let effect = if has_nan && in_buckets() < histogram.count { NanEffect::Skew } else { NanEffect::None };
    rank = if forward { rank - (count - bucket.count) } else { count - rank };
    let fraction = rank / bucket.count;
    if custom || (bucket.lower <= 0.0 && bucket.upper >= 0.0) {
        return (bucket.lower + (bucket.upper - bucket.lower) * fraction, effect);
    }
    let (lower, upper) = (bucket.lower.abs().log2(), bucket.upper.abs().log2());
    let value = if bucket.lower > 0.0 {
        (lower + (upper - lower) * fraction).exp2()
    } else {
        -(upper + (lower - upper) * (1.0 - fraction)).exp2()
    };
    (value, effect)
}

/// The bucket in which the counts reach `rank`, and the count up to its end; the last populated one if none does.
fn find<'a>(buckets: impl Iterator<Item = &'a Bucket>, rank: f64) -> (Option<Bucket>, f64) {
    let (mut found, mut count) = (None, 0.0);
    for bucket in buckets {
        if bucket.count == 0.0 {
            continue;
        }
        count += bucket.count;
        found = Some(*bucket);
        if count >= rank {
            break;
        }
    }
    (found, count)
}

/// With observations on one side only, the zero bucket is taken to end at zero.
pub(super) fn narrow_zero_bucket(bucket: &mut Bucket, histogram: &FloatHistogram) {
    if bucket.lower < 0.0 && bucket.upper > 0.0 {
        let positive = !histogram.positive_buckets.is_empty();
        let negative = !histogram.negative_buckets.is_empty();
        if positive && !negative {
            bucket.lower = 0.0;
        } else if negative && !positive {
            bucket.upper = 0.0;
        }
    }
}
