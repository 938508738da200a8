//! `count`; `group` is a count whose result is 1.

use super::{Accumulator, FoldNotes};
use crate::column::{Bits, Column};

/// How many series have a point; with `GROUP` only whether any has.
pub(crate) struct Count<const GROUP: bool> {
    counts: Vec<f64>,
    present: Bits,
}

impl<const GROUP: bool> Accumulator for Count<GROUP> {
    const STEP_BYTES: usize = 9;

    fn new(steps: usize) -> Self {
        Self { counts: vec![0.0; steps], present: Bits::new(steps) }
    }

    fn add(&mut self, column: &mut Column, _: usize) {
        if !GROUP {
            for step in column.present.iter() {
                self.counts[step] += 1.0;
            }
            for (step, _) in &column.histograms {
                self.counts[*step as usize] += 1.0;
            }
        }
        self.present.or(&column.present);
        for (step, _) in &column.histograms {
            self.present.set(*step as usize);
        }
    }

    fn merge(&mut self, other: Self) {
        self.counts.iter_mut().zip(&other.counts).for_each(|(ours, theirs)| *ours += theirs);
        self.present.or(&other.present);
    }

    fn finish(self) -> (Column, FoldNotes) {
        let mut values = self.counts;
        if GROUP {
            values.fill(1.0);
        }
        (Column { values, present: self.present, histograms: Vec::new() }, FoldNotes::default())
    }
}
