//! What an operator asks before every series: may the query go on?

use std::time::{Duration, Instant};

use super::CancelToken;
use crate::engine::QueryError;

/// Deadline and cancellation of one query.
#[derive(Debug, Clone)]
pub(crate) struct QueryGuard {
    cancel: CancelToken,
    deadline: Option<Instant>,
}

impl QueryGuard {
    /// A guard that ends `timeout` from now; zero means never.
    pub(crate) fn new(cancel: CancelToken, timeout: Duration) -> Self {
        let deadline = (!timeout.is_zero()).then(|| Instant::now().checked_add(timeout)).flatten();
        Self { cancel, deadline }
    }

    /// Whether the query may go on.
    pub(crate) fn check(&self) -> Result<(), QueryError> {
        self.check_as("expression evaluation")
    }

    /// As [`check`](Self::check), naming what is interrupted.
    pub(crate) fn check_as(&self, activity: &'static str) -> Result<(), QueryError> {
        if self.cancel.is_cancelled() {
            return Err(QueryError::Canceled(activity));
        }
        match self.deadline {
            Some(deadline) if Instant::now() >= deadline => Err(QueryError::Timeout(activity)),
            _ => Ok(()),
        }
    }
}
