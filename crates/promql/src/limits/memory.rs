//! How many bytes a query builds: the figure that `query.max-memory` bounds.
//!
//! Counted is what grows with series or steps, by whoever makes it and before it is made where that can be: the selected
//! series, collected rows with their labels, the results of joins and functions, accumulators and groups of aggregations,
//! heaps of `topk`, scalars, the answer's points; and for a moment the decoded samples of the series in work. What only
//! moves on (a sort, the rows that a filter leaves) was counted when it was made. Nothing is given back before the query
//! ends, so that what is counted is hardly less than what is held; `tests/memory_counted.rs` compares the two.

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
