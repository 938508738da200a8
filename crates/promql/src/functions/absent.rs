//! `absent` and `absent_over_time`: a series where there is none.

use narthex_model::names::METRIC_NAME;
use narthex_model::{Labels, LabelsBuilder, MatchOp, Matcher};

use crate::ast::Expr;
use crate::column::{Bits, Column};
use crate::operators::Row;

/// The labels that the missing series would have: those that the selector fixes by `=` and nothing else.
pub(crate) fn absent_labels(expr: &Expr) -> Labels {
    let matchers: &[Matcher] = match expr {
        Expr::Vector(selector) => &selector.matchers,
        Expr::Matrix(selector) => &selector.vector.matchers,
        _ => &[],
    };
    let is_alone =
        |matcher: &&Matcher| matchers.iter().filter(|other| other.name() == matcher.name()).count() == 1;
    let fixed = matchers.iter().filter(|matcher| matcher.op() == MatchOp::Equal).filter(is_alone);
    let mut builder = LabelsBuilder::new();
    for matcher in fixed.filter(|matcher| matcher.name() != METRIC_NAME) {
        builder.set(matcher.name(), matcher.value());
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
