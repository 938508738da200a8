//! [`Layout`]: which buckets the samples of a chunk have; written once in front of them.

use narthex_model::Span;
use narthex_model::histogram::CUSTOM_BUCKETS_SCHEMA;

use crate::ChunkError;
use crate::bits::BitReader;
use crate::bits::varbit::{push_int, push_uint};
use crate::bits::writer::push_bits;

/// Custom bounds that are whole numbers of thousandths up to this many are stored as such.
const THOUSANDTHS_MAX: f64 = 33_554_430.0;

/// The buckets of a chunk.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Layout {
    pub(super) schema: i32,
    pub(super) zero_threshold: f64,
    pub(super) positive: Vec<Span>,
    pub(super) negative: Vec<Span>,
    pub(super) custom: Vec<f64>,
}

/// How many buckets the spans have.
pub(super) fn bucket_count(spans: &[Span]) -> usize {
    spans.iter().map(|span| span.length as usize).sum()
}

/// The index of every bucket of the spans, ascending.
pub(super) fn indices(spans: &[Span]) -> Vec<i32> {
    let mut all = Vec::with_capacity(bucket_count(spans));
    let mut at = 0_i32;
    for span in spans {
        at = at.wrapping_add(span.offset);
        for _ in 0..span.length {
            all.push(at);
            at = at.wrapping_add(1);
        }
    }
    all
}

/// Spans of these ascending bucket indices.
pub(super) fn spans_of(indices: &[i32]) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    let mut next = 0;
    for index in indices {
        match spans.last_mut() {
            Some(span) if *index == next => span.length += 1,
            _ => spans.push(Span { offset: index.wrapping_sub(next), length: 1 }),
        }
        next = index.wrapping_add(1);
    }
    spans
}

impl Layout {
    /// Whether samples of both layouts can be in one chunk once their buckets are made the same.
    pub(super) fn is_compatible(&self, other: &Self) -> bool {
        let same_bounds = self.custom.len() == other.custom.len()
            && self.custom.iter().zip(&other.custom).all(|(a, b)| a.to_bits() == b.to_bits());
        self.schema == other.schema && self.zero_threshold == other.zero_threshold && same_bounds
    }

    /// The layout with the buckets of both.
    pub(super) fn union(&self, other: &Self) -> Self {
        let merge = |a: &[Span], b: &[Span]| {
            let mut all = indices(a);
            let count = all.len();
            all.extend(indices(b));
            all.sort_unstable();
            all.dedup();
            if all.len() == count { a.to_vec() } else { spans_of(&all) }
        };
        Self {
            positive: merge(&self.positive, &other.positive),
            negative: merge(&self.negative, &other.negative),
            ..self.clone()
        }
    }

    /// For every bucket of `self` (positive, then negative), its place among the buckets of `wider`.
    pub(super) fn places_in(&self, wider: &Self) -> Vec<usize> {
        let places = |narrow: &[Span], wide: &[Span], from: usize| {
            let wide = indices(wide);
            let place = move |index: &i32| from + wide.partition_point(|at| at < index);
            indices(narrow).iter().map(place).collect::<Vec<_>>()
        };
        let mut all = places(&self.positive, &wider.positive, 0);
        all.extend(places(&self.negative, &wider.negative, bucket_count(&wider.positive)));
        all
    }

    /// How many buckets.
    pub(super) fn len(&self) -> usize {
        bucket_count(&self.positive) + bucket_count(&self.negative)
    }

    pub(super) fn write(&self, data: &mut Box<[u8]>, bits: &mut u32) {
        write_zero_threshold(data, bits, self.zero_threshold);
        push_int(data, bits, i64::from(self.schema));
        for spans in [&self.positive, &self.negative] {
            push_uint(data, bits, spans.len() as u64);
            for span in spans {
                push_uint(data, bits, u64::from(span.length));
                push_int(data, bits, i64::from(span.offset));
            }
        }
        if self.schema == CUSTOM_BUCKETS_SCHEMA {
            push_uint(data, bits, self.custom.len() as u64);
            for bound in &self.custom {
                write_bound(data, bits, *bound);
            }
        }
    }

    pub(super) fn read(reader: &mut BitReader<'_>, room_bits: usize) -> Result<Self, ChunkError> {
        let zero_threshold = match reader.take(8) {
            0 => 0.0,
            255 => f64::from_bits(reader.take(64)),
            power => 2_f64.powi(power as i32 - 244),
        };
        let schema = reader.varbit_int() as i32;
        let positive = read_spans(reader, room_bits)?;
        let negative = read_spans(reader, room_bits)?;
        let mut custom = Vec::new();
        if schema == CUSTOM_BUCKETS_SCHEMA {
            for _ in 0..reader.varbit_uint() {
                custom.push(read_bound(reader));
                if reader.overrun() {
                    return Err(ChunkError::BadField("custom bounds"));
                }
            }
        }
        Ok(Self { schema, zero_threshold, positive, negative, custom })
    }
}

fn write_zero_threshold(data: &mut Box<[u8]>, bits: &mut u32, threshold: f64) {
    let raw = threshold.to_bits();
    let exponent = (raw >> 52) as i32 - 1023;
    if threshold == 0.0 {
        push_bits(data, bits, 0, 8);
    } else if threshold > 0.0 && raw << 12 == 0 && (-243..=10).contains(&exponent) {
        push_bits(data, bits, (exponent + 244) as u128, 8);
    } else {
        push_bits(data, bits, 255, 8);
        push_bits(data, bits, u128::from(raw), 64);
    }
}

fn write_bound(data: &mut Box<[u8]>, bits: &mut u32, bound: f64) {
    let thousandths = bound * 1000.0;
    if (0.0..=THOUSANDTHS_MAX).contains(&thousandths) && thousandths.fract() == 0.0 {
        push_uint(data, bits, thousandths as u64 + 1);
    } else {
        push_bits(data, bits, 0, 1);
        push_bits(data, bits, u128::from(bound.to_bits()), 64);
    }
}

fn read_bound(reader: &mut BitReader<'_>) -> f64 {
    match reader.varbit_uint() {
        0 => f64::from_bits(reader.take(64)),
        some => (some - 1) as f64 / 1000.0,
    }
}

fn read_spans(reader: &mut BitReader<'_>, room_bits: usize) -> Result<Vec<Span>, ChunkError> {
    let mut spans = Vec::new();
    let mut buckets = 0_u64;
    for _ in 0..reader.varbit_uint() {
        let length = reader.varbit_uint();
        let offset = reader.varbit_int() as i32;
        buckets = buckets.saturating_add(length);
        // Every bucket takes at least a bit of every sample.
        if reader.overrun() || buckets > room_bits as u64 {
            return Err(ChunkError::BadField("spans"));
        }
        spans.push(Span { offset, length: length as u32 });
    }
    Ok(spans)
}
