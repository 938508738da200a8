//! Which samples each step of a query sees.

use crate::column::Grid;

/// Below how many samples per window a re-scan is faster than keeping state.
pub(crate) struct RescanBelow;

impl RescanBelow {
    /// For kernels with a cheap inner loop.
    pub(crate) const CHEAP: usize = 8;
    /// For kernels whose sliding state costs more per sample.
    pub(crate) const COSTLY: usize = 16;
}

/// Left-open windows `(end − range, end]` that move with the steps of a grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Windows {
    /// The evaluation times.
    pub(crate) grid: Grid,
    /// The length of a window, in milliseconds.
    pub(crate) range: i64,
    /// How far before the evaluation time a window ends, in milliseconds.
    pub(crate) offset: i64,
    /// The fixed end of all windows (`@`), already without the offset.
    pub(crate) fixed_end: Option<i64>,
}

impl Windows {
    /// The end of a step's window.
    #[inline]
    pub(crate) fn end(&self, step: usize) -> i64 {
        self.fixed_end.unwrap_or_else(|| self.grid.time(step).saturating_sub(self.offset))
    }

    /// The borders of a step's window; the start is outside of it.
    #[inline]
    pub(crate) fn borders(&self, step: usize) -> (i64, i64) {
        let end = self.end(step);
        (end.saturating_sub(self.range), end)
    }

    /// First and last millisecond of all windows.
    pub(crate) fn extent(&self) -> (i64, i64) {
        let (first, _) = self.borders(0);
        (first.saturating_add(1), self.end(self.grid.steps.saturating_sub(1)))
    }

    /// Calls `visit(step, lo, hi)` for every step, `timestamps[lo..hi]` being the samples of its window.
    #[inline]
    pub(crate) fn for_each(&self, timestamps: &[i64], mut visit: impl FnMut(usize, usize, usize)) {
        let (mut lo, mut hi) = (0, 0);
        for step in 0..self.grid.steps {
            let (start, end) = self.borders(step);
            while timestamps.get(hi).is_some_and(|t| *t <= end) {
                hi += 1;
            }
            while lo < hi && timestamps.get(lo).is_some_and(|t| *t <= start) {
                lo += 1;
            }
            visit(step, lo, hi);
        }
    }

    /// About how many samples a window holds.
    pub(crate) fn density(&self, timestamps: &[i64]) -> usize {
        match timestamps {
            [first, .., last] if last > first => {
                let spacing = last.saturating_sub(*first) / (timestamps.len() as i64 - 1);
                (self.range / spacing.max(1)).clamp(0, timestamps.len() as i64) as usize
            }
            _ => timestamps.len(),
        }
    }

    /// Whether sliding is worth it: windows hold at least `threshold` samples and neighbours overlap by half or more.
    pub(crate) fn should_slide(&self, timestamps: &[i64], threshold: usize) -> bool {
        self.grid.steps > 1
            && self.grid.step.saturating_mul(2) <= self.range
            && self.density(timestamps) >= threshold
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_left_open() {
        let windows = Windows { grid: Grid::new(10, 30, 10), range: 10, offset: 0, fixed_end: None };
        let mut seen = Vec::new();
        windows.for_each(&[0, 5, 10, 15, 20, 30], |step, lo, hi| seen.push((step, lo, hi)));
        assert_eq!(seen, [(0, 1, 3), (1, 3, 5), (2, 5, 6)]);
        assert_eq!(windows.extent(), (1, 30));
    }
}
