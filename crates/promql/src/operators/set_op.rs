//! `and`, `or` and `unless`: which points stay depends on whether the other side has any point of the same group.

use rustc_hash::FxHashMap;

use super::join::group_ids;
use super::{Row, RowMerger};
use crate::ast::{BinaryOp, VectorMatching};
use crate::column::Bits;
use crate::engine::QueryError;
use crate::limits::MemoryBudget;

/// The result of a set operator.
pub(crate) fn set_operation(
    op: BinaryOp,
    matching: &VectorMatching,
    steps: usize,
    mut left: Vec<Row>,
    mut right: Vec<Row>,
    memory: &MemoryBudget,
) -> Result<Vec<Row>, QueryError> {
    let mut ids = FxHashMap::default();
    let left_ids = group_ids(&left, matching, &mut ids);
    let right_ids = group_ids(&right, matching, &mut ids);
    let groups: usize = ids.keys().map(Row::bytes_around).sum();
    memory.take(groups + ids.len() * Bits::bytes(steps))?;
    let presence = |rows: &[Row], row_ids: &[usize]| {
        let mut groups = vec![Bits::new(steps); ids.len()];
        for (row, id) in rows.iter().zip(row_ids) {
            groups[*id].or(&row.column.steps_with_points());
        }
        groups
    };
    match op {
        BinaryOp::And => {
            let groups = presence(&right, &right_ids);
            left.iter_mut().zip(&left_ids).for_each(|(row, id)| row.column.retain(&groups[*id]));
        }
        BinaryOp::Unless => {
            let groups = presence(&right, &right_ids);
            drop_where(&mut left, &left_ids, &groups, steps);
        }
        _ => {
            let groups = presence(&left, &left_ids);
            drop_where(&mut right, &right_ids, &groups, steps);
            let mut merger = RowMerger::new(steps, memory);
            for row in left.into_iter().chain(right) {
                if !row.column.is_empty() {
                    merger.put_column(row.labels, row.drop_name, row.column)?;
                }
            }
            return Ok(merger.finish());
        }
    }
    left.retain(|row| !row.column.is_empty());
    Ok(left)
}

fn drop_where(rows: &mut [Row], ids: &[usize], groups: &[Bits], steps: usize) {
    for (row, id) in rows.iter_mut().zip(ids) {
        let mut keep = Bits::full(steps);
        keep.and_not(&groups[*id]);
        row.column.retain(&keep);
    }
}
