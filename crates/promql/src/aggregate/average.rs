//! `avg`: sum by count; from where the sum would overflow, a running mean.

use super::sum::HistogramSide;
use super::{Accumulator, FoldNotes};
use crate::column::{Bits, Column};
use crate::kernel::kahan_inc;

/// Running means.
pub(crate) struct Average {
    /// The sum, or the mean where `incremental` says so.
    values: Vec<f64>,
    compensations: Vec<f64>,
    counts: Vec<f64>,
    incremental: Bits,
    present: Bits,
    histograms: HistogramSide<true>,
}

impl Average {
    /// Adds a value at every step, if there is one before and none of the sums overflows.
    fn add_all(&mut self, column: &Column) -> bool {
        if !column.present.is_full() || !self.present.is_full() || !self.incremental.is_empty() {
            return false;
        }
        let both = self.values.iter().zip(&column.values);
        if both.fold(false, |overflows, (sum, value)| overflows | (sum + value).is_infinite()) {
            return false;
        }
        let sums = self.values.iter_mut().zip(&mut self.compensations).zip(&mut self.counts);
        for (((sum, c), count), value) in sums.zip(&column.values) {
            let (next, next_c) = kahan_inc(*value, *sum, *c);
            (*sum, *c) = (next, next_c + 0.0);
            *count += 1.0;
        }
        true
    }

    /// Takes in the sum of `count` values, with its compensation.
    #[inline]
    fn add_at(&mut self, step: usize, sum: f64, c: f64, count: f64) {
        if !self.present.get(step) {
            self.values[step] = sum;
            self.compensations[step] = c;
            self.counts[step] = count;
            return;
        }
        let before = self.counts[step];
        let total = before + count;
        self.counts[step] = total;
        let (mut value, mut compensation) = (self.values[step], self.compensations[step]);
        if !self.incremental.get(step) {
            let (next, next_c) = kahan_inc(sum, value, compensation);
            if !next.is_infinite() {
                self.values[step] = next;
                self.compensations[step] = next_c + c;
                return;
            }
            self.incremental.set(step);
            value /= before;
            compensation /= before;
        }
        let q = before / total;
        let (mean, mean_c) = kahan_inc(sum / total, q * value, q * compensation);
        self.values[step] = mean;
        self.compensations[step] = mean_c + c / total;
    }
}

impl Accumulator for Average {
    // The column of the result is made beside it.
    const STEP_BYTES: usize = 33;

    fn new(steps: usize) -> Self {
        Self {
            values: vec![0.0; steps],
            compensations: vec![0.0; steps],
            counts: vec![0.0; steps],
            incremental: Bits::new(steps),
            present: Bits::new(steps),
            histograms: HistogramSide::default(),
        }
    }

    fn add(&mut self, column: &mut Column, series: usize) {
        if !column.histograms.is_empty() {
            self.histograms.add(&column.histograms, series);
        }
        if self.present.is_empty() {
            self.values.copy_from_slice(&column.values);
            self.compensations.fill(0.0);
            self.counts.fill(1.0);
        } else if !self.add_all(column) {
            for step in column.present.iter() {
                self.add_at(step, column.values[step], 0.0, 1.0);
            }
        }
        self.present.or(&column.present);
    }

    fn histogram_bytes(&self) -> usize {
        self.histograms.bytes()
    }

    fn merge(&mut self, other: Self) {
        for step in other.present.iter() {
            let (value, c, count) = (other.values[step], other.compensations[step], other.counts[step]);
            if !other.incremental.get(step) {
                self.add_at(step, value, c, count);
            } else if self.present.get(step) {
                // The other side is a mean already: bring this one to a mean, then weigh the two.
                let before = self.counts[step];
                if !self.incremental.get(step) {
                    self.values[step] /= before;
                    self.compensations[step] /= before;
                    self.incremental.set(step);
                }
                let total = before + count;
                let (own, theirs) = (before / total, count / total);
                let (mean, mean_c) =
                    kahan_inc(value * theirs, self.values[step] * own, self.compensations[step] * own);
                self.values[step] = mean;
                self.compensations[step] = mean_c + c * theirs;
                self.counts[step] = total;
            } else {
                self.values[step] = value;
                self.compensations[step] = c;
                self.counts[step] = count;
                self.incremental.set(step);
            }
        }
        self.present.or(&other.present);
        self.histograms.merge(other.histograms);
    }

    fn finish(self) -> (Column, FoldNotes) {
        let mut column = Column::new(self.values.len());
        for step in self.present.iter() {
            let (value, c, count) = (self.values[step], self.compensations[step], self.counts[step]);
            let mean = if self.incremental.get(step) { value + c } else { value / count + c / count };
            column.set(step, mean);
        }
        let notes = self.histograms.finish(&mut column);
        (column, notes)
    }
}
