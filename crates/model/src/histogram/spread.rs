//! How observations lie inside a bucket: [`Spread`].
//!
//! A histogram does not say, so something has to be supposed. Custom buckets and buckets around zero are taken to be
//! filled evenly. In the other exponential buckets the logarithms are, away from zero: each of two halves of a bucket
//! (by the square root of its growth) has half of its observations. Called by quantiles, fractions and trimming.

/// How the observations of a bucket are taken to be spread between its bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spread {
    /// Evenly.
    Even,
    /// Evenly in the logarithm of the distance from zero; for buckets on one side of zero.
    Exponential,
}

impl Spread {
    /// The share of a bucket's observations that lie below a value between its bounds.
    pub fn share_below(self, (lower, upper): (f64, f64), value: f64) -> f64 {
        if self == Self::Even {
            return (value - lower) / (upper - lower);
        }
        let (from, to, at) = (lower.abs().log2(), upper.abs().log2(), value.abs().log2());
        if upper > 0.0 { (at - from) / (to - from) } else { 1.0 - (at - to) / (from - to) }
    }

    /// The value below which a share of a bucket's observations lies: the inverse of [`share_below`](Self::share_below).
    pub fn value_at(self, (lower, upper): (f64, f64), share: f64) -> f64 {
        if self == Self::Even {
            return lower + (upper - lower) * share;
        }
        let (from, to) = (lower.abs().log2(), upper.abs().log2());
        if upper > 0.0 {
            (from + (to - from) * share).exp2()
        } else {
            -(to + (from - to) * (1.0 - share)).exp2()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_and_values() {
        for (spread, bounds, share, value) in [
            (Spread::Even, (1.0, 3.0), 0.25, 1.5),
            (Spread::Even, (-1.0, 1.0), 0.5, 0.0),
            (Spread::Exponential, (1.0, 4.0), 0.5, 2.0),
            (Spread::Exponential, (0.25, 1.0), 0.5, 0.5),
            (Spread::Exponential, (-4.0, -1.0), 0.5, -2.0),
            (Spread::Exponential, (-8.0, -1.0), 0.0, -8.0),
            (Spread::Exponential, (-8.0, -1.0), 1.0, -1.0),
        ] {
            assert_eq!(spread.value_at(bounds, share), value, "{spread:?} {bounds:?}");
            assert_eq!(spread.share_below(bounds, value), share, "{spread:?} {bounds:?}");
        }
    }
}
