//! Whether a native histogram agrees with itself; asked before it is taken into a transaction.

use narthex_model::histogram::{CUSTOM_BUCKETS_SCHEMA, EXPONENTIAL_SCHEMA_MAX, EXPONENTIAL_SCHEMA_MIN};
use narthex_model::{FloatHistogram, Histogram, Span, is_stale};
use narthex_storage::AppendError;

fn invalid<T>(reason: impl Into<String>) -> Result<T, AppendError> {
    Err(AppendError::InvalidHistogram(reason.into()))
}

/// Checks an integer histogram.
pub(super) fn int(h: &Histogram) -> Result<(), AppendError> {
    if is_stale(h.sum) {
        return Ok(());
    }
    schema(h.schema, &h.custom_values, &h.negative_spans)?;
    spans(&h.positive_spans, h.positive_buckets.len(), "positive")?;
    spans(&h.negative_spans, h.negative_buckets.len(), "negative")?;
    let mut total = h.zero_count;
    for buckets in [&h.positive_buckets, &h.negative_buckets] {
        let mut current = 0_i64;
        for delta in buckets {
            current = current.wrapping_add(*delta);
            if current < 0 {
                return invalid(format!("bucket count {current} is negative"));
            }
            total = total.saturating_add(current as u64);
        }
    }
    // Observations that are NaN count, but are in no bucket.
    if h.sum.is_nan() && total > h.count || !h.sum.is_nan() && total != h.count {
        return invalid(format!("{total} observations in the buckets, but the count is {}", h.count));
    }
    Ok(())
}

/// Checks a float histogram; its counts need not add up, because they are results of arithmetic.
pub(super) fn float(h: &FloatHistogram) -> Result<(), AppendError> {
    if is_stale(h.sum) {
        return Ok(());
    }
    schema(h.schema, &h.custom_values, &h.negative_spans)?;
    spans(&h.positive_spans, h.positive_buckets.len(), "positive")?;
    spans(&h.negative_spans, h.negative_buckets.len(), "negative")?;
    let mut counts = h.positive_buckets.iter().chain(&h.negative_buckets).chain([&h.zero_count, &h.count]);
    match counts.find(|count| **count < 0.0) {
        Some(count) => invalid(format!("count {count} is negative")),
        None => Ok(()),
    }
}

fn schema(schema: i32, custom: &[f64], negative: &[Span]) -> Result<(), AppendError> {
    if schema == CUSTOM_BUCKETS_SCHEMA {
        if !custom.is_sorted_by(|a, b| a < b)
            || custom.iter().any(|bound| bound.is_nan() || *bound == f64::INFINITY)
        {
            return invalid("custom bounds must ascend and be below +Inf");
        }
        return if negative.is_empty() { Ok(()) } else { invalid("custom buckets cannot be negative") };
    }
    if !(EXPONENTIAL_SCHEMA_MIN..=EXPONENTIAL_SCHEMA_MAX).contains(&schema) {
        return invalid(format!("unknown schema {schema}"));
    }
    if custom.is_empty() { Ok(()) } else { invalid("custom bounds with an exponential schema") }
}

fn spans(spans: &[Span], buckets: usize, side: &str) -> Result<(), AppendError> {
    if spans.iter().skip(1).any(|span| span.offset < 0) {
        return invalid(format!("{side} span with a negative offset"));
    }
    let announced: u64 = spans.iter().map(|span| u64::from(span.length)).sum();
    if announced != buckets as u64 {
        return invalid(format!("{side} spans have {announced} buckets, but there are {buckets}"));
    }
    Ok(())
}
