//! `double_exponential_smoothing`: a weighted average that follows the trend.

use super::{RangeCall, Window, WindowResult, float};
use crate::engine::QueryError;
use crate::format::go_six_decimals;

pub(super) fn double_exponential(window: &Window<'_>, call: &mut RangeCall<'_>) -> WindowResult {
    let (smoothing, trend_factor) = (window.scalar(0), window.scalar(1));
    check("smoothing", smoothing)?;
    check("trend", trend_factor)?;
    if !window.floats.is_empty() {
        call.ignored(window);
    }
    let [first, second, ..] = window.floats else { return Ok(None) };
    let (mut before, mut smoothed) = (0.0, *first);
    let mut trend = second - first;
    for (index, value) in window.floats.iter().enumerate().skip(1) {
        let weighted = smoothing * value;
        if index > 1 {
            trend = trend_factor * (smoothed - before) + (1.0 - trend_factor) * trend;
        }
        let carried = (1.0 - smoothing) * (smoothed + trend);
        (before, smoothed) = (smoothed, weighted + carried);
    }
    float(smoothed)
}

fn check(name: &str, factor: f64) -> Result<(), QueryError> {
    if factor <= 0.0 || factor >= 1.0 {
        let initial = name.get(..1).unwrap_or_default();
        let got = go_six_decimals(factor);
        let message = format!("invalid {name} factor. Expected: 0 < {initial}f < 1, got: {got}");
        return Err(QueryError::execution(message));
    }
    Ok(())
}
