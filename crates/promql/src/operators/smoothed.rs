//! Instant selectors with `smoothed`: the value at each step interpolated between the samples around it.

use std::sync::Arc;

use narthex_model::histogram::IncompatibleSchema;
use narthex_model::{CounterResetHint, FloatHistogram, Labels};

use super::{RangeSource, Scratch, Source};
use crate::annotations::{Annotation, Annotations, HistogramOperation};
use crate::ast::PosRange;
use crate::column::Column;
use crate::engine::QueryError;
use crate::functions::range::interpolate_histograms;
use crate::kernel::Windows;

/// A smoothed instant selector.
pub(crate) struct SmoothedSource {
    /// The samples from one lookback before to one lookback after each step.
    pub(crate) input: Box<dyn RangeSource>,
    /// The windows of these samples.
    pub(crate) windows: Windows,
    /// The lookback in milliseconds.
    pub(crate) lookback: i64,
    /// Where annotations point to.
    pub(crate) pos: PosRange,
}

impl Source for SmoothedSource {
    fn len(&self) -> usize {
        self.input.len()
    }

    fn labels(&self, index: usize) -> Labels {
        self.input.labels(index)
    }

    fn for_each_label(&self, index: usize, visit: &mut dyn FnMut(&str, &str)) {
        self.input.for_each_label(index, visit);
    }

    fn drop_name(&self, index: usize) -> bool {
        self.input.drop_name(index)
    }

    fn unique_without_name(&self) -> bool {
        self.input.unique_without_name()
    }

    fn fill(&self, index: usize, scratch: &mut Scratch, out: &mut Column) -> Result<(), QueryError> {
        let mut data = scratch.take_range();
        let loaded = self.input.load(index, scratch, &mut data);
        out.reset(self.windows.grid.steps);
        let mut floats = Vec::with_capacity(self.windows.grid.steps);
        self.windows.for_each(&data.float_times, |_, lo, hi| floats.push((lo, hi)));
        self.windows.for_each(&data.histogram_times, |step, hlo, hhi| {
            let (lo, hi) = floats.get(step).copied().unwrap_or_default();
            let at = self.windows.end(step) - self.lookback;
            if lo < hi && hlo < hhi {
                let metric = self.input.labels(index);
                let annotation = Annotation::mixed_floats_histograms(metric.metric_name(), self.pos);
                scratch.annotations.add(annotation);
            } else if lo < hi {
                if let Some(value) = smooth_float(&data.float_times[lo..hi], &data.floats[lo..hi], at) {
                    out.set(step, value);
                }
            } else if hlo < hhi {
                let (times, histograms) = (&data.histogram_times[hlo..hhi], &data.histograms[hlo..hhi]);
                match smooth_histogram(times, histograms, at, self.pos, &mut scratch.annotations) {
                    Ok(Some(histogram)) => out.push_histogram(step, histogram),
                    Ok(None) => {}
                    Err(_) => {
                        let metric = self.input.labels(index);
                        let annotation = Annotation::mixed_exponential_custom(metric.metric_name(), self.pos);
                        scratch.annotations.add(annotation);
                    }
                }
            }
        });
        scratch.give_range(data);
        loaded
    }
}

fn smooth_float(times: &[i64], values: &[f64], at: i64) -> Option<f64> {
    let next = times.partition_point(|t| *t < at);
    if times.get(next) == Some(&at) {
        return values.get(next).copied();
    }
    let before = next.checked_sub(1)?;
    let (t1, v1) = (*times.get(before)?, *values.get(before)?);
    match (times.get(next), values.get(next)) {
        (Some(t2), Some(v2)) => Some(v1 + (v2 - v1) * (at - t1) as f64 / (t2 - t1) as f64),
        _ => Some(v1),
    }
}

fn smooth_histogram(
    times: &[i64],
    histograms: &[Arc<FloatHistogram>],
    at: i64,
    pos: PosRange,
    annotations: &mut Annotations,
) -> Result<Option<Arc<FloatHistogram>>, IncompatibleSchema> {
    let next = times.partition_point(|t| *t < at);
    if times.get(next) == Some(&at) {
        return Ok(histograms.get(next).cloned());
    }
    let Some(before) = next.checked_sub(1) else { return Ok(None) };
    let (Some(t1), Some(h1)) = (times.get(before), histograms.get(before)) else { return Ok(None) };
    let (Some(t2), Some(h2)) = (times.get(next), histograms.get(next)) else {
        return Ok(Some(Arc::clone(h1)));
    };
    if h1.uses_custom_buckets() != h2.uses_custom_buckets() {
        return Err(IncompatibleSchema);
    }
    let mut reconciled = |operation: HistogramOperation| {
        annotations.add(Annotation::mismatched_custom_buckets(operation, pos));
    };
    let is_counter = h2.counter_reset_hint != CounterResetHint::Gauge;
    interpolate_histograms((*t1, h1), (*t2, h2), at, is_counter, &mut reconciled).map(|h| Some(Arc::new(h)))
}
