//! The zero bucket: bringing two histograms to the same zero threshold.

use super::FloatHistogram;

impl FloatHistogram {
    /// The zero count that a threshold of at least `threshold` would have, and that threshold: it grows to the end of a
    /// populated bucket that it would cut.
    pub(super) fn zero_count_for(&self, threshold: f64) -> (f64, f64) {
        if threshold == self.zero_threshold {
            return (self.zero_count, threshold);
        }
        let (positive, negative) = (self.positive_bucket_iter(), self.negative_bucket_iter());
        let mut threshold = threshold;
        'again: loop {
            let mut count = self.zero_count;
            for bucket in &positive {
                if bucket.lower >= threshold {
                    break;
                }
                count += bucket.count;
                if bucket.upper > threshold {
                    if bucket.count != 0.0 {
                        threshold = bucket.upper;
                    }
                    break;
                }
            }
            for bucket in &negative {
                if bucket.upper <= -threshold {
                    break;
                }
                count += bucket.count;
                if bucket.lower < -threshold {
                    if bucket.count != 0.0 {
                        threshold = -bucket.lower;
                        continue 'again;
                    }
                    break;
                }
            }
            return (count, threshold);
        }
    }

    /// Widens this histogram's zero bucket as far as `other` needs it and gives `other`'s zero count for that width.
    pub(super) fn widen_zero_bucket_for(&mut self, other: &Self) -> f64 {
        let (mut count, mut threshold) = (other.zero_count, other.zero_threshold);
        while threshold != self.zero_threshold && !threshold.is_nan() && !self.zero_threshold.is_nan() {
            if self.zero_threshold > threshold {
                (count, threshold) = other.zero_count_for(self.zero_threshold);
            }
            if threshold > self.zero_threshold {
                (self.zero_count, self.zero_threshold) = self.zero_count_for(threshold);
                self.clear_inside_zero_bucket();
            }
        }
        count
    }

    fn clear_inside_zero_bucket(&mut self) {
        let threshold = self.zero_threshold;
        let inside = |bucket: &super::Bucket| bucket.lower < threshold && bucket.upper > -threshold;
        let positive: Vec<_> = self.positive_bucket_iter().iter().map(inside).collect();
        let negative: Vec<_> = self.negative_bucket_iter().iter().map(inside).collect();
        for (count, inside) in self.positive_buckets.iter_mut().zip(positive) {
            if inside {
                *count = 0.0;
            }
        }
        for (count, inside) in self.negative_buckets.iter_mut().zip(negative) {
            if inside {
                *count = 0.0;
            }
        }
        self.compact(0);
    }
}
