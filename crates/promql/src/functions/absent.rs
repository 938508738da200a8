//! `absent` and `absent_over_time`: a series where there is none.

use narthex_model::names::METRIC_NAME;
use narthex_model::{Labels, LabelsBuilder, MatchOp, Matcher};

use crate::ast::Expr;
use crate::column::{Bits, Column};
use crate::operators::Row;

/// The labels that the missing series would have: those that the selector fixes by exactly one `=`.
pub(crate) fn absent_labels(expr: &Expr) -> Labels {
    let matchers: &[Matcher] = match expr {
        Expr::Vector(selector) => &selector.matchers,
        Expr::Matrix(selector) => &selector.vector.matchers,
        _ => &[],
    };
    let mut builder = LabelsBuilder::new();
    let mut seen: Vec<&str> = Vec::new();
    for matcher in matchers.iter().filter(|matcher| matcher.name() != METRIC_NAME) {
        if matcher.op() == MatchOp::Equal && !seen.contains(&matcher.name()) {
            builder.set(matcher.name(), matcher.value());
            seen.push(matcher.name());
        } else {
            builder.remove(matcher.name());
        }
    }
    builder.build()
}

/// One row with 1 at every step that is not in `present`; no row when there is no such step.
pub(crate) fn absent_row(expr: &Expr, present: &Bits) -> Vec<Row> {
    let mut missing = Bits::full(present.len());
    missing.and_not(present);
    if missing.is_empty() {
        return Vec::new();
    }
    let mut column = Column::constant(present.len(), 1.0);
    column.present = missing;
    vec![Row { labels: absent_labels(expr), drop_name: true, column }]
}
