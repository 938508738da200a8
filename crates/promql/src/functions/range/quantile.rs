//! `quantile_over_time`.

use super::{RangeCall, Window, WindowResult, float, scalar};
use crate::annotations::Annotation;
use crate::column::Column;
use crate::kernel::{Windows, quantile_of, sliding_quantile};

pub(super) fn quantile(window: &Window<'_>, call: &mut RangeCall<'_>) -> WindowResult {
    if window.floats.is_empty() {
        return Ok(None);
    }
    let q = window.scalar(0);
    if q.is_nan() || !(0.0..=1.0).contains(&q) {
        call.annotations.add(Annotation::invalid_quantile(q, call.pos));
    }
    call.ignored(window);
    float(quantile_of(q, &mut window.floats.to_vec()))
}

pub(super) fn quantile_kernel(t: &[i64], v: &[f64], windows: &Windows, args: &[Vec<f64>], out: &mut Column) {
    sliding_quantile(t, v, windows, |step| scalar(args, 0, step), out);
}
