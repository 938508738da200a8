//! `quantile`: needs all values of a group at a step.

use super::{FoldNotes, Groups};
use crate::column::Column;
use crate::engine::QueryError;
use crate::kernel::quantile_of;
use crate::limits::MemoryBudget;
use crate::operators::Row;

/// The quantile of each group; `q` is per step.
pub(crate) fn quantile(
    rows: &[Row],
    groups: Groups,
    steps: usize,
    q: &[f64],
    memory: &MemoryBudget,
) -> Result<(Vec<Row>, FoldNotes), QueryError> {
    memory.take(groups.labels.len() * Column::float_bytes(steps))?;
    let mut members: Vec<Vec<&Row>> = vec![Vec::new(); groups.labels.len()];
    let mut notes = FoldNotes::default();
    for (row, id) in rows.iter().zip(&groups.ids) {
        notes.ignored_histograms |= !row.column.histograms.is_empty();
        members[*id as usize].push(row);
    }
    let mut values = Vec::new();
    let named = members.into_iter().zip(groups.labels).zip(groups.drop_name);
    let results = named.filter_map(|((members, labels), drop_name)| {
        let mut column = Column::new(steps);
        for step in 0..steps {
            values.clear();
            values.extend(members.iter().filter_map(|row| row.column.float(step)));
            if !values.is_empty() {
                column.set(step, quantile_of(q.get(step).copied().unwrap_or(f64::NAN), &mut values));
            }
        }
        (!column.is_empty()).then_some(Row { labels, drop_name, column })
    });
    Ok((results.collect(), notes))
}
