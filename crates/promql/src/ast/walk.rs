//! Going over a tree: children, all nodes, and forgetting positions for comparisons.

use super::{DurationExpr, DurationValue, Expr, PosRange, VectorSelector};

impl Expr {
    /// Calls `visit` with every direct child, in the order of writing (a matrix selector has none).
    pub fn for_each_child<'a>(&'a self, visit: &mut dyn FnMut(&'a Self)) {
        match self {
            Self::Number(_) | Self::String(_) | Self::Vector(_) | Self::Matrix(_) => {}
            Self::Subquery(subquery) => visit(&subquery.expr),
            Self::Unary(unary) => visit(&unary.expr),
            Self::Paren(paren) => visit(&paren.expr),
            Self::Binary(binary) => {
                visit(&binary.left);
                visit(&binary.right);
            }
            Self::Aggregate(aggregate) => {
                if let Some(param) = &aggregate.param {
                    visit(param);
                }
                visit(&aggregate.expr);
            }
            Self::Call(call) => call.args.iter().for_each(visit),
        }
    }

    /// Calls `visit` with every direct child, for changing it.
    pub fn for_each_child_mut(&mut self, visit: &mut dyn FnMut(&mut Self)) {
        match self {
            Self::Number(_) | Self::String(_) | Self::Vector(_) | Self::Matrix(_) => {}
            Self::Subquery(subquery) => visit(&mut subquery.expr),
            Self::Unary(unary) => visit(&mut unary.expr),
            Self::Paren(paren) => visit(&mut paren.expr),
            Self::Binary(binary) => {
                visit(&mut binary.left);
                visit(&mut binary.right);
            }
            Self::Aggregate(aggregate) => {
                if let Some(param) = &mut aggregate.param {
                    visit(param);
                }
                visit(&mut aggregate.expr);
            }
            Self::Call(call) => call.args.iter_mut().for_each(visit),
        }
    }

    /// Calls `visit` with this node and all below it, parents first.
    pub fn walk<'a>(&'a self, visit: &mut dyn FnMut(&'a Self)) {
        visit(self);
        self.for_each_child(&mut |child| child.walk(visit));
    }

    /// Sets all positions to zero, so that two trees compare by what they say.
    pub fn strip_positions(&mut self) {
        let none = PosRange::default();
        match self {
            Self::Number(number) => number.pos = none,
            Self::String(string) => string.pos = none,
            Self::Vector(vector) => strip_vector(vector),
            Self::Matrix(matrix) => {
                matrix.pos = none;
                strip_duration(&mut matrix.range);
                strip_vector(&mut matrix.vector);
            }
            Self::Subquery(subquery) => {
                subquery.pos = none;
                strip_duration(&mut subquery.range);
                strip_duration(&mut subquery.offset);
                if let Some(step) = &mut subquery.step {
                    strip_duration(step);
                }
            }
            Self::Unary(unary) => unary.pos = none,
            Self::Binary(_) => {}
            Self::Aggregate(aggregate) => aggregate.pos = none,
            Self::Call(call) => call.pos = none,
            Self::Paren(paren) => paren.pos = none,
        }
        self.for_each_child_mut(&mut Self::strip_positions);
    }
}

fn strip_vector(vector: &mut VectorSelector) {
    vector.pos = PosRange::default();
    strip_duration(&mut vector.offset);
}

fn strip_duration(duration: &mut DurationValue) {
    if let DurationValue::Expr(expr) = duration {
        strip_duration_expr(expr);
    }
}

fn strip_duration_expr(expr: &mut DurationExpr) {
    let none = PosRange::default();
    match expr {
        DurationExpr::Literal { pos, .. } | DurationExpr::Step(pos) | DurationExpr::Range(pos) => *pos = none,
        DurationExpr::Signed { expr, pos, .. } | DurationExpr::Paren { expr, pos } => {
            *pos = none;
            strip_duration_expr(expr);
        }
        DurationExpr::Binary { left, right, .. } => {
            strip_duration_expr(left);
            strip_duration_expr(right);
        }
        DurationExpr::Function { left, right, pos, .. } => {
            *pos = none;
            strip_duration_expr(left);
            strip_duration_expr(right);
        }
    }
}
