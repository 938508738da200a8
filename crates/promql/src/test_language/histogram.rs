//! The body of `{{schema:1 count:3 buckets:[1 2]}}`.

use narthex_model::{CounterResetHint, FloatHistogram, Span};

use super::series::signed_number;

/// Reads a body; returns also whether it names a counter reset hint.
pub(super) fn parse(body: &str) -> Result<(FloatHistogram, bool), String> {
    let mut histogram = FloatHistogram::default();
    let (mut positive, mut negative) = ((0, Vec::new()), (0, Vec::new()));
    let mut seen: Vec<String> = Vec::new();
    let mut rest = body.trim();
    while !rest.is_empty() {
        let (key, after) = rest
            .split_once(':')
            .ok_or_else(|| format!("missing `:` for histogram descriptor in {rest:?}"))?;
        let key = key.trim().to_ascii_lowercase();
        let (value, after) = if let Some(list) = after.strip_prefix('[') {
            list.split_once(']').ok_or_else(|| format!("missing `]` in {rest:?}"))?
        } else {
            after.split_once([' ', '\t']).unwrap_or((after, ""))
        };
        if seen.contains(&key) {
            return Err(format!("duplicate key {key:?} in histogram"));
        }
        match key.as_str() {
            "schema" => histogram.schema = integer(value)?,
            "sum" => histogram.sum = signed_number(value)?,
            "count" => histogram.count = signed_number(value)?,
            "z_bucket" => histogram.zero_count = signed_number(value)?,
            "z_bucket_w" => histogram.zero_threshold = signed_number(value)?,
            "offset" => positive.0 = integer(value)?,
            "n_offset" => negative.0 = integer(value)?,
            "buckets" => positive.1 = list(value)?,
            "n_buckets" => negative.1 = list(value)?,
            "custom_values" => histogram.custom_values = list(value)?,
            "counter_reset_hint" => histogram.counter_reset_hint = hint(value)?,
            _ => return Err(format!("bad histogram descriptor found: {key:?}")),
        }
        seen.push(key);
        rest = after.trim_start();
    }
    (histogram.positive_spans, histogram.positive_buckets) = span(positive);
    (histogram.negative_spans, histogram.negative_buckets) = span(negative);
    let has_hint = seen.iter().any(|key| key == "counter_reset_hint");
    Ok((histogram, has_hint))
}

fn span((offset, buckets): (i32, Vec<f64>)) -> (Vec<Span>, Vec<f64>) {
    if buckets.is_empty() {
        return (Vec::new(), buckets);
    }
    (vec![Span { offset, length: buckets.len() as u32 }], buckets)
}

fn integer(text: &str) -> Result<i32, String> {
    text.parse().map_err(|_| format!("{text:?} is no integer"))
}

fn list(text: &str) -> Result<Vec<f64>, String> {
    let numbers: Vec<f64> = text.split_ascii_whitespace().map(signed_number).collect::<Result<_, _>>()?;
    if numbers.is_empty() { Err("empty list in histogram".to_owned()) } else { Ok(numbers) }
}

fn hint(text: &str) -> Result<CounterResetHint, String> {
    match text.to_ascii_lowercase().as_str() {
        "unknown" => Ok(CounterResetHint::Unknown),
        "reset" => Ok(CounterResetHint::CounterReset),
        "not_reset" => Ok(CounterResetHint::NotCounterReset),
        "gauge" => Ok(CounterResetHint::Gauge),
        _ => Err(format!("unknown counter_reset_hint {text:?}: expected unknown, reset, not_reset or gauge")),
    }
}
