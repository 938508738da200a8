//! Sparse buckets as `(index, count)` pairs and back to spans; the common ground of all operations on histograms.

use super::Span;

/// A bucket's index and count.
pub(super) type Pair = (i32, f64);

/// The pairs of a side, in order of the index; empty buckets included.
pub(super) fn to_pairs(spans: &[Span], buckets: &[f64]) -> Vec<Pair> {
    let mut pairs = Vec::with_capacity(buckets.len());
    for_each_index(spans, buckets, |index, count| pairs.push((index, count)));
    pairs
}

/// Calls `visit` with every bucket, in order of the index.
pub(super) fn for_each_index(spans: &[Span], buckets: &[f64], mut visit: impl FnMut(i32, f64)) {
    let mut index = 0_i32;
    let mut counts = buckets.iter();
    for span in spans {
        index = index.saturating_add(span.offset);
        for _ in 0..span.length {
            let Some(count) = counts.next() else { return };
            visit(index, *count);
            index = index.saturating_add(1);
        }
    }
}

/// Spans and counts of pairs that ascend in their index.
pub(super) fn from_pairs(pairs: &[Pair]) -> (Vec<Span>, Vec<f64>) {
    let mut spans: Vec<Span> = Vec::new();
    let mut next = 0_i32;
    for (index, _) in pairs {
        match spans.last_mut() {
            Some(span) if *index == next => span.length += 1,
            _ => spans.push(Span { offset: index.wrapping_sub(next), length: 1 }),
        }
        next = index.saturating_add(1);
    }
    (spans, pairs.iter().map(|(_, count)| *count).collect())
}

/// The union of two sides; where both have a bucket, `combine` puts the counts together (a missing left one is 0).
pub(super) fn merge(left: &[Pair], right: &[Pair], combine: impl Fn(f64, f64) -> f64) -> Vec<Pair> {
    let mut merged = Vec::with_capacity(left.len().max(right.len()));
    let (mut l, mut r) = (left.iter().peekable(), right.iter().peekable());
    loop {
        match (l.peek(), r.peek()) {
            (None, None) => return merged,
            (Some(a), b) if b.is_none_or(|b| a.0 < b.0) => {
                merged.push(**a);
                l.next();
            }
            (a, Some(b)) if a.is_none_or(|a| b.0 < a.0) => {
                merged.push((b.0, combine(0.0, b.1)));
                r.next();
            }
            (Some(a), Some(b)) => {
                merged.push((a.0, combine(a.1, b.1)));
                l.next();
                r.next();
            }
            // The first two guards leave no such case.
            (None, Some(_)) | (Some(_), None) => return merged,
        }
    }
}

/// The pairs at a coarser schema: `shift` is the difference of the schemas.
pub(super) fn coarser(pairs: &[Pair], shift: u32) -> Vec<Pair> {
    let mut reduced: Vec<Pair> = Vec::with_capacity(pairs.len());
    for (index, count) in pairs {
        let target = coarser_index(*index, shift);
        match reduced.last_mut() {
            Some(last) if last.0 == target => last.1 += count,
            _ => reduced.push((target, *count)),
        }
    }
    reduced
}

/// The bucket of a coarser schema that contains bucket `index`.
pub(super) fn coarser_index(index: i32, shift: u32) -> i32 {
    (index.wrapping_sub(1) >> shift.min(31)).wrapping_add(1)
}

/// Drops empty buckets, except runs of at most `max_empty` of them between populated ones.
pub(super) fn compact(pairs: &[Pair], max_empty: usize) -> Vec<Pair> {
    let mut kept: Vec<Pair> = Vec::with_capacity(pairs.len());
    for (index, count) in pairs.iter().filter(|(_, count)| *count != 0.0) {
        if let Some((last, _)) = kept.last() {
            let gap = i64::from(*index) - i64::from(*last) - 1;
            if gap > 0 && gap as u64 <= max_empty as u64 {
                let from = last.wrapping_add(1);
                kept.extend((from..*index).map(|empty| (empty, 0.0)));
            }
        }
        kept.push((*index, *count));
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_round_trip() {
        let spans =
            [Span { offset: -2, length: 2 }, Span { offset: 1, length: 1 }, Span { offset: 0, length: 1 }];
        let pairs = to_pairs(&spans, &[1.0, 2.0, 3.0, 4.0]);
        assert_eq!(pairs, [(-2, 1.0), (-1, 2.0), (1, 3.0), (2, 4.0)]);
        let (spans, counts) = from_pairs(&pairs);
        assert_eq!(spans, [Span { offset: -2, length: 2 }, Span { offset: 1, length: 2 }]);
        assert_eq!(counts, [1.0, 2.0, 3.0, 4.0]);
    }

    #[test]
    fn merging_reducing_compacting() {
        let merged = merge(&[(0, 1.0), (2, 1.0)], &[(1, 5.0), (2, 5.0), (3, 5.0)], |a, b| a - b);
        assert_eq!(merged, [(0, 1.0), (1, -5.0), (2, -4.0), (3, -5.0)]);
        assert_eq!(coarser(&[(0, 1.0), (1, 2.0), (2, 3.0), (3, 4.0)], 1), [(0, 1.0), (1, 5.0), (2, 4.0)]);
        let sparse = [(0, 0.0), (1, 1.0), (2, 0.0), (5, 1.0), (6, 0.0)];
        assert_eq!(compact(&sparse, 0), [(1, 1.0), (5, 1.0)]);
        assert_eq!(compact(&sparse, 3).len(), 5);
    }
}
