//! Decoded samples of one series, as columns: what a [`Series`](crate::Series) fills and the engine slides over.

use std::sync::Arc;

use narthex_model::{FloatHistogram, Histogram, Timestamp};

/// A native histogram in the form in which it was stored.
#[derive(Debug, Clone, PartialEq)]
pub enum HistogramValue {
    /// Integer counts.
    Int(Arc<Histogram>),
    /// Float counts.
    Float(Arc<FloatHistogram>),
}

impl HistogramValue {
    /// The float form, converted if necessary.
    pub fn to_float(&self) -> Arc<FloatHistogram> {
        match self {
            Self::Int(histogram) => Arc::new(histogram.to_float()),
            Self::Float(histogram) => Arc::clone(histogram),
        }
    }

    /// The sum of observations; the stale NaN when this is a staleness marker.
    pub fn sum(&self) -> f64 {
        match self {
            Self::Int(histogram) => histogram.sum,
            Self::Float(histogram) => histogram.sum,
        }
    }
}

/// Samples in ascending order of time.
///
/// Invariants: `timestamps.len() == values.len()`; `start_timestamps` is empty or of the same length; the indices in
/// `histograms` ascend, and `values` holds NaN at them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Samples {
    /// Milliseconds since the epoch, strictly ascending.
    pub timestamps: Vec<Timestamp>,
    /// Float values; NaN where the sample is a histogram.
    pub values: Vec<f64>,
    /// When the counter behind the sample started, 0 = not known; empty when none is known.
    pub start_timestamps: Vec<Timestamp>,
    /// The histogram samples with their index; empty for a float series.
    pub histograms: Vec<(u32, HistogramValue)>,
}

impl Samples {
    /// Removes all samples, keeps the memory.
    pub fn clear(&mut self) {
        self.timestamps.clear();
        self.values.clear();
        self.start_timestamps.clear();
        self.histograms.clear();
    }

    /// How many samples.
    pub fn len(&self) -> usize {
        self.timestamps.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.timestamps.is_empty()
    }

    /// Appends a float sample without a start timestamp.
    #[inline]
    pub fn push(&mut self, t: Timestamp, value: f64) {
        self.timestamps.push(t);
        self.values.push(value);
        if !self.start_timestamps.is_empty() {
            self.start_timestamps.push(0);
        }
    }

    /// Appends a float sample with the start of its counter (0 = not known).
    pub fn push_with_start(&mut self, start: Timestamp, t: Timestamp, value: f64) {
        if start != 0 && self.start_timestamps.is_empty() {
            self.start_timestamps.resize(self.timestamps.len(), 0);
            self.timestamps.push(t);
            self.values.push(value);
            self.start_timestamps.push(start);
            return;
        }
        self.push(t, value);
        if let Some(last) = self.start_timestamps.last_mut() {
            *last = start;
        }
    }

    /// Appends a histogram sample with the start of its counter (0 = not known).
    pub fn push_histogram(&mut self, start: Timestamp, t: Timestamp, value: HistogramValue) {
        let index = self.timestamps.len() as u32;
        self.push_with_start(start, t, f64::NAN);
        self.histograms.push((index, value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn start_timestamps_appear_only_when_one_is_known() {
        let mut samples = Samples::default();
        samples.push_with_start(0, 1, 1.0);
        assert!(samples.start_timestamps.is_empty());
        samples.push_with_start(7, 2, 2.0);
        samples.push(3, 3.0);
        assert_eq!(samples.start_timestamps, [0, 7, 0]);
        assert_eq!(samples.len(), 3);
        samples.push_histogram(0, 4, HistogramValue::Float(Arc::default()));
        assert_eq!(samples.histograms[0].0, 3);
        samples.clear();
        assert!(samples.is_empty());
    }
}
