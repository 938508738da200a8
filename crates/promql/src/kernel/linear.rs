//! Least squares: the line through the samples of a window, for `deriv` and `predict_linear`.
//!
//! Long windows use two stacks of sums, as `sum` does. Their times count from the first sample of the older half and are
//! moved to the window's origin at the end; results may differ from a scan in the last digits.

use super::{Kahan, Kahan4, RescanBelow, Windows};
use crate::column::Column;

/// Slope per second, and the value at the time `origin`; at least one sample is needed.
pub(crate) fn linear_regression(timestamps: &[i64], values: &[f64], origin: i64) -> (f64, f64) {
    let first = values.first().copied().unwrap_or(f64::NAN);
    if values.iter().skip(1).all(|value| *value == first) {
        return of_constant(first);
    }
    let mut sums = Kahan4::default();
    for (t, value) in timestamps.iter().zip(values) {
        let x = t.saturating_sub(origin) as f64 / 1e3;
        sums.add([x, *value, x * value, x * x]);
    }
    let [x, y, xy, xx] = sums.totals();
    line(values.len() as f64, x, y, xy, xx)
}

/// The line through samples with one value.
fn of_constant(value: f64) -> (f64, f64) {
    if value.is_infinite() { (f64::NAN, f64::NAN) } else { (0.0, value) }
}

/// Slope and intercept by the sums over the samples.
fn line(n: f64, x: f64, y: f64, xy: f64, xx: f64) -> (f64, f64) {
    let covariance = xy - x * y / n;
    let variance = xx - x * x / n;
    let slope = covariance / variance;
    (slope, y / n - slope * x / n)
}

/// The line through each window of at least two samples: `origin` gives the time from which it is measured, by step and
/// first sample, `finish` makes a value of slope and intercept.
pub(crate) fn sliding_regression(
    timestamps: &[i64],
    values: &[f64],
    windows: &Windows,
    origin: impl Fn(usize, usize) -> i64,
    finish: impl Fn(usize, (f64, f64)) -> f64,
    out: &mut Column,
) {
    let slide = windows.should_slide(timestamps, RescanBelow::COSTLY);
    let mut stacks = Stacks::default();
    // The sample that last had another value than the one before it.
    let (mut seen, mut changed) = (0, 0);
    windows.for_each(timestamps, |step, lo, hi| {
        while slide && seen < hi {
            if seen > 0 && values[seen] != values[seen - 1] {
                changed = seen;
            }
            seen += 1;
        }
        if hi - lo < 2 {
            return;
        }
        let origin = origin(step, lo);
        let scan = || linear_regression(&timestamps[lo..hi], &values[lo..hi], origin);
        let found = if !slide {
            scan()
        } else {
            let sums = stacks.slide(timestamps, values, lo, hi);
            if changed <= lo {
                of_constant(values[lo])
            } else {
                sums.line((hi - lo) as f64, stacks.base.saturating_sub(origin) as f64 / 1e3)
                    .unwrap_or_else(scan)
            }
        };
        out.set(step, finish(step, found));
    });
}

/// The sums over some samples.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    x: Kahan,
    y: Kahan,
    xy: Kahan,
    xx: Kahan,
}

impl Sums {
    #[inline]
    fn add(&mut self, x: f64, y: f64) {
        self.x.add(x);
        self.y.add(y);
        self.xy.add(x * y);
        self.xx.add(x * x);
    }

    fn merge(&mut self, other: &Self) {
        self.x.merge(other.x);
        self.y.merge(other.y);
        self.xy.merge(other.xy);
        self.xx.merge(other.xx);
    }

    /// The line through the `n` samples, with all times moved by `shift` seconds; `None` when the sums are not finite.
    fn line(&self, n: f64, shift: f64) -> Option<(f64, f64)> {
        let (x, y, xy, xx) = (self.x.total(), self.y.total(), self.xy.total(), self.xx.total());
        let found = line(n, x + n * shift, y, xy + shift * y, xx + 2.0 * shift * x + n * shift * shift);
        (found.0.is_finite() && found.1.is_finite()).then_some(found)
    }
}

/// The sums over a window that only moves forward.
#[derive(Debug, Default)]
struct Stacks {
    /// `older[i]` are the sums of the samples from some index up to `middle`, the longest last.
    older: Vec<Sums>,
    newer: Sums,
    middle: usize,
    end: usize,
    /// Times count from here.
    base: i64,
}

impl Stacks {
    fn slide(&mut self, timestamps: &[i64], values: &[f64], lo: usize, hi: usize) -> Sums {
        if lo >= self.middle {
            self.older.clear();
            self.base = timestamps[lo];
            let mut sums = Sums::default();
            for (t, value) in timestamps[lo..hi].iter().zip(&values[lo..hi]).rev() {
                sums.add(self.x(*t), *value);
                self.older.push(sums);
            }
            (self.middle, self.end, self.newer) = (hi, hi, Sums::default());
        } else {
            self.older.truncate(self.middle - lo);
            for (t, value) in timestamps[self.end..hi].iter().zip(&values[self.end..hi]) {
                let x = self.x(*t);
                self.newer.add(x, *value);
            }
            self.end = hi;
        }
        let mut total = self.older.last().copied().unwrap_or_default();
        if self.end > self.middle {
            total.merge(&self.newer);
        }
        total
    }

    fn x(&self, t: i64) -> f64 {
        t.saturating_sub(self.base) as f64 / 1e3
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::column::Grid;

    #[test]
    fn sliding_is_scanning() {
        let times: Vec<i64> = (0..500).map(|index| 1_700_000_000_000 + index * 15_000 + index % 7).collect();
        let mut values: Vec<f64> =
            (0..500).map(|index| (f64::from(index) * 0.37).sin() * 1e9 + 3e9).collect();
        values[100..200].fill(42.0);
        values[350] = f64::INFINITY;
        let start = times[60];
        let windows = Windows {
            grid: Grid::new(start, start + 6_000_000, 15_000),
            range: 600_000,
            offset: 0,
            fixed_end: None,
        };
        for ahead in [false, true] {
            let origin = |step, lo: usize| if ahead { windows.grid.time(step) } else { times[lo] };
            let finish = |_, (slope, at): (f64, f64)| if ahead { slope * 3600.0 + at } else { slope };
            let mut out = Column::new(windows.grid.steps);
            sliding_regression(&times, &values, &windows, origin, finish, &mut out);
            windows.for_each(&times, |step, lo, hi| {
                let scanned = linear_regression(&times[lo..hi], &values[lo..hi], origin(step, lo));
                let (expected, found) = (finish(step, scanned), out.float(step).unwrap());
                let same = expected == found || expected.is_nan() && found.is_nan();
                assert!(same || ((expected - found) / expected).abs() < 1e-10, "{step}: {expected} {found}");
            });
        }
    }
}
