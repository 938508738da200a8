//! `deriv` and `predict_linear`.

use super::{RangeCall, Window, WindowResult, float};
use crate::kernel::linear_regression;

pub(super) fn deriv(window: &Window<'_>, call: &mut RangeCall<'_>) -> WindowResult {
    if !enough(window, call) {
        return Ok(None);
    }
    // A time near the samples keeps the numbers small.
    let origin = window.float_times.first().copied().unwrap_or_default();
    float(linear_regression(window.float_times, window.floats, origin).0)
}

pub(super) fn predict_linear(window: &Window<'_>, call: &mut RangeCall<'_>) -> WindowResult {
    if !enough(window, call) {
        return Ok(None);
    }
    let (slope, intercept) = linear_regression(window.float_times, window.floats, window.eval_time);
    float(slope * window.scalar(0) + intercept)
}

fn enough(window: &Window<'_>, call: &mut RangeCall<'_>) -> bool {
    if !window.floats.is_empty() {
        call.ignored(window);
    }
    window.floats.len() >= 2
}
