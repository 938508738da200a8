//! Which rows of a vector are histograms: found once per query for all steps.
//!
//! * A row with native histograms is one by itself. One row may hold native histograms at some steps and floats at others.
//! * Rows with floats that differ in nothing but a readable `le` are the buckets of one classic histogram. NaN and what
//!   is no number are not readable: such a row is left out, with a warning.
//! * Where both have the same labels at the same step, neither has a result, with a warning.

use std::sync::Arc;

use narthex_model::names::{BUCKET_LABEL, METRIC_NAME};
use narthex_model::{FloatHistogram, Labels};
use rustc_hash::FxHashMap;

use super::classic::Ladder;
use crate::annotations::{Annotation, Annotations};
use crate::ast::PosRange;
use crate::column::{Bits, Column, Grid};
use crate::engine::QueryError;
use crate::format::parse_go_float;
use crate::limits::MemoryBudget;
use crate::operators::{Row, drop_reserved};

/// What a function over histograms needs besides the vector.
pub(crate) struct HistogramCall<'a> {
    /// The evaluation times.
    pub(crate) grid: Grid,
    /// Whether names are dropped at the end only.
    pub(crate) delayed_names: bool,
    /// The position of the vector argument.
    pub(crate) vector_pos: PosRange,
    /// What results are counted against.
    pub(crate) memory: &'a MemoryBudget,
    /// Where annotations go.
    pub(crate) annotations: &'a mut Annotations,
}

/// The histograms of a vector.
pub(super) struct Gathered<'a> {
    pub(super) natives: Vec<Native<'a>>,
    pub(super) classics: Vec<Classic<'a>>,
}

/// A series of native histograms.
pub(super) struct Native<'a> {
    labels: &'a Labels,
    histograms: &'a [(u32, Arc<FloatHistogram>)],
    conflicts: Option<Bits>,
}

/// The buckets of a classic histogram, by ascending bound.
pub(super) struct Classic<'a> {
    labels: Labels,
    buckets: Vec<(f64, &'a Column)>,
    conflicts: Option<Bits>,
}

impl HistogramCall<'_> {
    /// Finds the histograms, and what is wrong with them.
    pub(super) fn gather<'a>(&mut self, rows: &'a [Row]) -> Gathered<'a> {
        let mut natives = Vec::new();
        let mut classics: Vec<Classic<'a>> = Vec::new();
        let mut by_labels: FxHashMap<Labels, usize> = FxHashMap::default();
        for row in rows {
            if !row.column.histograms.is_empty() {
                natives.push(Native {
                    labels: &row.labels,
                    histograms: &row.column.histograms,
                    conflicts: None,
                });
            }
            if row.column.present.is_empty() {
                continue;
            }
            let text = row.labels.value(BUCKET_LABEL);
            let Some(upper) = parse_go_float(text).filter(|upper| !upper.is_nan()) else {
                // Without delayed removal the name is gone by now.
                let name = if self.delayed_names { row.labels.metric_name() } else { "" };
                self.annotations.add(Annotation::bad_bucket_label(name, text, self.vector_pos));
                continue;
            };
            let labels = row.labels.without(|name| name == BUCKET_LABEL);
            let slot = *by_labels.entry(labels).or_insert_with_key(|labels| {
                classics.push(Classic { labels: labels.clone(), buckets: Vec::new(), conflicts: None });
                classics.len() - 1
            });
            if let Some(classic) = classics.get_mut(slot) {
                classic.buckets.push((upper, &row.column));
            }
        }
        for classic in &mut classics {
            // Buckets of one bound stay in the order of the rows, in which their counts are added.
            classic.buckets.sort_by(|(a, _), (b, _)| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal));
        }
        for native in &mut natives {
            if let Some(classic) = by_labels.get(native.labels).and_then(|slot| classics.get_mut(*slot)) {
                self.find_conflicts(native, classic);
            }
        }
        Gathered { natives, classics }
    }

    fn find_conflicts(&mut self, native: &mut Native<'_>, classic: &mut Classic<'_>) {
        let steps = self.grid.steps;
        let mut both = Bits::new(steps);
        native.histograms.iter().for_each(|(step, _)| both.set(*step as usize));
        let mut present = Bits::new(steps);
        classic.buckets.iter().for_each(|(_, column)| present.or(&column.present));
        both.and(&present);
        if !both.is_empty() {
            let name = native.labels.metric_name();
            self.annotations.add(Annotation::mixed_classic_native(name, self.vector_pos));
            native.conflicts = Some(both.clone());
            classic.conflicts.get_or_insert_with(|| Bits::new(steps)).or(&both);
        }
    }

    fn result_labels(&self, labels: &Labels) -> Labels {
        if self.delayed_names { labels.clone() } else { drop_reserved(labels) }
    }

    /// A value for every native histogram of a series, with what there is to say about it, and the labels of the result.
    pub(super) fn native_column(
        &mut self,
        native: &Native<'_>,
        value: impl Fn(usize, &FloatHistogram) -> (f64, Option<fn(&str, PosRange) -> Annotation>),
    ) -> Result<(Labels, Column), QueryError> {
        let labels = self.result_labels(native.labels);
        self.memory.take(Column::float_bytes(self.grid.steps))?;
        let mut column = Column::new(self.grid.steps);
        for (step, histogram) in native.histograms {
            let step = *step as usize;
            if native.conflicts.as_ref().is_some_and(|conflicts| conflicts.get(step)) {
                continue;
            }
            let (value, note) = value(step, histogram);
            if let Some(note) = note {
                self.annotations.add(note(labels.metric_name(), self.vector_pos));
            }
            column.set(step, value);
        }
        Ok((labels, column))
    }

    /// A value for every step at which a classic histogram has buckets, and the labels of the result. `value` may annotate,
    /// for the metric name that it is given.
    pub(super) fn classic_column(
        &mut self,
        classic: &Classic<'_>,
        ladder: &mut Ladder,
        value: impl Fn(usize, &mut Ladder, &mut dyn FnMut(&dyn Fn(&str, PosRange) -> Annotation)) -> f64,
    ) -> Result<(Labels, Column), QueryError> {
        let labels = self.result_labels(&classic.labels);
        self.memory.take(Column::float_bytes(self.grid.steps))?;
        // Without delayed removal the name is gone by now.
        let name = if self.delayed_names { classic.labels.value(METRIC_NAME) } else { "" };
        let mut column = Column::new(self.grid.steps);
        for step in 0..self.grid.steps {
            if classic.conflicts.as_ref().is_some_and(|conflicts| conflicts.get(step)) {
                continue;
            }
            ladder.clear();
            for (upper, column) in &classic.buckets {
                if let Some(count) = column.float(step) {
                    ladder.push(*upper, count);
                }
            }
            if !ladder.is_empty() {
                let mut note = |make: &dyn Fn(&str, PosRange) -> Annotation| {
                    self.annotations.add(make(name, self.vector_pos));
                };
                let value = value(step, ladder, &mut note);
                column.set(step, value);
            }
        }
        Ok((labels, column))
    }
}
