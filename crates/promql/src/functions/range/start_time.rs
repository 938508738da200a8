//! What start timestamps say about the samples of a counter: [`Lives`].
//!
//! A sample may carry the time from which its counter counts; 0 stands for "not known", and a start that does not lie
//! before its own sample says nothing either. Otherwise a sample with the start `s` relates to its predecessor at `p`:
//!
//! | start | relation |
//! |---|---|
//! | `s > p` | the counter began anew in between: a reset, whatever the values are |
//! | `s = p` | what lies end to end: deltas, each a reset, if the predecessor has a start before its own time; else a cumulative series of unknown start, whose first sample stands for that start |
//! | `s < p`, the predecessor's start | one life |
//! | `s < p`, another one | a contradiction: an overlap, which is reported and counts as no reset |

use std::cmp::Ordering;

/// A sample's time and start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp {
    /// When the sample was taken.
    pub(super) t: i64,
    /// Since when it counts; 0 when nobody knows.
    pub(super) start: i64,
}

/// How a sample relates to its predecessor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Succession {
    /// It goes on, as far as start timestamps tell.
    Continues,
    /// It counts from zero again.
    Restarts,
    /// It says that it began while its predecessor was counting something else.
    Overlaps,
}

impl Stamp {
    /// How this sample relates to the one before it.
    pub(super) fn after(self, before: Self) -> Succession {
        if self.start == 0 || self.start >= self.t {
            return Succession::Continues;
        }
        let is_delta = before.start != 0 && before.start < before.t;
        match self.start.cmp(&before.t) {
            Ordering::Greater => Succession::Restarts,
            Ordering::Equal if is_delta => Succession::Restarts,
            Ordering::Less if self.start != before.start => Succession::Overlaps,
            Ordering::Equal | Ordering::Less => Succession::Continues,
        }
    }

    /// Whether the counter began anew between the sample before and this one.
    pub(super) fn restarts_after(self, before: Self) -> bool {
        self.after(before) == Succession::Restarts
    }
}

/// The stretches from start to start of the samples in a window. Without start timestamps it knows of none.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lives<'a> {
    times: &'a [i64],
    starts: &'a [i64],
}

impl<'a> Lives<'a> {
    /// The lives of samples at `times`; `starts` has as many entries, or none.
    pub(super) fn new(times: &'a [i64], starts: &'a [i64]) -> Self {
        Self { times, starts }
    }

    fn stamp(&self, index: usize) -> Option<Stamp> {
        Some(Stamp { t: *self.times.get(index)?, start: *self.starts.get(index)? })
    }

    /// Whether a life begins between the sample before `index` and that at `index`.
    pub(super) fn begins_at(&self, index: usize) -> bool {
        let before = index.checked_sub(1).and_then(|before| self.stamp(before));
        before.zip(self.stamp(index)).is_some_and(|(before, sample)| sample.restarts_after(before))
    }

    /// Whether a sample contradicts its predecessor.
    pub(super) fn overlap(&self) -> bool {
        (1..self.starts.len()).any(|index| {
            let pair = self.stamp(index - 1).zip(self.stamp(index));
            pair.is_some_and(|(before, sample)| sample.after(before) == Succession::Overlaps)
        })
    }

    /// When the counter is known to have stood at zero: the first sample's start, if it lies between the window's `start`
    /// and that sample.
    pub(super) fn origin(&self, start: i64) -> Option<i64> {
        let first = self.stamp(0)?;
        (first.start != 0 && start < first.start && first.start < first.t).then_some(first.start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relations() {
        use Succession::{Continues, Overlaps, Restarts};
        for (before, sample, expected) in [
            ((5, 10), (0, 20), Continues),
            ((0, 10), (15, 20), Restarts),
            ((15, 10), (11, 20), Restarts),
            // The start of a sample lies before it, or it is no start.
            ((5, 10), (20, 20), Continues),
            ((5, 10), (25, 20), Continues),
            // Deltas, a cumulative series whose first sample is its start, and one of which nothing is known before.
            ((5, 10), (10, 20), Restarts),
            ((10, 10), (10, 20), Continues),
            ((0, 10), (10, 20), Continues),
            ((12, 10), (10, 20), Continues),
            ((5, 10), (5, 20), Continues),
            ((5, 10), (7, 20), Overlaps),
            ((0, 10), (7, 20), Overlaps),
        ] {
            let stamp = |(start, t)| Stamp { t, start };
            assert_eq!(stamp(sample).after(stamp(before)), expected, "{before:?} {sample:?}");
        }
    }

    #[test]
    fn lives_of_a_window() {
        let times = [10, 20, 30, 40];
        let lives = Lives::new(&times, &[5, 5, 25, 25]);
        let begin: Vec<usize> = (0..5).filter(|index| lives.begins_at(*index)).collect();
        assert_eq!(begin, [2]);
        assert!(!lives.overlap() && Lives::new(&times, &[5, 5, 15, 25]).overlap());
        assert_eq!((lives.origin(0), lives.origin(4), lives.origin(5)), (Some(5), Some(5), None));
        assert_eq!(Lives::new(&times, &[0, 5, 5, 5]).origin(-9), None);
        assert_eq!(Lives::new(&times, &[10, 10, 10, 10]).origin(0), None);
        let unknown = Lives::new(&times, &[]);
        assert!(!unknown.overlap() && !unknown.begins_at(1) && unknown.origin(0).is_none());
    }
}
