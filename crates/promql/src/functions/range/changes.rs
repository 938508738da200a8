//! `changes` and `resets`.

use narthex_model::FloatHistogram;

use super::start_time::Stamp;
use super::{RangeCall, Window, WindowResult, float};
use crate::ast::RangeMode;
use crate::column::Column;
use crate::kernel::{ChangeKind, Windows, count_pairs};

pub(super) fn changes(window: &Window<'_>, call: &mut RangeCall<'_>) -> WindowResult {
    count(window, call.mode, ChangeKind::Change)
}

pub(super) fn resets(window: &Window<'_>, call: &mut RangeCall<'_>) -> WindowResult {
    count(window, call.mode, ChangeKind::Reset)
}

pub(super) fn changes_kernel(t: &[i64], v: &[f64], windows: &Windows, _: &[Vec<f64>], out: &mut Column) {
    count_pairs(t, v, windows, ChangeKind::Change, out);
}

pub(super) fn resets_kernel(t: &[i64], v: &[f64], windows: &Windows, _: &[Vec<f64>], out: &mut Column) {
    count_pairs(t, v, windows, ChangeKind::Reset, out);
}

/// A sample of either kind.
#[derive(Clone, Copy)]
struct Either<'a> {
    stamp: Stamp,
    float: f64,
    histogram: Option<&'a FloatHistogram>,
}

fn count(window: &Window<'_>, mode: RangeMode, kind: ChangeKind) -> WindowResult {
    let Some((mut f, mut h)) = first_indices(window, mode) else { return Ok(None) };
    let mut before: Option<Either<'_>> = None;
    let mut count = 0_u32;
    loop {
        let now = match (window.float_times.get(f), window.histogram_times.get(h)) {
            (None, None) => break,
            (Some(ft), ht) if ht.is_none_or(|ht| ft < ht) => {
                f += 1;
                let start = window.float_starts.get(f - 1).copied().unwrap_or(0);
                Either { stamp: Stamp { t: *ft, start }, float: window.floats[f - 1], histogram: None }
            }
            (_, Some(ht)) => {
                h += 1;
                let start = window.histogram_starts.get(h - 1).copied().unwrap_or(0);
                Either {
                    stamp: Stamp { t: *ht, start },
                    float: 0.0,
                    histogram: Some(&window.histograms[h - 1]),
                }
            }
            (Some(_), None) => break,
        };
        if let Some(before) = before {
            let restarted = kind == ChangeKind::Reset && now.stamp.restarts_after(before.stamp);
            let counts = match (before.histogram, now.histogram) {
                (None, None) => kind.counts(before.float, now.float),
                (Some(a), Some(b)) => match kind {
                    ChangeKind::Change => !b.equals(a),
                    ChangeKind::Reset => b.detect_reset(a),
                },
                _ => true,
            };
            count += u32::from(counts || restarted);
        }
        before = Some(now);
    }
    if before.is_none() { Ok(None) } else { float(f64::from(count)) }
}

/// Where to begin: `anchored` with the newest sample at or before the start of the range. `None` when no sample lies
/// in the range.
fn first_indices(window: &Window<'_>, mode: RangeMode) -> Option<(usize, usize)> {
    if mode != RangeMode::Anchored {
        return Some((0, 0));
    }
    let floats_before = window.float_times.partition_point(|t| *t <= window.start);
    let histograms_before = window.histogram_times.partition_point(|t| *t <= window.start);
    if floats_before >= window.floats.len() && histograms_before >= window.histograms.len() {
        return None;
    }
    let float = floats_before.checked_sub(1).and_then(|i| window.float_times.get(i));
    let histogram = histograms_before.checked_sub(1).and_then(|i| window.histogram_times.get(i));
    Some(match (float, histogram) {
        (None, None) => (0, 0),
        (Some(f), h) if h.is_none_or(|h| f >= h) => (floats_before - 1, histograms_before),
        _ => (floats_before, histograms_before.saturating_sub(1)),
    })
}
