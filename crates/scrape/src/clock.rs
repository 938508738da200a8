//! The wall clock, injected so that a test can make it jump.

use std::fmt::Debug;
use std::time::{SystemTime, UNIX_EPOCH};

/// Nanoseconds in a millisecond.
pub(crate) const NANOS_PER_MS: i64 = 1_000_000;

/// Tells the wall-clock time. Waiting is tokio's business.
pub trait Clock: Debug + Send + Sync {
    /// Nanoseconds since the Unix epoch.
    fn now_nanos(&self) -> i64;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now_nanos(&self) -> i64 {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since_epoch.as_nanos()).unwrap_or(i64::MAX)
    }
}
