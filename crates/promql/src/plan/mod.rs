//! From a syntax tree to operators. [`Planner::vector`] and its siblings walk the tree once; what they give back is either
//! computed (rows, scalars) or a [`Source`] that computes its series on demand.
//!
//! Rules that hold throughout:
//! * an expression that does not depend on the evaluation time is evaluated at one step and repeated;
//! * after each node without delayed name removal, no two series have the same labels.

mod aggregate;
mod binary;
mod call;
mod explain;
mod extent;
mod info;
mod invariant;
mod scalar;
mod selector;
mod subquery;

use std::sync::Arc;

use narthex_model::Timestamp;
use narthex_storage::Querier;

pub(crate) use explain::explain;
pub use explain::{PlanMode, PlanNode};
pub(crate) use extent::{ExtentContext, extent};
use invariant::is_invariant;

use crate::annotations::Annotations;
use crate::ast::{DurationContext, Expr, PosRange, UnaryOp, ValueType};
use crate::column::Grid;
use crate::engine::QueryError;
use crate::operators::{
    DUPLICATE_LABELSET, Held, Map, MapFn, QueryContext, Ready, Row, Source, broadcast, collect_rows,
    contains_same_labels, merge_same_labels,
};

/// What the planner knows of the query around an expression.
pub(crate) struct Planner<'a> {
    /// Where series come from.
    pub(crate) querier: &'a dyn Querier,
    /// Limits and settings.
    pub(crate) context: Arc<QueryContext>,
    /// The first evaluation time of the whole query.
    pub(crate) query_start: Timestamp,
    /// The last evaluation time of the whole query.
    pub(crate) query_end: Timestamp,
    /// What `step()` and `range()` mean.
    pub(crate) durations: DurationContext,
    /// Whether the query has one step by its nature.
    pub(crate) is_instant: bool,
    /// Whether only count and sum of histograms are needed: inside `histogram_count` and its like.
    pub(crate) stats_only: bool,
    /// Whether something further out looks at the buckets of histograms, whatever stands between.
    pub(crate) needs_buckets: bool,
    /// Warnings and infos so far.
    pub(crate) annotations: Annotations,
}

/// An expression and the function or aggregation around it, as hints for the storage.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Around<'a> {
    /// The function or aggregation.
    pub(crate) function: Option<&'static str>,
    /// The labels of the aggregation.
    pub(crate) grouping: &'a [String],
    /// Whether they are of `by`.
    pub(crate) by: bool,
    /// Whether only the newest sample of each series counts.
    pub(crate) newest_only: bool,
}

impl Planner<'_> {
    /// The series of an expression of vector type.
    pub(crate) fn vector(
        &mut self,
        expr: &Expr,
        grid: Grid,
        around: Around<'_>,
    ) -> Result<Box<dyn Source>, QueryError> {
        self.context.check()?;
        if grid.steps > 1 && is_invariant(expr) {
            let source = self.vector(expr, grid.first(), around)?;
            let rows = self.rows_of(source, 1)?;
            return Ok(Box::new(Ready::new(broadcast(rows, grid.steps, &self.context)?)));
        }
        match expr {
            Expr::Paren(paren) => self.vector(&paren.expr, grid, around),
            Expr::Vector(selector) => self.selector(selector, grid, around),
            Expr::Unary(unary) => {
                let input = self.vector(&unary.expr, grid, Around::default())?;
                if unary.op == UnaryOp::Plus {
                    return Ok(input);
                }
                self.map(input, MapFn::Negate)
            }
            Expr::Binary(binary) => self.binary(binary, grid),
            Expr::Aggregate(aggregate) => self.aggregate(aggregate, grid),
            Expr::Call(call) => self.call(call, grid),
            Expr::Number(_) | Expr::String(_) | Expr::Matrix(_) | Expr::Subquery(_) => {
                let found = expr.value_type().documented();
                Err(QueryError::execution_at(
                    format!("expected an instant vector, found a {found}"),
                    expr.pos(),
                ))
            }
        }
    }

    /// The rows of an expression of vector type.
    pub(crate) fn rows(&mut self, expr: &Expr, grid: Grid) -> Result<Vec<Row>, QueryError> {
        let source = self.vector(expr, grid, Around::default())?;
        self.rows_of(source, grid.steps)
    }

    /// Computes a source.
    pub(crate) fn rows_of(&mut self, source: Box<dyn Source>, grain: usize) -> Result<Vec<Row>, QueryError> {
        collect_rows(source, &self.context, &mut self.annotations, grain)
    }

    /// Evaluates what compares, trims or prints histograms: with their buckets everywhere below.
    fn with_buckets<T>(&mut self, evaluate: impl FnOnce(&mut Self) -> T) -> T {
        let before = std::mem::replace(&mut self.needs_buckets, true);
        let result = self.with_stats_only(false, evaluate);
        self.needs_buckets = before;
        result
    }

    /// Evaluates with another answer to whether only count and sum of histograms are needed.
    fn with_stats_only<T>(&mut self, stats_only: bool, evaluate: impl FnOnce(&mut Self) -> T) -> T {
        let before = std::mem::replace(&mut self.stats_only, stats_only && !self.needs_buckets);
        let result = evaluate(self);
        self.stats_only = before;
        result
    }

    /// Puts a function of single values around a source; equal label sets are merged, or an error where they meet.
    fn map(&mut self, input: Box<dyn Source>, f: MapFn) -> Result<Box<dyn Source>, QueryError> {
        let source =
            Box::new(Map { input, f, context: Arc::clone(&self.context), held: Held::new(&self.context) });
        self.merged(source)
    }

    /// A source that dropped metric names, with equal label sets merged.
    fn merged(&mut self, source: Box<dyn Source>) -> Result<Box<dyn Source>, QueryError> {
        if self.context.delayed_names || source.unique_without_name() {
            return Ok(source);
        }
        let rows = self.rows_of(source, 1)?;
        Ok(Box::new(Ready::new(merge_same_labels(rows)?)))
    }

    /// A source that dropped metric names, in which equal label sets are an error.
    fn distinct(&mut self, source: Box<dyn Source>) -> Result<Box<dyn Source>, QueryError> {
        if self.context.delayed_names || source.unique_without_name() {
            return Ok(source);
        }
        let rows = self.rows_of(source, 1)?;
        if contains_same_labels(&rows) {
            return Err(QueryError::execution(DUPLICATE_LABELSET));
        }
        Ok(Box::new(Ready::new(rows)))
    }
}

/// The text of a string argument.
fn string_of(expr: &Expr) -> Result<&str, QueryError> {
    match expr.unwrap_parens() {
        Expr::String(literal) => Ok(&literal.value),
        other => Err(QueryError::execution_at("expected a string literal", other.pos())),
    }
}

/// What an annotation about an argument points to: the argument without parentheses.
fn pos_of(args: &[Expr], index: usize) -> PosRange {
    args.get(index).map(|arg| arg.unwrap_parens().pos()).unwrap_or_default()
}

/// Whether an expression is a scalar.
fn is_scalar(expr: &Expr) -> bool {
    expr.value_type() == ValueType::Scalar
}
