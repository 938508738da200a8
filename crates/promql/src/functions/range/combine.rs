//! `sum_over_time` and `avg_over_time`.

use std::sync::Arc;

use super::{RangeCall, Window, WindowResult, float};
use crate::aggregate::HistogramFold;
use crate::annotations::{Annotation, HistogramOperation};
use crate::column::Column;
use crate::kernel::{Windows, average_of, sliding_average, sliding_sum, sum_of};
use crate::value::PointValue;

pub(super) fn sum_kernel(t: &[i64], v: &[f64], windows: &Windows, _: &[Vec<f64>], out: &mut Column) {
    sliding_sum(t, v, windows, out);
}

pub(super) fn average_kernel(t: &[i64], v: &[f64], windows: &Windows, _: &[Vec<f64>], out: &mut Column) {
    sliding_average(t, v, windows, out);
}

pub(super) fn sum(window: &Window<'_>, call: &mut RangeCall<'_>) -> WindowResult {
    if window.is_mixed() {
        call.mixed();
        return Ok(None);
    }
    if window.histograms.is_empty() {
        return float(sum_of(window.floats));
    }
    Ok(histograms(window, call, false))
}

pub(super) fn average(window: &Window<'_>, call: &mut RangeCall<'_>) -> WindowResult {
    if window.is_mixed() {
        call.mixed();
        return Ok(None);
    }
    if window.histograms.is_empty() {
        return float(average_of(window.floats));
    }
    Ok(histograms(window, call, true))
}

fn histograms(window: &Window<'_>, call: &mut RangeCall<'_>, averages: bool) -> Option<PointValue> {
    let (first, rest) = window.histograms.split_first()?;
    let mut fold = HistogramFold::new(first, averages);
    for histogram in rest {
        if fold.add(histogram).is_err() {
            call.mixed_schemas();
            return None;
        }
    }
    let operation = HistogramOperation::Aggregation;
    if fold.reset_collision() {
        call.annotations.add(Annotation::reset_collision(operation, call.pos));
    }
    if fold.custom_bounds {
        call.annotations.add(Annotation::mismatched_custom_buckets(operation, call.pos));
    }
    Some(PointValue::Histogram(Arc::new(fold.finish())))
}
