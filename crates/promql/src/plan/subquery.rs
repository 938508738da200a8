//! Subqueries: when their inner expression is evaluated, and their windows.

use narthex_model::Timestamp;

use super::extent::{duration_error, fixed_time};
use super::{Around, Planner};
use crate::ast::{DurationContext, Subquery};
use crate::column::Grid;
use crate::engine::QueryError;
use crate::kernel::Windows;
use crate::operators::{Held, RangeSource, Ready, SubquerySource};

/// The two clocks of a subquery.
pub(super) struct SubqueryGrid {
    /// The inner evaluations.
    pub(super) grid: Grid,
    /// The windows that the outer steps see of them.
    pub(super) windows: Windows,
}

/// The inner evaluation times: multiples of the step, strictly after the first window's start, up to the last's end.
pub(super) fn subquery_grid(
    subquery: &Subquery,
    outer: Grid,
    (start, end): (Timestamp, Timestamp),
    default_step: i64,
    durations: DurationContext,
) -> Result<SubqueryGrid, QueryError> {
    let offset = subquery.offset.resolve_offset(durations).map_err(duration_error)?;
    let step = match &subquery.step {
        Some(step) => match step.resolve_positive(durations).map_err(duration_error)? {
            0 => default_step,
            step => step,
        },
        None => default_step,
    }
    .max(1);
    let range = subquery.range.resolve_positive(durations).map_err(duration_error)?;
    let fixed = fixed_time(subquery.at, start, end);
    let (first, last) = match fixed {
        Some(at) => (at, at),
        None => (outer.start, outer.last_time()),
    };
    let after = first.saturating_sub(offset).saturating_sub(range);
    // Rounded towards zero, as an integer division does, then moved behind the border if necessary.
    let mut begin = (after / step) * step;
    if begin <= after {
        begin = begin.saturating_add(step);
    }
    let grid = Grid::new(begin, last.saturating_sub(offset), step);
    let fixed_end = fixed.map(|at| at.saturating_sub(offset));
    Ok(SubqueryGrid { grid, windows: Windows { grid: outer, range, offset, fixed_end } })
}

impl Planner<'_> {
    /// A subquery as ranges.
    pub(crate) fn subquery(
        &mut self,
        subquery: &Subquery,
        grid: Grid,
        function: &'static str,
    ) -> Result<(Box<dyn RangeSource>, Windows), QueryError> {
        let SubqueryGrid { grid: inner, windows } = subquery_grid(
            subquery,
            grid,
            (self.query_start, self.query_end),
            self.context.subquery_step,
            self.durations,
        )?;
        self.context.budget.admit_steps(inner.steps)?;
        if inner.steps == 0 {
            let input = Box::new(Ready::new(Vec::new()));
            return Ok((
                Box::new(SubquerySource { input, grid: inner, held: Held::new(&self.context) }),
                windows,
            ));
        }
        let around = Around { function: Some(function), ..Around::default() };
        let was_instant = std::mem::replace(&mut self.is_instant, false);
        let input = self.with_stats_only(false, |planner| planner.vector(&subquery.expr, inner, around));
        self.is_instant = was_instant;
        Ok((Box::new(SubquerySource { input: input?, grid: inner, held: Held::new(&self.context) }), windows))
    }
}
