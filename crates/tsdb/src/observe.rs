//! [`Observations`]: how often what was observed lay below each of some bounds; for the metrics that are histograms.

use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;

/// Counts by bucket, as they are shown.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Distribution {
    /// Upper bounds, ascending, each with the number of observations up to it.
    pub buckets: Vec<(f64, u64)>,
    /// Sum of all observations.
    pub sum: f64,
    /// Number of all observations.
    pub count: u64,
}

/// Counts by bucket, as they grow.
#[derive(Debug)]
pub(crate) struct Observations {
    bounds: &'static [f64],
    /// One for each bound, one for what is larger.
    counts: Vec<AtomicU64>,
    sum: Mutex<f64>,
}

impl Observations {
    /// Nothing observed yet; `bounds` ascend.
    pub(crate) fn new(bounds: &'static [f64]) -> Self {
        let counts = (0..=bounds.len()).map(|_| AtomicU64::default()).collect();
        Self { bounds, counts, sum: Mutex::default() }
    }

    /// Adds an observation.
    pub(crate) fn add(&self, value: f64) {
        let bucket = self.bounds.partition_point(|bound| *bound < value);
        if let Some(count) = self.counts.get(bucket) {
            count.fetch_add(1, Ordering::Relaxed);
        }
        *self.sum.lock() += value;
    }

    /// What was observed.
    pub(crate) fn distribution(&self) -> Distribution {
        let mut count = 0;
        let mut upto = self.counts.iter().map(|one| {
            count += one.load(Ordering::Relaxed);
            count
        });
        let buckets = self.bounds.iter().copied().zip(&mut upto).collect();
        upto.for_each(drop);
        Distribution { buckets, sum: *self.sum.lock(), count }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_belong_to_their_bucket() {
        let seen = Observations::new(&[1.0, 2.0]);
        [0.5, 1.0, 1.5, 9.0].into_iter().for_each(|value| seen.add(value));
        let want = Distribution { buckets: vec![(1.0, 2), (2.0, 3)], sum: 12.0, count: 4 };
        assert_eq!(seen.distribution(), want);
    }
}
