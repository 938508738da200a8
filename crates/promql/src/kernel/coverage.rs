//! [`Coverage`]: how far the samples of a window speak for the whole window.
//!
//! Samples rarely lie on the borders of a window `(S, E]`. Their change is taken to go on at the same pace towards both:
//!
//! ```text
//! sampled = last − first            spacing = sampled / intervals
//! reach(gap) = gap when gap < 1.1 · spacing, else spacing / 2
//! factor = (sampled + left + right) / sampled,   1 when sampled = 0
//! right = reach(E − last)
//! left  = reach(first − S), at most sampled · v_first / change for a counter
//! ```
//!
//! A gap within a tenth of the usual spacing is one in which no sample was due. In a longer one the series begins or
//! ends, on average half a spacing away. A counter that grows did not exist before it was zero: that is the second limit
//! on the left. When the first sample says since when it counts, and that lies in the window, then nothing is guessed on
//! the left: `sampled` begins at that origin (the spacing stays that of the samples, 0 for a single one).
//!
//! The order of the additions is part of the definition: results agree to the last bit with a reference that adds so.

/// Gaps longer than this many spacings are not bridged.
const BRIDGED: f64 = 1.1;

/// What the samples of a window cover, in seconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Coverage {
    sampled: f64,
    left: f64,
    right: f64,
}

impl Coverage {
    /// The coverage of `(start, end]` by samples that lie `intervals` ≥ 1 apart from `first` to `last`.
    #[inline]
    pub(crate) fn between((first, last): (i64, i64), intervals: usize, (start, end): (i64, i64)) -> Self {
        let sampled = seconds(first, last);
        let spacing = sampled / intervals as f64;
        Self {
            sampled,
            left: reach(seconds(start, first), spacing),
            right: reach(seconds(last, end), spacing),
        }
    }

    /// The same for a counter that is known to have been zero at `origin`; a single sample is enough then.
    pub(crate) fn since(origin: i64, (first, last): (i64, i64), intervals: usize, end: i64) -> Self {
        let spacing = if intervals == 0 { 0.0 } else { seconds(first, last) / intervals as f64 };
        Self { sampled: seconds(origin, last), left: 0.0, right: reach(seconds(last, end), spacing) }
    }

    /// What the change between the samples is to be multiplied with. `grown`, of a counter, are its first value and its
    /// change.
    #[inline]
    pub(crate) fn factor(self, grown: Option<(f64, f64)>) -> f64 {
        let Self { sampled, mut left, right } = self;
        if let Some((first, change)) = grown
            && change > 0.0
            && first >= 0.0
        {
            left = left.min(sampled * (first / change));
        }
        if sampled == 0.0 { 1.0 } else { (sampled + left + right) / sampled }
    }
}

impl Coverage {
    /// Whether a counter that has at most doubled cannot limit the left side: its zero lies at least as far before the
    /// first sample as the samples reach.
    pub(crate) fn is_dense(self) -> bool {
        self.left <= self.sampled
    }
}

#[inline]
fn seconds(from: i64, to: i64) -> f64 {
    (to - from) as f64 / 1000.0
}

#[inline]
fn reach(gap: f64, spacing: f64) -> f64 {
    if gap < spacing * BRIDGED { gap } else { spacing / 2.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn borders_near_and_far() {
        // Samples every 10 s in a window of 60 s.
        for (ends, intervals, borders, grown, expected) in [
            ((10_000, 50_000), 4, (0, 60_000), None, 60.0 / 40.0),
            // 11 s are not bridged, 10.999 s are.
            ((11_000, 51_000), 4, (0, 60_000), None, (40.0 + 5.0 + 9.0) / 40.0),
            ((10_999, 50_999), 4, (0, 60_000), None, (40.0 + 10.999 + 9.001) / 40.0),
            ((0, 40_000), 4, (0, 60_000), None, (40.0 + 0.0 + 5.0) / 40.0),
            // From 2 to 10 in 40 s: zero 10 s before the first sample; from 1 only 4 s before.
            ((10_000, 50_000), 4, (0, 60_000), Some((2.0, 8.0)), 60.0 / 40.0),
            ((10_000, 50_000), 4, (0, 60_000), Some((1.0, 10.0)), (40.0 + 4.0 + 10.0) / 40.0),
            ((10_000, 50_000), 4, (0, 60_000), Some((0.0, 10.0)), 50.0 / 40.0),
            // No limit for what does not grow, is negative, or is no number.
            ((10_000, 50_000), 4, (0, 60_000), Some((1.0, 0.0)), 60.0 / 40.0),
            ((10_000, 50_000), 4, (0, 60_000), Some((-1.0, 10.0)), 60.0 / 40.0),
            ((10_000, 50_000), 4, (0, 60_000), Some((f64::INFINITY, f64::INFINITY)), 60.0 / 40.0),
            // Two samples at one time.
            ((10_000, 10_000), 1, (0, 60_000), None, 1.0),
        ] {
            let factor = Coverage::between(ends, intervals, borders).factor(grown);
            assert_eq!(factor, expected, "{ends:?} {borders:?} {grown:?}");
        }
    }

    #[test]
    fn a_known_origin_leaves_nothing_to_guess_on_the_left() {
        let since =
            |ends, intervals| Coverage::since(5_000, ends, intervals, 60_000).factor(Some((1.0, 10.0)));
        assert_eq!(since((10_000, 50_000), 4), (45.0 + 10.0) / 45.0);
        assert_eq!(since((10_000, 40_000), 3), (35.0 + 5.0) / 35.0);
        // A single sample has no spacing: nothing is guessed on the right either.
        assert_eq!(since((10_000, 10_000), 0), 1.0);
    }
}
