//! `max` and `min`: NaN loses against every number.

use super::{Accumulator, FoldNotes};
use crate::column::{Bits, Column};

/// The largest value, or the smallest.
pub(crate) struct Best<const MAX: bool> {
    values: Vec<f64>,
    present: Bits,
    ignored: bool,
}

#[inline]
fn better<const MAX: bool>(best: f64, value: f64) -> f64 {
    let beats = if MAX { best < value } else { best > value };
    if beats || best.is_nan() { value } else { best }
}

impl<const MAX: bool> Best<MAX> {
    fn take(&mut self, values: &[f64], present: &Bits) {
        if self.present.is_empty() {
            self.values.copy_from_slice(values);
        } else if present.is_full() && self.present.is_full() {
            for (best, value) in self.values.iter_mut().zip(values) {
                *best = better::<MAX>(*best, *value);
            }
        } else {
            for step in present.iter() {
                let best = self.values[step];
                let value = values[step];
                self.values[step] = if self.present.get(step) { better::<MAX>(best, value) } else { value };
            }
        }
        self.present.or(present);
    }
}

impl<const MAX: bool> Accumulator for Best<MAX> {
    const STEP_BYTES: usize = 9;

    fn new(steps: usize) -> Self {
        Self { values: vec![0.0; steps], present: Bits::new(steps), ignored: false }
    }

    fn add(&mut self, column: &mut Column, _: usize) {
        self.ignored |= !column.histograms.is_empty();
        self.take(&column.values, &column.present);
    }

    fn merge(&mut self, other: Self) {
        self.ignored |= other.ignored;
        self.take(&other.values, &other.present);
    }

    fn finish(self) -> (Column, FoldNotes) {
        let notes = FoldNotes { ignored_histograms: self.ignored, ..FoldNotes::default() };
        (Column { values: self.values, present: self.present, histograms: Vec::new() }, notes)
    }
}
