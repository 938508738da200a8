//! `max_over_time` and `min_over_time` with a monotonic queue: the best sample is at its front.
//!
//! NaN loses against every number; a window of NaNs only is NaN. Of equal values the first one wins, as in a scan.

use std::collections::VecDeque;

use super::{RescanBelow, Windows};
use crate::column::Column;

/// Which end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extremum {
    /// The largest.
    Max,
    /// The smallest.
    Min,
}

impl Extremum {
    /// Whether `candidate` is strictly better than `best`.
    #[inline]
    fn beats(self, candidate: f64, best: f64) -> bool {
        match self {
            Self::Max => candidate > best,
            Self::Min => candidate < best,
        }
    }

    /// The index of the best of some values; `None` of none.
    pub(crate) fn index_of(self, values: &[f64]) -> Option<usize> {
        let mut best = (0, *values.first()?);
        for (index, value) in values.iter().enumerate() {
            if self.beats(*value, best.1) || best.1.is_nan() {
                best = (index, *value);
            }
        }
        Some(best.0)
    }
}

/// The best value of each window.
pub(crate) fn extremum(
    timestamps: &[i64],
    values: &[f64],
    windows: &Windows,
    end: Extremum,
    out: &mut Column,
) {
    if !windows.should_slide(timestamps, RescanBelow::CHEAP) {
        windows.for_each(timestamps, |step, lo, hi| {
            let window = &values[lo..hi];
            if let Some(index) = end.index_of(window) {
                out.set(step, window[index]);
            }
        });
        return;
    }
    let mut queue: VecDeque<u32> = VecDeque::new();
    let mut seen = 0;
    windows.for_each(timestamps, |step, lo, hi| {
        while seen < hi {
            let value = values[seen];
            if !value.is_nan() {
                while queue.back().is_some_and(|back| end.beats(value, values[*back as usize])) {
                    queue.pop_back();
                }
                queue.push_back(seen as u32);
            }
            seen += 1;
        }
        while queue.front().is_some_and(|front| (*front as usize) < lo) {
            queue.pop_front();
        }
        if lo < hi {
            let best = queue.front().map_or(hi - 1, |front| *front as usize);
            out.set(step, values[best]);
        }
    });
}
