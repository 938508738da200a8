//! `irate` and `idelta`: the last two samples only.

use std::sync::Arc;

use narthex_model::{CounterResetHint, FloatHistogram};

use super::start_time::Stamp;
use super::{RangeCall, Window, WindowResult};
use crate::annotations::Annotation;
use crate::column::Column;
use crate::kernel::Windows;
use crate::value::PointValue;

pub(super) fn irate(window: &Window<'_>, call: &mut RangeCall<'_>) -> WindowResult {
    Ok(last_two(window, call, true))
}

pub(super) fn idelta(window: &Window<'_>, call: &mut RangeCall<'_>) -> WindowResult {
    Ok(last_two(window, call, false))
}

pub(super) fn irate_kernel(t: &[i64], v: &[f64], windows: &Windows, _: &[Vec<f64>], out: &mut Column) {
    windows.for_each(t, |step, lo, hi| {
        if hi - lo >= 2 {
            let (before, last) = (v[hi - 2], v[hi - 1]);
            let difference = if last < before { last } else { last - before };
            out.set(step, difference / ((t[hi - 1] - t[hi - 2]) as f64 / 1000.0));
        }
    });
}

pub(super) fn idelta_kernel(t: &[i64], v: &[f64], windows: &Windows, _: &[Vec<f64>], out: &mut Column) {
    windows.for_each(t, |step, lo, hi| {
        if hi - lo >= 2 {
            out.set(step, v[hi - 1] - v[hi - 2]);
        }
    });
}

/// A sample of either kind.
#[derive(Clone, Copy)]
struct Either<'a> {
    stamp: Stamp,
    float: f64,
    histogram: Option<&'a FloatHistogram>,
}

/// The two newest samples, older first.
fn newest_two<'a>(window: &Window<'a>) -> Option<(Either<'a>, Either<'a>)> {
    let (mut f, mut h) = (window.floats.len(), window.histograms.len());
    let mut take = || {
        let float_time = f.checked_sub(1).and_then(|i| window.float_times.get(i));
        let histogram_time = h.checked_sub(1).and_then(|i| window.histogram_times.get(i));
        match (float_time, histogram_time) {
            (Some(ft), ht) if ht.is_none_or(|ht| ft > ht) => {
                f -= 1;
                let start = window.float_starts.get(f).copied().unwrap_or(0);
                Some(Either { stamp: Stamp { t: *ft, start }, float: window.floats[f], histogram: None })
            }
            (_, Some(ht)) => {
                h -= 1;
                let start = window.histogram_starts.get(h).copied().unwrap_or(0);
                Some(Either {
                    stamp: Stamp { t: *ht, start },
                    float: 0.0,
                    histogram: Some(&window.histograms[h]),
                })
            }
            _ => None,
        }
    };
    let last = take()?;
    Some((take()?, last))
}

fn last_two(window: &Window<'_>, call: &mut RangeCall<'_>, is_rate: bool) -> Option<PointValue> {
    let (before, last) = newest_two(window)?;
    let interval = last.stamp.t - before.stamp.t;
    if interval == 0 {
        return None;
    }
    let seconds = interval as f64 / 1000.0;
    let restarted = || last.stamp.restarts_after(before.stamp);
    match (before.histogram, last.histogram) {
        (None, None) => {
            let reset = is_rate && (last.float < before.float || restarted());
            let difference = if reset { last.float } else { last.float - before.float };
            Some(PointValue::Float(if is_rate { difference / seconds } else { difference }))
        }
        (Some(first), Some(second)) => {
            let gauge = |h: &FloatHistogram| h.counter_reset_hint == CounterResetHint::Gauge;
            if is_rate && (gauge(first) || gauge(second)) {
                call.add(Annotation::histogram_not_counter);
            }
            if !is_rate && (!gauge(first) || !gauge(second)) {
                call.add(Annotation::histogram_not_gauge);
            }
            let mut result = second.clone();
            let continues = !is_rate || (!restarted() && !second.detect_reset(first));
            if continues && !call.sub_histogram(&mut result, first) {
                return None;
            }
            result.counter_reset_hint = CounterResetHint::Gauge;
            result.compact(0);
            if is_rate {
                result.div(seconds);
            }
            Some(PointValue::Histogram(Arc::new(result)))
        }
        _ => {
            call.mixed();
            None
        }
    }
}
