//! Numbers, durations and arithmetic on durations as text.

use std::fmt;

use narthex_model::duration;

use crate::ast::{DurationExpr, DurationValue};

/// A number, or seconds as a duration.
pub(super) fn number(f: &mut fmt::Formatter<'_>, value: f64, is_duration: bool) -> fmt::Result {
    if is_duration {
        f.write_str(&duration::format_ms((value * 1000.0).round() as i64))
    } else if value.is_infinite() {
        f.write_str(if value > 0.0 { "+Inf" } else { "-Inf" })
    } else {
        // NaN, or the shortest decimal digits that read back as the same float, without an exponent.
        write!(f, "{value}")
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
            Self::Signed { negative, expr, .. } => write!(f, "{}{expr}", if *negative { '-' } else { '+' }),
            Self::Binary { op, left, right } => write!(f, "{left} {} {right}", op.as_str()),
            Self::Function { function, left, right, .. } => {
                write!(f, "{}({left}, {right})", function.as_str())
            }
            Self::Paren { expr, .. } => write!(f, "({expr})"),
        }
    }
}
