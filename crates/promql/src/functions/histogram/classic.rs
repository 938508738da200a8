//! The classic histogram at one time: a [`Ladder`] of cumulative counts over ascending bounds.
//!
//! Between two bounds observations are taken to be spread evenly. Below the lowest bound they begin at zero if that bound
//! is positive, and are nowhere in particular otherwise; the highest bound has to be +∞, else there is no answer.
//!
//! Quantile (of a ladder whose counts do not decrease, see [`Ladder::straighten`]): the first bucket whose count reaches
//! `q` times all observations, and in it the value at the share that is missing. In the bucket that ends at +∞ that is
//! its lower bound, in a lowest bucket that ends at or below zero its upper one. NaN without observations, with a single
//! bucket, for NaN as `q`; −∞ below 0, +∞ above 1.
//!
//! Fraction (of the counts as they are): the observations below `upper` less those below `lower`, of all. A bucket
//! without a start counts as a whole as soon as the value is above −∞, one without an end not at all.

use crate::annotations::MonotonicityFix;

/// Counts that fall by less than this share are taken for the same, with a rounding error.
const TOLERANCE: f64 = 1e-12;

/// What is known of the buckets of one classic histogram at one time; its memory is used for the next one.
#[derive(Debug, Default)]
pub(super) struct Ladder {
    uppers: Vec<f64>,
    counts: Vec<f64>,
}

/// A bucket: where its observations begin and end, and how many there are up to either place.
#[derive(Debug, Clone, Copy)]
struct Interval {
    start: f64,
    end: f64,
    below: f64,
    up_to: f64,
}

impl Ladder {
    /// Forgets all buckets.
    pub(super) fn clear(&mut self) {
        self.uppers.clear();
        self.counts.clear();
    }

    /// Adds a bucket, whose bound is not below those before; buckets of one bound become one.
    pub(super) fn push(&mut self, upper: f64, count: f64) {
        match (self.uppers.last(), self.counts.last_mut()) {
            (Some(last), Some(sum)) if *last == upper => *sum += count,
            _ => {
                self.uppers.push(upper);
                self.counts.push(count);
            }
        }
    }

    /// Whether there is no bucket.
    pub(super) fn is_empty(&self) -> bool {
        self.uppers.is_empty()
    }

    /// All observations; `None` without a bucket for the largest ones.
    fn observations(&self) -> Option<f64> {
        self.counts.last().copied().filter(|_| self.uppers.last() == Some(&f64::INFINITY))
    }

    fn interval(&self, index: usize) -> Option<Interval> {
        let (end, up_to) = (*self.uppers.get(index)?, *self.counts.get(index)?);
        let before = index.checked_sub(1);
        let lowest = if end > 0.0 { 0.0 } else { f64::NEG_INFINITY };
        Some(Interval {
            start: before.and_then(|before| self.uppers.get(before)).copied().unwrap_or(lowest),
            end,
            below: before.and_then(|before| self.counts.get(before)).copied().unwrap_or(0.0),
            up_to,
        })
    }

    /// The quantile, and what had to be done to the counts for it.
    pub(super) fn quantile(&mut self, q: f64, t: i64) -> (f64, Option<MonotonicityFix>) {
        if q.is_nan() || self.observations().is_none() && (0.0..=1.0).contains(&q) {
            return (f64::NAN, None);
        }
        if !(0.0..=1.0).contains(&q) {
            return (f64::INFINITY.copysign(q), None);
        }
        let fix = self.straighten(t);
        (self.value_at(q).unwrap_or(f64::NAN), fix)
    }

    fn value_at(&self, q: f64) -> Option<f64> {
        let observations = self.observations().filter(|count| *count != 0.0)?;
        let highest = self.counts.len().checked_sub(1).filter(|highest| *highest > 0)?;
        let rank = q * observations;
        // A count that is NaN does not reach any rank.
        let index = self.counts.get(..highest)?.iter().position(|count| *count >= rank).unwrap_or(highest);
        let Interval { start, end, below, up_to } = self.interval(index)?;
        Some(if index == highest {
            start
        } else if index == 0 && end <= 0.0 {
            end
        } else {
            start + (end - start) * ((rank - below) / (up_to - below))
        })
    }

    /// The fraction of the observations between two values.
    pub(super) fn fraction(&self, lower: f64, upper: f64) -> f64 {
        let Some(observations) = self.observations().filter(|count| *count != 0.0) else { return f64::NAN };
        if lower.is_nan() || upper.is_nan() {
            return f64::NAN;
        }
        if lower >= upper {
            return 0.0;
        }
        let up_to = |value| self.count_below(value).unwrap_or(observations).min(observations);
        (up_to(upper) - up_to(lower)) / observations
    }

    /// The observations below a value; `None` beyond the last bucket.
    fn count_below(&self, value: f64) -> Option<f64> {
        let mut intervals = (0..self.uppers.len()).filter_map(|index| self.interval(index));
        let Interval { start, end, below, up_to } =
            intervals.find(|interval| interval.start >= value || interval.end > value)?;
        Some(if start >= value {
            below
        } else if start == f64::NEG_INFINITY {
            up_to
        } else {
            below + (up_to - below) * (value - start) / (end - start)
        })
    }

    /// Raises every count to the highest one before it; says, as found at `t`, what was raised by more than rounding.
    fn straighten(&mut self, t: i64) -> Option<MonotonicityFix> {
        let mut fix: Option<MonotonicityFix> = None;
        let mut highest = *self.counts.first()?;
        for (count, bound) in self.counts.iter_mut().zip(&self.uppers).skip(1) {
            let missing = highest - *count;
            if is_rounding(highest, *count) {
                *count = highest;
            } else if missing > 0.0 {
                *count = highest;
                let known = fix.get_or_insert(MonotonicityFix {
                    mint: t,
                    maxt: t,
                    min_bucket: *bound,
                    max_bucket: *bound,
                    max_diff: missing,
                    count: 1,
                });
                known.max_bucket = *bound;
                known.max_diff = known.max_diff.max(missing);
            } else {
                highest = *count;
            }
        }
        fix
    }
}

/// Whether two counts are the same but for a rounding error, relative to their sum.
fn is_rounding(a: f64, b: f64) -> bool {
    let (difference, sum) = ((a - b).abs(), a.abs() + b.abs());
    if a == 0.0 || b == 0.0 || sum < f64::MIN_POSITIVE {
        // Where nothing is left to be relative to.
        return a == b || difference < TOLERANCE * f64::MIN_POSITIVE;
    }
    a == b || difference / sum.min(f64::MAX) < TOLERANCE
}

#[cfg(test)]
mod tests {
    use super::*;

    const INF: f64 = f64::INFINITY;

    fn ladder(pairs: &[(f64, f64)]) -> Ladder {
        let mut ladder = Ladder::default();
        pairs.iter().for_each(|(upper, count)| ladder.push(*upper, *count));
        ladder
    }

    fn same(a: f64, b: f64) -> bool {
        a == b || a.is_nan() && b.is_nan() || (a - b).abs() < 1e-15
    }

    #[test]
    fn quantiles() {
        let regular: &[(f64, f64)] = &[(0.1, 2.0), (0.2, 6.0), (INF, 10.0)];
        for (pairs, q, expected) in [
            (regular, 0.1, 0.05),
            (regular, 0.2, 0.1),
            (regular, 0.4, 0.15),
            (regular, 0.6, 0.2),
            (regular, 0.95, 0.2),
            (regular, 0.0, 0.0),
            (regular, 1.0, 0.2),
            (regular, -0.1, -INF),
            (regular, 1.1, INF),
            (regular, f64::NAN, f64::NAN),
            // Negative and zero bounds.
            (&[(-2.0, 2.0), (-1.0, 4.0), (INF, 4.0)], 0.25, -2.0),
            (&[(-2.0, 2.0), (-1.0, 4.0), (INF, 4.0)], 0.75, -1.5),
            (&[(0.0, 2.0), (1.0, 4.0), (INF, 4.0)], 0.5, 0.0),
            // Nothing to tell from.
            (&[], 0.5, f64::NAN),
            (&[(1.0, 1.0)], 0.5, f64::NAN),
            (&[(1.0, 1.0)], 2.0, INF),
            (&[(INF, 1.0)], 0.5, f64::NAN),
            (&[(1.0, 0.0), (INF, 0.0)], 0.5, f64::NAN),
            // A count that nobody knows: only the last bucket reaches the rank.
            (&[(0.1, f64::NAN), (INF, 1.0)], 0.9, 0.1),
            (&[(0.1, 1.0), (INF, f64::NAN)], 0.9, 0.1),
            // One bound twice.
            (&[(0.1, 1.0), (0.1, 1.0), (0.2, 6.0), (INF, 10.0)], 0.4, 0.15),
        ] {
            let (value, fix) = ladder(pairs).quantile(q, 0);
            assert!(same(value, expected) && fix.is_none(), "{pairs:?} {q}: {value} instead of {expected}");
        }
    }

    #[test]
    fn falling_counts_are_raised() {
        let mut falling = ladder(&[(0.1, 5.0), (0.2, 3.0), (0.5, 7.0), (1.0, 4.0), (INF, 8.0)]);
        let (_, fix) = falling.quantile(0.5, 7);
        let expected =
            MonotonicityFix { mint: 7, maxt: 7, min_bucket: 0.2, max_bucket: 1.0, max_diff: 3.0, count: 1 };
        assert_eq!(fix, Some(expected));
        assert_eq!(falling.counts, [5.0, 5.0, 7.0, 7.0, 8.0]);
        // Rounding errors are raised, too, and nobody has to know.
        let mut rounded = ladder(&[(0.1, 5.0), (0.2, 5.0 - 1e-13), (INF, 8.0)]);
        assert!(rounded.quantile(0.5, 0).1.is_none());
        assert_eq!(rounded.counts, [5.0, 5.0, 8.0]);
        assert!(ladder(&[(0.1, 5.0), (0.2, 5.0 - 1e-10), (INF, 8.0)]).quantile(0.5, 0).1.is_some());
        for (a, b, expected) in
            [(0.0, 0.0, true), (0.0, 1e-300, false), (INF, INF, true), (1.0, f64::NAN, false)]
        {
            assert_eq!(is_rounding(a, b), expected, "{a} {b}");
        }
    }

    #[test]
    fn fractions() {
        let regular: &[(f64, f64)] = &[(1.0, 2.0), (2.0, 6.0), (INF, 10.0)];
        let negative: &[(f64, f64)] = &[(-2.0, 2.0), (2.0, 6.0), (INF, 10.0)];
        for (pairs, lower, upper, expected) in [
            (regular, 0.0, 1.0, 0.2),
            (regular, 0.5, 1.5, 0.3),
            (regular, -INF, INF, 1.0),
            (regular, 2.0, INF, 0.4),
            (regular, -5.0, 0.0, 0.0),
            // Beyond the last finite bound nothing is known to lie below a value.
            (regular, 2.0, 9.0, 0.0),
            (regular, 2.0, 1.0, 0.0),
            (regular, f64::NAN, 1.0, f64::NAN),
            (negative, -INF, -9.0, 0.2),
            (negative, -2.0, 0.0, 0.2),
            (&[(1.0, 2.0)], 0.0, 1.0, f64::NAN),
            (&[(1.0, 0.0), (INF, 0.0)], 0.0, 1.0, f64::NAN),
            (&[], 0.0, 1.0, f64::NAN),
        ] {
            let value = ladder(pairs).fraction(lower, upper);
            assert!(same(value, expected), "{pairs:?} {lower}..{upper}: {value} instead of {expected}");
        }
    }
}
