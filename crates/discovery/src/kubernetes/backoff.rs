//! Waiting longer and longer between attempts, with a spread so that many who wait do not come back together.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use tokio::time::sleep;

const FIRST: Duration = Duration::from_secs(1);
const LAST: Duration = Duration::from_secs(60);

/// The next time to wait.
#[derive(Debug)]
pub(crate) struct Backoff {
    next: Duration,
}

impl Backoff {
    pub(crate) fn new() -> Self {
        Self { next: FIRST }
    }

    /// The attempt went well: the next failure waits a short time again.
    pub(crate) fn reset(&mut self) {
        self.next = FIRST;
    }

    /// Waits between half of the present time and all of it, and doubles it.
    pub(crate) async fn wait(&mut self) {
        sleep(self.next.mul_f64(0.5 + spread() / 2.0)).await;
        self.next = (self.next * 2).min(LAST);
    }
}

/// A number from 0 to 1 that differs from call to call.
pub(crate) fn spread() -> f64 {
    // The keys of a new hasher are the standard library's only randomness.
    let random = RandomState::new().hash_one(0_u8);
    (random >> 11) as f64 / (1_u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spreads() {
        let values: Vec<f64> = (0..100).map(|_| spread()).collect();
        assert!(values.iter().all(|value| (0.0..1.0).contains(value)));
        assert!(values.windows(2).any(|pair| pair[0] != pair[1]));
    }
}
