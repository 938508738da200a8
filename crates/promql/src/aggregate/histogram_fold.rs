//! Sum and mean of native histograms with compensated sums; for aggregations and the `_over_time` functions.

use narthex_model::histogram::IncompatibleSchema;
use narthex_model::{CounterResetHint, FloatHistogram};

/// A running sum, from which a mean can be taken, too.
#[derive(Debug, Clone)]
pub(crate) struct HistogramFold {
    /// The sum; from where it would overflow the mean.
    value: FloatHistogram,
    compensation: Option<FloatHistogram>,
    count: f64,
    /// Whether a mean is wanted, so that an overflow of the sum matters.
    averages: bool,
    /// Whether `value` is the mean.
    incremental: bool,
    reset: bool,
    not_reset: bool,
    /// Whether custom bounds had to be reconciled.
    pub(crate) custom_bounds: bool,
}

impl HistogramFold {
    /// Begins with the first histogram.
    pub(crate) fn new(first: &FloatHistogram, averages: bool) -> Self {
        let mut fold = Self {
            value: first.clone(),
            compensation: None,
            count: 1.0,
            averages,
            incremental: false,
            reset: false,
            not_reset: false,
            custom_bounds: false,
        };
        fold.note_hint(first.counter_reset_hint);
        fold
    }

    fn note_hint(&mut self, hint: CounterResetHint) {
        self.reset |= hint == CounterResetHint::CounterReset;
        self.not_reset |= hint == CounterResetHint::NotCounterReset;
    }

    /// Whether some histograms were counter resets and others explicitly none.
    pub(crate) fn reset_collision(&self) -> bool {
        self.reset && self.not_reset
    }

    /// Takes a histogram in.
    pub(crate) fn add(&mut self, histogram: &FloatHistogram) -> Result<(), IncompatibleSchema> {
        self.note_hint(histogram.counter_reset_hint);
        self.add_weighted(histogram, 1.0, None)
    }

    /// Takes in another fold.
    pub(crate) fn merge(&mut self, other: Self) -> Result<(), IncompatibleSchema> {
        self.reset |= other.reset;
        self.not_reset |= other.not_reset;
        self.custom_bounds |= other.custom_bounds;
        let mut sum = other.value;
        let mut compensation = other.compensation;
        if other.incremental {
            sum.mul(other.count);
            if let Some(c) = &mut compensation {
                c.mul(other.count);
            }
        }
        self.add_weighted(&sum, other.count, compensation.as_ref())
    }

    /// Takes in the sum of `count` histograms.
    fn add_weighted(
        &mut self,
        sum: &FloatHistogram,
        count: f64,
        compensation: Option<&FloatHistogram>,
    ) -> Result<(), IncompatibleSchema> {
        let before = self.count;
        self.count += count;
        if !self.averages {
            self.custom_bounds |= self.value.kahan_add(sum, &mut self.compensation)?.custom_bounds;
            self.absorb(compensation);
            return Ok(());
        }
        if !self.incremental {
            let (mut next, mut next_c) = (self.value.clone(), self.compensation.clone());
            self.custom_bounds |= next.kahan_add(sum, &mut next_c)?.custom_bounds;
            if !next.has_overflow() {
                (self.value, self.compensation) = (next, next_c);
                self.absorb(compensation);
                return Ok(());
            }
            self.incremental = true;
            self.value.div(before);
            if let Some(c) = &mut self.compensation {
                c.div(before);
            }
        }
        let q = before / self.count;
        self.value.mul(q);
        if let Some(c) = &mut self.compensation {
            c.mul(q);
        }
        let mut part = sum.clone();
        part.div(self.count);
        self.custom_bounds |= self.value.kahan_add(&part, &mut self.compensation)?.custom_bounds;
        Ok(())
    }

    fn absorb(&mut self, compensation: Option<&FloatHistogram>) {
        if let Some(other) = compensation {
            match &mut self.compensation {
                Some(c) => c.absorb(other),
                None => self.value.absorb(other),
            }
        }
    }

    /// The sum, or the mean if that was asked for.
    pub(crate) fn finish(mut self) -> FloatHistogram {
        if self.averages && !self.incremental {
            self.value.div(self.count);
            if let Some(c) = &mut self.compensation {
                c.div(self.count);
            }
        }
        if let Some(c) = &self.compensation {
            self.value.absorb(c);
        }
        self.value
    }
}
