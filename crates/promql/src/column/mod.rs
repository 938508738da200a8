//! [`Column`]: the values of one series over all steps of a query. Filled by operators, folded by aggregations.
//!
//! Invariants:
//! * a step holds a float, a histogram or nothing;
//! * `values[step]` means something only where the presence bit of the step is set;
//! * histograms ascend by step.

mod bits;
mod grid;

pub(crate) use bits::Bits;
pub(crate) use grid::Grid;

use std::sync::Arc;

use narthex_model::FloatHistogram;

use crate::value::PointValue;

/// One series over all steps.
#[derive(Debug, Clone, Default)]
pub(crate) struct Column {
    /// A float per step; read only where `present` says so.
    pub(crate) values: Vec<f64>,
    /// Which steps hold a float.
    pub(crate) present: Bits,
    /// The steps that hold a histogram, ascending.
    pub(crate) histograms: Vec<(u32, Arc<FloatHistogram>)>,
}

impl Column {
    /// An empty column of `steps` steps.
    pub(crate) fn new(steps: usize) -> Self {
        Self { values: vec![0.0; steps], present: Bits::new(steps), histograms: Vec::new() }
    }

    /// A column with the same value at every step.
    pub(crate) fn constant(steps: usize, value: f64) -> Self {
        Self { values: vec![value; steps], present: Bits::full(steps), histograms: Vec::new() }
    }

    /// Empties the column and gives it `steps` steps; keeps the memory.
    pub(crate) fn reset(&mut self, steps: usize) {
        if self.values.len() != steps {
            self.values.clear();
            self.values.resize(steps, 0.0);
        }
        self.present.reset(steps);
        self.histograms.clear();
    }

    /// How many steps.
    pub(crate) fn steps(&self) -> usize {
        self.values.len()
    }

    /// Puts a float at `step`.
    #[inline]
    pub(crate) fn set(&mut self, step: usize, value: f64) {
        if let Some(slot) = self.values.get_mut(step) {
            *slot = value;
            self.present.set(step);
        }
    }

    /// Puts a float at every step.
    pub(crate) fn set_all(&mut self, values: impl Iterator<Item = f64>) {
        self.values.iter_mut().zip(values).for_each(|(slot, value)| *slot = value);
        self.present.fill();
    }

    /// Puts a histogram at `step`; steps must be given in ascending order.
    pub(crate) fn push_histogram(&mut self, step: usize, histogram: Arc<FloatHistogram>) {
        self.histograms.push((step as u32, histogram));
    }

    /// Puts a point at `step`; steps must be given in ascending order.
    pub(crate) fn push(&mut self, step: usize, point: PointValue) {
        match point {
            PointValue::Float(value) => self.set(step, value),
            PointValue::Histogram(histogram) => self.push_histogram(step, histogram),
        }
    }

    /// Puts a point at any free `step`.
    pub(crate) fn insert(&mut self, step: usize, point: PointValue) {
        match point {
            PointValue::Float(value) => self.set(step, value),
            PointValue::Histogram(histogram) => {
                let at = self.histograms.partition_point(|(s, _)| (*s as usize) < step);
                self.histograms.insert(at, (step as u32, histogram));
            }
        }
    }

    /// The float at `step`.
    #[inline]
    pub(crate) fn float(&self, step: usize) -> Option<f64> {
        if self.present.get(step) { self.values.get(step).copied() } else { None }
    }

    /// The histogram at `step`.
    pub(crate) fn histogram(&self, step: usize) -> Option<&Arc<FloatHistogram>> {
        if self.histograms.is_empty() {
            return None;
        }
        let found = self.histograms.binary_search_by_key(&(step as u32), |(s, _)| *s).ok()?;
        self.histograms.get(found).map(|(_, histogram)| histogram)
    }

    /// What `step` holds.
    pub(crate) fn point(&self, step: usize) -> Option<PointValue> {
        match self.float(step) {
            Some(value) => Some(PointValue::Float(value)),
            None => self.histogram(step).map(|h| PointValue::Histogram(Arc::clone(h))),
        }
    }

    /// Whether `step` holds anything.
    pub(crate) fn has(&self, step: usize) -> bool {
        self.present.get(step) || self.histogram(step).is_some()
    }

    /// Whether no step holds anything.
    pub(crate) fn is_empty(&self) -> bool {
        self.histograms.is_empty() && self.present.is_empty()
    }

    /// How many samples the column counts for: one per float, and per histogram what the sample limit takes it for.
    pub(crate) fn samples(&self) -> usize {
        self.present.count() + self.histograms.iter().map(|(_, h)| histogram_samples(h)).sum::<usize>()
    }

    /// The memory that it fills, in bytes.
    pub(crate) fn bytes(&self) -> usize {
        Self::float_bytes(self.steps()) + histogram_bytes(&self.histograms)
    }

    /// The memory that a column of so many steps fills before there are histograms in it.
    pub(crate) fn float_bytes(steps: usize) -> usize {
        steps * size_of::<f64>() + Bits::bytes(steps)
    }

    /// The floats with their steps.
    pub(crate) fn floats(&self) -> impl Iterator<Item = (usize, f64)> {
        self.present.iter().map(|step| (step, self.values.get(step).copied().unwrap_or_default()))
    }

    /// Changes every float.
    pub(crate) fn map_floats(&mut self, f: impl Fn(f64) -> f64) {
        if self.present.is_full() {
            self.values.iter_mut().for_each(|value| *value = f(*value));
        } else {
            for step in self.present.iter() {
                if let Some(value) = self.values.get_mut(step) {
                    *value = f(*value);
                }
            }
        }
    }

    /// Keeps only the points of the steps in `keep`.
    pub(crate) fn retain(&mut self, keep: &Bits) {
        self.present.and(keep);
        self.histograms.retain(|(step, _)| keep.get(*step as usize));
    }

    /// All steps that hold anything.
    pub(crate) fn steps_with_points(&self) -> Bits {
        let mut bits = self.present.clone();
        for (step, _) in &self.histograms {
            bits.set(*step as usize);
        }
        bits
    }
}

/// The memory that the histograms of a column fill, in bytes.
pub(crate) fn histogram_bytes(histograms: &[(u32, Arc<FloatHistogram>)]) -> usize {
    histograms.iter().map(|(_, histogram)| 16 + 16 * histogram_samples(histogram)).sum()
}

/// What a histogram counts for against the sample limit: its size in units of a float point (16 bytes).
pub(crate) fn histogram_samples(h: &FloatHistogram) -> usize {
    let spans = h.positive_spans.len() + h.negative_spans.len();
    let buckets = h.positive_buckets.len() + h.negative_buckets.len() + h.custom_values.len();
    // 168 bytes of fixed size and 8 of timestamp, then 8 bytes per span, bucket and bound.
    (176 + 8 * (spans + buckets)) / 16
}
