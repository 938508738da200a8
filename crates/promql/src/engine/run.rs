//! [`Engine`]: from a query to its answer.

use std::time::Instant;

use narthex_model::Timestamp;
use narthex_storage::Queryable;

use super::{EngineOptions, QueryError, QueryOptions, QueryOutput};
use crate::ast::Expr;
use crate::limits::{Gate, QueryGuard};

/// Evaluates queries; one for the whole process, shared by all threads.
#[derive(Debug)]
pub struct Engine {
    options: EngineOptions,
    gate: Gate,
}

impl Engine {
    /// An engine with these settings.
    pub fn new(options: EngineOptions) -> Self {
        let gate = Gate::new(options.max_concurrency);
        Self { options, gate }
    }

    /// The settings.
    pub fn options(&self) -> &EngineOptions {
        &self.options
    }

    /// Evaluates `expr` at `t` (milliseconds).
    pub fn instant_expr(
        &self,
        storage: &dyn Queryable,
        expr: &Expr,
        t: Timestamp,
        options: &QueryOptions,
    ) -> Result<QueryOutput, QueryError> {
        let _ = (storage, t, expr, Instant::now());
        let guard = QueryGuard::new(options.cancel.clone(), self.options.timeout);
        let _permit = self.gate.enter(&guard)?;
        Err(QueryError::execution("evaluation is not built yet"))
    }
}
