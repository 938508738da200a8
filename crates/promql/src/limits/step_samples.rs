//! How many samples the steps of a query look at; counted only when a request asks for it.
//!
//! A range function counts its whole window at each step, an instant selector one sample; what a subquery looks at
//! counts at the query's last step. A histogram counts as many as its buckets fill.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::column::Grid;
use crate::engine::StepStats;

/// Counters shared by the threads of a query.
#[derive(Debug)]
pub(crate) struct StepSamples {
    grid: Grid,
    total: AtomicU64,
    /// One per step; empty when only the total is wanted.
    counts: Vec<AtomicU64>,
}

impl StepSamples {
    /// Counters for the steps of `grid`; `None` when nothing is to be counted.
    pub(crate) fn new(grid: Grid, wanted: StepStats) -> Option<Self> {
        let steps = match wanted {
            StepStats::Off => return None,
            StepStats::Total => 0,
            StepStats::PerStep => grid.steps,
        };
        let counts = (0..steps).map(|_| AtomicU64::new(0)).collect();
        Some(Self { grid, total: AtomicU64::new(0), counts })
    }

    /// Counts what `tell` says of the steps of `grid`: it is given a function to call with a step and its samples.
    pub(crate) fn count(&self, grid: Grid, tell: impl FnOnce(&mut dyn FnMut(usize, usize))) {
        let same = grid.start == self.grid.start && grid.step == self.grid.step;
        let last = self.counts.len().saturating_sub(1);
        let mut total = 0;
        tell(&mut |step, samples| {
            total += samples as u64;
            if let Some(count) = self.counts.get(if same { step } else { last }) {
                count.fetch_add(samples as u64, Ordering::Relaxed);
            }
        });
        self.total.fetch_add(total, Ordering::Relaxed);
    }

    /// All samples that steps looked at.
    pub(crate) fn total(&self) -> u64 {
        self.total.load(Ordering::Relaxed)
    }

    /// The time of each step with its samples, if steps are counted.
    pub(crate) fn steps(&self) -> Option<Vec<(i64, u64)>> {
        let counts = self.counts.iter().map(|count| count.load(Ordering::Relaxed));
        (!self.counts.is_empty()).then(|| self.grid.times().zip(counts).collect())
    }
}
