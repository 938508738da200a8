//! Instant selectors: at each step the latest sample within the lookback, unless a stale marker ended the series.

use std::sync::Arc;

use narthex_model::{CounterResetHint, FloatHistogram, Labels, is_stale};
use narthex_storage::{Samples, Series};

use super::{QueryContext, Scratch, Source};
use crate::column::{Column, histogram_samples};
use crate::engine::QueryError;
use crate::kernel::Windows;

/// The series that a selector found; shared by everything that reads them.
pub(crate) type Fetched = Arc<Vec<Box<dyn Series>>>;

/// What of the selected sample becomes the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SelectorValue {
    /// Its value.
    Value,
    /// Its timestamp in seconds: `timestamp(x)`.
    Timestamp,
    /// Its start timestamp in seconds: `start_timestamp(x)`.
    StartTimestamp,
    /// Its timestamp in milliseconds, floats only: for `info()`.
    Milliseconds,
}

/// An instant selector.
pub(crate) struct SelectorSource {
    /// The series.
    pub(crate) series: Fetched,
    /// The evaluation times; the range is the lookback.
    pub(crate) windows: Windows,
    /// What becomes the value.
    pub(crate) value: SelectorValue,
    /// Whether all series have one metric name, and no type or unit labels.
    pub(crate) pinned_name: bool,
    /// Whether only count and sum of histograms are needed.
    pub(crate) stats_only: bool,
    /// The query.
    pub(crate) context: Arc<QueryContext>,
}

impl SelectorSource {
    fn pick(&self, samples: &Samples, out: &mut Column) -> Result<(), QueryError> {
        let windows = &self.windows;
        if samples.histograms.is_empty() && self.value == SelectorValue::Value {
            windows.for_each(&samples.timestamps, |step, lo, hi| {
                if lo < hi && !is_stale(samples.values[hi - 1]) {
                    out.set(step, samples.values[hi - 1]);
                }
            });
            return Ok(());
        }
        let mut last: Option<(u32, Arc<_>)> = None;
        let mut next_histogram = 0;
        let mut found_histogram = false;
        windows.for_each(&samples.timestamps, |step, lo, hi| {
            if lo == hi {
                return;
            }
            let index = hi - 1;
            while samples.histograms.get(next_histogram).is_some_and(|(i, _)| (*i as usize) < index) {
                next_histogram += 1;
            }
            let histogram =
                samples.histograms.get(next_histogram).filter(|(i, _)| *i as usize == index).map(|(_, h)| h);
            let stale = histogram.map_or(samples.values[index], |h| h.sum());
            if is_stale(stale) {
                return;
            }
            match self.value {
                SelectorValue::Timestamp => out.set(step, samples.timestamps[index] as f64 / 1000.0),
                SelectorValue::StartTimestamp => {
                    let start = samples.start_timestamps.get(index).copied().unwrap_or(0);
                    out.set(step, start as f64 / 1000.0);
                }
                SelectorValue::Milliseconds => {
                    found_histogram |= histogram.is_some();
                    out.set(step, samples.timestamps[index] as f64);
                }
                SelectorValue::Value => match histogram {
                    None => out.set(step, samples.values[index]),
                    Some(histogram) => {
                        let converted = match &last {
                            Some((i, converted)) if *i as usize == index => Arc::clone(converted),
                            _ if self.stats_only => stats_of(samples, next_histogram),
                            _ => histogram.to_float(),
                        };
                        last = Some((index as u32, Arc::clone(&converted)));
                        out.push_histogram(step, converted);
                    }
                },
            }
        });
        if found_histogram {
            return Err(QueryError::execution("an info metric must have float samples, found a histogram"));
        }
        Ok(())
    }
}

impl Source for SelectorSource {
    fn len(&self) -> usize {
        self.series.len()
    }

    fn labels(&self, index: usize) -> Labels {
        self.series.get(index).map(|series| series.labels()).unwrap_or_default()
    }

    fn for_each_label(&self, index: usize, visit: &mut dyn FnMut(&str, &str)) {
        if let Some(series) = self.series.get(index) {
            series.for_each_label(visit);
        }
    }

    fn drop_name(&self, _: usize) -> bool {
        false
    }

    fn fill(&self, index: usize, scratch: &mut Scratch, out: &mut Column) -> Result<(), QueryError> {
        out.reset(self.windows.grid.steps);
        let Some(series) = self.series.get(index) else { return Ok(()) };
        let (mint, maxt) = self.windows.extent();
        let mut samples = scratch.take_samples();
        let read = series.read(mint, maxt, &mut samples);
        let mut picked = Ok(());
        if read.is_ok() {
            picked = self.pick(&samples, out);
            self.context.budget.count_read(out.present.count() + out.histograms.len());
            if let Some(counts) = &self.context.step_samples {
                counts.count(self.windows.grid, |add| {
                    out.present.iter().for_each(|step| add(step, 1));
                    for (step, histogram) in &out.histograms {
                        add(*step as usize, histogram_samples(histogram));
                    }
                });
            }
        }
        scratch.give_samples(samples);
        read?;
        picked
    }

    fn unique_without_name(&self) -> bool {
        self.pinned_name
    }
}

/// Count and sum of the histogram sample at `position` of a series' histograms; whether it is a reset is found out here,
/// because without buckets it cannot be found out later.
pub(super) fn stats_of(samples: &Samples, position: usize) -> Arc<FloatHistogram> {
    let Some((_, value)) = samples.histograms.get(position) else { return Arc::default() };
    let histogram = value.to_float();
    let neighbour = position.checked_sub(1).and_then(|before| samples.histograms.get(before));
    let hint = match (histogram.counter_reset_hint, neighbour) {
        (CounterResetHint::Unknown, Some((_, previous))) if !is_stale(previous.sum()) => {
            if histogram.detect_reset(&previous.to_float()) {
                CounterResetHint::CounterReset
            } else {
                CounterResetHint::NotCounterReset
            }
        }
        (hint, _) => hint,
    };
    Arc::new(FloatHistogram {
        counter_reset_hint: hint,
        schema: histogram.schema,
        count: histogram.count,
        sum: histogram.sum,
        ..FloatHistogram::default()
    })
}
