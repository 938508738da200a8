//! How many samples each step of a query looks at; counted only when statistics per step are asked for.
//!
//! A range function counts its whole window at each step, an instant selector one sample; what a subquery looks at
//! counts at the query's last step. A histogram counts as many as its buckets fill.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::column::Grid;

/// A counter per step, shared by the threads of a query.
#[derive(Debug)]
pub(crate) struct StepSamples {
    grid: Grid,
    counts: Vec<AtomicU64>,
}

impl StepSamples {
    /// Zero at each of these times.
    pub(crate) fn new(grid: Grid) -> Self {
        Self { grid, counts: (0..grid.steps).map(|_| AtomicU64::new(0)).collect() }
    }

    /// Counts samples at a step of `grid`.
    pub(crate) fn add(&self, grid: Grid, step: usize, samples: usize) {
        let at = if grid.start == self.grid.start && grid.step == self.grid.step {
            step
        } else {
            self.counts.len().saturating_sub(1)
        };
        if let Some(count) = self.counts.get(at) {
            count.fetch_add(samples as u64, Ordering::Relaxed);
        }
    }

    /// The time of each step with its samples.
    pub(crate) fn finish(&self) -> Vec<(i64, u64)> {
        self.grid.times().zip(&self.counts).map(|(t, count)| (t, count.load(Ordering::Relaxed))).collect()
    }
}
