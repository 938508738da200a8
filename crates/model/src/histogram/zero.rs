//! The zero bucket: bringing two histograms to one zero threshold.
//!
//! A zero bucket that is widened swallows whole buckets: its threshold may only stand where no populated bucket is cut,
//! on either side of zero. The threshold that two histograms share is the smallest that is at least both of theirs and
//! *settled* in both: each in turn moves it outwards to the end of a populated bucket that it would cut, until neither
//! does. A histogram's own threshold is settled in it by definition, even where a bucket reaches into its zero bucket.
//! It takes the other's zero count for the common threshold as it is; empty buckets inside are emptied, not looked at.

use super::FloatHistogram;

/// A bucket by its distance from zero, whatever its sign.
struct Distance {
    near: f64,
    far: f64,
    count: f64,
}

impl FloatHistogram {
    /// The buckets in the order of their counts: positive ones, then negative ones, each outwards.
    fn distances(&self) -> impl Iterator<Item = Distance> {
        let positive = self.positive_bucket_iter().into_iter().map(|b| (b.lower, b.upper, b.count));
        let negative = self.negative_bucket_iter().into_iter().map(|b| (-b.upper, -b.lower, b.count));
        positive.chain(negative).map(|(near, far, count)| Distance { near, far, count })
    }

    /// The smallest settled threshold from `threshold` on.
    fn settled(&self, threshold: f64) -> f64 {
        if threshold == self.zero_threshold {
            return threshold;
        }
        let populated: Vec<Distance> = self.distances().filter(|bucket| bucket.count != 0.0).collect();
        let mut settled = threshold;
        loop {
            // One pass settles each side; what moved it on the second side may cut a bucket of the first.
            let moved = populated.iter().fold(settled, |t, bucket| {
                let is_cut = bucket.near < t && t < bucket.far;
                if is_cut { bucket.far } else { t }
            });
            if moved == settled {
                return settled;
            }
            settled = moved;
        }
    }

    /// What a zero bucket of this threshold would count.
    fn count_within(&self, threshold: f64) -> f64 {
        if threshold == self.zero_threshold {
            return self.zero_count;
        }
        let inside = self.distances().filter(|bucket| bucket.near < threshold);
        inside.fold(self.zero_count, |count, bucket| count + bucket.count)
    }

    /// The zero count for the smallest settled threshold from `threshold` on, and that threshold.
    pub(super) fn zero_count_for(&self, threshold: f64) -> (f64, f64) {
        let settled = self.settled(threshold);
        (self.count_within(settled), settled)
    }

    /// Widens this histogram's zero bucket to the threshold that it shares with `other`, and gives `other`'s zero count
    /// for that threshold.
    pub(super) fn widen_zero_bucket_for(&mut self, other: &Self) -> f64 {
        if self.zero_threshold.is_nan() || other.zero_threshold.is_nan() {
            return other.zero_count;
        }
        let mut shared = self.zero_threshold.max(other.zero_threshold);
        loop {
            let moved = other.settled(self.settled(shared));
            if moved == shared {
                break;
            }
            shared = moved;
        }
        if shared != self.zero_threshold {
            self.zero_count = self.count_within(shared);
            let is_inside: Vec<bool> = self.distances().map(|bucket| bucket.near < shared).collect();
            let counts = self.positive_buckets.iter_mut().chain(&mut self.negative_buckets);
            for (count, _) in counts.zip(is_inside).filter(|(_, inside)| *inside) {
                *count = 0.0;
            }
            self.zero_threshold = shared;
            self.compact(0);
        }
        other.count_within(shared)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::histogram::Span;

    /// Schema 0, buckets (1, 2], (2, 4], … on both sides.
    fn histogram(zero: (f64, f64), positive: &[f64], negative: &[f64]) -> FloatHistogram {
        let spans = |counts: &[f64]| {
            let length = counts.len() as u32;
            (length > 0).then_some(Span { offset: 1, length }).into_iter().collect()
        };
        FloatHistogram {
            zero_threshold: zero.0,
            zero_count: zero.1,
            positive_spans: spans(positive),
            positive_buckets: positive.to_vec(),
            negative_spans: spans(negative),
            negative_buckets: negative.to_vec(),
            ..FloatHistogram::default()
        }
    }

    #[test]
    fn thresholds_settle_at_populated_borders() {
        let h = histogram((0.5, 10.0), &[1.0, 0.0, 4.0], &[0.0, 5.0]);
        for (threshold, expected) in [
            // Its own, one below all buckets, and one that falls on a border.
            (0.5, (10.0, 0.5)),
            (0.75, (10.0, 0.75)),
            (2.0, (11.0, 2.0)),
            // Into (1, 2], which is populated; then into [−4, −2).
            (1.5, (11.0, 2.0)),
            (3.0, (16.0, 4.0)),
            // Into (4, 8].
            (5.0, (20.0, 8.0)),
            (f64::INFINITY, (20.0, f64::INFINITY)),
        ] {
            assert_eq!(h.zero_count_for(threshold), expected, "{threshold}");
        }
        // One side moves the threshold into a bucket of the other, back and forth.
        let mut stairs = histogram((0.5, 0.0), &[0.0, 1.0], &[]);
        (stairs.negative_spans, stairs.negative_buckets) =
            (vec![Span { offset: 1, length: 2 }], vec![1.0, 1.0]);
        assert_eq!(stairs.zero_count_for(1.5), (1.0, 2.0));
        assert_eq!(stairs.zero_count_for(2.5), (3.0, 4.0));
    }

    #[test]
    fn both_settle_on_one_threshold() {
        // 1.5 cuts the first one's (1, 2]; the second has nothing there.
        let mut first = histogram((0.5, 10.0), &[1.0, 2.0], &[3.0]);
        let second = histogram((1.5, 100.0), &[0.0, 7.0], &[]);
        assert_eq!(first.widen_zero_bucket_for(&second), 100.0);
        assert_eq!((first.zero_threshold, first.zero_count), (2.0, 14.0));
        assert_eq!((first.positive_buckets, first.negative_buckets), (vec![2.0], vec![]));
        // The other way round the wider one moves out, to where its own bucket is not cut either.
        let mut second = second;
        let narrow = histogram((0.5, 10.0), &[1.0, 2.0], &[3.0]);
        assert_eq!(second.widen_zero_bucket_for(&narrow), 14.0);
        assert_eq!((second.zero_threshold, second.zero_count), (2.0, 100.0));
    }

    #[test]
    fn equal_and_unknown_thresholds_change_nothing() {
        let mut h = histogram((1.5, 10.0), &[1.0], &[]);
        let before = h.clone();
        // (1, 2] reaches into both zero buckets.
        assert_eq!(h.widen_zero_bucket_for(&before), 10.0);
        assert_eq!(h, before);
        let unknown =
            FloatHistogram { zero_threshold: f64::NAN, zero_count: 3.0, ..FloatHistogram::default() };
        assert_eq!(h.widen_zero_bucket_for(&unknown), 3.0);
        assert_eq!(h, before);
    }
}
