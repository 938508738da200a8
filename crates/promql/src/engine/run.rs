//! [`Engine`]: from a query to its answer.

use std::sync::Arc;
use std::time::Instant;

use narthex_model::Timestamp;
use narthex_storage::Queryable;

use super::answer::{Answer, finish_matrix, finish_vector, raw_matrix};
use super::{EngineOptions, QueryError, QueryOptions, QueryOutput, QueryStats};
use crate::annotations::Annotations;
use crate::ast::{DurationContext, Expr, ValueType};
use crate::column::Grid;
use crate::limits::{ActiveQueries, Gate, QueryGuard, RunningQuery, StepSamples};
use crate::operators::{Crew, QueryContext};
use crate::parser::parse_expr;
use crate::plan::{Around, ExtentContext, PlanNode, Planner, explain, extent};
use crate::value::{MatrixSeries, Value};

/// Evaluates queries; one for the whole process, shared by all threads.
#[derive(Debug)]
pub struct Engine {
    options: EngineOptions,
    gate: Gate,
    crew: Arc<Crew>,
    active: Option<ActiveQueries>,
}

impl Engine {
    /// An engine with these settings.
    pub fn new(mut options: EngineOptions) -> Self {
        if options.threads == 0 {
            // Asked once: the answer costs more than a small query.
            options.threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        }
        let gate = Gate::new(options.max_concurrency);
        // The thread that asks works, too.
        let crew = Arc::new(Crew::new(options.threads - 1));
        Self { options, gate, crew, active: None }
    }

    /// The same engine, which notes the queries that it runs.
    #[must_use]
    pub fn noting(mut self, active: Option<ActiveQueries>) -> Self {
        self.active = active;
        self
    }

    /// The queries that run now, the oldest first; none when they are not [noted](Self::noting).
    pub fn running(&self) -> Vec<RunningQuery> {
        self.active.as_ref().map(ActiveQueries::running).unwrap_or_default()
    }

    /// The settings.
    pub fn options(&self) -> &EngineOptions {
        &self.options
    }

    /// Parses a query with the engine's settings.
    pub fn parse(&self, query: &str) -> Result<Expr, QueryError> {
        parse_expr(query, self.options.parser).map_err(|error| QueryError::BadData(error.to_string()))
    }

    /// Evaluates `query` at `t` (milliseconds).
    pub fn instant(
        &self,
        storage: &dyn Queryable,
        query: &str,
        t: Timestamp,
        options: &QueryOptions,
    ) -> Result<QueryOutput, QueryError> {
        self.instant_expr(storage, &self.parse(query)?, t, options)
    }

    /// Evaluates a parsed query at `t` (milliseconds).
    pub fn instant_expr(
        &self,
        storage: &dyn Queryable,
        expr: &Expr,
        t: Timestamp,
        options: &QueryOptions,
    ) -> Result<QueryOutput, QueryError> {
        let durations = DurationContext { step_ms: 0, range_ms: 0 };
        self.run(storage, expr, Grid::instant(t), durations, true, options)
    }

    /// Evaluates `query` at `start`, `start + step`, … up to `end` (milliseconds).
    pub fn range(
        &self,
        storage: &dyn Queryable,
        query: &str,
        (start, end, step): (Timestamp, Timestamp, i64),
        options: &QueryOptions,
    ) -> Result<QueryOutput, QueryError> {
        self.range_expr(storage, &self.parse(query)?, (start, end, step), options)
    }

    /// Evaluates a parsed query at `start`, `start + step`, … up to `end` (milliseconds).
    pub fn range_expr(
        &self,
        storage: &dyn Queryable,
        expr: &Expr,
        (start, end, step): (Timestamp, Timestamp, i64),
        options: &QueryOptions,
    ) -> Result<QueryOutput, QueryError> {
        if step <= 0 {
            let message =
                "zero or negative query resolution step widths are not accepted. Try a positive integer";
            return Err(QueryError::BadData(message.to_owned()));
        }
        if end < start {
            return Err(QueryError::BadData("end timestamp must not be before start time".to_owned()));
        }
        if !matches!(expr.value_type(), ValueType::Vector | ValueType::Scalar) {
            let found = expr.value_type().documented();
            return Err(QueryError::BadData(format!(
                "invalid expression type \"{found}\" for range query, must be Scalar or instant Vector"
            )));
        }
        let grid = Grid::new(start, end, step);
        if self.options.max_points > 0 && grid.steps - 1 > self.options.max_points {
            return Err(QueryError::TooManyPoints(self.options.max_points));
        }
        let durations = DurationContext { step_ms: step, range_ms: end.saturating_sub(start) };
        self.run(storage, expr, grid, durations, false, options)
    }

    /// What [`range_expr`](Self::range_expr), or for `None` [`instant_expr`](Self::instant_expr) at `start`, would do.
    pub fn explain(
        &self,
        expr: &Expr,
        start: Timestamp,
        range: Option<(Timestamp, i64)>,
        lookback_ms: Option<i64>,
    ) -> Result<PlanNode, QueryError> {
        let (end, step) = range.unwrap_or((start, 0));
        let grid = Grid::new(start, end, step);
        let context = ExtentContext {
            start: grid.start,
            end: grid.end,
            lookback: lookback_ms.unwrap_or(self.options.lookback_ms).max(1),
            subquery_step: self.options.default_subquery_step_ms,
            durations: DurationContext { step_ms: step, range_ms: end.saturating_sub(start) },
        };
        explain(expr, grid, &context)
    }

    fn run(
        &self,
        storage: &dyn Queryable,
        expr: &Expr,
        grid: Grid,
        durations: DurationContext,
        is_instant: bool,
        options: &QueryOptions,
    ) -> Result<QueryOutput, QueryError> {
        let begun = Instant::now();
        let timeout = match options.timeout {
            Some(timeout) if self.options.timeout.is_zero() || timeout < self.options.timeout => timeout,
            _ => self.options.timeout,
        };
        let guard = QueryGuard::new(options.cancel.clone(), timeout);
        let _permit = self.gate.enter(&guard)?;
        let admitted = Instant::now();
        let _noted = self.active.as_ref().and_then(|active| active.insert(&expr.to_string()));
        let lookback = options.lookback_ms.unwrap_or(self.options.lookback_ms).max(1);
        let step_samples = StepSamples::new(grid, options.step_stats);
        let context =
            Arc::new(QueryContext::new(&self.options, Arc::clone(&self.crew), guard, lookback, step_samples));
        context.budget.admit_steps(grid.steps)?;
        let extent_context = ExtentContext {
            start: grid.start,
            end: grid.end,
            lookback,
            subquery_step: context.subquery_step,
            durations,
        };
        let (mint, maxt) = extent(expr, grid, &extent_context)?.unwrap_or((grid.start, grid.end));
        let querier = storage.querier(mint, maxt)?;
        let prepared = Instant::now();
        let mut planner = Planner {
            querier: &*querier,
            context: Arc::clone(&context),
            query_start: grid.start,
            query_end: grid.end,
            durations,
            is_instant,
            stats_only: false,
            needs_buckets: false,
            annotations: Annotations::default(),
        };
        let value = evaluate(&mut planner, expr, grid, is_instant)?;
        let annotations = planner.annotations;
        let done = Instant::now();
        let stats = options.stats.then(|| QueryStats {
            queue_time: admitted - begun,
            prepare_time: prepared - admitted,
            eval_time: done - prepared,
            total_time: done - begun,
            total_samples: context.budget.total(),
            peak_samples: context.budget.peak(),
            built_bytes: context.memory.built(),
            looked_at: context.step_samples.as_ref().map(StepSamples::total),
            step_samples: context.step_samples.as_ref().and_then(StepSamples::steps),
        });
        Ok(QueryOutput { value, annotations, stats })
    }
}

fn evaluate(
    planner: &mut Planner<'_>,
    expr: &Expr,
    grid: Grid,
    is_instant: bool,
) -> Result<Value, QueryError> {
    let delayed = planner.context.delayed_names;
    match expr.value_type() {
        ValueType::String => match expr.unwrap_parens() {
            Expr::String(literal) => Ok(Value::String { t: grid.start, v: literal.value.clone() }),
            other => Err(QueryError::execution_at("expected a string literal", other.pos())),
        },
        ValueType::Scalar => {
            let values = planner.scalar(expr, grid)?;
            if is_instant {
                return Ok(Value::Scalar { t: grid.start, v: values.first().copied().unwrap_or(f64::NAN) });
            }
            planner.context.budget.take(values.len())?;
            planner.context.memory.take(values.len() * size_of::<(i64, f64)>())?;
            let floats = grid.times().zip(values).collect();
            Ok(Value::Matrix(vec![MatrixSeries { floats, ..MatrixSeries::default() }]))
        }
        ValueType::Matrix => raw_matrix(planner, expr, grid),
        ValueType::Vector | ValueType::None => {
            let source = planner.vector(expr, grid, Around::default())?;
            let rows = planner.rows_of(source, grid.steps)?;
            let context = Arc::clone(&planner.context);
            let answer = Answer { grid, delayed_names: delayed, memory: &context.memory };
            if is_instant { finish_vector(&answer, rows) } else { finish_matrix(&answer, rows) }
        }
    }
}
