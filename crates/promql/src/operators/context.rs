//! What all operators of one query share.

use std::sync::Arc;

use super::Crew;
use crate::engine::{EngineOptions, QueryError};
use crate::limits::{MemoryBudget, QueryGuard, SampleBudget, StepSamples};

/// Limits and settings of one query; shared by its threads.
#[derive(Debug)]
pub(crate) struct QueryContext {
    /// Deadline and cancellation.
    pub(crate) guard: QueryGuard,
    /// Samples held.
    pub(crate) budget: SampleBudget,
    /// Bytes built.
    pub(crate) memory: MemoryBudget,
    /// Samples that each step looks at, when that is asked for.
    pub(crate) step_samples: Option<StepSamples>,
    /// Lookback in milliseconds.
    pub(crate) lookback: i64,
    /// Threads to use, this one included.
    pub(crate) threads: usize,
    /// The other threads.
    pub(crate) crew: Arc<Crew>,
    /// Whether names are dropped at the end only.
    pub(crate) delayed_names: bool,
    /// Whether start timestamps are used.
    pub(crate) start_timestamps: bool,
    /// Whether types are read from `__type__`.
    pub(crate) type_and_unit: bool,
    /// The step of subqueries that name none.
    pub(crate) subquery_step: i64,
}

impl QueryContext {
    /// The context of one query.
    pub(crate) fn new(
        options: &EngineOptions,
        crew: Arc<Crew>,
        guard: QueryGuard,
        lookback: i64,
        step_samples: Option<StepSamples>,
    ) -> Self {
        Self {
            guard,
            budget: SampleBudget::new(options.max_samples),
            memory: MemoryBudget::new(options.max_memory),
            step_samples,
            lookback,
            threads: options.threads.max(1),
            crew,
            delayed_names: options.delayed_name_removal,
            start_timestamps: options.use_start_timestamps,
            type_and_unit: options.type_and_unit_labels,
            subquery_step: options.default_subquery_step_ms,
        }
    }

    /// Asks whether the query may go on.
    pub(crate) fn check(&self) -> Result<(), QueryError> {
        self.guard.check()
    }
}
