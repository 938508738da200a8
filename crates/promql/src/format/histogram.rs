//! Native histograms as text, as the reference prints them: `{count:4, sum:5, (1,2]:2}`.

use narthex_model::FloatHistogram;
use narthex_model::histogram::Bucket;

use super::go_compact;

/// The text of a histogram; empty buckets are left out.
pub(crate) fn histogram_text(histogram: &FloatHistogram) -> String {
    let mut text = format!("{{count:{}, sum:{}", go_compact(histogram.count), go_compact(histogram.sum));
    let mut negative = histogram.negative_bucket_iter();
    negative.reverse();
    let zero = (histogram.zero_count != 0.0).then(|| histogram.zero_bucket());
    for bucket in negative.into_iter().chain(zero).chain(histogram.positive_bucket_iter()) {
        if bucket.count != 0.0 {
            text.push_str(", ");
            text.push_str(&bucket_text(&bucket));
        }
    }
    text.push('}');
    text
}

fn bucket_text(bucket: &Bucket) -> String {
    let open = if bucket.lower_inclusive { '[' } else { '(' };
    let close = if bucket.upper_inclusive { ']' } else { ')' };
    let (lower, upper) = (go_compact(bucket.lower), go_compact(bucket.upper));
    format!("{open}{lower},{upper}{close}:{}", go_compact(bucket.count))
}
