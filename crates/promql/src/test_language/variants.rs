//! Other evaluations that must give the same answer: with every selector pinned to the evaluation time, at other times.

use crate::ast::{At, Expr};

/// Functions whose value depends on when they are evaluated, whatever their selectors say.
const TIME_DEPENDENT: [&str; 15] = [
    "days_in_month",
    "day_of_month",
    "day_of_week",
    "day_of_year",
    "hour",
    "minute",
    "month",
    "year",
    "time",
    "timestamp",
    "predict_linear",
    "start",
    "end",
    "step",
    "range",
];

/// `expr` with `@ t` on all selectors and subqueries, or `None` when it depends on the evaluation time anyway.
pub(super) fn pinned(expr: &Expr, t: i64) -> Option<Expr> {
    if depends_on_time(expr) {
        return None;
    }
    let mut pinned = expr.clone();
    pin(&mut pinned, t);
    Some(pinned)
}

/// The times at which the pinned expression is evaluated.
pub(super) fn times(t: i64) -> Vec<i64> {
    if t == 0 { vec![-1000, 0, 1000] } else { vec![-10 * t, 0, t / 5, t, 10 * t] }
}

/// Whether the value depends on the range of a query, so that an instant and a range query cannot agree.
pub(super) fn depends_on_range(query: &str) -> bool {
    ["start()", "end()", "range()", "step()"].iter().any(|call| query.contains(call))
}

/// Subqueries are left out: they are pinned as a whole.
fn depends_on_time(expr: &Expr) -> bool {
    let mut found = match expr {
        Expr::Subquery(_) => return false,
        Expr::Call(call) => TIME_DEPENDENT.contains(&call.function.name),
        _ => false,
    };
    expr.for_each_child(&mut |child| found |= depends_on_time(child));
    found
}

fn pin(expr: &mut Expr, t: i64) {
    let at = match expr {
        Expr::Vector(vector) => &mut vector.at,
        Expr::Matrix(matrix) => &mut matrix.vector.at,
        Expr::Subquery(subquery) => &mut subquery.at,
        _ => {
            expr.for_each_child_mut(&mut |child| pin(child, t));
            return;
        }
    };
    if !matches!(at, Some(At::Timestamp(_))) {
        *at = Some(At::Timestamp(t));
    }
}
