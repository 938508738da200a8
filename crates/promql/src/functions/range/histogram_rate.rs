//! The difference between the last and the first histogram of a window, counter resets added back.

use std::borrow::Cow;

use narthex_model::{CounterResetHint, FloatHistogram};

use super::start_time::{any_overlap, reset_at};
use super::{RangeCall, Window};
use crate::annotations::{Annotation, HistogramOperation};

impl RangeCall<'_> {
    /// Adds a histogram; `false` when the two cannot be combined.
    pub(super) fn add_histogram(&mut self, sum: &mut FloatHistogram, other: &FloatHistogram) -> bool {
        let outcome = sum.add(other).map(|reconciled| (reconciled, HistogramOperation::Addition));
        self.note(outcome)
    }

    /// Subtracts a histogram; `false` when the two cannot be combined.
    pub(super) fn sub_histogram(&mut self, from: &mut FloatHistogram, other: &FloatHistogram) -> bool {
        let outcome = from.sub(other).map(|reconciled| (reconciled, HistogramOperation::Subtraction));
        self.note(outcome)
    }

    fn note(
        &mut self,
        outcome: Result<
            (narthex_model::histogram::Reconciled, HistogramOperation),
            narthex_model::histogram::IncompatibleSchema,
        >,
    ) -> bool {
        match outcome {
            Ok((reconciled, operation)) => {
                if reconciled.custom_bounds {
                    self.annotations.add(Annotation::mismatched_custom_buckets(operation, self.pos));
                }
                true
            }
            Err(_) => {
                self.mixed_schemas();
                false
            }
        }
    }
}

/// The increase over a window of at least two histograms; `None` when they do not fit together.
pub(super) fn histogram_rate(
    window: &Window<'_>,
    call: &mut RangeCall<'_>,
    is_counter: bool,
) -> Option<FloatHistogram> {
    let (times, histograms) = (window.histogram_times, window.histograms);
    let (first, last) = (histograms.first()?, histograms.last()?);
    let second = histograms.get(1)?;
    let is_gauge = |h: &FloatHistogram| h.counter_reset_hint == CounterResetHint::Gauge;
    if is_counter && (is_gauge(first) || is_gauge(last)) {
        call.add(Annotation::histogram_not_counter);
    }
    // After a reset the first sample's layout no longer matters.
    let reset_first =
        is_counter && (reset_at(window.histogram_starts, times, 1) || second.detect_reset(first));
    let base: Cow<'_, FloatHistogram> = if reset_first {
        Cow::Owned(FloatHistogram {
            schema: second.schema,
            custom_values: second.custom_values.clone(),
            ..FloatHistogram::default()
        })
    } else {
        Cow::Borrowed(first.as_ref())
    };
    let custom = base.uses_custom_buckets();
    if last.uses_custom_buckets() != custom {
        call.mixed_schemas();
        return None;
    }
    let mut schema = last.schema.min(base.schema);
    if is_counter {
        for histogram in &histograms[1..histograms.len() - 1] {
            if is_gauge(histogram) {
                call.add(Annotation::histogram_not_counter);
            }
            if histogram.uses_custom_buckets() != custom {
                call.mixed_schemas();
                return None;
            }
            schema = schema.min(histogram.schema);
        }
    }
    let mut result = last.as_ref().clone();
    result.reduce_to_schema(schema);
    if !call.sub_histogram(&mut result, &base) {
        return None;
    }
    if is_counter {
        if any_overlap(window.histogram_starts, times) {
            call.add(Annotation::start_time_overlap);
        }
        let mut before: &FloatHistogram = &base;
        for (index, histogram) in histograms.iter().enumerate().skip(1) {
            let reset = reset_at(window.histogram_starts, times, index) || histogram.detect_reset(before);
            if reset && !call.add_histogram(&mut result, before) {
                return None;
            }
            before = histogram;
        }
    } else if !is_gauge(first) || !is_gauge(last) {
        call.add(Annotation::histogram_not_gauge);
    }
    result.counter_reset_hint = CounterResetHint::Gauge;
    result.compact(0);
    Some(result)
}
