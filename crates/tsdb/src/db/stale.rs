//! Stale series → blocks of their own, before the head is compacted; run by maintenance when they are too large a part of the
//! head, as Prometheus does with `stale_series_compaction_threshold`.
//!
//! Invariant: a series leaves memory only when blocks that have all its samples are listed and no reader is left that may
//! not know them, and the log says so first.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use parking_lot::Mutex;
use rustc_hash::FxHashSet;

use super::Db;
use crate::block::BlockError;
use crate::block::meta::STALE_SERIES;
use crate::head::source::HeadSource;
use crate::observe::{Distribution, Observations};
use crate::wal::record::tombstones::{Tombstone, encode};

/// A head compaction that is due within this time is not anticipated, milliseconds.
const SOON_MS: i64 = 10 * 60 * 1000;
/// Bounds of the durations, seconds.
const BOUNDS: [f64; 14] =
    [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0, 1024.0, 2048.0, 4096.0, 8192.0];

/// When stale series are compacted, and how it went.
pub(super) struct StaleSeries {
    /// Bits of the part (0 to 1) of the head from which on they are; 0 is never.
    threshold: AtomicU64,
    /// When the head was compacted last, milliseconds.
    pub(super) head_compacted: Mutex<Option<i64>>,
    triggered: AtomicU64,
    failed: AtomicU64,
    seconds: Observations,
}

impl StaleSeries {
    pub(super) fn new(threshold: f64) -> Self {
        Self {
            threshold: AtomicU64::new(threshold.to_bits()),
            head_compacted: Mutex::default(),
            triggered: AtomicU64::default(),
            failed: AtomicU64::default(),
            seconds: Observations::new(&BOUNDS),
        }
    }
}

/// How the compactions of stale series went since the start.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StaleStats {
    /// How many were begun.
    pub triggered: u64,
    /// How many of them failed.
    pub failed: u64,
    /// How long they took, seconds.
    pub seconds: Distribution,
}

impl Db {
    /// From the next round of maintenance on, stale series are compacted early when they are at least this part (0 to 1) of all
    /// series; 0 is never.
    pub fn set_stale_series_threshold(&self, threshold: f64) {
        self.stale.threshold.store(threshold.to_bits(), Ordering::Relaxed);
    }

    /// How many series of the head have ended with a stale marker. Looks at every series.
    pub fn stale_series(&self) -> u64 {
        self.head.state.read().stale_count() as u64
    }

    /// How the compactions of stale series went since the start.
    pub fn stale_stats(&self) -> StaleStats {
        StaleStats {
            triggered: self.stale.triggered.load(Ordering::Relaxed),
            failed: self.stale.failed.load(Ordering::Relaxed),
            seconds: self.stale.seconds.distribution(),
        }
    }

    /// Whether stale series are to be compacted now.
    pub(super) fn stale_are_due(&self) -> bool {
        let threshold = f64::from_bits(self.stale.threshold.load(Ordering::Relaxed));
        if threshold.is_nan() || threshold <= 0.0 {
            return false;
        }
        let (stale, all) = {
            let state = self.head.state.read();
            (state.stale_count(), state.series_count())
        };
        if stale == 0 || (stale as f64) < threshold * all as f64 {
            return false;
        }
        let next = self.stale.head_compacted.lock().map(|last| last + self.options.min_block_duration);
        next.is_none_or(|next| self.options.clock.now() + SOON_MS <= next)
    }

    /// Writes the stale series as blocks, one per range, and removes them from the head; the blocks' names.
    pub(super) fn compact_stale(&self) -> Result<Vec<String>, BlockError> {
        self.stale.triggered.fetch_add(1, Ordering::Relaxed);
        let begun = Instant::now();
        let done = self.write_and_evict();
        match done {
            Ok(_) => self.stale.seconds.add(begun.elapsed().as_secs_f64()),
            Err(_) => {
                self.stale.failed.fetch_add(1, Ordering::Relaxed);
            }
        }
        done
    }

    fn write_and_evict(&self) -> Result<Vec<String>, BlockError> {
        // What is committed from here on need not be in the blocks.
        let (seen, chosen, times) = {
            let mut state = self.head.state.write();
            let (seen, chosen) = (state.next_commit(), state.stale_series());
            let times = state.chunk_times(&chosen);
            (seen, chosen, times)
        };
        let source = |mint, maxt| HeadSource::of(Arc::clone(&self.head), mint, maxt, &chosen);
        let names = self.write_ranges(times.into_iter(), STALE_SERIES, source)?;
        self.evict(&chosen, seen).map_err(BlockError::io(&self.dir.join("wal")))?;
        Ok(names)
    }

    /// Removes those of `chosen` that nobody wrote into since the commit `seen`.
    fn evict(&self, chosen: &FxHashSet<u64>, seen: u64) -> io::Result<()> {
        self.wait_for_readers()?;
        let mut log = self.head.log.lock();
        let ids = self.head.state.read().still_stale(chosen, seen);
        let stones: Vec<Tombstone> = ids.iter().map(|id| Tombstone::of_whole_series(*id)).collect();
        let mut record = Vec::new();
        encode(&mut record, &stones);
        if !stones.is_empty() {
            log.log([record.as_slice()].into_iter())?;
        }
        self.head.state.write().evict(&ids);
        Ok(())
    }
}
