//! Subqueries as ranges: the inner expression's columns, read as samples.

use std::sync::Arc;

use narthex_model::{CounterResetHint, FloatHistogram, Labels};

use super::{Held, RangeData, RangeSource, Scratch, Source};
use crate::column::Grid;
use crate::engine::QueryError;

/// An expression over its own evaluation times.
pub(crate) struct SubquerySource {
    /// The inner expression.
    pub(crate) input: Box<dyn Source>,
    /// When it is evaluated.
    pub(crate) grid: Grid,
    /// The inner samples.
    pub(crate) held: Held,
}

impl RangeSource for SubquerySource {
    fn len(&self) -> usize {
        self.input.len()
    }

    fn labels(&self, index: usize) -> Labels {
        self.input.labels(index)
    }

    fn for_each_label(&self, index: usize, visit: &mut dyn FnMut(&str, &str)) {
        self.input.for_each_label(index, visit);
    }

    fn drop_name(&self, index: usize) -> bool {
        self.input.drop_name(index)
    }

    fn unique_without_name(&self) -> bool {
        self.input.unique_without_name()
    }

    fn load(&self, index: usize, scratch: &mut Scratch, out: &mut RangeData) -> Result<(), QueryError> {
        out.clear();
        let mut column = scratch.take_column();
        let filled =
            self.input.fill(index, scratch, &mut column).and_then(|()| self.held.take(column.samples()));
        for (step, value) in column.floats() {
            out.float_times.push(self.grid.time(step));
            out.floats.push(value);
        }
        for (step, histogram) in &column.histograms {
            out.histogram_times.push(self.grid.time(*step as usize));
            out.histograms.push(without_reset_hint(histogram));
        }
        scratch.give_column(column);
        filled
    }
}

/// A subquery may leave samples out or repeat them, so what was known of resets no longer holds.
fn without_reset_hint(histogram: &Arc<FloatHistogram>) -> Arc<FloatHistogram> {
    match histogram.counter_reset_hint {
        CounterResetHint::CounterReset | CounterResetHint::NotCounterReset => Arc::new(FloatHistogram {
            counter_reset_hint: CounterResetHint::Unknown,
            ..FloatHistogram::clone(histogram)
        }),
        CounterResetHint::Unknown | CounterResetHint::Gauge => Arc::clone(histogram),
    }
}
