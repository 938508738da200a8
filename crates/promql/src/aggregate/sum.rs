//! `sum`.

use std::collections::BTreeMap;
use std::sync::Arc;

use narthex_model::FloatHistogram;

use super::{Accumulator, FoldNotes, HistogramFold};
use crate::column::{Bits, Column, histogram_samples};
use crate::kernel::{Kahan, kahan_inc};

/// Compensated sums of floats, and of histograms where there are any.
pub(crate) struct Sum {
    sums: Vec<f64>,
    compensations: Vec<f64>,
    present: Bits,
    histograms: HistogramSide<false>,
}

/// The histograms of an aggregation, by step.
#[derive(Default)]
pub(super) struct HistogramSide<const AVERAGES: bool> {
    steps: BTreeMap<u32, Slot>,
    bytes: usize,
}

/// What the histograms of one step make.
enum Slot {
    /// A sum; with the first series in it.
    Fold(Box<HistogramFold>, usize),
    /// Nothing: this series does not fit to those before it.
    Conflict(usize),
}

impl<const AVERAGES: bool> HistogramSide<AVERAGES> {
    pub(super) fn add(&mut self, histograms: &[(u32, Arc<FloatHistogram>)], series: usize) {
        for (step, histogram) in histograms {
            match self.steps.get_mut(step) {
                None => {
                    // Its compensation is as large as the sum.
                    self.bytes += 2 * 16 * histogram_samples(histogram);
                    self.steps
                        .insert(*step, Slot::Fold(Box::new(HistogramFold::new(histogram, AVERAGES)), series));
                }
                Some(slot) => {
                    if let Slot::Fold(fold, _) = slot
                        && fold.add(histogram).is_err()
                    {
                        *slot = Slot::Conflict(series);
                    }
                }
            }
        }
    }

    /// About how many bytes the histograms fill.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(super) fn merge(&mut self, other: Self) {
        for (step, theirs) in other.steps {
            let merged = match (self.steps.remove(&step), theirs) {
                (None, theirs) => theirs,
                (Some(Slot::Fold(mut fold, first)), Slot::Fold(other, series)) => {
                    if fold.merge(*other).is_ok() { Slot::Fold(fold, first) } else { Slot::Conflict(series) }
                }
                (Some(Slot::Fold(..)), conflict) => conflict,
                (Some(conflict), _) => conflict,
            };
            self.steps.insert(step, merged);
        }
    }

    /// Puts the results into `column`; steps that hold a float as well hold nothing then.
    pub(super) fn finish(self, column: &mut Column) -> FoldNotes {
        let mut notes = FoldNotes::default();
        for (step, fold) in self.steps {
            if let Slot::Conflict(series) = fold {
                notes.incompatible.insert(series);
            }
            if column.present.get(step as usize) {
                notes.mixed = true;
                column.present.unset(step as usize);
                continue;
            }
            let Slot::Fold(fold, _) = fold else { continue };
            notes.reset_collision |= fold.reset_collision();
            notes.custom_bounds |= fold.custom_bounds;
            let mut result = fold.finish();
            result.compact(0);
            column.push_histogram(step as usize, Arc::new(result));
        }
        notes
    }
}

impl Accumulator for Sum {
    const STEP_BYTES: usize = 17;

    fn new(steps: usize) -> Self {
        Self {
            sums: vec![0.0; steps],
            compensations: vec![0.0; steps],
            present: Bits::new(steps),
            histograms: HistogramSide::default(),
        }
    }

    fn add(&mut self, column: &mut Column, series: usize) {
        if !column.histograms.is_empty() {
            self.histograms.add(&column.histograms, series);
        }
        if self.present.is_empty() {
            self.sums.copy_from_slice(&column.values);
            self.present.clone_from(&column.present);
            return;
        }
        if column.present.is_full() && self.present.is_full() {
            let sums = self.sums.iter_mut().zip(&mut self.compensations);
            for ((sum, c), value) in sums.zip(&column.values) {
                (*sum, *c) = kahan_inc(*value, *sum, *c);
            }
            return;
        }
        for (step, value) in column.floats() {
            let (sum, c) = (&mut self.sums[step], &mut self.compensations[step]);
            if self.present.get(step) {
                (*sum, *c) = kahan_inc(value, *sum, *c);
            } else {
                *sum = value;
            }
        }
        self.present.or(&column.present);
    }

    fn histogram_bytes(&self) -> usize {
        self.histograms.bytes()
    }

    fn merge(&mut self, other: Self) {
        for step in other.present.iter() {
            let theirs = Kahan { sum: other.sums[step], c: other.compensations[step] };
            let mut ours = Kahan { sum: self.sums[step], c: self.compensations[step] };
            if self.present.get(step) {
                ours.merge(theirs);
            } else {
                ours = theirs;
            }
            (self.sums[step], self.compensations[step]) = (ours.sum, ours.c);
        }
        self.present.or(&other.present);
        self.histograms.merge(other.histograms);
    }

    fn finish(self) -> (Column, FoldNotes) {
        let mut values = self.sums;
        for (sum, c) in values.iter_mut().zip(&self.compensations) {
            *sum += c;
        }
        let mut column = Column { values, present: self.present, histograms: Vec::new() };
        let notes = self.histograms.finish(&mut column);
        (column, notes)
    }
}
