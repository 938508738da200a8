//! Laying a native histogram's buckets out anew without the empty ones.
//!
//! Used for histograms off the wire and for those made from classic buckets. What Prometheus calls compacting: no empty
//! bucket at either end of a span, and none in the middle of one unless no more than `gap_max` stand in a row.

use narthex_model::Span;

/// Buckets given as differences to the bucket before.
pub(super) fn compact_deltas(
    spans: &[Span],
    deltas: &[i64],
    gap_max: i64,
    to_spans: &mut Vec<Span>,
    to_deltas: &mut Vec<i64>,
) {
    let mut layout = Layout::new(gap_max);
    let (mut count, mut written) = (0_i64, 0_i64);
    for (index, delta) in indices(spans).zip(deltas) {
        count = count.wrapping_add(*delta);
        if count != 0 {
            for _ in 0..layout.place(index, to_spans) {
                to_deltas.push(written.wrapping_neg());
                written = 0;
            }
            to_deltas.push(count.wrapping_sub(written));
            written = count;
        }
    }
}

/// Buckets given as counts.
pub(super) fn compact_counts(
    spans: &[Span],
    counts: &[f64],
    gap_max: i64,
    to_spans: &mut Vec<Span>,
    to_counts: &mut Vec<f64>,
) {
    let mut layout = Layout::new(gap_max);
    for (index, count) in indices(spans).zip(counts) {
        if *count != 0.0 {
            to_counts.extend((0..layout.place(index, to_spans)).map(|_| 0.0));
            to_counts.push(*count);
        }
    }
}

/// The bucket indices that spans cover, in order.
fn indices(spans: &[Span]) -> impl Iterator<Item = i64> {
    let mut next = 0_i64;
    spans.iter().flat_map(move |span| {
        let first = next + i64::from(span.offset);
        next = first + i64::from(span.length);
        first..next
    })
}

/// Builds spans from ascending indices of buckets that are not empty.
struct Layout {
    gap_max: i64,
    /// The index behind the last bucket.
    end: i64,
}

impl Layout {
    fn new(gap_max: i64) -> Self {
        Self { gap_max, end: 0 }
    }

    /// Makes room for the bucket `index`; gives how many empty buckets have to be written in front of it.
    fn place(&mut self, index: i64, spans: &mut Vec<Span>) -> i64 {
        let gap = index - self.end;
        self.end = index + 1;
        match spans.last_mut() {
            // A negative gap only comes from spans that overlap; they are kept apart for validation to find.
            Some(last) if (0..=self.gap_max).contains(&gap) => {
                last.length += gap as u32 + 1;
                gap
            }
            _ => {
                spans.push(Span { offset: gap as i32, length: 1 });
                0
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(offset: i32, length: u32) -> Span {
        Span { offset, length }
    }

    fn deltas(spans: &[Span], buckets: &[i64], gap_max: i64) -> (Vec<Span>, Vec<i64>) {
        let mut out = (Vec::new(), Vec::new());
        compact_deltas(spans, buckets, gap_max, &mut out.0, &mut out.1);
        out
    }

    #[test]
    fn empty_buckets_go() {
        // Absolute: 1 2 0 0 3 | 0 0 | 4
        let spans = [span(-2, 5), span(3, 2), span(0, 0), span(1, 1)];
        let buckets = [1, 1, -2, 0, 3, -3, 0, 4];
        assert_eq!(
            deltas(&spans, &buckets, 0),
            (vec![span(-2, 2), span(2, 1), span(6, 1)], vec![1, 1, 1, 1])
        );
        assert_eq!(deltas(&spans, &buckets, 2), (vec![span(-2, 5), span(6, 1)], vec![1, 1, -2, 0, 3, 1]));
        assert_eq!(deltas(&[span(0, 0)], &[], 0), (vec![], vec![]));
        assert_eq!(deltas(&[span(5, 2)], &[0, 0], 0), (vec![], vec![]));
    }

    #[test]
    fn counts_alike() {
        let (mut spans, mut counts) = (Vec::new(), Vec::new());
        compact_counts(&[span(1, 4)], &[0.0, 0.5, 0.0, 2.0], 1, &mut spans, &mut counts);
        assert_eq!((spans, counts), (vec![span(2, 3)], vec![0.5, 0.0, 2.0]));
    }
}
