//! `count_values`: a series for each value, counting how often it occurs.

use narthex_model::{Labels, LabelsBuilder};
use rustc_hash::FxHashMap;
use std::collections::hash_map::Entry;

use super::Grouping;
use crate::column::Column;
use crate::engine::QueryError;
use crate::format::{go_fixed_shortest, histogram_text};
use crate::limits::MemoryBudget;
use crate::operators::{Row, RowMerger};
use crate::value::PointValue;

/// Counts the values of each group; `label` gets the value's text.
pub(crate) fn count_values(
    rows: &[Row],
    grouping: &Grouping,
    label: &str,
    steps: usize,
    memory: &MemoryBudget,
) -> Result<Vec<Row>, QueryError> {
    let mut index: FxHashMap<Labels, usize> = FxHashMap::default();
    let mut counted: Vec<(Labels, Column)> = Vec::new();
    for row in rows {
        let mut builder = LabelsBuilder::new();
        let mut last: Option<(PointValue, usize)> = None;
        for step in row.column.steps_with_points().iter() {
            let Some(point) = row.column.point(step) else { continue };
            // Neighbouring steps mostly hold the same value.
            let slot = match &last {
                Some((value, slot)) if same(value, &point) => *slot,
                _ => {
                    let text = match &point {
                        PointValue::Float(value) => go_fixed_shortest(*value),
                        PointValue::Histogram(histogram) => histogram_text(histogram),
                    };
                    builder.reset(&row.labels);
                    let labels = grouping.labels_of(&builder.set(label, &text).build());
                    match index.entry(labels) {
                        Entry::Occupied(known) => *known.get(),
                        Entry::Vacant(vacant) => {
                            let labels = vacant.key().clone();
                            memory.take(2 * Row::bytes_around(&labels) + Column::float_bytes(steps))?;
                            counted.push((labels, Column::new(steps)));
                            *vacant.insert(counted.len() - 1)
                        }
                    }
                }
            };
            last = Some((point, slot));
            let column = &mut counted[slot].1;
            let count = column.float(step).unwrap_or(0.0);
            column.set(step, count + 1.0);
        }
    }
    let mut merger = RowMerger::new(steps, memory);
    for (labels, column) in counted {
        merger.put_column(labels, false, column)?;
    }
    Ok(merger.finish())
}

fn same(a: &PointValue, b: &PointValue) -> bool {
    match (a, b) {
        (PointValue::Float(a), PointValue::Float(b)) => a.to_bits() == b.to_bits(),
        _ => false,
    }
}
