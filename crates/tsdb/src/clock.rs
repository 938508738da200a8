//! The clock, injected so that tests decide what time it is.

use std::time::{SystemTime, UNIX_EPOCH};

use narthex_model::Timestamp;

/// Where "now" comes from.
pub trait Clock: Send + Sync {
    /// Milliseconds since the Unix epoch.
    fn now(&self) -> Timestamp;
}

/// The system's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(since) => since.as_millis() as Timestamp,
            Err(before) => -(before.duration().as_millis() as Timestamp),
        }
    }
}
