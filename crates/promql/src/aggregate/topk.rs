//! `topk` and `bottomk`: at each step the k best series of a group, with their own labels.
//!
//! A heap with the worst of the chosen on top; a series replaces it only if it is strictly better. NaN is the worst in
//! both directions.

use super::Groups;
use crate::column::Column;
use crate::operators::Row;

/// One chosen point.
#[derive(Debug, Clone, Copy)]
struct Choice {
    value: f64,
    row: usize,
}

/// The chosen points, and whether histograms were left out. For one step the rows come in order of rank.
pub(crate) fn top_k(
    rows: Vec<Row>,
    groups: &Groups,
    steps: usize,
    k: &[f64],
    bottom: bool,
) -> (Vec<Row>, bool) {
    let ignored = rows.iter().any(|row| !row.column.histograms.is_empty());
    let mut chosen: Vec<Column> = vec![Column::default(); rows.len()];
    let mut order: Vec<usize> = Vec::new();
    let mut heaps: Vec<Vec<Choice>> = vec![Vec::new(); groups.labels.len()];
    let worse = |a: f64, b: f64| a.is_nan() || if bottom { a > b } else { a < b };
    for step in 0..steps {
        let wanted = k.get(step).copied().unwrap_or(0.0);
        let k = (wanted.min(rows.len() as f64)).max(0.0) as usize;
        if k < 1 {
            continue;
        }
        for (index, (row, group)) in rows.iter().zip(&groups.ids).enumerate() {
            let Some(value) = row.column.float(step) else { continue };
            let heap = &mut heaps[*group as usize];
            let choice = Choice { value, row: index };
            if heap.len() < k {
                push(heap, choice, worse);
            } else if let Some(top) = heap.first_mut() {
                let better = if bottom { top.value > value } else { top.value < value };
                if better || (top.value.is_nan() && !value.is_nan()) {
                    *top = choice;
                    sift_down(heap, worse);
                }
            }
        }
        for heap in &mut heaps {
            heap.sort_by(|a, b| {
                let (a_worse, b_worse) = (worse(a.value, b.value), worse(b.value, a.value));
                a_worse.cmp(&b_worse)
            });
            for choice in heap.drain(..) {
                let column = &mut chosen[choice.row];
                if column.steps() != steps {
                    column.reset(steps);
                    order.push(choice.row);
                }
                column.set(step, choice.value);
            }
        }
    }
    if steps != 1 {
        order.sort_unstable();
    }
    let mut rows: Vec<Option<Row>> = rows.into_iter().map(Some).collect();
    let picked = order.into_iter().filter_map(|index| {
        let row = rows.get_mut(index)?.take()?;
        Some(Row { column: std::mem::take(&mut chosen[index]), ..row })
    });
    (picked.collect(), ignored)
}

fn push(heap: &mut Vec<Choice>, choice: Choice, worse: impl Fn(f64, f64) -> bool) {
    heap.push(choice);
    let mut child = heap.len() - 1;
    while child > 0 {
        let parent = (child - 1) / 2;
        if !worse(heap[child].value, heap[parent].value) {
            break;
        }
        heap.swap(child, parent);
        child = parent;
    }
}

fn sift_down(heap: &mut [Choice], worse: impl Fn(f64, f64) -> bool) {
    let mut parent = 0;
    loop {
        let mut child = 2 * parent + 1;
        if child >= heap.len() {
            return;
        }
        if child + 1 < heap.len() && worse(heap[child + 1].value, heap[child].value) {
            child += 1;
        }
        if !worse(heap[child].value, heap[parent].value) {
            return;
        }
        heap.swap(child, parent);
        parent = child;
    }
}
