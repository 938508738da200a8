//! `stdvar` and `stddev`: Welford's method.

use super::{Accumulator, FoldNotes};
use crate::column::{Bits, Column};

/// The population variance, or its root.
pub(crate) struct Variance<const ROOT: bool> {
    means: Vec<f64>,
    squares: Vec<f64>,
    counts: Vec<f64>,
    present: Bits,
    ignored: bool,
}

impl<const ROOT: bool> Accumulator for Variance<ROOT> {
    // The column of the result is made beside it.
    const STEP_BYTES: usize = 33;

    fn new(steps: usize) -> Self {
        Self {
            means: vec![0.0; steps],
            squares: vec![0.0; steps],
            counts: vec![0.0; steps],
            present: Bits::new(steps),
            ignored: false,
        }
    }

    fn add(&mut self, column: &mut Column, _: usize) {
        self.ignored |= !column.histograms.is_empty();
        for (step, value) in column.floats() {
            let (mean, square) = (&mut self.means[step], &mut self.squares[step]);
            let count = &mut self.counts[step];
            *count += 1.0;
            if *count == 1.0 {
                *mean = value;
                *square = if value.is_finite() { 0.0 } else { f64::NAN };
            } else {
                let delta = value - *mean;
                *mean += delta / *count;
                *square += delta * (value - *mean);
            }
        }
        self.present.or(&column.present);
    }

    fn merge(&mut self, other: Self) {
        self.ignored |= other.ignored;
        for step in other.present.iter() {
            let (ours, theirs) = (self.counts[step], other.counts[step]);
            let total = ours + theirs;
            let delta = other.means[step] - self.means[step];
            if ours == 0.0 {
                self.means[step] = other.means[step];
                self.squares[step] = other.squares[step];
            } else {
                self.means[step] += delta * (theirs / total);
                self.squares[step] += other.squares[step] + delta * delta * (ours * theirs / total);
            }
            self.counts[step] = total;
        }
        self.present.or(&other.present);
    }

    fn finish(self) -> (Column, FoldNotes) {
        let mut column = Column::new(self.means.len());
        for step in self.present.iter() {
            let variance = self.squares[step] / self.counts[step];
            column.set(step, if ROOT { variance.sqrt() } else { variance });
        }
        (column, FoldNotes { ignored_histograms: self.ignored, ..FoldNotes::default() })
    }
}
