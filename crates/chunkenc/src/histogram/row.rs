//! One histogram sample as words, the common form of both kinds; made by the builder from what is appended.

use narthex_model::{CounterResetHint, FloatHistogram, Histogram, is_stale};

use super::layout::{Layout, bucket_count};

/// A histogram of either kind, borrowed.
#[derive(Debug, Clone, Copy)]
pub enum HistogramRef<'a> {
    /// Integer counts.
    Int(&'a Histogram),
    /// Float counts.
    Float(&'a FloatHistogram),
}

impl HistogramRef<'_> {
    /// The sum of observations.
    pub fn sum(&self) -> f64 {
        match self {
            Self::Int(histogram) => histogram.sum,
            Self::Float(histogram) => histogram.sum,
        }
    }

    /// Whether the counts are floats.
    pub fn is_float(&self) -> bool {
        matches!(self, Self::Float(_))
    }

    pub(super) fn hint(&self) -> CounterResetHint {
        match self {
            Self::Int(histogram) => histogram.counter_reset_hint,
            Self::Float(histogram) => histogram.counter_reset_hint,
        }
    }

    pub(super) fn layout(&self) -> Layout {
        if is_stale(self.sum()) {
            return Layout::default();
        }
        match self {
            Self::Int(h) => Layout {
                schema: h.schema,
                zero_threshold: h.zero_threshold,
                positive: h.positive_spans.clone(),
                negative: h.negative_spans.clone(),
                custom: h.custom_values.clone(),
            },
            Self::Float(h) => Layout {
                schema: h.schema,
                zero_threshold: h.zero_threshold,
                positive: h.positive_spans.clone(),
                negative: h.negative_spans.clone(),
                custom: h.custom_values.clone(),
            },
        }
    }

    pub(super) fn row(&self) -> Row {
        let sum = self.sum();
        if is_stale(sum) {
            return Row { sum: sum.to_bits(), words: vec![0, 0] };
        }
        let mut words;
        match self {
            Self::Int(h) => {
                words = vec![h.count, h.zero_count];
                push_absolute(&mut words, &h.positive_buckets, bucket_count(&h.positive_spans));
                push_absolute(&mut words, &h.negative_buckets, bucket_count(&h.negative_spans));
            }
            Self::Float(h) => {
                words = vec![h.count.to_bits(), h.zero_count.to_bits()];
                push_bits(&mut words, &h.positive_buckets, bucket_count(&h.positive_spans));
                push_bits(&mut words, &h.negative_buckets, bucket_count(&h.negative_spans));
            }
        }
        Row { sum: sum.to_bits(), words }
    }
}

/// A sample: count, zero count, then the buckets, positive before negative. Integers are absolute; floats are bits.
/// A stale sample has no buckets.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Row {
    pub(super) sum: u64,
    pub(super) words: Vec<u64>,
}

impl Row {
    pub(super) fn is_stale(&self) -> bool {
        is_stale(f64::from_bits(self.sum))
    }

    /// The buckets.
    pub(super) fn buckets(&self) -> &[u64] {
        self.words.get(2..).unwrap_or_default()
    }

    /// The same sample with its buckets at these places of a wider layout; the others are zero (in both kinds).
    pub(super) fn widened(&self, places: &[usize], width: usize) -> Self {
        if self.is_stale() {
            return self.clone();
        }
        let mut words = vec![0; 2 + width];
        for (to, from) in words.iter_mut().zip(self.words.iter().take(2)) {
            *to = *from;
        }
        for (place, word) in places.iter().zip(self.buckets()) {
            if let Some(to) = words.get_mut(2 + place) {
                *to = *word;
            }
        }
        Self { sum: self.sum, words }
    }
}

/// Exactly `count` absolute counts; a histogram with too few buckets for its spans gets zeros.
fn push_absolute(words: &mut Vec<u64>, deltas: &[i64], count: usize) {
    let mut current = 0_i64;
    for index in 0..count {
        current = current.wrapping_add(deltas.get(index).copied().unwrap_or(current.wrapping_neg()));
        words.push(current as u64);
    }
}

fn push_bits(words: &mut Vec<u64>, values: &[f64], count: usize) {
    words.extend((0..count).map(|index| values.get(index).map_or(0, |value| value.to_bits())));
}
