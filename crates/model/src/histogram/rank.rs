//! Counting the observations of a float histogram from one end: the bucket that holds the one of a given rank.
//!
//! Only counts are looked at; bounds are worked out for the one bucket that was found. The same buckets in the same order
//! as [`FloatHistogram::all_buckets`].

use super::bounds::upper_bound;
use super::{Bucket, FloatHistogram, Span};

/// A bucket by its position in the histogram.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The negative bucket whose count has this position.
    Negative(usize),
    /// The zero bucket.
    Zero,
    /// The positive (or custom) bucket whose count has this position.
    Positive(usize),
}

impl FloatHistogram {
    fn counts_upwards(&self) -> impl DoubleEndedIterator<Item = (Place, f64)> {
        let zero = (!self.uses_custom_buckets() && self.zero_count > 0.0).then_some(self.zero_count);
        let negative = spanned(&self.negative_spans, &self.negative_buckets).iter().enumerate().rev();
        let positive = spanned(&self.positive_spans, &self.positive_buckets).iter().enumerate();
        negative
            .map(|(at, count)| (Place::Negative(at), *count))
            .chain(zero.map(|count| (Place::Zero, count)))
            .chain(positive.map(|(at, count)| (Place::Positive(at), *count)))
    }

    /// Counts observations from the lowest bucket (`upwards`) or the highest one until there are `rank` of them. Gives
    /// the bucket in which that happens and the count up to its far end; the last populated bucket when the rank is never
    /// reached, `None` when there is no populated bucket.
    pub fn place_of_rank(&self, rank: f64, upwards: bool) -> Option<(Place, f64)> {
        let reach = |(mut found, mut reached): (Option<Place>, f64), (place, count): (Place, f64)| {
            if found.is_some() && reached >= rank {
                return Err((found, reached));
            }
            if count != 0.0 {
                (found, reached) = (Some(place), reached + count);
            }
            Ok((found, reached))
        };
        let mut counts = self.counts_upwards();
        let start = (None, 0.0);
        let outcome =
            if upwards { counts.try_fold(start, reach) } else { counts.rev().try_fold(start, reach) };
        let (Ok((found, reached)) | Err((found, reached))) = outcome;
        found.map(|place| (place, reached))
    }

    /// The observations of all buckets. It is less than [`count`](Self::count) where NaN was observed.
    pub fn count_in_buckets(&self) -> f64 {
        self.counts_upwards().map(|(_, count)| count).sum()
    }

    /// The bucket at a place; a bucket beside the zero bucket begins where that one ends.
    pub fn bucket_at(&self, place: Place) -> Bucket {
        let threshold = self.zero_threshold;
        let of = |spans: &[Span], counts: &[f64], at: usize| {
            let index = index_at(spans, at);
            let lower = upper_bound(index.wrapping_sub(1), self.schema, &self.custom_values);
            let upper = upper_bound(index, self.schema, &self.custom_values);
            (index, lower, upper, counts.get(at).copied().unwrap_or(0.0))
        };
        match place {
            Place::Zero => self.zero_bucket(),
            Place::Positive(at) => {
                let (index, lower, upper, count) = of(&self.positive_spans, &self.positive_buckets, at);
                let custom = self.uses_custom_buckets();
                let lower = if custom { lower } else { lower.max(threshold) };
                let lower_inclusive = custom && index == 0;
                Bucket { lower, upper, lower_inclusive, upper_inclusive: true, count, index }
            }
            Place::Negative(at) => {
                let (index, near, far, count) = of(&self.negative_spans, &self.negative_buckets, at);
                let upper = (-near).min(-threshold);
                Bucket { lower: -far, upper, lower_inclusive: true, upper_inclusive: false, count, index }
            }
        }
    }
}

/// The counts for which spans name an index.
fn spanned<'a>(spans: &[Span], counts: &'a [f64]) -> &'a [f64] {
    let length: usize = spans.iter().map(|span| span.length as usize).sum();
    counts.get(..length).unwrap_or(counts)
}

/// The index of the bucket whose count is at this position.
fn index_at(spans: &[Span], mut position: usize) -> i32 {
    let mut next = 0_i32;
    for span in spans {
        let (begin, length) = (next.saturating_add(span.offset), span.length as usize);
        if position < length {
            return begin.saturating_add(i32::try_from(position).unwrap_or(i32::MAX));
        }
        position -= length;
        next = begin.saturating_add(i32::try_from(length).unwrap_or(i32::MAX));
    }
    next
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::histogram::CUSTOM_BUCKETS_SCHEMA;

    fn two_sided() -> FloatHistogram {
        FloatHistogram {
            zero_threshold: 0.75,
            zero_count: 3.0,
            positive_spans: vec![Span { offset: 0, length: 2 }, Span { offset: 1, length: 1 }],
            positive_buckets: vec![1.0, 0.0, 5.0],
            negative_spans: vec![Span { offset: 0, length: 2 }],
            negative_buckets: vec![2.0, 4.0],
            ..FloatHistogram::default()
        }
    }

    #[test]
    fn ranks_from_both_ends() {
        use Place::{Negative, Positive, Zero};
        let h = two_sided();
        for (rank, below, above) in [
            (0.0, (Negative(1), 4.0), (Positive(2), 5.0)),
            (4.0, (Negative(1), 4.0), (Positive(2), 5.0)),
            (5.5, (Negative(0), 6.0), (Positive(0), 6.0)),
            (7.0, (Zero, 9.0), (Zero, 9.0)),
            (10.0, (Positive(0), 10.0), (Negative(0), 11.0)),
            (15.0, (Positive(2), 15.0), (Negative(1), 15.0)),
            (99.0, (Positive(2), 15.0), (Negative(1), 15.0)),
            (f64::NAN, (Positive(2), 15.0), (Negative(1), 15.0)),
        ] {
            assert_eq!(h.place_of_rank(rank, true), Some(below), "{rank} from below");
            assert_eq!(h.place_of_rank(rank, false), Some(above), "{rank} from above");
        }
        assert_eq!(FloatHistogram::default().place_of_rank(1.0, true), None);
        assert_eq!(h.count_in_buckets(), 15.0);
    }

    #[test]
    fn places_are_those_of_all_buckets() {
        let custom = FloatHistogram {
            schema: CUSTOM_BUCKETS_SCHEMA,
            positive_spans: vec![Span { offset: 0, length: 2 }, Span { offset: 1, length: 1 }],
            positive_buckets: vec![1.0, 0.0, 5.0],
            custom_values: vec![1.0, 2.0, 5.0],
            zero_count: 9.0,
            ..FloatHistogram::default()
        };
        for h in [two_sided(), custom] {
            let found: Vec<Bucket> = h.counts_upwards().map(|(place, _)| h.bucket_at(place)).collect();
            assert_eq!(found, h.all_buckets());
        }
    }
}
