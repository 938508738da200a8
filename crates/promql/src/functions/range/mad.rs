//! `mad_over_time`: the median distance from the median.

use super::{RangeCall, Window, WindowResult, float};
use crate::kernel::quantile_of;

pub(super) fn mad(window: &Window<'_>, call: &mut RangeCall<'_>) -> WindowResult {
    if window.floats.is_empty() {
        return Ok(None);
    }
    call.ignored(window);
    if window.floats.iter().any(|value| value.is_nan()) {
        return float(f64::NAN);
    }
    let mut values = window.floats.to_vec();
    let median = quantile_of(0.5, &mut values);
    values.iter_mut().for_each(|value| *value = (*value - median).abs());
    float(quantile_of(0.5, &mut values))
}
