//! Custom bucket bounds: bringing two histograms with different bounds to the common ones.

use super::FloatHistogram;
use super::arithmetic::Aligned;
use super::buckets::{Pair, from_pairs, to_pairs};

impl FloatHistogram {
    /// Whether the bounds are in `custom_values`.
    pub fn uses_custom_buckets(&self) -> bool {
        self.schema == super::CUSTOM_BUCKETS_SCHEMA
    }

    /// Brings this histogram to the bounds that both have and gives `other`'s buckets for them.
    pub(super) fn align_custom(&mut self, other: &Self) -> Aligned {
        let theirs = to_pairs(&other.positive_spans, &other.positive_buckets);
        if self.custom_values == other.custom_values {
            return Aligned { zero_count: 0.0, positive: theirs, negative: Vec::new(), custom_bounds: false };
        }
        let common = intersection(&self.custom_values, &other.custom_values);
        let ours = to_pairs(&self.positive_spans, &self.positive_buckets);
        let ours = rebucket(&ours, &self.custom_values, &common);
        let theirs = rebucket(&theirs, &other.custom_values, &common);
        (self.positive_spans, self.positive_buckets) = from_pairs(&ours);
        self.custom_values = common;
        Aligned { zero_count: 0.0, positive: theirs, negative: Vec::new(), custom_bounds: true }
    }
}

/// The bounds that both lists have; both ascend.
pub(super) fn intersection(a: &[f64], b: &[f64]) -> Vec<f64> {
    let mut rest = b.iter().peekable();
    a.iter()
        .copied()
        .filter(|bound| {
            while rest.peek().is_some_and(|other| **other < *bound) {
                rest.next();
            }
            rest.peek().is_some_and(|other| **other == *bound)
        })
        .collect()
}

/// The counts for fewer bounds: a bucket goes where its upper bound falls.
pub(super) fn rebucket(pairs: &[Pair], bounds: &[f64], common: &[f64]) -> Vec<Pair> {
    let mut moved: Vec<Pair> = Vec::new();
    for (index, count) in pairs {
        let upper =
            usize::try_from(*index).ok().and_then(|i| bounds.get(i)).copied().unwrap_or(f64::INFINITY);
        let target = common.partition_point(|bound| *bound < upper) as i32;
        match moved.last_mut() {
            Some(last) if last.0 == target => last.1 += count,
            _ => moved.push((target, *count)),
        }
    }
    moved
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_bounds() {
        assert_eq!(intersection(&[1.0, 2.0, 5.0], &[0.5, 2.0, 5.0, 9.0]), [2.0, 5.0]);
        let pairs = [(0, 1.0), (1, 2.0), (2, 3.0), (3, 4.0)];
        assert_eq!(rebucket(&pairs, &[1.0, 2.0, 5.0], &[2.0]), [(0, 3.0), (1, 7.0)]);
    }
}
