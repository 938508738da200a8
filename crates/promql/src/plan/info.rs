//! When the info series of `info(v)` are looked at: at the time at which the first selector of `v` is.

use super::Planner;
use super::extent::{duration_error, fixed_time};
use crate::ast::{At, DurationValue, Expr};
use crate::column::Grid;
use crate::engine::QueryError;
use crate::kernel::Windows;

impl Planner<'_> {
    /// The lookback windows of the info series for this first argument.
    pub(super) fn info_windows(&self, expr: &Expr, grid: Grid) -> Result<Windows, QueryError> {
        let mut shifts = Vec::new();
        first_selector(expr, &mut shifts);
        let (mut fixed, mut offset) = (None, 0_i64);
        for (at, shift) in shifts {
            let shift = shift.resolve_offset(self.durations).map_err(duration_error)?;
            match fixed_time(at, self.query_start, self.query_end) {
                // A fixed time makes what stands around it meaningless.
                Some(at) => (fixed, offset) = (Some(at), shift),
                None => offset = offset.saturating_add(shift),
            }
        }
        let fixed_end = fixed.map(|at| at.saturating_sub(offset));
        Ok(Windows { grid, range: self.context.lookback, offset, fixed_end })
    }
}

/// Collects `@` and `offset` on the way to the first selector, from the outside in; says whether there is one.
fn first_selector<'a>(expr: &'a Expr, shifts: &mut Vec<(Option<At>, &'a DurationValue)>) -> bool {
    match expr {
        Expr::Vector(selector) => {
            shifts.push((selector.at, &selector.offset));
            true
        }
        Expr::Matrix(matrix) => {
            shifts.push((matrix.vector.at, &matrix.vector.offset));
            true
        }
        Expr::Subquery(subquery) => {
            shifts.push((subquery.at, &subquery.offset));
            let found = first_selector(&subquery.expr, shifts);
            if !found {
                shifts.pop();
            }
            found
        }
        _ => {
            let mut found = false;
            expr.for_each_child(&mut |child| found = found || first_selector(child, shifts));
            found
        }
    }
}
