//! `rate`, `increase`, `delta` over floats: extrapolation, and a sliding kernel with a queue of counter resets.
//!
//! The result is `last − first`, plus the value before each reset in the window in order of time, times the extrapolation
//! factor. Resets are rare, so summing the queued ones at each step costs almost nothing and keeps the order of additions.

use std::collections::VecDeque;

use super::Windows;
use crate::column::Column;

/// What is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RateKind {
    /// Whether values only grow, so that a decrease is a reset.
    pub(crate) is_counter: bool,
    /// Whether the result is per second.
    pub(crate) is_rate: bool,
}

/// The factor from the difference inside the samples to the difference over the whole window.
///
/// `first` and `last` are the sample times, `zero` the time over which the counter would have grown from zero to its
/// first value if that limits the extrapolation to the left.
#[inline]
pub(crate) fn extrapolate(
    (first, last): (i64, i64),
    intervals: usize,
    (start, end): (i64, i64),
    zero: impl FnOnce(f64) -> Option<f64>,
) -> f64 {
    let mut to_start = (first - start) as f64 / 1000.0;
    let mut to_end = (end - last) as f64 / 1000.0;
    let sampled = (last - first) as f64 / 1000.0;
    let average = sampled / intervals as f64;
    let threshold = average * 1.1;
    if to_start >= threshold {
        to_start = average / 2.0;
    }
    if let Some(to_zero) = zero(sampled)
        && to_zero < to_start
    {
        to_start = to_zero;
    }
    if to_end >= threshold {
        to_end = average / 2.0;
    }
    if sampled == 0.0 { 1.0 } else { (sampled + to_start + to_end) / sampled }
}

/// `rate` and its relatives at all steps, for series without start timestamps.
pub(crate) fn sliding_rate(
    timestamps: &[i64],
    values: &[f64],
    windows: &Windows,
    kind: RateKind,
    out: &mut Column,
) {
    let mut resets: VecDeque<u32> = VecDeque::new();
    let mut seen = 0;
    let seconds = windows.range as f64 / 1000.0;
    windows.for_each(timestamps, |step, lo, hi| {
        if kind.is_counter {
            while seen < hi {
                if seen > 0 && values[seen] < values[seen - 1] {
                    resets.push_back(seen as u32);
                }
                seen += 1;
            }
            while resets.front().is_some_and(|reset| *reset as usize <= lo) {
                resets.pop_front();
            }
        }
        if hi - lo < 2 {
            return;
        }
        let first = values[lo];
        let mut result = values[hi - 1] - first;
        for reset in &resets {
            result += values[*reset as usize - 1];
        }
        let borders = windows.borders(step);
        let mut factor = extrapolate((timestamps[lo], timestamps[hi - 1]), hi - lo - 1, borders, |sampled| {
            (kind.is_counter && result > 0.0 && first >= 0.0).then(|| sampled * (first / result))
        });
        if kind.is_rate {
            factor /= seconds;
        }
        out.set(step, result * factor);
    });
}
