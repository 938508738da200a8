//! Decoding a native histogram: the two forms of the protocol have the same message, but for the start timestamp.

use narthex_model::histogram::EXPONENTIAL_SCHEMA_MAX;
use narthex_model::{CounterResetHint, FloatHistogram, Histogram, Span};

use super::request::{AnyHistogram, HistogramSample};
use crate::wire::{Fields, WireError, unzigzag};

/// The finest schema that the protocol has room for; finer ones than the storage has are made coarser.
const SCHEMA_RESERVED_MAX: i32 = 52;

/// All fields, as they came.
#[derive(Debug, Default)]
struct Raw {
    int: Histogram,
    /// Counts, when they are floats: the total and the zero bucket.
    count: Option<f64>,
    zero_count: f64,
    positive_counts: Vec<f64>,
    negative_counts: Vec<f64>,
    t: i64,
    start: i64,
}

/// Decodes a histogram sample.
pub(super) fn histogram(bytes: &[u8]) -> Result<HistogramSample, WireError> {
    let mut raw = Raw::default();
    let mut fields = Fields::new("Histogram", bytes);
    while let Some((number, value)) = fields.next()? {
        match number {
            1 => {
                raw.int.count = value.uint("CountInt")?;
                raw.count = None;
            }
            2 => raw.count = Some(value.double("CountFloat")?),
            3 => raw.int.sum = value.double("Sum")?,
            4 => raw.int.schema = value.sint("Schema")? as i32,
            5 => raw.int.zero_threshold = value.double("ZeroThreshold")?,
            6 => raw.int.zero_count = value.uint("ZeroCountInt")?,
            7 => raw.zero_count = value.double("ZeroCountFloat")?,
            8 => raw.int.negative_spans.push(span(value.bytes("NegativeSpans")?)?),
            9 => value.uints("NegativeDeltas", |delta| raw.int.negative_buckets.push(unzigzag(delta)))?,
            10 => value.doubles("NegativeCounts", |count| raw.negative_counts.push(count))?,
            11 => raw.int.positive_spans.push(span(value.bytes("PositiveSpans")?)?),
            12 => value.uints("PositiveDeltas", |delta| raw.int.positive_buckets.push(unzigzag(delta)))?,
            13 => value.doubles("PositiveCounts", |count| raw.positive_counts.push(count))?,
            14 => raw.int.counter_reset_hint = hint(value.uint("ResetHint")?),
            15 => raw.t = value.int("Timestamp")?,
            16 => value.doubles("CustomValues", |bound| raw.int.custom_values.push(bound))?,
            17 => raw.start = value.int("StartTimestamp")?,
            _ => {}
        }
    }
    Ok(raw.finish())
}

fn hint(number: u64) -> CounterResetHint {
    match number {
        1 => CounterResetHint::CounterReset,
        2 => CounterResetHint::NotCounterReset,
        3 => CounterResetHint::Gauge,
        _ => CounterResetHint::Unknown,
    }
}

fn span(bytes: &[u8]) -> Result<Span, WireError> {
    let mut span = Span::default();
    let mut fields = Fields::new("BucketSpan", bytes);
    while let Some((number, value)) = fields.next()? {
        match number {
            1 => span.offset = value.sint("Offset")? as i32,
            2 => span.length = value.uint("Length")? as u32,
            _ => {}
        }
    }
    Ok(span)
}

impl Raw {
    fn finish(self) -> HistogramSample {
        let Self { mut int, count, zero_count, positive_counts, negative_counts, t, start } = self;
        let too_fine = int.schema > EXPONENTIAL_SCHEMA_MAX && int.schema <= SCHEMA_RESERVED_MAX;
        let value = match count {
            None => {
                if too_fine {
                    int.reduce_to_schema(EXPONENTIAL_SCHEMA_MAX);
                }
                AnyHistogram::Int(int)
            }
            Some(count) => {
                let mut float = FloatHistogram {
                    counter_reset_hint: int.counter_reset_hint,
                    schema: int.schema,
                    zero_threshold: int.zero_threshold,
                    zero_count,
                    count,
                    sum: int.sum,
                    positive_spans: int.positive_spans,
                    negative_spans: int.negative_spans,
                    positive_buckets: positive_counts,
                    negative_buckets: negative_counts,
                    custom_values: int.custom_values,
                };
                if too_fine {
                    float.reduce_to_schema(EXPONENTIAL_SCHEMA_MAX);
                }
                AnyHistogram::Float(float)
            }
        };
        HistogramSample { start, t, value }
    }
}
