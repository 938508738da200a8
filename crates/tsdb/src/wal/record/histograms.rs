//! Histogram records, both kinds: `type · first ref <8b> · first t <8b> · (ref delta · t delta · histogram)…`.
//!
//! Types 7 and 8 hold exponential integer and float histograms, 9 and 10 those with custom bounds; the bytes are the
//! same. Histogram: `hint <1b> · schema <varint> · zero threshold <8b> · zero count · count · sum <8b> · positive spans ·
//! negative spans · positive buckets · negative buckets · custom bounds (schema -53 only)`; integer counts are uvarints
//! and bucket deltas varints, float ones 8 bytes each.

use narthex_model::histogram::CUSTOM_BUCKETS_SCHEMA;
use narthex_model::{CounterResetHint, FloatHistogram, Histogram, Span};

use super::{BadRecord, CUSTOM_FLOAT_HISTOGRAMS, CUSTOM_HISTOGRAMS, FLOAT_HISTOGRAMS, HISTOGRAMS};
use crate::codec::{Cursor, put_uvarint, put_varint};

/// Reads a histogram. Both kinds have the same fields in the same order; counts and buckets are numbers of different types.
macro_rules! read_as {
    ($kind:ident, $cursor:ident, $count:path, $bucket:path) => {{
        let counter_reset_hint = hint($cursor.u8()?);
        let schema = $cursor.varint()? as i32;
        $kind {
            counter_reset_hint,
            schema,
            zero_threshold: $cursor.f64()?,
            zero_count: $count($cursor)?,
            count: $count($cursor)?,
            sum: $cursor.f64()?,
            positive_spans: spans($cursor)?,
            negative_spans: spans($cursor)?,
            positive_buckets: list($cursor, $bucket)?,
            negative_buckets: list($cursor, $bucket)?,
            custom_values: custom($cursor, schema)?,
        }
    }};
}

/// Appends a histogram of either kind.
macro_rules! put_as {
    ($h:ident, $out:ident, $count:path, $bucket:path) => {{
        $out.push(hint_byte($h.counter_reset_hint));
        put_varint($out, i64::from($h.schema));
        put_f64($out, $h.zero_threshold);
        $count($out, $h.zero_count);
        $count($out, $h.count);
        put_f64($out, $h.sum);
        put_spans($out, &$h.positive_spans);
        put_spans($out, &$h.negative_spans);
        for buckets in [&$h.positive_buckets, &$h.negative_buckets] {
            put_uvarint($out, buckets.len() as u64);
            buckets.iter().for_each(|bucket| $bucket($out, *bucket));
        }
        put_custom($out, $h.schema, &$h.custom_values);
    }};
}

/// An owned histogram of either kind, as it waits for its commit.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum AnyHistogram {
    Int(Histogram),
    Float(FloatHistogram),
}

impl AnyHistogram {
    /// Whether the counts are floats.
    pub(crate) fn is_float(&self) -> bool {
        matches!(self, Self::Float(_))
    }

    /// The record type it belongs into.
    pub(crate) fn record_type(&self) -> u8 {
        match self {
            Self::Int(h) if h.schema == CUSTOM_BUCKETS_SCHEMA => CUSTOM_HISTOGRAMS,
            Self::Int(_) => HISTOGRAMS,
            Self::Float(h) if h.schema == CUSTOM_BUCKETS_SCHEMA => CUSTOM_FLOAT_HISTOGRAMS,
            Self::Float(_) => FLOAT_HISTOGRAMS,
        }
    }
}

/// A histogram sample of a series.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct HistogramSample {
    pub(crate) series: u64,
    /// When what it counts started, 0 when that is not known.
    pub(crate) start: i64,
    pub(crate) t: i64,
    pub(crate) value: AnyHistogram,
}

/// Writes the record of type `kind` with those samples that belong into it; empty when there are none.
pub(crate) fn encode(out: &mut Vec<u8>, kind: u8, samples: &[HistogramSample]) {
    out.clear();
    let mut base = None;
    for sample in samples.iter().filter(|sample| sample.value.record_type() == kind) {
        let (first, first_t) = *base.get_or_insert_with(|| {
            out.push(kind);
            out.extend_from_slice(&sample.series.to_be_bytes());
            out.extend_from_slice(&sample.t.to_be_bytes());
            (sample.series, sample.t)
        });
        put_varint(out, sample.series.wrapping_sub(first) as i64);
        put_varint(out, sample.t.wrapping_sub(first_t));
        put(out, &sample.value);
    }
}

/// Appends one histogram.
pub(crate) fn put(out: &mut Vec<u8>, value: &AnyHistogram) {
    match value {
        AnyHistogram::Int(histogram) => put_as!(histogram, out, put_uvarint, put_varint),
        AnyHistogram::Float(histogram) => put_as!(histogram, out, put_f64, put_f64),
    }
}

/// Calls `visit` with every sample of a record of type `kind`.
pub(crate) fn decode(kind: u8, body: &[u8], mut visit: impl FnMut(HistogramSample)) -> Result<(), BadRecord> {
    let bad = BadRecord { kind };
    let float = matches!(kind, FLOAT_HISTOGRAMS | CUSTOM_FLOAT_HISTOGRAMS);
    let mut cursor = Cursor::new(body);
    if cursor.is_empty() {
        return Ok(());
    }
    let (Some(first), Some(first_t)) = (cursor.u64(), cursor.i64()) else { return Err(bad) };
    while !cursor.is_empty() {
        let (Some(series), Some(t)) = (cursor.varint(), cursor.varint()) else { return Err(bad) };
        let value = read(&mut cursor, float).ok_or(bad)?;
        let (series, t) = (first.wrapping_add(series as u64), first_t.wrapping_add(t));
        visit(HistogramSample { series, start: 0, t, value });
    }
    Ok(())
}

/// Reads one histogram.
pub(crate) fn read(cursor: &mut Cursor<'_>, float: bool) -> Option<AnyHistogram> {
    Some(if float {
        AnyHistogram::Float(read_as!(FloatHistogram, cursor, Cursor::f64, Cursor::f64))
    } else {
        AnyHistogram::Int(read_as!(Histogram, cursor, Cursor::uvarint, Cursor::varint))
    })
}

fn hint(byte: u8) -> CounterResetHint {
    match byte {
        1 => CounterResetHint::CounterReset,
        2 => CounterResetHint::NotCounterReset,
        3 => CounterResetHint::Gauge,
        _ => CounterResetHint::Unknown,
    }
}

fn hint_byte(hint: CounterResetHint) -> u8 {
    match hint {
        CounterResetHint::Unknown => 0,
        CounterResetHint::CounterReset => 1,
        CounterResetHint::NotCounterReset => 2,
        CounterResetHint::Gauge => 3,
    }
}

/// A counted list; the count is believed only as far as there are bytes.
fn list<'a, T>(cursor: &mut Cursor<'a>, mut one: impl FnMut(&mut Cursor<'a>) -> Option<T>) -> Option<Vec<T>> {
    let count = cursor.uvarint()?;
    let mut all = Vec::with_capacity((count as usize).min(cursor.rest().len()));
    for _ in 0..count {
        all.push(one(cursor)?);
    }
    Some(all)
}

fn spans(cursor: &mut Cursor<'_>) -> Option<Vec<Span>> {
    list(cursor, |cursor| Some(Span { offset: cursor.varint()? as i32, length: cursor.uvarint()? as u32 }))
}

fn custom(cursor: &mut Cursor<'_>, schema: i32) -> Option<Vec<f64>> {
    if schema == CUSTOM_BUCKETS_SCHEMA { list(cursor, Cursor::f64) } else { Some(Vec::new()) }
}

fn put_f64(out: &mut Vec<u8>, value: f64) {
    out.extend_from_slice(&value.to_bits().to_be_bytes());
}

fn put_spans(out: &mut Vec<u8>, spans: &[Span]) {
    put_uvarint(out, spans.len() as u64);
    for span in spans {
        put_varint(out, i64::from(span.offset));
        put_uvarint(out, u64::from(span.length));
    }
}

fn put_custom(out: &mut Vec<u8>, schema: i32, bounds: &[f64]) {
    if schema == CUSTOM_BUCKETS_SCHEMA {
        put_uvarint(out, bounds.len() as u64);
        bounds.iter().for_each(|bound| put_f64(out, *bound));
    }
}
