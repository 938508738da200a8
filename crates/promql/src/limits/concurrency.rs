//! At most so many queries at once; the others wait for their turn, their deadline or their cancellation.

use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};

use super::QueryGuard;
use crate::engine::QueryError;

/// Counts the running queries.
#[derive(Debug)]
pub(crate) struct Gate {
    limit: usize,
    running: Mutex<usize>,
    freed: Condvar,
}

/// The right to run; given back when dropped.
#[derive(Debug)]
pub(crate) struct Permit<'a> {
    gate: &'a Gate,
}

impl Gate {
    /// A gate for `limit` queries; 0 means without limit.
    pub(crate) fn new(limit: usize) -> Self {
        let limit = if limit == 0 { usize::MAX } else { limit };
        Self { limit, running: Mutex::new(0), freed: Condvar::new() }
    }

    /// Waits for a place.
    pub(crate) fn enter(&self, guard: &QueryGuard) -> Result<Permit<'_>, QueryError> {
        let mut running = self.running.lock();
        while *running >= self.limit {
            guard.check_as("query queue")?;
            // Cancellation has no wake-up of its own, so look at it a few times a second.
            self.freed.wait_until(&mut running, Instant::now() + Duration::from_millis(50));
        }
        *running += 1;
        Ok(Permit { gate: self })
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        *self.gate.running.lock() -= 1;
        self.gate.freed.notify_one();
    }
}
