//! Step-invariant expressions: evaluated at one step, valid at all.

use std::sync::Arc;

use super::{QueryContext, Row};
use crate::column::Column;
use crate::engine::QueryError;

/// Rows of one step as rows of `steps` equal steps.
pub(crate) fn broadcast(
    rows: Vec<Row>,
    steps: usize,
    context: &QueryContext,
) -> Result<Vec<Row>, QueryError> {
    rows.into_iter()
        .map(|row| {
            context.memory.take(Column::float_bytes(steps))?;
            let column = match (row.column.float(0), row.column.histogram(0)) {
                (Some(value), _) => Column::constant(steps, value),
                (None, Some(histogram)) => {
                    let mut column = Column::new(steps);
                    (0..steps).for_each(|step| column.push_histogram(step, Arc::clone(histogram)));
                    column
                }
                (None, None) => Column::new(steps),
            };
            context.budget.take(column.samples().saturating_sub(row.column.samples()))?;
            Ok(Row { column, ..row })
        })
        .collect()
}
