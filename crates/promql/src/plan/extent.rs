//! The stretch of time that a query reads: for opening one querier for all its selectors.

use narthex_model::Timestamp;

use super::subquery::subquery_grid;
use crate::ast::{At, DurationContext, DurationValue, Expr, RangeMode, VectorSelector};
use crate::column::Grid;
use crate::engine::QueryError;

/// What the extent depends on besides the expression.
pub(crate) struct ExtentContext {
    /// The evaluation times of the whole query.
    pub(crate) start: Timestamp,
    /// The last of them.
    pub(crate) end: Timestamp,
    /// Lookback in milliseconds.
    pub(crate) lookback: i64,
    /// The step of subqueries that name none.
    pub(crate) subquery_step: i64,
    /// What `step()` and `range()` mean.
    pub(crate) durations: DurationContext,
}

/// First and last millisecond that any selector needs; `None` without selectors.
pub(crate) fn extent(
    expr: &Expr,
    grid: Grid,
    context: &ExtentContext,
) -> Result<Option<(Timestamp, Timestamp)>, QueryError> {
    match expr {
        Expr::Vector(selector) => selector_extent(selector, None, grid, context).map(Some),
        Expr::Matrix(matrix) => selector_extent(&matrix.vector, Some(&matrix.range), grid, context).map(Some),
        Expr::Subquery(subquery) => {
            let inner = subquery_grid(
                subquery,
                grid,
                (context.start, context.end),
                context.subquery_step,
                context.durations,
            )?;
            extent(&subquery.expr, inner.grid, context)
        }
        _ => {
            let mut all: Result<Option<(Timestamp, Timestamp)>, QueryError> = Ok(None);
            expr.for_each_child(&mut |child| {
                let Ok(so_far) = all else { return };
                all = extent(child, grid, context).map(|found| union(so_far, found));
            });
            all
        }
    }
}

fn union(a: Option<(i64, i64)>, b: Option<(i64, i64)>) -> Option<(i64, i64)> {
    match (a, b) {
        (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
        (a, b) => a.or(b),
    }
}

fn selector_extent(
    selector: &VectorSelector,
    range: Option<&DurationValue>,
    grid: Grid,
    context: &ExtentContext,
) -> Result<(Timestamp, Timestamp), QueryError> {
    let offset = selector.offset.resolve_offset(context.durations).map_err(duration_error)?;
    let (first, last) = match fixed_time(selector.at, context.start, context.end) {
        Some(at) => (at, at),
        None => (grid.start, grid.last_time()),
    };
    let mut back = match range {
        Some(range) => range.resolve_positive(context.durations).map_err(duration_error)?,
        None => context.lookback,
    };
    let mut ahead = 0;
    if selector.mode != RangeMode::Plain && range.is_some() {
        back = back.saturating_add(context.lookback);
    }
    if selector.mode == RangeMode::Smoothed {
        ahead = context.lookback;
    }
    let first = first.saturating_sub(offset).saturating_sub(back).saturating_add(1);
    let last = last.saturating_sub(offset).saturating_add(ahead);
    // A range of zero asks for nothing; a querier still wants its borders in order.
    Ok((first.min(last), last))
}

/// The time that `@` fixes.
pub(super) fn fixed_time(at: Option<At>, start: Timestamp, end: Timestamp) -> Option<Timestamp> {
    at.map(|at| match at {
        At::Timestamp(t) => t,
        At::Start => start,
        At::End => end,
    })
}

/// A duration expression without a value: the query is wrong, not its evaluation.
pub(super) fn duration_error(error: crate::ast::DurationError) -> QueryError {
    let pos = error.pos();
    QueryError::BadData(format!("{}:{}: {error}", pos.start, pos.end))
}
