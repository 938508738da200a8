//! Folding the columns of a source into one accumulator per group.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::aggregate::Groups;
use crate::annotations::{Annotation, Annotations, HistogramOperation};
use crate::ast::PosRange;
use crate::column::{Column, histogram_bytes};
use crate::engine::QueryError;
use crate::operators::{QueryContext, Row, Source, fold_parallel};

/// What an accumulator noticed; becomes annotations.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct FoldNotes {
    /// Histograms were left out.
    pub(crate) ignored_histograms: bool,
    /// A group had floats and histograms at one step.
    pub(crate) mixed: bool,
    /// Series with custom buckets among exponential ones, or the other way round.
    pub(crate) incompatible: BTreeSet<usize>,
    /// Contradicting reset hints.
    pub(crate) reset_collision: bool,
    /// Different custom bounds.
    pub(crate) custom_bounds: bool,
}

impl FoldNotes {
    /// What either noticed.
    pub(crate) fn merge(&mut self, other: Self) {
        self.ignored_histograms |= other.ignored_histograms;
        self.mixed |= other.mixed;
        self.incompatible.extend(other.incompatible);
        self.reset_collision |= other.reset_collision;
        self.custom_bounds |= other.custom_bounds;
    }
}

/// The running values of one group.
pub(crate) trait Accumulator: Send + Sized {
    /// How many bytes it holds for each step, not counting histograms.
    const STEP_BYTES: usize;
    /// The accumulator of a group without series.
    fn new(steps: usize) -> Self;
    /// Takes the series of this number in; may take its memory.
    fn add(&mut self, column: &mut Column, series: usize);
    /// How many bytes of histograms it holds.
    fn histogram_bytes(&self) -> usize {
        0
    }
    /// Takes in what another thread has of the same group, whose series come later.
    fn merge(&mut self, other: Self);
    /// The group's column.
    fn finish(self) -> (Column, FoldNotes);
}

/// Folds a source; gives the rows of the groups that have points.
pub(crate) fn fold<A: Accumulator + 'static>(
    source: &Arc<dyn Source>,
    groups: Groups,
    context: &Arc<QueryContext>,
    annotations: &mut Annotations,
    steps: usize,
    grain: usize,
    (name, pos): (&str, PosRange),
) -> Result<Vec<Row>, QueryError> {
    let Groups { ids, labels, drop_name } = groups;
    let count = labels.len();
    let empty = move || -> (Vec<Option<A>>, usize) { ((0..count).map(|_| None).collect(), 0) };
    let counted = Arc::clone(context);
    let add = move |(slots, held): &mut (Vec<Option<A>>, usize), index: usize, column: &mut Column| {
        if column.is_empty() {
            return Ok(());
        }
        // The reference holds the whole input of an aggregation, and its limit is to mean the same here.
        let samples = column.samples();
        counted.budget.take(samples)?;
        *held += samples;
        let group = ids.get(index).map_or(0, |id| *id as usize);
        let Some(slot) = slots.get_mut(group) else { return Ok(()) };
        if slot.is_none() {
            counted.memory.take(steps * A::STEP_BYTES + size_of::<A>())?;
        }
        let accumulator = slot.get_or_insert_with(|| A::new(steps));
        if column.histograms.is_empty() {
            accumulator.add(column, index);
            return Ok(());
        }
        let before = accumulator.histogram_bytes();
        accumulator.add(column, index);
        counted.memory.take(accumulator.histogram_bytes().saturating_sub(before))
    };
    let folded = fold_parallel(source, context, annotations, grain, empty, add)?;
    let held: usize = folded.iter().map(|(_, held)| held).sum();
    let mut parts = folded.into_iter().map(|(slots, _)| slots);
    let mut merged = parts.next().unwrap_or_default();
    for part in parts {
        for (slot, other) in merged.iter_mut().zip(part) {
            match (slot.as_mut(), other) {
                (Some(accumulator), Some(other)) => accumulator.merge(other),
                (None, Some(other)) => *slot = Some(other),
                (_, None) => {}
            }
        }
    }
    context.budget.release(held);
    let mut notes = FoldNotes::default();
    let mut rows = Vec::with_capacity(count);
    for ((slot, labels), drop_name) in merged.into_iter().zip(labels).zip(drop_name) {
        let Some(accumulator) = slot else { continue };
        let (column, noticed) = accumulator.finish();
        notes.merge(noticed);
        if !column.is_empty() {
            context.budget.take(column.samples())?;
            context.memory.take(Row::bytes_around(&labels) + histogram_bytes(&column.histograms))?;
            rows.push(Row { labels, drop_name, column });
        }
    }
    for series in &notes.incompatible {
        let labels = source.labels(*series);
        annotations.add(Annotation::mixed_exponential_custom(labels.metric_name(), pos));
    }
    annotate(&notes, annotations, name, pos);
    Ok(rows)
}

fn annotate(notes: &FoldNotes, annotations: &mut Annotations, name: &str, pos: PosRange) {
    let operation = HistogramOperation::Aggregation;
    if notes.ignored_histograms {
        annotations.add(Annotation::histogram_ignored_in_aggregation(name, pos));
    }
    if notes.mixed {
        annotations.add(Annotation::mixed_floats_histograms_aggregation(pos));
    }
    if notes.reset_collision {
        annotations.add(Annotation::reset_collision(operation, pos));
    }
    if notes.custom_bounds {
        annotations.add(Annotation::mismatched_custom_buckets(operation, pos));
    }
}
