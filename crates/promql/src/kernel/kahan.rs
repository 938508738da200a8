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
