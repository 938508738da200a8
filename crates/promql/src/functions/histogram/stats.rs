//! `histogram_count`, `histogram_sum`, `histogram_avg`, `histogram_stddev`, `histogram_stdvar` of a native histogram.
//!
//! ```text
//! avg = sum / count
//! stdvar = Σ nᵦ (mᵦ − avg)² / count   over the populated buckets b, added with compensation
//! stddev = √stdvar
//! ```
//!
//! where all observations of a bucket are taken for its middle `m`: the arithmetic one of a custom bucket, zero for a
//! bucket that touches or contains zero, else the geometric one with the bucket's sign.

use narthex_model::FloatHistogram;
use narthex_model::histogram::Bucket;

use crate::kernel::Kahan;

/// The function of this name.
pub(crate) fn lookup(name: &str) -> Option<fn(&FloatHistogram) -> f64> {
    Some(match name {
        "histogram_count" => |h| h.count,
        "histogram_sum" => |h| h.sum,
        "histogram_avg" => |h| h.sum / h.count,
        "histogram_stdvar" => variance,
        "histogram_stddev" => |h| variance(h).sqrt(),
        _ => return None,
    })
}

fn variance(histogram: &FloatHistogram) -> f64 {
    let mean = histogram.sum / histogram.count;
    let is_custom = histogram.uses_custom_buckets();
    let mut total = Kahan::default();
    for bucket in histogram.all_buckets().iter().filter(|bucket| bucket.count != 0.0) {
        let distance = if is_custom { arithmetic_middle(bucket) } else { geometric_middle(bucket) } - mean;
        total.add(bucket.count * distance * distance);
    }
    (total.sum + total.c) / histogram.count
}

fn arithmetic_middle(bucket: &Bucket) -> f64 {
    (bucket.upper + bucket.lower) / 2.0
}

fn geometric_middle(bucket: &Bucket) -> f64 {
    if bucket.lower <= 0.0 && bucket.upper >= 0.0 {
        return 0.0;
    }
    (bucket.upper * bucket.lower).sqrt().copysign(bucket.upper)
}

#[cfg(test)]
mod tests {
    use super::*;
    use narthex_model::histogram::{CUSTOM_BUCKETS_SCHEMA, Span};

    #[test]
    fn variances() {
        let span = |offset, length| vec![Span { offset, length }];
        // 2 in (1, 4], 1 around zero, 1 in [−4, −1): 2, 2, 0, −2 with a mean of 0.5.
        let exponential = FloatHistogram {
            schema: -1,
            zero_threshold: 0.5,
            zero_count: 1.0,
            count: 4.0,
            sum: 2.0,
            positive_spans: span(1, 1),
            positive_buckets: vec![2.0],
            negative_spans: span(1, 1),
            negative_buckets: vec![1.0],
            ..FloatHistogram::default()
        };
        assert_eq!(variance(&exponential), (2.25 + 2.25 + 0.25 + 6.25) / 4.0);
        // Two in (1, 3] with their mean in its middle, an empty bucket to +∞ that does not count.
        let custom = FloatHistogram {
            schema: CUSTOM_BUCKETS_SCHEMA,
            count: 2.0,
            sum: 4.0,
            positive_spans: span(1, 2),
            positive_buckets: vec![2.0, 0.0],
            custom_values: vec![1.0, 3.0],
            ..FloatHistogram::default()
        };
        assert_eq!(variance(&custom), 0.0);
        assert!(variance(&FloatHistogram::default()).is_nan());
        assert!(lookup("histogram_avg").unwrap()(&FloatHistogram::default()).is_nan());
        assert!(lookup("histogram_quantile").is_none());
    }
}
