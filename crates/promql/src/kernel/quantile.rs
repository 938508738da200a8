//! Quantiles of float samples; NaN counts as the smallest value.

use std::cmp::Ordering;

use super::{RescanBelow, Windows};
use crate::column::Column;

/// NaN first, then by value.
#[inline]
pub(crate) fn total_order(a: f64, b: f64) -> Ordering {
    match (a.is_nan(), b.is_nan()) {
        (true, true) => Ordering::Equal,
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
        (false, false) => a.partial_cmp(&b).unwrap_or(Ordering::Equal),
    }
}

/// The quantile of values in any order; sorts them.
pub(crate) fn quantile_of(q: f64, values: &mut [f64]) -> f64 {
    values.sort_unstable_by(|a, b| total_order(*a, *b));
    quantile_sorted(q, values)
}

/// The quantile of sorted values, interpolated between neighbours.
pub(crate) fn quantile_sorted(q: f64, sorted: &[f64]) -> f64 {
    if sorted.is_empty() || q.is_nan() {
        return f64::NAN;
    }
    if q < 0.0 {
        return f64::NEG_INFINITY;
    }
    if q > 1.0 {
        return f64::INFINITY;
    }
    let last = sorted.len() - 1;
    let rank = q * last as f64;
    let lower = (rank.floor() as usize).min(last);
    let upper = (lower + 1).min(last);
    let weight = rank - rank.floor();
    if weight == 0.0 {
        // Infinite neighbours have no weight either.
        return sorted[lower];
    }
    sorted[lower] * (1.0 - weight) + sorted[upper] * weight
}

/// `quantile_over_time` at all steps; `q` holds the quantile of each step.
pub(crate) fn sliding_quantile(
    timestamps: &[i64],
    values: &[f64],
    windows: &Windows,
    q: impl Fn(usize) -> f64,
    out: &mut Column,
) {
    if !windows.should_slide(timestamps, RescanBelow::COSTLY) {
        let mut window = Vec::new();
        windows.for_each(timestamps, |step, lo, hi| {
            if lo < hi {
                window.clear();
                window.extend_from_slice(&values[lo..hi]);
                out.set(step, quantile_of(q(step), &mut window));
            }
        });
        return;
    }
    let mut sorted: Vec<f64> = Vec::new();
    let (mut from, mut to) = (0, 0);
    windows.for_each(timestamps, |step, lo, hi| {
        if lo >= to {
            sorted.clear();
            sorted.extend_from_slice(&values[lo..hi]);
            sorted.sort_unstable_by(|a, b| total_order(*a, *b));
        } else {
            for value in &values[from..lo] {
                let at = sorted.partition_point(|other| total_order(*other, *value).is_lt());
                if at < sorted.len() {
                    sorted.remove(at);
                }
            }
            for value in &values[to..hi] {
                let at = sorted.partition_point(|other| total_order(*other, *value).is_le());
                sorted.insert(at, *value);
            }
        }
        (from, to) = (lo, hi);
        if lo < hi {
            out.set(step, quantile_sorted(q(step), &sorted));
        }
    });
}
