//! [`Grid`]: the evaluation times of a query or subquery.

use narthex_model::Timestamp;

/// Evenly spaced evaluation times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Grid {
    /// The first evaluation time, in milliseconds.
    pub(crate) start: Timestamp,
    /// No evaluation is later, in milliseconds.
    pub(crate) end: Timestamp,
    /// The distance, in milliseconds; at least 1.
    pub(crate) step: i64,
    /// How many; 0 when the end is before the start.
    pub(crate) steps: usize,
}

impl Grid {
    /// The times `start`, `start + step`, … up to `end`.
    pub(crate) fn new(start: Timestamp, end: Timestamp, step: i64) -> Self {
        let step = step.max(1);
        let steps = if end < start { 0 } else { (end.saturating_sub(start) / step) as usize + 1 };
        Self { start, end, step, steps }
    }

    /// One time.
    pub(crate) fn instant(t: Timestamp) -> Self {
        Self::new(t, t, 1)
    }

    /// The time of a step.
    #[inline]
    pub(crate) fn time(&self, step: usize) -> Timestamp {
        self.start.saturating_add(self.step.saturating_mul(step as i64))
    }

    /// All times.
    pub(crate) fn times(self) -> impl Iterator<Item = Timestamp> {
        (0..self.steps).map(move |step| self.time(step))
    }

    /// The first time only.
    pub(crate) fn first(&self) -> Self {
        Self { start: self.start, end: self.start, step: self.step, steps: self.steps.min(1) }
    }

    /// The last time; the start when there is none.
    pub(crate) fn last_time(&self) -> Timestamp {
        self.time(self.steps.saturating_sub(1))
    }
}
