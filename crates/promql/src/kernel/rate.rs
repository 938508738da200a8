//! `rate`, `increase`, `delta` over floats: extrapolation, and a sliding kernel with a queue of counter resets.
//!
//! The result is `last − first`, plus the value before each reset in the window in order of time, times the extrapolation
//! factor. Resets are rare, so summing the queued ones at each step costs almost nothing and keeps the order of additions.

use std::collections::VecDeque;

use super::{Coverage, Windows};
use crate::column::Column;

/// What is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RateKind {
    /// Whether values only grow, so that a decrease is a reset.
    pub(crate) is_counter: bool,
    /// Whether the result is per second.
    pub(crate) is_rate: bool,
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
        let coverage =
            Coverage::between((timestamps[lo], timestamps[hi - 1]), hi - lo - 1, windows.borders(step));
        let mut factor = coverage.factor(kind.is_counter.then_some((first, result)));
        if kind.is_rate {
            factor /= seconds;
        }
        out.set(step, result * factor);
    });
}
