//! `changes` and `resets` over floats: how many neighbouring samples in the window differ in a certain way.

use super::Windows;
use crate::column::Column;

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ChangeKind {
    /// Another value than before; NaN after NaN is no change.
    Change,
    /// A smaller value than before.
    Reset,
}

impl ChangeKind {
    /// Whether the step from `before` to `now` counts.
    #[inline]
    pub(crate) fn counts(self, before: f64, now: f64) -> bool {
        match self {
            Self::Change => now != before && !(now.is_nan() && before.is_nan()),
            Self::Reset => now < before,
        }
    }
}

/// The number of counted pairs inside each window.
pub(crate) fn count_pairs(
    timestamps: &[i64],
    values: &[f64],
    windows: &Windows,
    kind: ChangeKind,
    out: &mut Column,
) {
    // `total[i]`: how many pairs end at or before sample i.
    let mut total = Vec::with_capacity(values.len());
    let mut sum = 0_u32;
    for (index, value) in values.iter().enumerate() {
        if index > 0 && kind.counts(values[index - 1], *value) {
            sum += 1;
        }
        total.push(sum);
    }
    windows.for_each(timestamps, |step, lo, hi| {
        if lo < hi {
            out.set(step, f64::from(total[hi - 1] - total[lo]));
        }
    });
}
