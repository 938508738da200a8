//! Quantiles and fractions of classic histograms: cumulative buckets with an `le` label.

/// One cumulative bucket.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct ClassicBucket {
    /// The inclusive upper bound.
    pub(super) upper: f64,
    /// Observations up to it.
    pub(super) count: f64,
}

/// What was done to make counts monotonic.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Forced {
    pub(super) min_bucket: f64,
    pub(super) max_bucket: f64,
    pub(super) max_diff: f64,
}

/// Differences between neighbours below this share are taken for rounding errors.
const TOLERANCE: f64 = 1e-12;

/// Sorts buckets and merges those with the same bound.
fn sort_and_merge(buckets: &mut Vec<ClassicBucket>) {
    buckets.sort_by(|a, b| a.upper.partial_cmp(&b.upper).unwrap_or(std::cmp::Ordering::Equal));
    buckets.dedup_by(|next, kept| {
        let same = next.upper == kept.upper;
        if same {
            kept.count += next.count;
        }
        same
    });
}

/// The quantile; the buckets are sorted and repaired on the way.
pub(super) fn quantile(q: f64, buckets: &mut Vec<ClassicBucket>) -> (f64, Option<Forced>) {
    if q.is_nan() {
        return (f64::NAN, None);
    }
    if q < 0.0 {
        return (f64::NEG_INFINITY, None);
    }
    if q > 1.0 {
        return (f64::INFINITY, None);
    }
    sort_and_merge(buckets);
    if buckets.last().is_none_or(|bucket| bucket.upper != f64::INFINITY) {
        return (f64::NAN, None);
    }
    let forced = make_monotonic(buckets);
    let (value, _) = locate(q, buckets);
    (value, forced)
}

fn locate(q: f64, buckets: &[ClassicBucket]) -> (f64, usize) {
    let last = buckets.len() - 1;
    let observations = buckets[last].count;
    if buckets.len() < 2 || observations == 0.0 {
        return (f64::NAN, last);
    }
    let rank = q * observations;
    let index = buckets[..last].partition_point(|bucket| bucket.count < rank);
    if index == last {
        return (buckets[last - 1].upper, index);
    }
    let upper = buckets[index].upper;
    if index == 0 {
        if upper <= 0.0 {
            return (upper, index);
        }
        return (upper * (rank / buckets[0].count), index);
    }
    let (start, below) = (buckets[index - 1].upper, buckets[index - 1].count);
    (start + (upper - start) * ((rank - below) / (buckets[index].count - below)), index)
}

/// The fraction of observations between two values.
pub(super) fn fraction(lower: f64, upper: f64, buckets: &mut Vec<ClassicBucket>) -> f64 {
    sort_and_merge(buckets);
    let [.., last] = buckets.as_slice() else { return f64::NAN };
    if last.upper != f64::INFINITY {
        return f64::NAN;
    }
    // Unlike a quantile, a fraction is taken from the counts as they are.
    let observations = buckets.last().map_or(0.0, |bucket| bucket.count);
    if observations == 0.0 || lower.is_nan() || upper.is_nan() {
        return f64::NAN;
    }
    if lower >= upper {
        return 0.0;
    }
    let rank_of = |value: f64| -> f64 {
        let mut below = ClassicBucket { upper: f64::NEG_INFINITY, count: 0.0 };
        for (index, bucket) in buckets.iter().enumerate() {
            let start = if index == 0 && bucket.upper > 0.0 { 0.0 } else { below.upper };
            if start >= value {
                return below.count;
            }
            if bucket.upper > value {
                // The bucket's own count when it begins at −∞, nothing of it when it ends at +∞.
                if start == f64::NEG_INFINITY {
                    return bucket.count;
                }
                return below.count + (bucket.count - below.count) * (value - start) / (bucket.upper - start);
            }
            below = *bucket;
        }
        observations
    };
    (rank_of(upper).min(observations) - rank_of(lower).min(observations)) / observations
}

fn make_monotonic(buckets: &mut [ClassicBucket]) -> Option<Forced> {
    let mut forced: Option<Forced> = None;
    let mut before = buckets.first()?.count;
    for bucket in buckets.iter_mut().skip(1) {
        let (count, difference) = (bucket.count, before - bucket.count);
        if almost_equal(before, count) {
            bucket.count = before;
        } else if count < before {
            let entry = forced.get_or_insert(Forced {
                min_bucket: bucket.upper,
                max_bucket: bucket.upper,
                max_diff: difference,
            });
            entry.min_bucket = entry.min_bucket.min(bucket.upper);
            entry.max_bucket = entry.max_bucket.max(bucket.upper);
            entry.max_diff = entry.max_diff.max(difference);
            bucket.count = before;
        } else {
            before = count;
        }
    }
    forced
}

fn almost_equal(a: f64, b: f64) -> bool {
    if a == b {
        return true;
    }
    let sum = a.abs() + b.abs();
    let difference = (a - b).abs();
    if a == 0.0 || b == 0.0 || sum < f64::MIN_POSITIVE {
        return difference < TOLERANCE * f64::MIN_POSITIVE;
    }
    difference / sum.min(f64::MAX) < TOLERANCE
}

#[cfg(test)]
mod tests {
    use super::*;

    fn buckets(pairs: &[(f64, f64)]) -> Vec<ClassicBucket> {
        pairs.iter().map(|(upper, count)| ClassicBucket { upper: *upper, count: *count }).collect()
    }

    #[test]
    fn quantiles() {
        let inf = f64::INFINITY;
        let mut regular = buckets(&[(inf, 10.0), (0.1, 2.0), (0.2, 6.0)]);
        let (value, forced) = quantile(0.4, &mut regular);
        assert!((value - 0.15).abs() < 1e-15 && forced.is_none(), "{value}");
        assert_eq!(quantile(0.95, &mut regular).0, 0.2);
        assert_eq!(quantile(-0.1, &mut regular).0, f64::NEG_INFINITY);
        assert!(quantile(0.5, &mut buckets(&[(1.0, 1.0)])).0.is_nan());
        let (_, forced) = quantile(0.5, &mut buckets(&[(0.1, 5.0), (0.2, 3.0), (inf, 8.0)]));
        assert_eq!(forced, Some(Forced { min_bucket: 0.2, max_bucket: 0.2, max_diff: 2.0 }));
    }
}
