//! `anchored` and `smoothed` `rate`, `increase` and `delta` of native histograms.

use std::sync::Arc;

use narthex_model::histogram::IncompatibleSchema;
use narthex_model::{CounterResetHint, FloatHistogram};

use super::extended::border_samples;
use super::{RangeCall, Window};
use crate::annotations::{Annotation, HistogramOperation};
use crate::ast::RangeMode;
use crate::kernel::RateKind;

/// The histogram at `t` between two samples; a counter that was reset starts at zero.
pub(crate) fn interpolate_histograms(
    (t1, h1): (i64, &FloatHistogram),
    (t2, h2): (i64, &FloatHistogram),
    t: i64,
    is_counter: bool,
    reconciled: &mut dyn FnMut(HistogramOperation),
) -> Result<FloatHistogram, IncompatibleSchema> {
    if t == t1 {
        return Ok(h1.clone());
    }
    let mut result = h2.clone();
    if t == t2 {
        return Ok(result);
    }
    let fraction = (t - t1) as f64 / (t2 - t1) as f64;
    if is_counter && h2.detect_reset(h1) {
        result.mul(fraction);
        return Ok(result);
    }
    if result.sub(h1)?.custom_bounds {
        reconciled(HistogramOperation::Subtraction);
    }
    result.mul(fraction);
    if result.add(h1)?.custom_bounds {
        reconciled(HistogramOperation::Addition);
    }
    Ok(result)
}

pub(super) fn extended_histogram_rate(
    window: &Window<'_>,
    call: &mut RangeCall<'_>,
    kind: RateKind,
) -> Option<FloatHistogram> {
    let (times, histograms) = (window.histogram_times, window.histograms);
    let smoothed = call.mode == RangeMode::Smoothed;
    let (first, last) = border_samples(times, window.start, window.end, call.mode)?;
    let custom = histograms.first()?.uses_custom_buckets();
    // The layout of the samples in use decides, beginning with the first of them.
    let used = histograms.get(first..=last)?;
    let custom = used.first().map_or(custom, |h| h.uses_custom_buckets());
    for histogram in used {
        if histogram.uses_custom_buckets() != custom {
            call.mixed_schemas();
            return None;
        }
        if kind.is_counter && histogram.counter_reset_hint == CounterResetHint::Gauge {
            call.add(Annotation::histogram_not_counter);
        }
    }
    let left = if smoothed && times[first] < window.start {
        between(window, call, first, window.start, kind.is_counter)?
    } else {
        histograms[first].as_ref().clone()
    };
    let right = if smoothed && last > 0 && times[last] > window.end {
        between(window, call, last - 1, window.end, kind.is_counter)?
    } else {
        histograms[last].as_ref().clone()
    };
    let is_gauge = |h: &FloatHistogram| h.counter_reset_hint == CounterResetHint::Gauge;
    if !kind.is_counter && (!is_gauge(&left) || !is_gauge(&right)) {
        call.add(Annotation::histogram_not_gauge);
    }
    let mut result = right.clone();
    if !call.sub_histogram(&mut result, &left) {
        return None;
    }
    if kind.is_counter {
        let lost = lost_in_resets(window, call, (first, last), &left, &right, smoothed)?;
        if let Some(lost) = lost
            && !call.add_histogram(&mut result, &lost)
        {
            return None;
        }
    }
    if kind.is_rate {
        result.div(call.range_seconds());
    }
    result.counter_reset_hint = CounterResetHint::Gauge;
    result.compact(0);
    Some(result)
}

fn between(
    window: &Window<'_>,
    call: &mut RangeCall<'_>,
    index: usize,
    t: i64,
    is_counter: bool,
) -> Option<FloatHistogram> {
    let (times, histograms) = (window.histogram_times, window.histograms);
    let from = (*times.get(index)?, histograms.get(index)?.as_ref());
    let to = (*times.get(index + 1)?, histograms.get(index + 1)?.as_ref());
    let pos = call.pos;
    let annotations = &mut *call.annotations;
    let mut reconciled = |operation| annotations.add(Annotation::mismatched_custom_buckets(operation, pos));
    let result = interpolate_histograms(from, to, t, is_counter, &mut reconciled);
    if result.is_err() {
        call.mixed_schemas();
    }
    result.ok()
}

/// What the counter had reached before each reset, together. The outer `None` means that histograms do not fit together.
#[expect(clippy::option_option, reason = "failure and absence of resets are different answers")]
fn lost_in_resets(
    window: &Window<'_>,
    call: &mut RangeCall<'_>,
    (first, last): (usize, usize),
    left: &FloatHistogram,
    right: &FloatHistogram,
    smoothed: bool,
) -> Option<Option<FloatHistogram>> {
    let (times, histograms) = (window.histogram_times, window.histograms);
    let mut before: &FloatHistogram = left;
    let mut from = first + 1;
    if smoothed && times[first] < window.start {
        let next: &Arc<FloatHistogram> = histograms.get(first + 1)?;
        if next.detect_reset(&histograms[first]) {
            // The left border was interpolated over this reset already.
            before = next;
            from += 1;
        }
    }
    if from > last {
        return Some(None);
    }
    let mut lost: Option<FloatHistogram> = None;
    let inner = histograms.get(from..last).unwrap_or_default().iter().map(AsRef::as_ref);
    for histogram in inner.chain([right]) {
        if histogram.detect_reset(before) {
            match &mut lost {
                None => lost = Some(before.clone()),
                Some(lost) => {
                    if !call.add_histogram(lost, before) {
                        return None;
                    }
                }
            }
        }
        before = histogram;
    }
    Some(lost)
}
