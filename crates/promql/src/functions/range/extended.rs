//! `anchored` and `smoothed` `rate`, `increase` and `delta` of floats: values at the very borders of the range.

use super::{RangeCall, Window};
use crate::ast::RangeMode;
use crate::kernel::RateKind;

/// Which samples stand for the borders: the last one at or before the start (else the first), and the last one
/// (smoothed: the first at or after the end). `None` when nothing lies in the range.
pub(super) fn border_samples(times: &[i64], start: i64, end: i64, mode: RangeMode) -> Option<(usize, usize)> {
    let mut last = times.len().checked_sub(1)?;
    let first = times[..last].partition_point(|t| *t <= start).saturating_sub(1);
    if mode == RangeMode::Smoothed {
        last = times[..last].partition_point(|t| *t < end);
    }
    if times[last] <= start || (mode == RangeMode::Smoothed && times[first] > end) {
        return None;
    }
    Some((first, last))
}

pub(super) fn extended_rate(window: &Window<'_>, call: &RangeCall<'_>, kind: RateKind) -> Option<f64> {
    let (times, values) = (window.float_times, window.floats);
    let (start, end) = (window.start, window.end);
    let smoothed = call.mode == RangeMode::Smoothed;
    let (mut first, last) = border_samples(times, start, end, call.mode)?;
    let left = if smoothed && times[first] < start {
        interpolate(times, values, first, start, kind.is_counter)?
    } else {
        values[first]
    };
    let right = if smoothed && last > 0 && times[last] > end {
        interpolate(times, values, last - 1, end, kind.is_counter)?
    } else {
        values[last]
    };
    let mut result = right - left;
    if kind.is_counter {
        // The borders are accounted for; what is left are the resets between the samples strictly inside.
        if times[first] <= start {
            first += 1;
        }
        let mut until = last + 1;
        if times[last] >= end {
            until -= 1;
        }
        let mut correction = 0.0;
        let mut before = left;
        for value in values.get(first..until).unwrap_or_default() {
            if *value < before {
                correction += before;
            }
            before = *value;
        }
        if right < before {
            correction += before;
        }
        result += correction;
    }
    Some(if kind.is_rate { result / call.range_seconds() } else { result })
}

/// The value at `t` on the line between the samples `index` and `index + 1`; a counter that was reset starts at zero.
fn interpolate(times: &[i64], values: &[f64], index: usize, t: i64, is_counter: bool) -> Option<f64> {
    let (t1, t2) = (*times.get(index)?, *times.get(index + 1)?);
    let (mut y1, y2) = (*values.get(index)?, *values.get(index + 1)?);
    if is_counter && y2 < y1 {
        y1 = 0.0;
    }
    Some(y1 + (y2 - y1) * (t - t1) as f64 / (t2 - t1) as f64)
}
