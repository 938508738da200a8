//! `anchored` and `smoothed` `rate`, `increase` and `delta` of native histograms.

use narthex_model::histogram::IncompatibleSchema;
use narthex_model::{CounterResetHint, FloatHistogram};

use super::frame::{Edge, Frame};
use super::{RangeCall, Window};
use crate::annotations::{Annotation, HistogramOperation};
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

/// The change from border to border; what a counter lost in resets on the way is added back.
pub(super) fn extended_histogram_rate(
    window: &Window<'_>,
    call: &mut RangeCall<'_>,
    kind: RateKind,
) -> Option<FloatHistogram> {
    let frame = Frame::new(window.histogram_times, window.start, window.end, call.mode)?;
    let used = window.histograms.get(frame.samples())?;
    let custom = used.first()?.uses_custom_buckets();
    for histogram in used {
        if histogram.uses_custom_buckets() != custom {
            call.mixed_schemas();
            return None;
        }
        if kind.is_counter && is_gauge(histogram) {
            call.add(Annotation::histogram_not_counter);
        }
    }
    let left = histogram_at(window, call, frame.left, window.start, kind)?;
    let right = histogram_at(window, call, frame.right, window.end, kind)?;
    if !kind.is_counter && (!is_gauge(&left) || !is_gauge(&right)) {
        call.add(Annotation::histogram_not_gauge);
    }
    let mut change = right.clone();
    let mut fits = call.sub_histogram(&mut change, &left);
    if kind.is_counter && fits {
        let mut lost: Option<FloatHistogram> = None;
        for before in before_resets(window, &frame, &left, &right) {
            match &mut lost {
                None => lost = Some(before.clone()),
                Some(lost) => fits &= call.add_histogram(lost, before),
            }
        }
        fits = fits && lost.is_none_or(|lost| call.add_histogram(&mut change, &lost));
    }
    if !fits {
        return None;
    }
    if kind.is_rate {
        change.div(call.range_seconds());
    }
    change.counter_reset_hint = CounterResetHint::Gauge;
    change.compact(0);
    Some(change)
}

fn is_gauge(histogram: &FloatHistogram) -> bool {
    histogram.counter_reset_hint == CounterResetHint::Gauge
}

/// The histogram of a border at `t`; `None` when its neighbours do not fit together.
fn histogram_at(
    window: &Window<'_>,
    call: &mut RangeCall<'_>,
    edge: Edge,
    t: i64,
    kind: RateKind,
) -> Option<FloatHistogram> {
    let sample = |index: usize| {
        let (time, histogram) = (window.histogram_times.get(index)?, window.histograms.get(index)?);
        Some((*time, histogram.as_ref()))
    };
    let index = match edge {
        Edge::Sample(index) => return sample(index).map(|(_, histogram)| histogram.clone()),
        Edge::Line(index) => index,
    };
    let (from, to) = (sample(index)?, sample(index + 1)?);
    let pos = call.pos;
    let annotations = &mut *call.annotations;
    let mut reconciled = |operation| annotations.add(Annotation::mismatched_custom_buckets(operation, pos));
    let result = interpolate_histograms(from, to, t, kind.is_counter, &mut reconciled);
    if result.is_err() {
        call.mixed_schemas();
    }
    result.ok()
}

/// What the counter had reached before each reset between the borders.
fn before_resets<'a>(
    window: &Window<'a>,
    frame: &Frame,
    left: &'a FloatHistogram,
    right: &'a FloatHistogram,
) -> Vec<&'a FloatHistogram> {
    let mut inner = window.histograms.get(frame.inner.clone()).unwrap_or_default().iter().map(AsRef::as_ref);
    let mut before = left;
    if let Edge::Line(index) = frame.left
        && let (Some(from), Some(to)) = (window.histograms.get(index), window.histograms.get(index + 1))
        && to.detect_reset(from)
    {
        // The line over this reset rises from zero already. Without a sample between the borders it ends at the right one.
        match inner.next() {
            Some(next) => before = next,
            None => return Vec::new(),
        }
    }
    let mut found = Vec::new();
    for histogram in inner.chain([right]) {
        if histogram.detect_reset(before) {
            found.push(before);
        }
        before = histogram;
    }
    found
}
