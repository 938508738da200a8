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
    schema(h.schema, &h.custom_values)?;
    if h.schema == CUSTOM_BUCKETS_SCHEMA {
        custom(h.zero_count as f64, h.zero_threshold, &h.negative_spans, h.negative_buckets.len())?;
    }
    let sides = [
        ("negative", &h.negative_spans, &h.negative_buckets),
        ("positive", &h.positive_spans, &h.positive_buckets),
    ];
    for (side, spans, buckets) in sides {
        self::spans(spans, buckets.len(), side)?;
    }
    let mut total = h.zero_count;
    for (side, _, buckets) in sides {
        let mut current = 0_i64;
        for (index, delta) in buckets.iter().enumerate() {
            current = current.wrapping_add(*delta);
            if current < 0 {
                return negative(side, index, current);
            }
            total = total.saturating_add(current as u64);
        }
    }
    // Observations that are NaN count, but are in no bucket.
    let found = || format!("{total} observations found in buckets, but the Count field is {}", h.count);
    match h.sum.is_nan() {
        true if total > h.count => invalid(format!(
            "{}: histogram's observation count should be at least the number of observations found in the buckets",
            found()
        )),
        false if total != h.count => invalid(format!(
            "{}: histogram's observation count should equal the number of observations found in the buckets (in \
             absence of NaN)",
            found()
        )),
        _ => Ok(()),
    }
}

/// Checks a float histogram; its counts need not add up, because they are results of arithmetic.
pub(super) fn float(h: &FloatHistogram) -> Result<(), AppendError> {
    if is_stale(h.sum) {
        return Ok(());
    }
    schema(h.schema, &h.custom_values)?;
    if h.schema == CUSTOM_BUCKETS_SCHEMA {
        custom(h.zero_count, h.zero_threshold, &h.negative_spans, h.negative_buckets.len())?;
    }
    let sides = [
        ("negative", &h.negative_spans, &h.negative_buckets),
        ("positive", &h.positive_spans, &h.positive_buckets),
    ];
    for (side, spans, buckets) in sides {
        self::spans(spans, buckets.len(), side)?;
    }
    for (side, _, buckets) in sides {
        if let Some((index, count)) = buckets.iter().enumerate().find(|(_, count)| **count < 0.0) {
            return negative(side, index, *count);
        }
    }
    if h.zero_count < 0.0 {
        return invalid(format!("zero bucket has observation count of {}: {NEGATIVE_COUNT}", h.zero_count));
    }
    if h.count < 0.0 {
        invalid(format!("observation count is {}: {NEGATIVE_COUNT}", h.count))
    } else {
        Ok(())
    }
}

const NEGATIVE_COUNT: &str = "histogram has a bucket whose observation count is negative";

fn negative(side: &str, index: usize, count: impl std::fmt::Display) -> Result<(), AppendError> {
    invalid(format!(
        "{side} side: bucket number {} has observation count of {count}: {NEGATIVE_COUNT}",
        index + 1
    ))
}

fn schema(schema: i32, bounds: &[f64]) -> Result<(), AppendError> {
    if schema == CUSTOM_BUCKETS_SCHEMA {
        return self::bounds(bounds);
    }
    if !(EXPONENTIAL_SCHEMA_MIN..=EXPONENTIAL_SCHEMA_MAX).contains(&schema) {
        return invalid(format!(
            "invalid schema {schema}: histogram has an invalid schema, which must be between {EXPONENTIAL_SCHEMA_MIN} and \
             {EXPONENTIAL_SCHEMA_MAX} for exponential buckets, or {CUSTOM_BUCKETS_SCHEMA} for custom buckets"
        ));
    }
    if bounds.is_empty() {
        return Ok(());
    }
    invalid("histogram with exponential schema must not have custom bounds")
}

fn bounds(bounds: &[f64]) -> Result<(), AppendError> {
    let mut before = f64::NEG_INFINITY;
    for (index, bound) in bounds.iter().enumerate() {
        if bound.is_nan() {
            return invalid("histogram custom bounds must not be NaN");
        }
        if index > 0 && *bound <= before {
            return invalid(format!(
                "previous bound is {before:.6} and current is {bound:.6}: histogram custom bounds must be in strictly \
                 increasing order"
            ));
        }
        before = *bound;
    }
    if before == f64::INFINITY {
        return invalid(
            "last +Inf bound must not be explicitly defined: histogram custom bounds must be finite",
        );
    }
    Ok(())
}

/// What only exponential buckets can have.
fn custom(zero_count: f64, zero_threshold: f64, spans: &[Span], buckets: usize) -> Result<(), AppendError> {
    if zero_count != 0.0 {
        return invalid("custom buckets: must have zero count of 0");
    }
    if zero_threshold != 0.0 {
        return invalid("custom buckets: must have zero threshold of 0");
    }
    if spans.is_empty() && buckets == 0 {
        return Ok(());
    }
    invalid("custom buckets: must not have negative buckets")
}

fn spans(spans: &[Span], buckets: usize, side: &str) -> Result<(), AppendError> {
    if let Some((index, span)) = spans.iter().enumerate().skip(1).find(|(_, span)| span.offset < 0) {
        return invalid(format!(
            "{side} side: span number {} with offset {}: histogram has a span whose offset is negative",
            index + 1,
            span.offset
        ));
    }
    let announced: u64 = spans.iter().map(|span| u64::from(span.length)).sum();
    if announced != buckets as u64 {
        return invalid(format!(
            "{side} side: spans need {announced} buckets, have {buckets} buckets: histogram spans specify different \
             number of buckets than provided"
        ));
    }
    Ok(())
}
