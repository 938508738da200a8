//! The difference between the last and the first histogram of a window, counter resets added back.

use narthex_model::{CounterResetHint, FloatHistogram};

use super::start_time::Lives;
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
///
/// A counter's window falls into stretches without resets. The increase is what the last stretch has reached, less what
/// the first began with, plus the ends of the stretches before.
pub(super) fn histogram_rate(
    window: &Window<'_>,
    call: &mut RangeCall<'_>,
    is_counter: bool,
) -> Option<FloatHistogram> {
    let histograms = window.histograms;
    let (first, last) = (histograms.first()?, histograms.last()?);
    let is_gauge = |h: &FloatHistogram| h.counter_reset_hint == CounterResetHint::Gauge;
    if !is_counter {
        if !fit_together(&[first.as_ref(), last.as_ref()]) {
            call.mixed_schemas();
            return None;
        }
        if !(is_gauge(first) && is_gauge(last)) {
            call.add(Annotation::histogram_not_gauge);
        }
        return difference(call, last, first, last.schema.min(first.schema));
    }
    if histograms.iter().any(|histogram| is_gauge(histogram)) {
        call.add(Annotation::histogram_not_counter);
    }
    let lives = Lives::new(window.histogram_times, window.histogram_starts);
    let resets_at = |index: usize, before: &FloatHistogram| {
        lives.begins_at(index)
            || histograms.get(index).is_some_and(|histogram| histogram.detect_reset(before))
    };
    // A stretch of one sample at the beginning has no increase: of it not even the layout matters.
    let begins_late = resets_at(1, first);
    let nothing;
    let (used, base) = if begins_late {
        nothing = empty_like(histograms.get(1)?);
        (histograms.get(1..)?, &nothing)
    } else {
        (histograms, first.as_ref())
    };
    let all: Vec<&FloatHistogram> = used.iter().map(AsRef::as_ref).collect();
    if !fit_together(&all) {
        call.mixed_schemas();
        return None;
    }
    let schema = all.iter().map(|histogram| histogram.schema).min()?;
    let mut result = difference(call, last, base, schema)?;
    if lives.overlap() {
        call.add(Annotation::start_time_overlap);
    }
    let skipped = histograms.len() - used.len();
    for (index, pair) in all.windows(2).enumerate() {
        if let [before, _] = pair
            && resets_at(skipped + index + 1, before)
            && !call.add_histogram(&mut result, before)
        {
            return None;
        }
    }
    result.counter_reset_hint = CounterResetHint::Gauge;
    result.compact(0);
    Some(result)
}

/// Whether all have exponential buckets or all have custom ones.
fn fit_together(histograms: &[&FloatHistogram]) -> bool {
    histograms.windows(2).all(|pair| match pair {
        [a, b] => a.uses_custom_buckets() == b.uses_custom_buckets(),
        _ => true,
    })
}

fn empty_like(histogram: &FloatHistogram) -> FloatHistogram {
    FloatHistogram {
        schema: histogram.schema,
        custom_values: histogram.custom_values.clone(),
        ..FloatHistogram::default()
    }
}

/// `last` less `first`, at this resolution.
fn difference(
    call: &mut RangeCall<'_>,
    last: &FloatHistogram,
    first: &FloatHistogram,
    schema: i32,
) -> Option<FloatHistogram> {
    let mut result = last.clone();
    result.reduce_to_schema(schema);
    if !call.sub_histogram(&mut result, first) {
        return None;
    }
    result.counter_reset_hint = CounterResetHint::Gauge;
    result.compact(0);
    Some(result)
}
