//! What a query gives back besides its value.

use std::time::Duration;

use crate::annotations::Annotations;
use crate::value::Value;

/// An answered query.
#[derive(Debug, Clone, PartialEq)]
pub struct QueryOutput {
    /// The value.
    pub value: Value,
    /// Warnings and infos.
    pub annotations: Annotations,
    /// What it cost; filled when the query options ask for it.
    pub stats: Option<QueryStats>,
}

/// What a query cost.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct QueryStats {
    /// Time spent waiting for other queries.
    pub queue_time: Duration,
    /// Time spent planning and reading the index.
    pub prepare_time: Duration,
    /// Time spent evaluating.
    pub eval_time: Duration,
    /// All of it.
    pub total_time: Duration,
    /// Samples read.
    pub total_samples: usize,
    /// The most samples held at once.
    pub peak_samples: usize,
    /// Bytes of columns that were built.
    pub built_bytes: usize,
    /// Samples that steps looked at, each at every step that did; filled when the query options ask for it.
    pub looked_at: Option<u64>,
    /// Per step its time and the samples that it looked at; filled when the query options ask for it.
    pub step_samples: Option<Vec<(i64, u64)>>,
}
