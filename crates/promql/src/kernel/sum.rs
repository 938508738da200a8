//! `sum_over_time` and `avg_over_time`.
//!
//! A compensated sum cannot be subtracted from, so long windows use two stacks: sums of the older half towards the past,
//! and one growing sum of the newer half. A window is one merge of the two. The additions are grouped differently from a
//! scan, so results may differ from it in the last bits; short windows are scanned.

use super::{Kahan, RescanBelow, Windows, kahan_inc};
use crate::column::Column;

/// The compensated sum of a window.
pub(crate) fn sum_of(values: &[f64]) -> f64 {
    let mut sum = Kahan::default();
    values.iter().for_each(|value| sum.add(*value));
    sum.total()
}

/// The mean of a window: sum by count, or the running mean from where the sum would overflow.
pub(crate) fn average_of(values: &[f64]) -> f64 {
    let Some((first, rest)) = values.split_first() else { return f64::NAN };
    let (mut sum, mut c, mut mean) = (*first, 0.0, None);
    let mut count = 1.0;
    for (index, value) in rest.iter().enumerate() {
        count = (index + 2) as f64;
        let current = match mean {
            None => {
                let (new_sum, new_c) = kahan_inc(*value, sum, c);
                if !new_sum.is_infinite() {
                    (sum, c) = (new_sum, new_c);
                    continue;
                }
                c /= count - 1.0;
                sum / (count - 1.0)
            }
            Some(mean) => mean,
        };
        let q = (count - 1.0) / count;
        let (new_mean, new_c) = kahan_inc(value / count, q * current, q * c);
        mean = Some(new_mean);
        c = new_c;
    }
    match mean {
        Some(mean) => mean + c,
        None => sum / count + c / count,
    }
}

/// `sum_over_time` at all steps.
pub(crate) fn sliding_sum(timestamps: &[i64], values: &[f64], windows: &Windows, out: &mut Column) {
    if !windows.should_slide(timestamps, RescanBelow::CHEAP) {
        windows.for_each(timestamps, |step, lo, hi| {
            if lo < hi {
                out.set(step, sum_of(&values[lo..hi]));
            }
        });
        return;
    }
    let mut stacks = TwoStacks::default();
    windows.for_each(timestamps, |step, lo, hi| {
        let sum = stacks.slide(values, lo, hi);
        if lo < hi {
            out.set(step, if sum.total().is_finite() { sum.total() } else { sum_of(&values[lo..hi]) });
        }
    });
}

/// `avg_over_time` at all steps.
pub(crate) fn sliding_average(timestamps: &[i64], values: &[f64], windows: &Windows, out: &mut Column) {
    let slide = windows.should_slide(timestamps, RescanBelow::CHEAP);
    let mut stacks = TwoStacks::default();
    windows.for_each(timestamps, |step, lo, hi| {
        let sum = if slide { stacks.slide(values, lo, hi) } else { Kahan { sum: f64::NAN, c: 0.0 } };
        if lo == hi {
            return;
        }
        let count = (hi - lo) as f64;
        let average = sum.sum / count + sum.c / count;
        out.set(step, if average.is_finite() { average } else { average_of(&values[lo..hi]) });
    });
}

/// The sum of a window that only moves forward.
#[derive(Debug, Default)]
struct TwoStacks {
    /// `older[i]` is the sum of the samples from some index up to `middle`, the longest last.
    older: Vec<Kahan>,
    /// Where the older half ends and the newer begins.
    middle: usize,
    /// The sum of the newer half.
    newer: Kahan,
    /// Where the newer half ends.
    end: usize,
}

impl TwoStacks {
    /// Moves the window to `lo..hi` and gives its sum.
    fn slide(&mut self, values: &[f64], lo: usize, hi: usize) -> Kahan {
        if lo >= self.middle {
            // The older half has left: the present window becomes it.
            self.older.clear();
            let mut sum = Kahan::default();
            for value in values[lo..hi].iter().rev() {
                sum.add(*value);
                self.older.push(sum);
            }
            self.middle = hi;
            self.end = hi;
            self.newer = Kahan::default();
        } else {
            self.older.truncate(self.middle - lo);
            for value in &values[self.end..hi] {
                self.newer.add(*value);
            }
            self.end = hi;
        }
        let mut total = self.older.last().copied().unwrap_or_default();
        if self.end > self.middle {
            total.merge(self.newer);
        }
        total
    }
}
