//! From the native part of a histogram message to the model's histograms.

use narthex_model::{CounterResetHint, FloatHistogram, Histogram, MetricType};

use super::super::compact::{compact_counts, compact_deltas};
use super::super::error::Fault;
use super::message::{Histogram as Message, Side};

/// Whether the message holds a native histogram: any span (an empty one says "native, but nothing observed yet"), a zero
/// bucket with a width or with observations.
pub(super) fn is_native(message: &Message<'_>) -> bool {
    !message.positive.spans.is_empty()
        || !message.negative.spans.is_empty()
        || message.zero_threshold > 0.0
        || message.zero_count > 0
}

/// Whether its counts are floats.
pub(super) fn is_float(message: &Message<'_>) -> bool {
    message.count_float > 0.0
        || message.zero_count_float > 0.0
        || !message.positive.counts.is_empty()
        || !message.negative.counts.is_empty()
}

/// Refuses spans that do not cover exactly the buckets that came with them. `at`: where the metric stands.
pub(super) fn check(message: &Message<'_>, at: usize) -> Result<(), Fault> {
    let float = is_float(message);
    for (side, name) in [(&message.positive, "positive"), (&message.negative, "negative")] {
        let buckets = if float { side.counts.len() } else { side.deltas.len() };
        let spanned: u64 = side.spans.iter().map(|span| u64::from(span.length)).sum();
        if spanned != buckets as u64 {
            return Err(Fault::new(
                at,
                format!("{spanned} {name} buckets as the spans of the native histogram say, not {buckets}"),
            ));
        }
    }
    Ok(())
}

fn hint(metric_type: MetricType) -> CounterResetHint {
    match metric_type {
        MetricType::GaugeHistogram => CounterResetHint::Gauge,
        _ => CounterResetHint::Unknown,
    }
}

/// Fills `out`, whose lists keep their memory.
pub(super) fn fill_int(message: &Message<'_>, metric_type: MetricType, out: &mut Histogram) {
    out.counter_reset_hint = hint(metric_type);
    out.schema = message.schema;
    out.zero_threshold = message.zero_threshold;
    out.zero_count = message.zero_count;
    out.count = message.count;
    out.sum = message.sum;
    out.custom_values.clear();
    let sides = [
        (&message.positive, &mut out.positive_spans, &mut out.positive_buckets),
        (&message.negative, &mut out.negative_spans, &mut out.negative_buckets),
    ];
    for (Side { spans, deltas, .. }, to_spans, to_buckets) in sides {
        to_spans.clear();
        to_buckets.clear();
        compact_deltas(spans, deltas, 0, to_spans, to_buckets);
    }
}

/// Fills `out`, whose lists keep their memory.
pub(super) fn fill_float(message: &Message<'_>, metric_type: MetricType, out: &mut FloatHistogram) {
    out.counter_reset_hint = hint(metric_type);
    out.schema = message.schema;
    out.zero_threshold = message.zero_threshold;
    out.zero_count = message.zero_count_float;
    out.count = message.count_float;
    out.sum = message.sum;
    out.custom_values.clear();
    let sides = [
        (&message.positive, &mut out.positive_spans, &mut out.positive_buckets),
        (&message.negative, &mut out.negative_spans, &mut out.negative_buckets),
    ];
    for (Side { spans, counts, .. }, to_spans, to_buckets) in sides {
        to_spans.clear();
        to_buckets.clear();
        compact_counts(spans, counts, 0, to_spans, to_buckets);
    }
}
