//! `anchored` and `smoothed` `rate`, `increase` and `delta` of floats: values at the very borders of the range.

use super::frame::{Edge, Frame};
use super::{RangeCall, Window};
use crate::kernel::RateKind;

/// The change from border to border; what a counter lost in resets on the way is added back.
pub(super) fn extended_rate(window: &Window<'_>, call: &RangeCall<'_>, kind: RateKind) -> Option<f64> {
    let frame = Frame::new(window.float_times, window.start, window.end, call.mode)?;
    let left = value_at(window, frame.left, window.start, kind)?;
    let right = value_at(window, frame.right, window.end, kind)?;
    let mut change = right - left;
    if kind.is_counter {
        let inner = window.floats.get(frame.inner).unwrap_or_default();
        let path = std::iter::once(&left).chain(inner);
        let lost = path.zip(inner.iter().chain([&right])).filter(|(before, after)| after < before);
        change += lost.fold(0.0, |sum, (before, _)| sum + before);
    }
    Some(if kind.is_rate { change / call.range_seconds() } else { change })
}

/// The value of a border at `t`; on a line over a reset the counter rises from zero.
fn value_at(window: &Window<'_>, edge: Edge, t: i64, kind: RateKind) -> Option<f64> {
    let (times, values) = (window.float_times, window.floats);
    match edge {
        Edge::Sample(index) => values.get(index).copied(),
        Edge::Line(index) => {
            let (from, to) = (*values.get(index)?, *values.get(index + 1)?);
            let (begin, length) = (*times.get(index)?, (*times.get(index + 1)? - times.get(index)?) as f64);
            let base = if kind.is_counter && to < from { 0.0 } else { from };
            Some(base + (to - base) * (t - begin) as f64 / length)
        }
    }
}
