//! `topk` and `bottomk`: at each step the k best floats of a group, with the labels of their series.
//!
//! * Better is higher, or lower for `bottomk`; NaN is the worst in both. A histogram takes no part.
//! * With fewer than k series all stay. A k below 1 leaves nothing.
//! * In a range query the series stay in the order in which they came. In an instant query those of a group come from the
//!   best to the worst.
//! * Which of several equal values stay is decided by how they lie in a binary heap with the worst on top, to which the
//!   series were offered in their order: a better one replaces the top. (Nobody should rely on it, but results are to be
//!   the same everywhere.)
//!
//! A group's series are gone through once, each at all its steps: a [`Shelf`] holds a heap per step, side by side.

use super::Groups;
use crate::column::Bits;
use crate::engine::QueryError;
use crate::limits::MemoryBudget;
use crate::operators::Row;

/// The chosen points, and whether histograms were left out.
pub(crate) fn top_k(
    mut rows: Vec<Row>,
    groups: &Groups,
    steps: usize,
    k: &[f64],
    bottom: bool,
    memory: &MemoryBudget,
) -> Result<(Vec<Row>, bool), QueryError> {
    let ignored = rows.iter().any(|row| !row.column.histograms.is_empty());
    let mut members: Vec<Vec<usize>> = vec![Vec::new(); groups.labels.len()];
    for (index, group) in groups.ids.iter().enumerate() {
        members[*group as usize].push(index);
    }
    let most = rows.len() as f64;
    let limits: Vec<usize> =
        (0..steps).map(|step| k.get(step).map_or(0, |k| k.min(most).max(0.0) as usize)).collect();
    let widest = limits.iter().copied().max().unwrap_or(0);
    let largest = members.iter().map(Vec::len).max().unwrap_or(0);
    memory.take(steps * widest.min(largest) * size_of::<Entry>() + rows.len() * Bits::bytes(steps))?;
    let mut shelf = Shelf::default();
    let mut chosen: Vec<Option<Bits>> = vec![None; rows.len()];
    let mut ranking = Vec::new();
    for members in members {
        shelf.reset(steps, widest.min(members.len()));
        for index in members {
            for (step, value) in rows[index].column.floats() {
                shelf.offer(step, limits[step], Entry { rank: rank(value, bottom), row: index });
            }
        }
        for step in 0..steps {
            for Entry { row, .. } in shelf.ranked(step) {
                chosen[*row].get_or_insert_with(|| Bits::new(steps)).set(step);
                ranking.push(*row);
            }
        }
    }
    let mut take = |index: usize| {
        let mut row = std::mem::take(&mut rows[index]);
        row.column.histograms.clear();
        row.column.present = chosen[index].take()?;
        Some(row)
    };
    let picked = if steps == 1 {
        ranking.into_iter().filter_map(take).collect()
    } else {
        (0..groups.ids.len()).filter_map(&mut take).collect()
    };
    Ok((picked, ignored))
}

/// A point that is chosen until better ones come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Entry {
    /// How good it is.
    rank: u64,
    row: usize,
}

/// The rank of NaN, below all others.
const NAN_RANK: u64 = 0;

/// A number that is higher the better a value is, and equal for equal values.
fn rank(value: f64, bottom: bool) -> u64 {
    if value.is_nan() {
        return NAN_RANK;
    }
    // Adding zero makes one zero of both.
    let bits = (if bottom { -value } else { value } + 0.0).to_bits();
    let sign = 1 << 63;
    if bits & sign == 0 { bits | sign } else { !bits }
}

/// Whether an entry belongs nearer to the top of a heap than another one. Of two NaN each does.
fn is_worse(a: Entry, b: Entry) -> bool {
    a.rank < b.rank || a.rank == NAN_RANK
}

/// For every step a heap of the chosen entries, the worst on top.
#[derive(Debug, Default)]
struct Shelf {
    width: usize,
    entries: Vec<Entry>,
    lengths: Vec<usize>,
}

impl Shelf {
    /// Empties it for `steps` heaps of at most `width` entries.
    fn reset(&mut self, steps: usize, width: usize) {
        self.width = width;
        self.entries.clear();
        self.entries.resize(steps * width, Entry::default());
        self.lengths.clear();
        self.lengths.resize(steps, 0);
    }

    /// Takes an entry if fewer than `limit` are there or it is better than the worst of them.
    #[inline]
    fn offer(&mut self, step: usize, limit: usize, entry: Entry) {
        let heap = &mut self.entries[step * self.width..(step + 1) * self.width];
        let length = &mut self.lengths[step];
        if *length < limit.min(heap.len()) {
            heap[*length] = entry;
            *length += 1;
            rise(&mut heap[..*length]);
        } else if *length > 0 && entry.rank > heap[0].rank {
            heap[0] = entry;
            sink(&mut heap[..*length]);
        }
    }

    /// The entries of a step, best first.
    fn ranked(&mut self, step: usize) -> &[Entry] {
        let begin = step * self.width;
        let heap = &mut self.entries[begin..begin + self.lengths[step]];
        heap.sort_by_key(|entry| std::cmp::Reverse(entry.rank));
        heap
    }
}

/// Brings the last entry to its place.
fn rise(heap: &mut [Entry]) {
    let mut at = heap.len() - 1;
    while at > 0 && is_worse(heap[at], heap[(at - 1) / 2]) {
        heap.swap(at, (at - 1) / 2);
        at = (at - 1) / 2;
    }
}

/// Brings the first entry to its place.
fn sink(heap: &mut [Entry]) {
    let mut at = 0;
    while let Some(left) = heap.get(2 * at + 1) {
        let worst = match heap.get(2 * at + 2) {
            Some(right) if is_worse(*right, *left) => 2 * at + 2,
            _ => 2 * at + 1,
        };
        if !is_worse(heap[worst], heap[at]) {
            return;
        }
        heap.swap(at, worst);
        at = worst;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::column::Column;
    use narthex_model::Labels;
    use std::sync::Arc;

    const NAN: f64 = f64::NAN;

    /// The indices and values that stay of one group of series, each given as its values at all steps.
    fn chosen(series: &[&[f64]], ids: &[u32], k: &[f64], bottom: bool) -> Vec<(usize, Vec<Option<f64>>)> {
        let steps = series[0].len();
        let rows = series.iter().enumerate().map(|(index, values)| {
            let mut column = Column::new(steps);
            values.iter().enumerate().for_each(|(step, value)| column.set(step, *value));
            let labels = Labels::from_pairs([("i", index.to_string().as_str())]);
            Row { labels, drop_name: false, column }
        });
        let count = ids.iter().max().map_or(0, |id| *id as usize + 1);
        let groups =
            Groups { ids: ids.to_vec(), labels: vec![Labels::EMPTY; count], drop_name: vec![false; count] };
        let (rows, ignored) =
            top_k(rows.collect(), &groups, steps, k, bottom, &MemoryBudget::new(0)).unwrap();
        assert!(!ignored);
        let values = |row: &Row| (0..steps).map(|step| row.column.float(step)).collect();
        rows.iter().map(|row| (row.labels.value("i").parse().unwrap(), values(row))).collect()
    }

    fn instant(values: &[f64], k: f64, bottom: bool) -> Vec<usize> {
        let series: Vec<[f64; 1]> = values.iter().map(|value| [*value]).collect();
        let series: Vec<&[f64]> = series.iter().map(<[f64; 1]>::as_slice).collect();
        chosen(&series, &vec![0; values.len()], &[k], bottom).into_iter().map(|(index, _)| index).collect()
    }

    #[test]
    fn instant_results_are_ranked() {
        for (values, k, top, bottom) in [
            (&[3.0, 1.0, 2.0][..], 2.0, &[0, 2][..], &[1, 2][..]),
            (&[3.0, 1.0, 2.0], 9.0, &[0, 2, 1], &[1, 2, 0]),
            (&[3.0, 1.0, 2.0], 1.9, &[0], &[1]),
            (&[3.0, 1.0, 2.0], 0.9, &[], &[]),
            (&[3.0, 1.0, 2.0], -1.0, &[], &[]),
            // NaN loses in both directions, and is taken when nothing better is there.
            (&[NAN, 1.0, NAN, -1.0], 2.0, &[1, 3], &[3, 1]),
            (&[1.0, NAN, 2.0], 3.0, &[2, 0, 1], &[0, 2, 1]),
            (&[f64::NEG_INFINITY, f64::INFINITY, 0.0], 2.0, &[1, 2], &[0, 2]),
            // Of equal values the first comers stay, unless a better one takes the place of the one on top.
            (&[1.0, 1.0, 1.0], 2.0, &[0, 1], &[0, 1]),
            (&[0.0, -0.0, 0.0], 1.0, &[0], &[0]),
            (&[1.0, 1.0, 2.0], 2.0, &[2, 1], &[0, 1]),
        ] {
            assert_eq!(instant(values, k, false), top, "topk({k}) of {values:?}");
            assert_eq!(instant(values, k, true), bottom, "bottomk({k}) of {values:?}");
        }
    }

    #[test]
    fn ranges_keep_the_order_of_series_and_choose_step_by_step() {
        let series: [&[f64]; 3] = [&[1.0, 5.0, 5.0], &[2.0, 4.0, 6.0], &[3.0, 3.0, 3.0]];
        let found = chosen(&series, &[0, 0, 0], &[1.0, 2.0, 0.0], false);
        assert_eq!(
            found,
            [
                (0, vec![None, Some(5.0), None]),
                (1, vec![None, Some(4.0), None]),
                (2, vec![Some(3.0), None, None]),
            ]
        );
        // Groups choose apart from one another.
        let found = chosen(&series, &[0, 1, 1], &[1.0; 3], true);
        assert_eq!(
            found,
            [
                (0, vec![Some(1.0), Some(5.0), Some(5.0)]),
                (1, vec![Some(2.0), None, None]),
                (2, vec![None, Some(3.0), Some(3.0)]),
            ]
        );
    }

    #[test]
    fn histograms_are_left_out() {
        let mut mixed = Column::new(2);
        mixed.set(0, 1.0);
        mixed.push_histogram(1, Arc::default());
        let mut only = Column::new(2);
        only.push_histogram(0, Arc::default());
        let rows = [mixed, only].map(|column| Row { column, ..Row::default() });
        let groups = Groups { ids: vec![0, 0], labels: vec![Labels::EMPTY], drop_name: vec![false] };
        let (rows, ignored) =
            top_k(rows.into(), &groups, 2, &[5.0; 2], false, &MemoryBudget::new(0)).unwrap();
        assert!(ignored && rows.len() == 1 && rows[0].column.histograms.is_empty());
        assert_eq!(rows[0].column.float(0), Some(1.0));
    }

    #[test]
    fn heaps_agree_with_sorting() {
        // Distinct values: the k best are the k best, whatever the order in which they come.
        for k in 1..20_usize {
            let values: Vec<f64> = (0..17).map(|i| f64::from(i * 7 % 17) - 8.0).collect();
            let mut sorted: Vec<usize> = (0..17).collect();
            sorted.sort_by(|a, b| values[*b].total_cmp(&values[*a]));
            sorted.truncate(k);
            assert_eq!(instant(&values, k as f64, false), sorted);
        }
    }
}
