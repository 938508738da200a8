//! [`Bucket`]: lets so many requests through at once, and one more per interval.

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use super::config::RateLimit;

/// A bucket of permissions that fills up with time.
#[derive(Debug)]
pub(crate) struct Bucket {
    limit: RateLimit,
    /// How many permissions there were, and when.
    level: Mutex<(f64, Instant)>,
}

impl Bucket {
    /// A full bucket.
    pub(crate) fn new(limit: RateLimit) -> Self {
        Self { limit, level: Mutex::new((f64::from(limit.burst), Instant::now())) }
    }

    /// Takes one permission, if there is one at `now`.
    pub(crate) fn take(&self, now: Instant) -> bool {
        if self.limit.interval.is_zero() {
            return true;
        }
        let mut level = self.level.lock().unwrap_or_else(PoisonError::into_inner);
        let (left, since) = *level;
        let grown = now.saturating_duration_since(since).as_secs_f64() / self.limit.interval.as_secs_f64();
        let left = (left + grown).min(f64::from(self.limit.burst));
        let allowed = left >= 1.0;
        *level = (if allowed { left - 1.0 } else { left }, now.max(since));
        allowed
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn bursts_and_the_long_run() {
        let bucket = Bucket::new(RateLimit { interval: Duration::from_secs(1), burst: 2 });
        let begin = Instant::now();
        let answers = [0, 0, 0, 500, 1_100, 1_200, 9_000, 9_000, 9_000]
            .map(|ms| bucket.take(begin + Duration::from_millis(ms)));
        assert_eq!(answers, [true, true, false, false, true, false, true, true, false]);
        let open = Bucket::new(RateLimit { interval: Duration::ZERO, burst: 0 });
        assert!(open.take(begin), "no interval is no limit");
    }
}
