//! [`OooChunk`]: the growing out-of-order chunk of a series: samples sorted by time, not encoded, because each next one may
//! go anywhere.

use std::sync::Arc;

use narthex_model::{FloatHistogram, Histogram};
use narthex_storage::{HistogramValue, Samples};

use crate::wal::record::histograms::AnyHistogram;

/// A float or a histogram.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum OooValue {
    Float(f64),
    Histogram(HistogramValue),
}

impl From<&AnyHistogram> for OooValue {
    fn from(value: &AnyHistogram) -> Self {
        Self::Histogram(match value {
            AnyHistogram::Int(histogram) => HistogramValue::Int(Arc::new(histogram.clone())),
            AnyHistogram::Float(histogram) => HistogramValue::Float(Arc::new(histogram.clone())),
        })
    }
}

impl From<&HistogramValue> for AnyHistogram {
    fn from(value: &HistogramValue) -> Self {
        match value {
            HistogramValue::Int(histogram) => Self::Int(Histogram::clone(histogram)),
            HistogramValue::Float(histogram) => Self::Float(FloatHistogram::clone(histogram)),
        }
    }
}

/// One sample.
#[derive(Debug, Clone)]
pub(crate) struct OooSample {
    pub(crate) t: i64,
    /// When what it counts started, 0 when that is not known.
    pub(crate) start: i64,
    /// The low bits of the number of the commit that brought it.
    pub(crate) commit: u32,
    pub(crate) value: OooValue,
}

/// The samples; times ascend strictly.
#[derive(Debug, Default)]
pub(crate) struct OooChunk {
    samples: Vec<OooSample>,
}

impl OooChunk {
    pub(crate) fn len(&self) -> usize {
        self.samples.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.samples.is_empty()
    }

    /// Times of the first and the last sample.
    pub(crate) fn range(&self) -> Option<(i64, i64)> {
        Some((self.samples.first()?.t, self.samples.last()?.t))
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &OooSample> {
        self.samples.iter()
    }

    /// Inserts a sample at its place; `false` when there is one with its time already.
    pub(crate) fn insert(&mut self, sample: OooSample) -> bool {
        let at = match self.samples.last() {
            Some(last) if last.t >= sample.t => self.samples.partition_point(|present| present.t < sample.t),
            _ => self.samples.len(),
        };
        if self.samples.get(at).is_some_and(|present| present.t == sample.t) {
            return false;
        }
        self.samples.insert(at, sample);
        true
    }

    /// Appends the samples in `[mint, maxt]` that the commit `seen` (every one without it) can see.
    pub(crate) fn read(&self, mint: i64, maxt: i64, seen: Option<u64>, out: &mut Samples) {
        for sample in &self.samples {
            let later = seen.is_some_and(|seen| (sample.commit.wrapping_sub(seen as u32) as i32) > 0);
            if later || sample.t < mint || sample.t > maxt {
                continue;
            }
            match &sample.value {
                OooValue::Float(v) => out.push_with_start(sample.start, sample.t, *v),
                OooValue::Histogram(value) => out.push_histogram(sample.start, sample.t, value.clone()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_go_to_their_place_once() {
        let mut chunk = OooChunk::default();
        let mut insert = |t: i64, commit| {
            chunk.insert(OooSample { t, start: 0, commit, value: OooValue::Float(t as f64) })
        };
        assert_eq!(
            [5, 9, 1, 7, 5, 9, 1].map(|t| insert(t, t as u32)),
            [true, true, true, true, false, false, false]
        );
        let read = |seen| {
            let mut samples = Samples::default();
            chunk.read(2, 9, seen, &mut samples);
            samples.timestamps
        };
        assert_eq!((read(None), read(Some(7)), chunk.range()), (vec![5, 7, 9], vec![5, 7], Some((1, 9))));
    }
}
