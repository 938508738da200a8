//! Stale series, which have ended with a stale marker, out of the head before their time: a block gets their samples, the log
//! a tombstone over all times, which says that the reference is gone. Called by maintenance, and by the replay for the
//! tombstones.
//!
//! Invariant: a series that was written after the block was begun, or that has out-of-order samples, stays.

use std::mem;

use narthex_model::is_stale;
use rustc_hash::FxHashSet;

use super::chunks::NO_CHUNK;
use super::series::Series;
use super::state::HeadState;
use crate::wal::record::tombstones::Tombstone;

impl Tombstone {
    /// Says that a series has left the head.
    pub(crate) fn of_whole_series(series: u64) -> Self {
        Self { series, mint: i64::MIN, maxt: i64::MAX }
    }

    /// Whether it says that a series has left the head.
    pub(crate) fn is_of_whole_series(&self) -> bool {
        (self.mint, self.maxt) == (i64::MIN, i64::MAX)
    }
}

impl HeadState {
    /// Whether the newest sample of a series is a stale marker.
    fn is_stale(series: &Series) -> bool {
        series.chunk.last_t() > i64::MIN && is_stale(series.chunk.last_v())
    }

    fn can_be_evicted(&self, series: &Series) -> bool {
        Self::is_stale(series) && !self.ooo.has(series.id)
    }

    fn all_series(&self) -> impl Iterator<Item = &Series> {
        (0..self.series.len() as u32).filter_map(|slot| self.series.get(slot))
    }

    /// How many series have ended with a stale marker.
    pub(crate) fn stale_count(&self) -> usize {
        self.all_series().filter(|series| Self::is_stale(series)).count()
    }

    /// How many series there are.
    pub(crate) fn series_count(&self) -> usize {
        self.series.len()
    }

    /// The references of the stale series that can be evicted.
    pub(crate) fn stale_series(&self) -> FxHashSet<u64> {
        self.all_series().filter(|series| self.can_be_evicted(series)).map(|series| series.id).collect()
    }

    /// First and last times of the chunks of some series.
    pub(crate) fn chunk_times(&self, chosen: &FxHashSet<u64>) -> Vec<(i64, i64)> {
        let mut times = Vec::new();
        for series in chosen.iter().filter_map(|id| self.by_ref(*id)) {
            times.extend(self.chunks.list(series.full).map(|chunk| (chunk.mint, chunk.maxt())));
            if self.is_growing(series) {
                times.push((series.chunk_start, series.chunk.last_t()));
            }
        }
        times
    }

    /// Those of `chosen` that can be evicted still: nothing was written into them since the commit `seen`.
    pub(crate) fn still_stale(&self, chosen: &FxHashSet<u64>, seen: u64) -> Vec<u64> {
        let unchanged = |series: &&Series| {
            (series.last_commit.wrapping_sub(seen as u32) as i32) <= 0 && self.can_be_evicted(series)
        };
        let chosen = chosen.iter().filter_map(|id| self.by_ref(*id));
        chosen.filter(unchanged).map(|series| series.id).collect()
    }

    /// Removes series with all their samples, which are in blocks.
    pub(crate) fn evict(&mut self, ids: &[u64]) {
        if ids.is_empty() {
            return;
        }
        for slot in ids.iter().filter_map(|id| self.refs.get(*id)).collect::<Vec<_>>() {
            self.empty(slot);
        }
        let gone: FxHashSet<u64> = ids.iter().copied().collect();
        self.deleted.retain(|id, _| !gone.contains(id));
        self.series_removed += gone.len() as u64;
        self.remove_series(&|series| gone.contains(&series.id));
    }

    /// Takes all samples away from a series.
    fn empty(&mut self, slot: u32) {
        drop(self.take_other(slot));
        let Some(series) = self.series.get_mut(slot) else { return };
        series.chunk.take();
        let full = mem::replace(&mut series.full, NO_CHUNK);
        self.chunks.release(full);
    }

    /// Makes a series unfindable, so that one with its labels can be made anew; the replay removes it at its end.
    pub(super) fn unlink(&mut self, slot: u32) {
        self.unindex(slot);
        self.empty(slot);
        if let Some(series) = self.series.get_mut(slot) {
            let id = mem::take(&mut series.id);
            self.refs.remove(id);
            self.deleted.remove(&id);
            self.metadata.remove(&id);
        }
    }

    /// Removes what was unlinked.
    pub(super) fn remove_unlinked(&mut self) {
        self.remove_series(&|series| series.id == 0);
    }
}
