//! Functions of ranges: `rate(x[5m])`, `max_over_time(x[1h])`, over selectors and subqueries.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use narthex_model::names::METRIC_NAME;
use narthex_model::{FloatHistogram, Labels, is_stale};

use super::rows::is_reserved;
use super::selector::stats_of;
use super::{Fetched, QueryContext, Scratch, Source, drop_reserved};
use crate::annotations::Annotation;
use crate::ast::{PosRange, RangeMode};
use crate::column::{Column, histogram_samples};
use crate::engine::QueryError;
use crate::functions::range::{RangeCall, RangeFunction, Window};
use crate::kernel::Windows;

/// The samples of one series, floats and histograms apart, without stale markers.
#[derive(Debug, Default)]
pub(crate) struct RangeData {
    /// Times of the floats.
    pub(crate) float_times: Vec<i64>,
    /// The floats.
    pub(crate) floats: Vec<f64>,
    /// Start timestamps of the floats; empty when none is known.
    pub(crate) float_starts: Vec<i64>,
    /// Times of the histograms.
    pub(crate) histogram_times: Vec<i64>,
    /// The histograms.
    pub(crate) histograms: Vec<Arc<FloatHistogram>>,
    /// Start timestamps of the histograms; empty when none is known.
    pub(crate) histogram_starts: Vec<i64>,
}

impl RangeData {
    /// Removes all samples, keeps the memory.
    pub(crate) fn clear(&mut self) {
        self.float_times.clear();
        self.floats.clear();
        self.float_starts.clear();
        self.histogram_times.clear();
        self.histograms.clear();
        self.histogram_starts.clear();
    }

    /// What all samples count for against the sample limit.
    fn samples(&self) -> usize {
        self.floats.len() + self.histograms.iter().map(|h| histogram_samples(h)).sum::<usize>()
    }
}

/// Where ranges come from: a selector or a subquery.
pub(crate) trait RangeSource: Send + Sync {
    /// How many series.
    fn len(&self) -> usize;
    /// The labels of a series.
    fn labels(&self, index: usize) -> Labels;
    /// Calls `visit` with every label of a series, in order.
    fn for_each_label(&self, index: usize, visit: &mut dyn FnMut(&str, &str));
    /// Whether the metric name is to be dropped at the end of the query.
    fn drop_name(&self, index: usize) -> bool;
    /// Whether the labels stay distinct when metric names are dropped.
    fn unique_without_name(&self) -> bool;
    /// Reads the samples of a series that any window needs.
    fn load(&self, index: usize, scratch: &mut Scratch, out: &mut RangeData) -> Result<(), QueryError>;
}

/// A range selector.
pub(crate) struct MatrixSource {
    /// The series.
    pub(crate) series: Fetched,
    /// First and last millisecond to read.
    pub(crate) extent: (i64, i64),
    /// Whether start timestamps are wanted.
    pub(crate) starts: bool,
    /// Whether all series have one metric name, and no type or unit labels.
    pub(crate) pinned_name: bool,
    /// Whether only count and sum of histograms are needed.
    pub(crate) stats_only: bool,
}

impl RangeSource for MatrixSource {
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

    fn unique_without_name(&self) -> bool {
        self.pinned_name
    }

    fn load(&self, index: usize, scratch: &mut Scratch, out: &mut RangeData) -> Result<(), QueryError> {
        out.clear();
        let Some(series) = self.series.get(index) else { return Ok(()) };
        let mut samples = scratch.take_samples();
        let read = series.read(self.extent.0, self.extent.1, &mut samples);
        let starts = self.starts && !samples.start_timestamps.is_empty();
        if samples.histograms.is_empty()
            && !starts
            && !samples.values.iter().fold(false, |stale, value| stale | is_stale(*value))
        {
            std::mem::swap(&mut samples.timestamps, &mut out.float_times);
            std::mem::swap(&mut samples.values, &mut out.floats);
        } else {
            let mut histograms = samples.histograms.iter().enumerate().peekable();
            for (i, (t, value)) in samples.timestamps.iter().zip(&samples.values).enumerate() {
                let start = samples.start_timestamps.get(i).copied().unwrap_or(0);
                if let Some((position, (_, histogram))) = histograms.next_if(|(_, (at, _))| *at as usize == i)
                {
                    if !is_stale(histogram.sum()) {
                        out.histogram_times.push(*t);
                        out.histograms.push(if self.stats_only {
                            stats_of(&samples, position)
                        } else {
                            histogram.to_float()
                        });
                        if starts {
                            out.histogram_starts.push(start);
                        }
                    }
                } else if !is_stale(*value) {
                    out.float_times.push(*t);
                    out.floats.push(*value);
                    if starts {
                        out.float_starts.push(start);
                    }
                }
            }
        }
        scratch.give_samples(samples);
        read?;
        Ok(())
    }
}

/// A call of a range function.
pub(crate) struct RangeCallSource {
    /// Where the ranges come from.
    pub(crate) input: Box<dyn RangeSource>,
    /// The function.
    pub(crate) function: &'static RangeFunction,
    /// The ranges as written.
    pub(crate) windows: Windows,
    /// The ranges with what `anchored` and `smoothed` look at besides.
    pub(crate) data_windows: Windows,
    /// How the borders are treated.
    pub(crate) mode: RangeMode,
    /// The scalar arguments, a value per step each.
    pub(crate) scalars: Vec<Vec<f64>>,
    /// Where annotations point to.
    pub(crate) pos: PosRange,
    /// Whether the metric name needs no further look.
    pub(crate) name_checked: AtomicBool,
    /// The query.
    pub(crate) context: Arc<QueryContext>,
}

impl RangeCallSource {
    fn drops_name(&self) -> bool {
        !self.function.keeps_name
    }

    fn evaluate(
        &self,
        index: usize,
        data: &RangeData,
        scratch: &mut Scratch,
        out: &mut Column,
    ) -> Result<(), QueryError> {
        let only_floats = data.histograms.is_empty() && data.float_starts.is_empty();
        if only_floats
            && self.mode == RangeMode::Plain
            && let Some(kernel) = self.function.kernel
        {
            kernel(&data.float_times, &data.floats, &self.windows, &self.scalars, out);
            return self.annotate_quantile(data, scratch);
        }
        let metric = || self.input.labels(index).metric_name().to_owned();
        let mut call = RangeCall {
            annotations: &mut scratch.annotations,
            pos: self.pos,
            metric: &metric,
            mode: self.mode,
            range_ms: self.windows.range,
        };
        let mut spans = Vec::with_capacity(self.windows.grid.steps);
        self.data_windows.for_each(&data.float_times, |_, lo, hi| spans.push((lo, hi)));
        let mut failure = None;
        self.data_windows.for_each(&data.histogram_times, |step, hlo, hhi| {
            let (lo, hi) = spans.get(step).copied().unwrap_or_default();
            if failure.is_some() || (lo == hi && hlo == hhi) {
                return;
            }
            let (start, end) = self.windows.borders(step);
            let part = |starts: &'_ [i64], from, to| -> std::ops::Range<usize> {
                if starts.is_empty() { 0..0 } else { from..to }
            };
            let window = Window {
                float_times: &data.float_times[lo..hi],
                floats: &data.floats[lo..hi],
                float_starts: &data.float_starts[part(&data.float_starts, lo, hi)],
                histogram_times: &data.histogram_times[hlo..hhi],
                histograms: &data.histograms[hlo..hhi],
                histogram_starts: &data.histogram_starts[part(&data.histogram_starts, hlo, hhi)],
                start,
                end,
                eval_time: self.windows.grid.time(step),
                step,
                scalars: &self.scalars,
            };
            match (self.function.window)(&window, &mut call) {
                Ok(Some(point)) => out.push(step, point),
                Ok(None) => {}
                Err(error) => failure = Some(error),
            }
        });
        failure.map_or(Ok(()), Err)
    }

    /// The kernel of `quantile_over_time` has no way to annotate: do it here.
    fn annotate_quantile(&self, data: &RangeData, scratch: &mut Scratch) -> Result<(), QueryError> {
        let (true, Some(quantiles)) = (self.function.checks_quantile, self.scalars.first()) else {
            return Ok(());
        };
        let wrong = |q: f64| q.is_nan() || !(0.0..=1.0).contains(&q);
        if quantiles.iter().any(|q| wrong(*q)) {
            self.windows.for_each(&data.float_times, |step, lo, hi| {
                let q = quantiles.get(step).copied().unwrap_or(f64::NAN);
                if lo < hi && wrong(q) {
                    scratch.annotations.add(Annotation::invalid_quantile(q, self.pos));
                }
            });
        }
        Ok(())
    }

    /// How many samples the last window holds.
    fn last_window(&self, data: &RangeData) -> usize {
        let (start, end) = self.data_windows.borders(self.windows.grid.steps.saturating_sub(1));
        let inside =
            |times: &[i64]| times.partition_point(|t| *t <= start)..times.partition_point(|t| *t <= end);
        let histograms = data.histograms.get(inside(&data.histogram_times)).unwrap_or_default();
        inside(&data.float_times).len() + histograms.iter().map(|h| histogram_samples(h)).sum::<usize>()
    }

    /// Counts the largest window against the sample limit; the exact size only when it could matter.
    fn check_budget(&self, data: &RangeData) -> Result<(), QueryError> {
        let budget = &self.context.budget;
        budget.count_read(data.floats.len() + data.histograms.len());
        self.context.memory.glance(16 * data.samples())?;
        if let Some(counts) = &self.context.step_samples {
            let grid = self.windows.grid;
            counts.count(grid, |add| {
                self.data_windows.for_each(&data.float_times, |step, lo, hi| add(step, hi - lo));
                self.data_windows.for_each(&data.histogram_times, |step, lo, hi| {
                    add(step, data.histograms[lo..hi].iter().map(|h| histogram_samples(h)).sum());
                });
            });
        }
        if budget.glance(data.samples()).is_ok() {
            return Ok(());
        }
        let mut sizes = vec![0_usize; self.windows.grid.steps];
        self.data_windows.for_each(&data.float_times, |step, lo, hi| sizes[step] += hi - lo);
        self.data_windows.for_each(&data.histogram_times, |step, lo, hi| {
            sizes[step] += data.histograms[lo..hi].iter().map(|h| histogram_samples(h)).sum::<usize>();
        });
        budget.glance(sizes.into_iter().max().unwrap_or(0))
    }

    /// Says that a metric does not look like a counter although it is used as one.
    fn annotate_non_counter(&self, index: usize, scratch: &mut Scratch) {
        let (mut name, mut kind) = (String::new(), String::new());
        self.input.for_each_label(index, &mut |label, value| match label {
            METRIC_NAME => value.clone_into(&mut name),
            "__type__" => value.clone_into(&mut kind),
            _ => {}
        });
        if name.is_empty() {
            return;
        }
        if self.context.type_and_unit {
            if kind != "counter" && kind != "histogram" {
                let annotation = Annotation::possible_non_counter_label(&name, &kind, self.pos);
                scratch.annotations.add(annotation);
            }
        } else if !["_total", "_sum", "_count", "_bucket"].iter().any(|suffix| name.ends_with(suffix)) {
            scratch.annotations.add(Annotation::possible_non_counter(&name, self.pos));
        }
    }
}

impl Source for RangeCallSource {
    fn len(&self) -> usize {
        self.input.len()
    }

    fn labels(&self, index: usize) -> Labels {
        let labels = self.input.labels(index);
        if self.context.delayed_names || !self.drop_name(index) { labels } else { drop_reserved(&labels) }
    }

    fn for_each_label(&self, index: usize, visit: &mut dyn FnMut(&str, &str)) {
        if self.context.delayed_names || !self.drop_name(index) {
            return self.input.for_each_label(index, visit);
        }
        self.input.for_each_label(index, &mut |name, value| {
            if !is_reserved(name) {
                visit(name, value);
            }
        });
    }

    fn drop_name(&self, index: usize) -> bool {
        self.drops_name() || self.input.drop_name(index)
    }

    fn fill(&self, index: usize, scratch: &mut Scratch, out: &mut Column) -> Result<(), QueryError> {
        let mut data = scratch.take_range();
        let mut result = self.input.load(index, scratch, &mut data);
        out.reset(self.windows.grid.steps);
        if result.is_ok() && !(data.floats.is_empty() && data.histograms.is_empty()) {
            result = self
                .check_budget(&data)
                .and_then(|()| self.evaluate(index, &data, scratch, out))
                // The last window is still held when the result is counted.
                .and_then(|()| self.context.budget.glance(self.last_window(&data) + out.samples()));
            let unchecked = self.function.expects_counter && !self.name_checked.load(Ordering::Relaxed);
            if result.is_ok() && unchecked && !out.present.is_empty() {
                self.annotate_non_counter(index, scratch);
                // One name for all series needs to be looked at once.
                self.name_checked.store(self.input.unique_without_name(), Ordering::Relaxed);
            }
        }
        scratch.give_range(data);
        result
    }

    fn unique_without_name(&self) -> bool {
        self.input.unique_without_name()
    }
}
