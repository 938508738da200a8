//! `limitk` and `limit_ratio`: some series of a group, chosen without looking at values.

use super::Groups;
use crate::column::Bits;
use crate::engine::QueryError;
use crate::limits::MemoryBudget;
use crate::operators::Row;

/// At each step the first k series of a group.
pub(crate) fn limit_k(
    mut rows: Vec<Row>,
    groups: &Groups,
    steps: usize,
    k: &[f64],
    memory: &MemoryBudget,
) -> Result<Vec<Row>, QueryError> {
    memory.take(groups.labels.len() * steps * size_of::<u32>())?;
    let mut taken: Vec<Vec<u32>> = vec![vec![0; steps]; groups.labels.len()];
    let limit = |step: usize| k.get(step).copied().unwrap_or(0.0).clamp(0.0, f64::from(u32::MAX)) as u32;
    for (row, group) in rows.iter_mut().zip(&groups.ids) {
        let mut keep = Bits::new(steps);
        let taken = &mut taken[*group as usize];
        for step in row.column.steps_with_points().iter() {
            if taken[step] < limit(step) {
                taken[step] += 1;
                keep.set(step);
            }
        }
        row.column.retain(&keep);
    }
    rows.retain(|row| !row.column.is_empty());
    Ok(rows)
}

/// At each step the series whose hash falls into a share of all hashes; a negative ratio is the complement.
pub(crate) fn limit_ratio(mut rows: Vec<Row>, steps: usize, ratio: &[f64]) -> Vec<Row> {
    for row in &mut rows {
        // The hash as a fraction of its range.
        let place = row.labels.hash64() as f64 / u64::MAX as f64;
        let mut keep = Bits::new(steps);
        for (step, ratio) in ratio.iter().enumerate() {
            let ratio = ratio.clamp(-1.0, 1.0);
            let inside = if ratio >= 0.0 { place < ratio } else { place >= 1.0 + ratio };
            if ratio != 0.0 && inside {
                keep.set(step);
            }
        }
        row.column.retain(&keep);
    }
    rows.retain(|row| !row.column.is_empty());
    rows
}
