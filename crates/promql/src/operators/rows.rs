//! Computed series, and what the engine does with equal label sets.

use narthex_model::Labels;
use narthex_model::names::{METRIC_NAME, TYPE_LABEL, UNIT_LABEL};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::column::Column;
use crate::engine::QueryError;
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

/// Puts points into rows that are found by their labels.
#[derive(Debug, Default)]
pub(crate) struct RowMerger {
    steps: usize,
    index: FxHashMap<Labels, usize>,
    rows: Vec<Row>,
}

impl RowMerger {
    /// A merger of rows with so many steps.
    pub(crate) fn new(steps: usize) -> Self {
        Self { steps, ..Self::default() }
    }

    /// The index of the row with these labels, making it if it is new.
    pub(crate) fn row(&mut self, labels: Labels, drop_name: bool) -> usize {
        let next = self.rows.len();
        *self.index.entry(labels).or_insert_with_key(|labels| {
            self.rows.push(Row { labels: labels.clone(), drop_name, column: Column::new(self.steps) });
            next
        })
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
        let known = self.rows.len();
        let index = self.row(labels, drop_name);
        if index == known {
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
