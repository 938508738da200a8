//! How long intervals between scrapes really are (`prometheus_target_interval_length_seconds`).

use std::time::Duration;

use crate::durations::Durations;

/// So many of the newest lengths decide the quantiles.
const WINDOW: usize = 1024;

/// Lengths of the intervals of all targets with one configured interval.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct IntervalLengths {
    /// All of them.
    pub all: Durations,
    /// The newest lengths in seconds, in no order.
    recent: Vec<f32>,
}

impl IntervalLengths {
    pub(crate) fn observe(&mut self, length: Duration) {
        let seconds = length.as_secs_f64();
        if self.recent.len() < WINDOW {
            self.recent.push(seconds as f32);
        } else if let Some(oldest) = self.recent.get_mut(self.all.count as usize % WINDOW) {
            *oldest = seconds as f32;
        }
        self.all.observe(length);
    }

    /// The quantile `q` (0 to 1) of the newest lengths in seconds; NaN before the first.
    pub fn quantile(&self, q: f64) -> f64 {
        let mut sorted = self.recent.clone();
        sorted.sort_by(f32::total_cmp);
        let rank = (q.clamp(0.0, 1.0) * sorted.len().saturating_sub(1) as f64).round() as usize;
        sorted.get(rank).map_or(f64::NAN, |seconds| f64::from(*seconds))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_of_the_newest() {
        let mut lengths = IntervalLengths::default();
        assert!(lengths.quantile(0.5).is_nan());
        for _ in 0..WINDOW {
            lengths.observe(Duration::from_secs(100));
        }
        for seconds in 0..WINDOW as u64 {
            lengths.observe(Duration::from_secs(seconds));
        }
        assert_eq!(lengths.all.count, 2 * WINDOW as u64);
        assert_eq!(lengths.quantile(0.0), 0.0);
        assert_eq!(lengths.quantile(1.0), 1023.0);
        assert_eq!(lengths.quantile(0.5), 512.0);
    }
}
