//! How many samples a query holds at this moment, and how many it ever held: the figure that `query.max-samples` bounds.
//!
//! Counted as the reference counts: a matrix counts with all its points while it lives, a range window counts while a
//! function looks at it. Operators that fold their input away count it until the fold is done.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::engine::QueryError;

/// Samples in memory, shared by the threads of one query.
#[derive(Debug)]
pub(crate) struct SampleBudget {
    limit: usize,
    current: AtomicUsize,
    peak: AtomicUsize,
    total: AtomicUsize,
}

impl SampleBudget {
    /// A budget of `limit` samples; 0 means without limit.
    pub(crate) fn new(limit: usize) -> Self {
        let limit = if limit == 0 { usize::MAX } else { limit };
        Self { limit, current: AtomicUsize::new(0), peak: AtomicUsize::new(0), total: AtomicUsize::new(0) }
    }

    /// Whether a column of so many steps is thinkable at all: it would hold as many samples.
    pub(crate) fn admit_steps(&self, steps: usize) -> Result<(), QueryError> {
        // Without a limit of its own a query may still not ask for gigabytes per series.
        const STEPS_MAX: usize = 1 << 27;
        if steps > self.limit.min(STEPS_MAX) { Err(QueryError::TooManySamples) } else { Ok(()) }
    }

    /// Takes `count` samples into memory.
    pub(crate) fn take(&self, count: usize) -> Result<(), QueryError> {
        let now = self.current.fetch_add(count, Ordering::Relaxed) + count;
        self.note_peak(now);
        if now > self.limit { Err(QueryError::TooManySamples) } else { Ok(()) }
    }

    /// Looks at `count` samples for a moment, on top of what is held.
    pub(crate) fn glance(&self, count: usize) -> Result<(), QueryError> {
        let now = self.current.load(Ordering::Relaxed) + count;
        self.note_peak(now);
        if now > self.limit { Err(QueryError::TooManySamples) } else { Ok(()) }
    }

    /// Reading is cheap as long as no other thread writes.
    fn note_peak(&self, now: usize) {
        if now > self.peak.load(Ordering::Relaxed) {
            self.peak.fetch_max(now, Ordering::Relaxed);
        }
    }

    /// Gives `count` samples back.
    pub(crate) fn release(&self, count: usize) {
        let mut now = self.current.load(Ordering::Relaxed);
        loop {
            let next = now.saturating_sub(count);
            match self.current.compare_exchange_weak(now, next, Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => return,
                Err(seen) => now = seen,
            }
        }
    }

    /// Counts samples that were read, for the statistics.
    pub(crate) fn count_read(&self, count: usize) {
        self.total.fetch_add(count, Ordering::Relaxed);
    }

    /// The most that was ever held.
    pub(crate) fn peak(&self) -> usize {
        self.peak.load(Ordering::Relaxed)
    }

    /// All samples that were read.
    pub(crate) fn total(&self) -> usize {
        self.total.load(Ordering::Relaxed)
    }
}
