//! Computed series, and what the engine does with equal label sets.

use narthex_model::Labels;
use narthex_model::names::{METRIC_NAME, TYPE_LABEL, UNIT_LABEL};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::hash_map::Entry;

use crate::column::Column;
use crate::engine::QueryError;
use crate::limits::MemoryBudget;
use crate::value::PointValue;

/// The message for two results with one label set.
pub(crate) const DUPLICATE_LABELSET: &str = "vector cannot contain metrics with the same labelset";

/// One computed series.
#[derive(Debug, Clone, Default)]
pub(crate) struct Row {
    /// The labels.
    pub(crate) labels: Labels,
    /// Whether the metric name is to be dropped at the end of the query.
    pub(crate) drop_name: bool,
    /// The values.
    pub(crate) column: Column,
}

impl Row {
    /// The memory that a row without its column fills.
    pub(crate) fn bytes_around(labels: &Labels) -> usize {
        size_of::<Self>() + labels.as_bytes().len()
    }

    /// The memory that it fills.
    pub(crate) fn bytes(&self) -> usize {
        Self::bytes_around(&self.labels) + self.column.bytes()
    }
}

/// Whether a label goes when the metric name goes: name, type and unit.
#[inline]
pub(crate) fn is_reserved(name: &str) -> bool {
    name == METRIC_NAME || name == TYPE_LABEL || name == UNIT_LABEL
}

/// The labels without metric name, type and unit.
pub(crate) fn drop_reserved(labels: &Labels) -> Labels {
    labels.without(is_reserved)
}

/// Whether two rows have the same labels.
pub(crate) fn contains_same_labels(rows: &[Row]) -> bool {
    match rows {
        [] | [_] => false,
        [a, b] => a.labels == b.labels,
        _ => {
            let mut seen = FxHashSet::default();
            seen.reserve(rows.len());
            rows.iter().any(|row| !seen.insert(row.labels.as_bytes()))
        }
    }
}

/// Merges rows with the same labels; two points at one step are an error.
pub(crate) fn merge_same_labels(rows: Vec<Row>) -> Result<Vec<Row>, QueryError> {
    if !contains_same_labels(&rows) {
        return Ok(rows);
    }
    let mut index: FxHashMap<Labels, usize> = FxHashMap::default();
    let mut merged: Vec<Row> = Vec::with_capacity(rows.len());
    for row in rows {
        match index.get(&row.labels).and_then(|at| merged.get_mut(*at)) {
            None => {
                index.insert(row.labels.clone(), merged.len());
                merged.push(row);
            }
            Some(target) => {
                // Floats and histograms are compared apart, as the reference does.
                for (step, value) in row.column.floats() {
                    if target.column.present.get(step) {
                        return Err(QueryError::execution(DUPLICATE_LABELSET));
                    }
                    target.column.set(step, value);
                }
                for (step, histogram) in row.column.histograms {
                    if target.column.histogram(step as usize).is_some() {
                        return Err(QueryError::execution(DUPLICATE_LABELSET));
                    }
                    target.column.insert(step as usize, PointValue::Histogram(histogram));
                }
            }
        }
    }
    Ok(merged)
}

/// Puts points into rows that are found by their labels. Counts the rows against the memory of the query, columns only
/// if it makes them.
#[derive(Debug)]
pub(crate) struct RowMerger<'a> {
    steps: usize,
    memory: &'a MemoryBudget,
    index: FxHashMap<Labels, usize>,
    rows: Vec<Row>,
}

impl<'a> RowMerger<'a> {
    /// A merger of rows with so many steps.
    pub(crate) fn new(steps: usize, memory: &'a MemoryBudget) -> Self {
        Self { steps, memory, index: FxHashMap::default(), rows: Vec::new() }
    }

    /// The index of the row with these labels; whether it is new, and has no column yet.
    fn place(&mut self, labels: Labels, drop_name: bool) -> Result<(usize, bool), QueryError> {
        let next = self.rows.len();
        match self.index.entry(labels) {
            Entry::Occupied(known) => Ok((*known.get(), false)),
            Entry::Vacant(vacant) => {
                // The labels are here twice.
                self.memory.take(2 * Row::bytes_around(vacant.key()))?;
                self.rows.push(Row { labels: vacant.key().clone(), drop_name, column: Column::default() });
                vacant.insert(next);
                Ok((next, true))
            }
        }
    }

    /// The index of the row with these labels, making it if it is new.
    pub(crate) fn row(&mut self, labels: Labels, drop_name: bool) -> Result<usize, QueryError> {
        let (index, is_new) = self.place(labels, drop_name)?;
        if is_new && let Some(row) = self.rows.get_mut(index) {
            self.memory.take(Column::float_bytes(self.steps))?;
            row.column = Column::new(self.steps);
        }
        Ok(index)
    }

    /// Puts a point into a row; a second point at a step is an error.
    pub(crate) fn put(&mut self, row: usize, step: usize, point: PointValue) -> Result<(), QueryError> {
        if let Some(row) = self.rows.get_mut(row) {
            if row.column.has(step) {
                return Err(QueryError::execution(DUPLICATE_LABELSET));
            }
            row.column.insert(step, point);
        }
        Ok(())
    }

    /// Puts all points of a column into the row with these labels.
    pub(crate) fn put_column(
        &mut self,
        labels: Labels,
        drop_name: bool,
        column: Column,
    ) -> Result<(), QueryError> {
        let (index, is_new) = self.place(labels, drop_name)?;
        if is_new {
            if let Some(row) = self.rows.get_mut(index) {
                row.column = column;
            }
            return Ok(());
        }
        for step in column.steps_with_points().iter() {
            if let Some(point) = column.point(step) {
                self.put(index, step, point)?;
            }
        }
        Ok(())
    }

    /// The rows that have points, in the order of their first appearance.
    pub(crate) fn finish(self) -> Vec<Row> {
        self.rows.into_iter().filter(|row| !row.column.is_empty()).collect()
    }
}
