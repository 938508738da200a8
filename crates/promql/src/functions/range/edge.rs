//! What only looks at the ends or the number of samples: `first_over_time`, `last_over_time`, their times,
//! `count_over_time`, `present_over_time`.

use std::sync::Arc;

use super::{RangeCall, Window, WindowResult, float};
use crate::column::Column;
use crate::kernel::Windows;
use crate::value::PointValue;

pub(super) fn count(window: &Window<'_>, _: &mut RangeCall<'_>) -> WindowResult {
    float((window.floats.len() + window.histograms.len()) as f64)
}

pub(super) fn present(_: &Window<'_>, _: &mut RangeCall<'_>) -> WindowResult {
    float(1.0)
}

pub(super) fn first(window: &Window<'_>, _: &mut RangeCall<'_>) -> WindowResult {
    let float_is_first = match (window.float_times.first(), window.histogram_times.first()) {
        (Some(f), Some(h)) => f < h,
        (f, _) => f.is_some(),
    };
    Ok(if float_is_first {
        window.floats.first().map(|value| PointValue::Float(*value))
    } else {
        window.histograms.first().map(|h| PointValue::Histogram(Arc::clone(h)))
    })
}

pub(super) fn last(window: &Window<'_>, _: &mut RangeCall<'_>) -> WindowResult {
    let float_is_last = match (window.float_times.last(), window.histogram_times.last()) {
        (Some(f), Some(h)) => h < f,
        (f, _) => f.is_some(),
    };
    Ok(if float_is_last {
        window.floats.last().map(|value| PointValue::Float(*value))
    } else {
        window.histograms.last().map(|h| PointValue::Histogram(Arc::clone(h)))
    })
}

pub(super) fn ts_of_first(window: &Window<'_>, _: &mut RangeCall<'_>) -> WindowResult {
    let first = window.float_times.first().into_iter().chain(window.histogram_times.first()).min();
    Ok(first.map(|t| PointValue::Float(*t as f64 / 1000.0)))
}

pub(super) fn ts_of_last(window: &Window<'_>, _: &mut RangeCall<'_>) -> WindowResult {
    let last = window.float_times.last().into_iter().chain(window.histogram_times.last()).max();
    Ok(last.map(|t| PointValue::Float(*t as f64 / 1000.0)))
}

fn each(t: &[i64], windows: &Windows, out: &mut Column, value: impl Fn(usize, usize) -> f64) {
    windows.for_each(t, |step, lo, hi| {
        if lo < hi {
            out.set(step, value(lo, hi));
        }
    });
}

pub(super) fn count_kernel(t: &[i64], _: &[f64], windows: &Windows, _: &[Vec<f64>], out: &mut Column) {
    each(t, windows, out, |lo, hi| (hi - lo) as f64);
}

pub(super) fn present_kernel(t: &[i64], _: &[f64], windows: &Windows, _: &[Vec<f64>], out: &mut Column) {
    each(t, windows, out, |_, _| 1.0);
}

pub(super) fn first_kernel(t: &[i64], v: &[f64], windows: &Windows, _: &[Vec<f64>], out: &mut Column) {
    each(t, windows, out, |lo, _| v[lo]);
}

pub(super) fn last_kernel(t: &[i64], v: &[f64], windows: &Windows, _: &[Vec<f64>], out: &mut Column) {
    each(t, windows, out, |_, hi| v[hi - 1]);
}
