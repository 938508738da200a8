//! What all series of a histogram share: the bounds of its buckets, and how a value finds its bucket.
//!
//! The search is a table: the leading bits of a positive float say, as an integer, between which two powers of two
//! and in which part of that range it lies. Where every part has at most one bound, the table's entry and one comparison are
//! enough. A search by halves would guess wrong at every other step: observations jump between buckets.

use super::native::Native;

/// Entries of the table, at most; bounds that need more are searched by halves.
const SLOTS_MAX: usize = 256;
/// The bits of a float behind the exponent.
const MANTISSA_BITS: u32 = 52;
/// Bits of the mantissa that the table may use.
const PRECISION_MAX: u32 = 8;

/// What all series of a histogram share.
#[derive(Debug)]
pub(crate) struct Layout {
    /// Upper bounds, ascending, and +Inf.
    bounds: Box<[f64]>,
    search: Search,
    /// Whether the page shows these buckets.
    is_classic: bool,
    native: Option<Native>,
}

#[derive(Debug, Default)]
struct Search {
    /// For each part from that of the first bound to the one behind that of the last: how many bounds are in parts
    /// before. Empty if there is no table.
    slots: Box<[u8]>,
    /// The part of the first bound.
    first: i64,
    /// Bits of a float that do not say in which part it lies.
    shift: u32,
}

impl Search {
    /// The table for ascending bounds, with as few parts as possible.
    fn new(bounds: &[f64]) -> Self {
        let (Some(lowest), Some(highest)) = (bounds.first(), bounds.last()) else { return Self::default() };
        if *lowest <= 0.0 || bounds.len() >= usize::from(u8::MAX) {
            return Self::default();
        }
        let part = |bound: f64, shift: u32| bound.to_bits() as i64 >> shift;
        for precision in 0..=PRECISION_MAX {
            let shift = MANTISSA_BITS - precision;
            let (first, last) = (part(*lowest, shift), part(*highest, shift));
            if last - first + 2 > SLOTS_MAX as i64 {
                break;
            }
            if bounds.is_sorted_by(|a, b| part(*a, shift) < part(*b, shift)) {
                let before =
                    |at: i64| bounds.iter().take_while(|bound| part(**bound, shift) < at).count() as u8;
                return Self { slots: (first..=last + 1).map(before).collect(), first, shift };
            }
        }
        Self::default()
    }
}

impl Layout {
    /// A layout for checked bounds: ascending, +Inf left out.
    pub(crate) fn new(bounds: &[f64], is_classic: bool, native: Option<Native>) -> Self {
        let search = Search::new(bounds);
        let bounds = bounds.iter().copied().chain([f64::INFINITY]).collect();
        Self { bounds, search, is_classic, native }
    }

    /// The upper bounds without +Inf.
    pub(crate) fn bounds(&self) -> &[f64] {
        self.bounds.split_last().map_or(&[], |(_, bounds)| bounds)
    }

    /// How many buckets there are, +Inf included.
    pub(crate) fn len(&self) -> usize {
        self.bounds.len()
    }

    /// Whether there are classic buckets.
    pub(crate) fn is_classic(&self) -> bool {
        self.is_classic
    }

    /// The native form, if there is one.
    pub(crate) fn native(&self) -> Option<&Native> {
        self.native.as_ref()
    }

    /// Which bucket counts `value`; NaN belongs to +Inf.
    #[inline]
    #[expect(
        clippy::neg_cmp_op_on_partial_ord,
        reason = "NaN is at or below no bound, so it belongs to +Inf"
    )]
    pub(crate) fn bucket(&self, value: f64) -> usize {
        let Some(last) = self.search.slots.len().checked_sub(1) else {
            return self.bounds().partition_point(|bound| !(value <= *bound));
        };
        // Negative floats are negative integers, which belong to the first part.
        let part = (value.to_bits() as i64 >> self.search.shift) - self.search.first;
        let before = self.search.slots.get(part.clamp(0, last as i64) as usize).copied().unwrap_or_default();
        let before = usize::from(before);
        let bucket = before + usize::from(self.bounds.get(before).is_some_and(|bound| value > *bound));
        if value.is_nan() { self.bounds.len() - 1 } else { bucket }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_search_finds_what_a_plain_one_finds() {
        let sets: Vec<Vec<f64>> = vec![
            vec![],
            vec![1.0],
            vec![0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0],
            (1..40).map(f64::from).collect(),
            (0..12).map(f64::from).collect(),
            (-5..5).map(f64::from).collect(),
            (1..300).map(f64::from).collect(),
            vec![1e-300, 1.0, 1e300],
            vec![1.0, 1.0_f64.next_up(), 2.0],
            vec![5e-324, 1e-310, f64::MAX],
        ];
        for bounds in sets {
            let layout = Layout::new(&bounds, true, None);
            let near = bounds.iter().flat_map(|b| [*b, b.next_up(), b.next_down(), -b, b * 1.01, b * 0.7]);
            let extremes = [0.0, -0.0, f64::INFINITY, f64::NEG_INFINITY, f64::MIN, f64::MAX, 5e-324, 0.3];
            for value in near.chain(extremes) {
                let expected = bounds.iter().filter(|bound| value > **bound).count();
                assert_eq!(layout.bucket(value), expected, "{value} in {bounds:?}");
            }
            assert_eq!(layout.bucket(f64::NAN), bounds.len());
            assert_eq!(layout.bucket(-f64::NAN), bounds.len());
        }
    }

    #[test]
    fn usual_bounds_have_a_table() {
        for bounds in [
            &[0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0][..],
            &[1.0, 2.0, 4.0, 8.0, 16.0],
            &[10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0, 80.0, 90.0, 100.0],
        ] {
            assert!(!Layout::new(bounds, true, None).search.slots.is_empty(), "{bounds:?}");
        }
    }
}
