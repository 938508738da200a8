//! `histogram_count`, `histogram_sum`, `histogram_avg`, `histogram_stddev`, `histogram_stdvar`.

use narthex_model::FloatHistogram;

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

/// The variance, taking every observation for the middle of its bucket: the arithmetic one for custom buckets, the
/// geometric one for exponential buckets, 0 in the zero bucket.
fn variance(histogram: &FloatHistogram) -> f64 {
    let mean = histogram.sum / histogram.count;
    let mut total = Kahan::default();
    for bucket in histogram.all_buckets().iter().filter(|bucket| bucket.count != 0.0) {
        let middle = if histogram.uses_custom_buckets() {
            (bucket.upper + bucket.lower) / 2.0
        } else if bucket.lower <= 0.0 && bucket.upper >= 0.0 {
            0.0
        } else {
            let geometric = (bucket.upper * bucket.lower).sqrt();
            if bucket.upper < 0.0 { -geometric } else { geometric }
        };
        let delta = middle - mean;
        total.add(bucket.count * delta * delta);
    }
    (total.sum + total.c) / histogram.count
}
