//! Compensated summation (Kahan, with Neumaier's improvement), as the reference does it.

/// Adds `value` to the sum `sum` with the compensation `c`; gives both back.
#[inline]
pub(crate) fn kahan_inc(value: f64, sum: f64, c: f64) -> (f64, f64) {
    let total = sum + value;
    let c = if total.is_infinite() {
        0.0
    } else if sum.abs() >= value.abs() {
        c + ((sum - total) + value)
    } else {
        c + ((value - total) + sum)
    };
    (total, c)
}

/// Four running compensated sums side by side: [`Kahan`] in each lane, without branches.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Kahan4 {
    sums: [f64; 4],
    cs: [f64; 4],
}

impl Kahan4 {
    /// Adds a value in each lane.
    #[inline(always)]
    pub(crate) fn add(&mut self, values: [f64; 4]) {
        for ((sum, c), value) in self.sums.iter_mut().zip(&mut self.cs).zip(values) {
            let total = *sum + value;
            let is_larger = sum.abs() >= value.abs();
            let (large, small) = (if is_larger { *sum } else { value }, if is_larger { value } else { *sum });
            let next = *c + ((large - total) + small);
            (*sum, *c) = (total, if total.is_infinite() { 0.0 } else { next });
        }
    }

    /// Sum and compensation together, in each lane.
    pub(crate) fn totals(self) -> [f64; 4] {
        std::array::from_fn(|lane| self.sums[lane] + self.cs[lane])
    }
}

/// A running compensated sum.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Kahan {
    /// The plain sum.
    pub(crate) sum: f64,
    /// What rounding took away.
    pub(crate) c: f64,
}

impl Kahan {
    /// Adds a value.
    #[inline]
    pub(crate) fn add(&mut self, value: f64) {
        (self.sum, self.c) = kahan_inc(value, self.sum, self.c);
    }

    /// Adds another sum.
    #[inline]
    pub(crate) fn merge(&mut self, other: Self) {
        self.add(other.sum);
        if !self.sum.is_infinite() {
            self.c += other.c;
        }
    }

    /// Sum and compensation together; an infinite sum stays as it is.
    #[inline]
    pub(crate) fn total(self) -> f64 {
        if self.sum.is_infinite() { self.sum } else { self.sum + self.c }
    }
}
