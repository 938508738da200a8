//! Which expressions have the same value at every step.

use crate::ast::Expr;

/// Functions that look at the evaluation time or at sample times.
const TIME_DEPENDENT: [&str; 16] = [
    "day_of_month",
    "day_of_week",
    "day_of_year",
    "days_in_month",
    "end",
    "hour",
    "minute",
    "month",
    "predict_linear",
    "range",
    "start",
    "start_timestamp",
    "step",
    "time",
    "timestamp",
    "year",
];

/// Whether an expression does not depend on the evaluation time: all its selectors and subqueries are fixed by `@`.
pub(super) fn is_invariant(expr: &Expr) -> bool {
    match expr {
        Expr::Number(_) | Expr::String(_) => true,
        Expr::Vector(selector) => selector.at.is_some(),
        Expr::Matrix(selector) => selector.vector.at.is_some(),
        Expr::Subquery(subquery) => subquery.at.is_some(),
        Expr::Unary(unary) => is_invariant(&unary.expr),
        Expr::Paren(paren) => is_invariant(&paren.expr),
        Expr::Binary(binary) => is_invariant(&binary.left) && is_invariant(&binary.right),
        Expr::Aggregate(aggregate) => {
            is_invariant(&aggregate.expr) && aggregate.param.as_ref().is_none_or(is_invariant)
        }
        Expr::Call(call) => {
            !TIME_DEPENDENT.contains(&call.function.name) && call.args.iter().all(is_invariant)
        }
    }
}
