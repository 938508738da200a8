//! `max_over_time`, `min_over_time` and the times of their results.

use super::{RangeCall, Window, WindowResult, float};
use crate::column::Column;
use crate::kernel::{Extremum, Windows, extremum};

pub(super) fn max(window: &Window<'_>, call: &mut RangeCall<'_>) -> WindowResult {
    value(window, call, Extremum::Max)
}

pub(super) fn min(window: &Window<'_>, call: &mut RangeCall<'_>) -> WindowResult {
    value(window, call, Extremum::Min)
}

pub(super) fn ts_of_max(window: &Window<'_>, call: &mut RangeCall<'_>) -> WindowResult {
    time(window, call, |candidate, best| candidate >= best)
}

pub(super) fn ts_of_min(window: &Window<'_>, call: &mut RangeCall<'_>) -> WindowResult {
    time(window, call, |candidate, best| candidate <= best)
}

pub(super) fn max_kernel(t: &[i64], v: &[f64], windows: &Windows, _: &[Vec<f64>], out: &mut Column) {
    extremum(t, v, windows, Extremum::Max, out);
}

pub(super) fn min_kernel(t: &[i64], v: &[f64], windows: &Windows, _: &[Vec<f64>], out: &mut Column) {
    extremum(t, v, windows, Extremum::Min, out);
}

fn value(window: &Window<'_>, call: &mut RangeCall<'_>, end: Extremum) -> WindowResult {
    let Some(index) = end.index_of(window.floats) else { return Ok(None) };
    call.ignored(window);
    float(window.floats[index])
}

/// The time of the last of the best values.
fn time(window: &Window<'_>, call: &mut RangeCall<'_>, beats: fn(f64, f64) -> bool) -> WindowResult {
    let mut samples = window.floats.iter().zip(window.float_times);
    let Some(mut best) = samples.next() else { return Ok(None) };
    for sample in samples {
        if beats(*sample.0, *best.0) || best.0.is_nan() {
            best = sample;
        }
    }
    call.ignored(window);
    float(*best.1 as f64 / 1000.0)
}
