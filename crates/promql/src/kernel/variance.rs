//! `stddev_over_time` and `stdvar_over_time`: Welford's method with compensated sums.
//!
//! Long windows use two stacks of partial results that are merged by the parallel form of the same method; the result
//! may differ from a scan in the last digits.

use super::{RescanBelow, Windows, kahan_inc};
use crate::column::Column;

/// The population variance of a window.
pub(crate) fn variance_of(values: &[f64]) -> f64 {
    let mut part = Part::default();
    values.iter().for_each(|value| part.add(*value));
    part.variance()
}

/// `stdvar_over_time` at all steps, each passed through `finish`.
pub(crate) fn sliding_variance(
    timestamps: &[i64],
    values: &[f64],
    windows: &Windows,
    finish: fn(f64) -> f64,
    out: &mut Column,
) {
    let slide = windows.should_slide(timestamps, RescanBelow::COSTLY) && values.iter().all(|v| v.is_finite());
    let mut older: Vec<Part> = Vec::new();
    let mut newer = Part::default();
    let (mut middle, mut end) = (0, 0);
    windows.for_each(timestamps, |step, lo, hi| {
        if lo == hi {
            return;
        }
        if !slide {
            out.set(step, finish(variance_of(&values[lo..hi])));
            return;
        }
        if lo >= middle {
            older.clear();
            let mut part = Part::default();
            for value in values[lo..hi].iter().rev() {
                part.add(*value);
                older.push(part);
            }
            (middle, end) = (hi, hi);
            newer = Part::default();
        } else {
            older.truncate(middle - lo);
            values[end..hi].iter().for_each(|value| newer.add(*value));
            end = hi;
        }
        let merged = older.last().copied().unwrap_or_default().merge(newer);
        out.set(step, finish(merged.variance()));
    });
}

/// Count, mean and sum of squared distances of some samples.
#[derive(Debug, Clone, Copy, Default)]
struct Part {
    count: f64,
    mean: f64,
    mean_c: f64,
    aux: f64,
    aux_c: f64,
}

impl Part {
    #[inline]
    fn add(&mut self, value: f64) {
        self.count += 1.0;
        let delta = value - (self.mean + self.mean_c);
        (self.mean, self.mean_c) = kahan_inc(delta / self.count, self.mean, self.mean_c);
        let rest = value - (self.mean + self.mean_c);
        (self.aux, self.aux_c) = kahan_inc(delta * rest, self.aux, self.aux_c);
    }

    fn merge(self, other: Self) -> Self {
        if self.count == 0.0 {
            return other;
        }
        if other.count == 0.0 {
            return self;
        }
        let count = self.count + other.count;
        let delta = (other.mean + other.mean_c) - (self.mean + self.mean_c);
        let (mean, mean_c) = kahan_inc(delta * (other.count / count), self.mean, self.mean_c);
        let (aux, aux_c) = kahan_inc(other.aux, self.aux, self.aux_c + other.aux_c);
        let (aux, aux_c) = kahan_inc(delta * delta * (self.count * other.count / count), aux, aux_c);
        Self { count, mean, mean_c, aux, aux_c }
    }

    fn variance(self) -> f64 {
        (self.aux + self.aux_c) / self.count
    }
}
