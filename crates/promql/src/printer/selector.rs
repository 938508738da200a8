//! Vector and matrix selectors as text.

use std::fmt;

use narthex_model::names::METRIC_NAME;
use narthex_model::{MatchOp, Matcher};

use super::{quote, write_label_name};
use crate::ast::{At, DurationExpr, DurationValue, MatrixSelector, RangeMode, VectorSelector};

impl fmt::Display for VectorSelector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_series(f, self)?;
        write_at(f, self.at)?;
        write_mode(f, self.mode)?;
        write_offset(f, &self.offset)
    }
}

impl fmt::Display for MatrixSelector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_series(f, &self.vector)?;
        write!(f, "[{}]", self.range)?;
        write_mode(f, self.vector.mode)?;
        write_at(f, self.vector.at)?;
        write_offset(f, &self.vector.offset)
    }
}

fn write_series(f: &mut fmt::Formatter<'_>, vector: &VectorSelector) -> fmt::Result {
    let stands_for_name = |matcher: &&Matcher| {
        matcher.name() == METRIC_NAME
            && matcher.op() == MatchOp::Equal
            && matcher.value() == vector.name
            && !vector.name.is_empty()
    };
    let mut matchers: Vec<String> = vector
        .matchers
        .iter()
        .filter(|matcher| !stands_for_name(matcher))
        .map(|matcher| PrintedMatcher(matcher).to_string())
        .collect();
    matchers.sort();
    f.write_str(&vector.name)?;
    if matchers.is_empty() && !vector.name.is_empty() {
        return Ok(());
    }
    write!(f, "{{{}}}", matchers.join(","))
}

struct PrintedMatcher<'a>(&'a Matcher);

impl fmt::Display for PrintedMatcher<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(matcher) = self;
        write_label_name(f, matcher.name())?;
        write!(f, "{}{}", matcher.op().as_str(), quote(matcher.value()))
    }
}

fn write_mode(f: &mut fmt::Formatter<'_>, mode: RangeMode) -> fmt::Result {
    f.write_str(match mode {
        RangeMode::Plain => "",
        RangeMode::Anchored => " anchored",
        RangeMode::Smoothed => " smoothed",
    })
}

/// ` @ 5.000`, ` @ start()`, or nothing.
pub(super) fn write_at(f: &mut fmt::Formatter<'_>, at: Option<At>) -> fmt::Result {
    match at {
        None => Ok(()),
        Some(At::Start) => f.write_str(" @ start()"),
        Some(At::End) => f.write_str(" @ end()"),
        // Divided as floats: beyond 2^53 the digits are those of the reference.
        Some(At::Timestamp(ms)) => write!(f, " @ {:.3}", ms as f64 / 1000.0),
    }
}

/// ` offset 5m`, or nothing.
pub(super) fn write_offset(f: &mut fmt::Formatter<'_>, offset: &DurationValue) -> fmt::Result {
    let is_open = matches!(offset, DurationValue::Expr(expr) if matches!(**expr, DurationExpr::Paren { .. }));
    match offset {
        offset if offset.is_zero() => Ok(()),
        offset if is_open && f.alternate() => write!(f, " offset +{offset}"),
        offset => write!(f, " offset {offset}"),
    }
}
