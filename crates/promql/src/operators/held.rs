//! Samples that an operator counts against the limit for as long as it lives.
//!
//! Operators here hold one series at a time, the reference holds whole matrices; its limit is to mean the same here. So
//! the input of a function counts until the function is done.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::QueryContext;
use crate::engine::QueryError;

/// A share of the sample budget; given back when dropped.
#[derive(Debug)]
pub(crate) struct Held {
    context: Arc<QueryContext>,
    count: AtomicUsize,
}

impl Held {
    /// Nothing yet.
    pub(crate) fn new(context: &Arc<QueryContext>) -> Self {
        Self { context: Arc::clone(context), count: AtomicUsize::new(0) }
    }

    /// Takes `count` samples.
    pub(crate) fn take(&self, count: usize) -> Result<(), QueryError> {
        self.count.fetch_add(count, Ordering::Relaxed);
        self.context.budget.take(count)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.context.budget.release(*self.count.get_mut());
    }
}
