//! `histogram_quantile`, `histogram_quantiles` and `histogram_fraction` over a vector: which rows are classic buckets of
//! one histogram is found once per query; a native histogram at the same step and with the same labels excludes both.

use std::sync::Arc;

use narthex_model::names::{BUCKET_LABEL, METRIC_NAME};
use narthex_model::{FloatHistogram, Labels};
use rustc_hash::FxHashMap;

use super::classic::{self, ClassicBucket};
use super::fraction;
use super::native::{self, NanEffect};
use crate::annotations::{Annotation, Annotations, MonotonicityFix};
use crate::ast::PosRange;
use crate::column::{Bits, Column, Grid};
use crate::engine::QueryError;
use crate::operators::{Row, RowMerger, drop_reserved};

/// What all three functions need.
pub(crate) struct HistogramCall<'a> {
    /// The evaluation times.
    pub(crate) grid: Grid,
    /// Whether names are dropped at the end only.
    pub(crate) delayed_names: bool,
    /// The position of the vector argument.
    pub(crate) vector_pos: PosRange,
    /// Where annotations go.
    pub(crate) annotations: &'a mut Annotations,
}

/// The classic histograms and the native ones of a vector.
struct Sorted<'a> {
    native: Vec<Native<'a>>,
    classic: Vec<Classic<'a>>,
}

struct Native<'a> {
    labels: &'a Labels,
    histograms: &'a [(u32, Arc<FloatHistogram>)],
    /// Steps at which a classic histogram has the same labels.
    conflicts: Bits,
}

struct Classic<'a> {
    labels: Labels,
    buckets: Vec<(f64, &'a Column)>,
    conflicts: Bits,
}

impl HistogramCall<'_> {
    fn sort<'a>(&mut self, rows: &'a [Row]) -> Sorted<'a> {
        let steps = self.grid.steps;
        let mut sorted = Sorted { native: Vec::new(), classic: Vec::new() };
        let mut index: FxHashMap<Labels, usize> = FxHashMap::default();
        for row in rows {
            if !row.column.histograms.is_empty() {
                sorted.native.push(Native {
                    labels: &row.labels,
                    histograms: &row.column.histograms,
                    conflicts: Bits::new(steps),
                });
            }
            if row.column.present.is_empty() {
                continue;
            }
            let text = row.labels.value(BUCKET_LABEL);
            let Some(upper) = parse_bound(text) else {
                // Without delayed removal the name is gone by now.
                let name = if self.delayed_names { row.labels.metric_name() } else { "" };
                self.annotations.add(Annotation::bad_bucket_label(name, text, self.vector_pos));
                continue;
            };
            let labels = row.labels.without(|name| name == BUCKET_LABEL);
            let slot = *index.entry(labels).or_insert_with_key(|labels| {
                let labels = labels.clone();
                sorted.classic.push(Classic { labels, buckets: Vec::new(), conflicts: Bits::new(steps) });
                sorted.classic.len() - 1
            });
            sorted.classic[slot].buckets.push((upper, &row.column));
        }
        for native in &mut sorted.native {
            let Some(classic) = index.get(native.labels).and_then(|slot| sorted.classic.get_mut(*slot))
            else {
                continue;
            };
            for (step, _) in native.histograms {
                if classic.buckets.iter().any(|(_, column)| column.present.get(*step as usize)) {
                    native.conflicts.set(*step as usize);
                    classic.conflicts.set(*step as usize);
                    let name = native.labels.metric_name();
                    self.annotations.add(Annotation::mixed_classic_native(name, self.vector_pos));
                }
            }
        }
        sorted
    }

    /// The labels of the result, and the name that annotations show.
    fn result_labels(&self, labels: &Labels) -> Labels {
        if self.delayed_names { labels.clone() } else { drop_reserved(labels) }
    }

    fn quantile_of(&mut self, q: f64, sorted: &Sorted<'_>, native: usize, at: usize) -> Option<(usize, f64)> {
        let row = sorted.native.get(native)?;
        let (step, histogram) = row.histograms.get(at)?;
        if row.conflicts.get(*step as usize) {
            return None;
        }
        let (value, effect) = native::quantile(q, histogram);
        if effect != NanEffect::None {
            let labels = self.result_labels(row.labels);
            let name = labels.metric_name();
            self.annotations.add(match effect {
                NanEffect::Skew => Annotation::quantile_nan_skew(name, self.vector_pos),
                _ => Annotation::quantile_nan_result(name, self.vector_pos),
            });
        }
        Some((*step as usize, value))
    }
}

fn parse_bound(text: &str) -> Option<f64> {
    crate::format::parse_go_float(text).filter(|bound| !bound.is_nan())
}

/// `histogram_quantile` (one quantile, no label) and `histogram_quantiles` (each with the label it is told by).
pub(crate) fn quantiles(
    call: &mut HistogramCall<'_>,
    rows: &[Row],
    quantiles: &[Vec<f64>],
    label: impl Fn(&Labels, f64) -> Labels,
) -> Result<Vec<Row>, QueryError> {
    let steps = call.grid.steps;
    let sorted = call.sort(rows);
    let mut merger = RowMerger::new(steps);
    for q in quantiles {
        let quantile_at = |step: usize| q.get(step).copied().unwrap_or(f64::NAN);
        let constant = q.iter().all(|value| value.to_bits() == quantile_at(0).to_bits());
        for index in 0..sorted.native.len() {
            let mut column = Column::new(steps);
            for at in 0..sorted.native[index].histograms.len() {
                let step = sorted.native[index].histograms[at].0 as usize;
                if let Some((step, value)) = call.quantile_of(quantile_at(step), &sorted, index, at) {
                    column.set(step, value);
                }
            }
            let labels = call.result_labels(sorted.native[index].labels);
            put(&mut merger, labels, column, quantile_at, constant, &label)?;
        }
        for classic in &sorted.classic {
            let mut column = Column::new(steps);
            let mut buckets = Vec::with_capacity(classic.buckets.len());
            for step in 0..steps {
                if !classic.collect(step, &mut buckets) {
                    continue;
                }
                let (value, forced) = classic::quantile(quantile_at(step), &mut buckets);
                if let Some(forced) = forced {
                    let t = call.grid.time(step);
                    let name = if call.delayed_names { classic.labels.value(METRIC_NAME) } else { "" };
                    let fix = MonotonicityFix {
                        mint: t,
                        maxt: t,
                        min_bucket: forced.min_bucket,
                        max_bucket: forced.max_bucket,
                        max_diff: forced.max_diff,
                        count: 1,
                    };
                    call.annotations.add(Annotation::forced_monotonicity(name, fix, call.vector_pos));
                }
                column.set(step, value);
            }
            put(&mut merger, call.result_labels(&classic.labels), column, quantile_at, constant, &label)?;
        }
    }
    Ok(merger.finish())
}

/// Puts a column into its row; with a quantile that changes over time each step has labels of its own.
fn put(
    merger: &mut RowMerger,
    labels: Labels,
    column: Column,
    q: impl Fn(usize) -> f64,
    constant: bool,
    label: &impl Fn(&Labels, f64) -> Labels,
) -> Result<(), QueryError> {
    if column.is_empty() {
        return Ok(());
    }
    if constant {
        return merger.put_column(label(&labels, q(0)), true, column);
    }
    for (step, value) in column.floats() {
        let row = merger.row(label(&labels, q(step)), true);
        merger.put(row, step, crate::value::PointValue::Float(value))?;
    }
    Ok(())
}

impl Classic<'_> {
    /// The buckets at a step; `false` when there is none or a native histogram stands there, too.
    fn collect(&self, step: usize, out: &mut Vec<ClassicBucket>) -> bool {
        out.clear();
        if self.conflicts.get(step) {
            return false;
        }
        out.extend(
            self.buckets.iter().filter_map(|(upper, column)| {
                Some(ClassicBucket { upper: *upper, count: column.float(step)? })
            }),
        );
        !out.is_empty()
    }
}

/// `histogram_fraction`.
pub(crate) fn fractions(
    call: &mut HistogramCall<'_>,
    rows: &[Row],
    lower: &[f64],
    upper: &[f64],
) -> Result<Vec<Row>, QueryError> {
    let steps = call.grid.steps;
    let sorted = call.sort(rows);
    let bounds = |step: usize| {
        let at = |values: &[f64]| values.get(step).copied().unwrap_or(f64::NAN);
        (at(lower), at(upper))
    };
    let mut merger = RowMerger::new(steps);
    for native in &sorted.native {
        let mut column = Column::new(steps);
        let labels = call.result_labels(native.labels);
        for (step, histogram) in native.histograms {
            let step = *step as usize;
            if native.conflicts.get(step) {
                continue;
            }
            let (lower, upper) = bounds(step);
            let (value, has_nan) = fraction::fraction(lower, upper, histogram);
            if has_nan {
                call.annotations.add(Annotation::fraction_nan(labels.metric_name(), call.vector_pos));
            }
            column.set(step, value);
        }
        if !column.is_empty() {
            merger.put_column(labels, true, column)?;
        }
    }
    for classic in &sorted.classic {
        let mut column = Column::new(steps);
        let mut buckets = Vec::with_capacity(classic.buckets.len());
        for step in 0..steps {
            if classic.collect(step, &mut buckets) {
                let (lower, upper) = bounds(step);
                column.set(step, classic::fraction(lower, upper, &mut buckets));
            }
        }
        if !column.is_empty() {
            merger.put_column(call.result_labels(&classic.labels), true, column)?;
        }
    }
    Ok(merger.finish())
}
