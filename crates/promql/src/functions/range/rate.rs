//! `rate`, `increase` and `delta`.

use std::sync::Arc;

use super::extended::extended_rate;
use super::extended_histogram::extended_histogram_rate;
use super::histogram_rate::histogram_rate;
use super::start_time::{any_overlap, reset_at};
use super::{RangeCall, Window, WindowResult};
use crate::annotations::Annotation;
use crate::ast::RangeMode;
use crate::column::Column;
use crate::kernel::{RateKind, Windows, extrapolate, sliding_rate};
use crate::value::PointValue;

const RATE: RateKind = RateKind { is_counter: true, is_rate: true };
const INCREASE: RateKind = RateKind { is_counter: true, is_rate: false };
const DELTA: RateKind = RateKind { is_counter: false, is_rate: false };

pub(super) fn rate(window: &Window<'_>, call: &mut RangeCall<'_>) -> WindowResult {
    Ok(extrapolated(window, call, RATE))
}

pub(super) fn increase(window: &Window<'_>, call: &mut RangeCall<'_>) -> WindowResult {
    Ok(extrapolated(window, call, INCREASE))
}

pub(super) fn delta(window: &Window<'_>, call: &mut RangeCall<'_>) -> WindowResult {
    Ok(extrapolated(window, call, DELTA))
}

pub(super) fn rate_kernel(t: &[i64], v: &[f64], windows: &Windows, _: &[Vec<f64>], out: &mut Column) {
    sliding_rate(t, v, windows, RATE, out);
}

pub(super) fn increase_kernel(t: &[i64], v: &[f64], windows: &Windows, _: &[Vec<f64>], out: &mut Column) {
    sliding_rate(t, v, windows, INCREASE, out);
}

pub(super) fn delta_kernel(t: &[i64], v: &[f64], windows: &Windows, _: &[Vec<f64>], out: &mut Column) {
    sliding_rate(t, v, windows, DELTA, out);
}

fn extrapolated(window: &Window<'_>, call: &mut RangeCall<'_>, kind: RateKind) -> Option<PointValue> {
    if window.is_mixed() {
        call.mixed();
        return None;
    }
    if call.mode != RangeMode::Plain {
        return if window.histograms.is_empty() {
            extended_rate(window, call, kind).map(PointValue::Float)
        } else {
            extended_histogram_rate(window, call, kind).map(|h| PointValue::Histogram(Arc::new(h)))
        };
    }
    if window.histograms.is_empty() { floats(window, call, kind) } else { histograms(window, call, kind) }
}

/// When the first sample says that its counter started inside the range, the time from there to the last sample.
fn started_inside(window: &Window<'_>, starts: &[i64], times: &[i64], kind: RateKind) -> Option<f64> {
    let (start, first, last) = (*starts.first()?, *times.first()?, *times.last()?);
    let inside = kind.is_counter && start != 0 && start > window.start && start < first;
    inside.then(|| (last - start) as f64 / 1000.0)
}

fn floats(window: &Window<'_>, call: &mut RangeCall<'_>, kind: RateKind) -> Option<PointValue> {
    let (times, values) = (window.float_times, window.floats);
    let (first, last) = (*values.first()?, *values.last()?);
    let mut result = last - first;
    if kind.is_counter {
        if any_overlap(window.float_starts, times) {
            call.add(Annotation::start_time_overlap);
        }
        for index in 1..values.len() {
            if values[index] < values[index - 1] || reset_at(window.float_starts, times, index) {
                result += values[index - 1];
            }
        }
    }
    let started = started_inside(window, window.float_starts, times, kind);
    if started.is_some() {
        result += first;
    }
    let factor = factor(window, times, started, |sampled| {
        (kind.is_counter && result > 0.0 && first >= 0.0).then(|| sampled * (first / result))
    })?;
    let factor = if kind.is_rate { factor / call.range_seconds() } else { factor };
    Some(PointValue::Float(result * factor))
}

fn histograms(window: &Window<'_>, call: &mut RangeCall<'_>, kind: RateKind) -> Option<PointValue> {
    let (times, histograms) = (window.histogram_times, window.histograms);
    let first = histograms.first()?;
    let mut result = match histograms {
        [_] => None,
        _ => Some(histogram_rate(window, call, kind.is_counter)?),
    };
    let started = started_inside(window, window.histogram_starts, times, kind);
    if started.is_some() {
        match &mut result {
            None => result = Some(first.as_ref().clone()),
            Some(result) => {
                if !call.add_histogram(result, first) {
                    return None;
                }
            }
        }
    }
    let mut result = result?;
    let factor = factor(window, times, started, |sampled| {
        let extrapolates = kind.is_counter && result.count > 0.0 && first.count >= 0.0;
        extrapolates.then(|| sampled * (first.count / result.count))
    })?;
    result.mul(if kind.is_rate { factor / call.range_seconds() } else { factor });
    Some(PointValue::Histogram(Arc::new(result)))
}

/// The extrapolation factor; `None` when a single sample has no known start.
fn factor(
    window: &Window<'_>,
    times: &[i64],
    started: Option<f64>,
    zero: impl FnOnce(f64) -> Option<f64>,
) -> Option<f64> {
    let (first, last) = (*times.first()?, *times.last()?);
    let intervals = times.len() - 1;
    if let Some(sampled) = started {
        // The counter is known to have begun at zero, so only the right side is extrapolated.
        let average = if intervals > 0 { (last - first) as f64 / 1000.0 / intervals as f64 } else { 0.0 };
        let mut to_end = (window.end - last) as f64 / 1000.0;
        if to_end >= average * 1.1 {
            to_end = average / 2.0;
        }
        return Some(if sampled == 0.0 { 1.0 } else { (sampled + to_end) / sampled });
    }
    (intervals > 0).then(|| extrapolate((first, last), intervals, (window.start, window.end), zero))
}
