//! Durations counted in buckets, for the histograms among the self-metrics.

use std::time::Duration;

/// Upper bounds of the buckets in seconds.
const BOUNDS: [f64; 4] = [0.01, 0.1, 1.0, 10.0];

/// How many durations there were, up to each bound.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Durations {
    /// All of them.
    pub count: u64,
    /// Their sum in seconds.
    pub sum_seconds: f64,
    within: [u64; BOUNDS.len()],
}

impl Durations {
    pub(crate) fn observe(&mut self, duration: Duration) {
        let seconds = duration.as_secs_f64();
        self.count += 1;
        self.sum_seconds += seconds;
        for (count, bound) in self.within.iter_mut().zip(BOUNDS) {
            *count += u64::from(seconds <= bound);
        }
    }

    /// Each bound in seconds with the number of durations up to it.
    pub fn buckets(&self) -> impl Iterator<Item = (f64, u64)> {
        BOUNDS.into_iter().zip(self.within)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_are_cumulative() {
        let mut durations = Durations::default();
        for ms in [5, 10, 50, 2_000, 60_000] {
            durations.observe(Duration::from_millis(ms));
        }
        let counts: Vec<u64> = durations.buckets().map(|(_, count)| count).collect();
        assert_eq!((counts, durations.count), (vec![2, 3, 3, 4], 5));
        assert!((durations.sum_seconds - 62.065).abs() < 1e-9);
    }
}
