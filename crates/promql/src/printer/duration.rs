//! Numbers, durations and arithmetic on durations as text.

use std::fmt;

use narthex_model::duration;

use crate::ast::{DurationExpr, DurationValue};
use crate::format::go_fixed_shortest;

/// A number, or seconds as a duration.
pub(super) fn number(f: &mut fmt::Formatter<'_>, value: f64, is_duration: bool) -> fmt::Result {
    if is_duration {
        f.write_str(&duration::format_ms((value * 1000.0).round() as i64))
    } else {
        f.write_str(&go_fixed_shortest(value))
    }
}

impl fmt::Display for DurationValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fixed(ms) => f.write_str(&duration::format_ms(*ms)),
            Self::Expr(expr) => expr.fmt(f),
        }
    }
}

impl fmt::Display for DurationExpr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Literal { seconds, is_duration, .. } => number(f, *seconds, *is_duration),
            Self::Step(_) => f.write_str("step()"),
            Self::Range(_) => f.write_str("range()"),
            Self::Signed { expr, .. } => write!(f, "-{expr}"),
            Self::Binary { op, left, right } => write!(f, "{left} {} {right}", op.as_str()),
            Self::Function { function, left, right, .. } => {
                write!(f, "{}({left}, {right})", function.as_str())
            }
            Self::Paren { expr, .. } => write!(f, "({expr})"),
        }
    }
}
