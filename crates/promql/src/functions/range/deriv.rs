//! `deriv` and `predict_linear`.

use super::{RangeCall, Window, WindowResult, float, scalar};
use crate::column::Column;
use crate::kernel::{Windows, linear_regression, sliding_regression};

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

pub(super) fn deriv_kernel(t: &[i64], v: &[f64], windows: &Windows, _: &[Vec<f64>], out: &mut Column) {
    let origin = |_, lo: usize| t.get(lo).copied().unwrap_or_default();
    sliding_regression(t, v, windows, origin, |_, (slope, _)| slope, out);
}

pub(super) fn predict_kernel(
    t: &[i64],
    v: &[f64],
    windows: &Windows,
    scalars: &[Vec<f64>],
    out: &mut Column,
) {
    let origin = |step, _| windows.grid.time(step);
    let ahead = |step, (slope, intercept)| slope * scalar(scalars, 0, step) + intercept;
    sliding_regression(t, v, windows, origin, ahead, out);
}

fn enough(window: &Window<'_>, call: &mut RangeCall<'_>) -> bool {
    if !window.floats.is_empty() {
        call.ignored(window);
    }
    window.floats.len() >= 2
}
