//! Binary operators on two values: floats, histograms, or one of each.

use std::sync::Arc;

use narthex_model::histogram::Keep;
use narthex_model::{CounterResetHint, FloatHistogram};

use crate::annotations::{Annotation, Annotations, HistogramOperation};
use crate::ast::{BinaryOp, PosRange};
use crate::value::PointValue;

/// What an operator makes of two values.
pub(crate) enum Outcome {
    /// A value; for a comparison the left one, with whether it holds.
    Value(PointValue, bool),
    /// The two do not go together: no result, not even a match.
    Nothing,
}

/// An arithmetic operator on floats; comparisons give the left side.
#[inline]
pub(crate) fn arithmetic(op: BinaryOp, a: f64, b: f64) -> f64 {
    match op {
        BinaryOp::Add => a + b,
        BinaryOp::Sub => a - b,
        BinaryOp::Mul => a * b,
        BinaryOp::Div => a / b,
        BinaryOp::Mod => a % b,
        BinaryOp::Pow => power(a, b),
        BinaryOp::Atan2 => a.atan2(b),
        _ => a,
    }
}

/// As C's `pow`: 1 to any power is 1, −1 to ±∞ is 1.
fn power(a: f64, b: f64) -> f64 {
    if a == -1.0 && b.is_infinite() { 1.0 } else { a.powf(b) }
}

/// Whether a comparison holds; other operators always do.
#[inline]
#[expect(clippy::float_cmp, reason = "PromQL's == is exact")]
pub(crate) fn holds(op: BinaryOp, a: f64, b: f64) -> bool {
    match op {
        BinaryOp::Eq => a == b,
        BinaryOp::Ne => a != b,
        BinaryOp::Gt => a > b,
        BinaryOp::Lt => a < b,
        BinaryOp::Ge => a >= b,
        BinaryOp::Le => a <= b,
        _ => true,
    }
}

/// Whether an operator keeps the metric name: comparisons, trims and set operators do.
pub(crate) fn keeps_name(op: BinaryOp) -> bool {
    op.is_comparison() || op.is_set() || matches!(op, BinaryOp::TrimUpper | BinaryOp::TrimLower)
}

/// Applies an operator to two values.
pub(crate) fn combine(
    op: BinaryOp,
    left: &PointValue,
    right: &PointValue,
    pos: PosRange,
    annotations: &mut Annotations,
) -> Outcome {
    let histogram = |h: FloatHistogram| Outcome::Value(PointValue::Histogram(Arc::new(h)), true);
    let mut incompatible = |a: &str, b: &str| {
        annotations.add(Annotation::incompatible_types(a, op.as_str(), b, pos));
        Outcome::Nothing
    };
    match (left, right) {
        (PointValue::Float(a), PointValue::Float(b)) => match op {
            BinaryOp::TrimUpper | BinaryOp::TrimLower => incompatible("float", "float"),
            _ => Outcome::Value(PointValue::Float(arithmetic(op, *a, *b)), holds(op, *a, *b)),
        },
        (PointValue::Float(a), PointValue::Histogram(b)) => match op {
            BinaryOp::Mul => histogram(scaled(b, |h| {
                h.mul(*a);
            })),
            _ => incompatible("float", "histogram"),
        },
        (PointValue::Histogram(a), PointValue::Float(b)) => match op {
            BinaryOp::Mul => histogram(scaled(a, |h| {
                h.mul(*b);
            })),
            BinaryOp::Div => histogram(scaled(a, |h| {
                h.div(*b);
            })),
            BinaryOp::TrimUpper => histogram(a.trimmed(*b, Keep::Below)),
            BinaryOp::TrimLower => histogram(a.trimmed(*b, Keep::Above)),
            _ => incompatible("histogram", "float"),
        },
        (PointValue::Histogram(a), PointValue::Histogram(b)) => match op {
            BinaryOp::Eq => Outcome::Value(left.clone(), a.equals(b)),
            BinaryOp::Ne => Outcome::Value(left.clone(), !a.equals(b)),
            BinaryOp::Add | BinaryOp::Sub => add_or_subtract(op, a, b, pos, annotations),
            _ => incompatible("histogram", "histogram"),
        },
    }
}

fn scaled(histogram: &FloatHistogram, change: impl FnOnce(&mut FloatHistogram)) -> FloatHistogram {
    let mut result = histogram.clone();
    change(&mut result);
    result.compact(0);
    result
}

fn add_or_subtract(
    op: BinaryOp,
    a: &FloatHistogram,
    b: &FloatHistogram,
    pos: PosRange,
    annotations: &mut Annotations,
) -> Outcome {
    let mut result = a.clone();
    let (outcome, operation) = if op == BinaryOp::Add {
        (result.add(b), HistogramOperation::Addition)
    } else {
        (result.sub(b), HistogramOperation::Subtraction)
    };
    let Ok(reconciled) = outcome else {
        annotations.add(Annotation::incompatible_buckets(op.as_str(), pos));
        return Outcome::Nothing;
    };
    if op == BinaryOp::Sub {
        result.counter_reset_hint = CounterResetHint::Gauge;
    }
    if reconciled.reset_collision {
        annotations.add(Annotation::reset_collision(operation, pos));
        return Outcome::Nothing;
    }
    if reconciled.custom_bounds {
        annotations.add(Annotation::mismatched_custom_buckets(operation, pos));
    }
    result.compact(0);
    Outcome::Value(PointValue::Histogram(Arc::new(result)), true)
}
