//! How many bytes of columns a query builds: the figure that `query.max-memory` bounds.
//!
//! Counted are the columns of rows that are collected (joins, sorts, results), the accumulators of aggregations and the
//! decoded samples of the series in work. Nothing is given back before the query ends, so that what is counted is never
//! less than what is held.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::engine::QueryError;

/// Bytes of one query, shared by its threads.
#[derive(Debug)]
pub(crate) struct MemoryBudget {
    limit: usize,
    built: AtomicUsize,
}

impl MemoryBudget {
    /// A budget of `limit` bytes; 0 means without limit.
    pub(crate) fn new(limit: usize) -> Self {
        let limit = if limit == 0 { usize::MAX } else { limit };
        Self { limit, built: AtomicUsize::new(0) }
    }

    /// Counts bytes that stay.
    pub(crate) fn take(&self, bytes: usize) -> Result<(), QueryError> {
        let built = self.built.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes);
        if built > self.limit { Err(QueryError::TooMuchMemory(self.limit)) } else { Ok(()) }
    }

    /// Looks at bytes that are reused for the next series.
    pub(crate) fn glance(&self, bytes: usize) -> Result<(), QueryError> {
        let built = self.built.load(Ordering::Relaxed).saturating_add(bytes);
        if built > self.limit { Err(QueryError::TooMuchMemory(self.limit)) } else { Ok(()) }
    }

    /// All bytes that were counted.
    pub(crate) fn built(&self) -> usize {
        self.built.load(Ordering::Relaxed)
    }
}
