//! The zero bucket: bringing two histograms to the same zero threshold.
//!
//! A zero bucket may only end where a populated bucket ends, on either side of zero. So the threshold that two histograms
//! can share is a fixed point: each in turn moves it outwards to the end of a populated bucket that it would cut, until
//! neither has to.

use super::{Bucket, FloatHistogram};

/// A bucket by its distance from zero, whatever its sign.
struct Distance {
    near: f64,
    far: f64,
    count: f64,
}

impl FloatHistogram {
    /// Positive, then negative buckets, each outwards.
    fn distances(&self) -> Vec<Distance> {
        let positive = self.positive_bucket_iter().into_iter().map(|bucket| Distance {
            near: bucket.lower,
            far: bucket.upper,
            count: bucket.count,
        });
        let negative = self.negative_bucket_iter().into_iter().map(|bucket| Distance {
            near: -bucket.upper,
            far: -bucket.lower,
            count: bucket.count,
        });
        positive.chain(negative).collect()
    }

    /// The zero count that a threshold of at least `threshold` would have, and that threshold: it grows to the end of a
    /// populated bucket that it would cut.
    pub(super) fn zero_count_for(&self, threshold: f64) -> (f64, f64) {
        if threshold == self.zero_threshold {
            return (self.zero_count, threshold);
        }
        let buckets = self.distances();
        let mut threshold = threshold;
        let cut = |threshold: f64| {
            let is_cut =
                |bucket: &&Distance| bucket.near < threshold && bucket.far > threshold && bucket.count != 0.0;
            buckets.iter().find(is_cut).map(|bucket| bucket.far)
        };
        while let Some(further) = cut(threshold) {
            threshold = further;
        }
        let inside = buckets.iter().filter(|bucket| bucket.near < threshold);
        (inside.fold(self.zero_count, |count, bucket| count + bucket.count), threshold)
    }

    /// Widens this histogram's zero bucket as far as `other` needs it and gives `other`'s zero count for that width.
    pub(super) fn widen_zero_bucket_for(&mut self, other: &Self) -> f64 {
        if self.zero_threshold.is_nan() || other.zero_threshold.is_nan() {
            return other.zero_count;
        }
        let mut threshold = self.zero_threshold.max(other.zero_threshold);
        loop {
            let (own_count, own) = self.zero_count_for(threshold);
            let (other_count, shared) = other.zero_count_for(own);
            if shared == own {
                if own != self.zero_threshold {
                    (self.zero_count, self.zero_threshold) = (own_count, own);
                    self.clear_inside_zero_bucket();
                }
                return other_count;
            }
            threshold = shared;
        }
    }

    fn clear_inside_zero_bucket(&mut self) {
        let threshold = self.zero_threshold;
        let is_inside = |bucket: &Bucket| bucket.lower < threshold && bucket.upper > -threshold;
        let clear = |buckets: Vec<Bucket>, counts: &mut [f64]| {
            let inside = counts.iter_mut().zip(&buckets).filter(|(_, bucket)| is_inside(bucket));
            inside.for_each(|(count, _)| *count = 0.0);
        };
        clear(self.positive_bucket_iter(), &mut self.positive_buckets);
        clear(self.negative_bucket_iter(), &mut self.negative_buckets);
        self.compact(0);
    }
}
