//! `stddev_over_time` and `stdvar_over_time`.

use super::{RangeCall, Window, WindowResult, float};
use crate::column::Column;
use crate::kernel::{Windows, sliding_variance, variance_of};

pub(super) fn stddev(window: &Window<'_>, call: &mut RangeCall<'_>) -> WindowResult {
    variance(window, call, f64::sqrt)
}

pub(super) fn stdvar(window: &Window<'_>, call: &mut RangeCall<'_>) -> WindowResult {
    variance(window, call, |variance| variance)
}

pub(super) fn stddev_kernel(t: &[i64], v: &[f64], windows: &Windows, _: &[Vec<f64>], out: &mut Column) {
    sliding_variance(t, v, windows, f64::sqrt, out);
}

pub(super) fn stdvar_kernel(t: &[i64], v: &[f64], windows: &Windows, _: &[Vec<f64>], out: &mut Column) {
    sliding_variance(t, v, windows, |variance| variance, out);
}

fn variance(window: &Window<'_>, call: &mut RangeCall<'_>, finish: fn(f64) -> f64) -> WindowResult {
    if window.floats.is_empty() {
        return Ok(None);
    }
    call.ignored(window);
    float(finish(variance_of(window.floats)))
}
