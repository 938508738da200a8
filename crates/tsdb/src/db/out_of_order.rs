//! Out-of-order samples of the head → blocks; run behind a head compaction, as Prometheus does.
//!
//! Invariant: a sample is forgotten in memory, in head chunk files and in its log only when a block that has it is listed
//! and no reader is left that may not know the block.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use rustc_hash::FxHashMap;

use super::Db;
use crate::block::BlockError;
use crate::block::meta::OUT_OF_ORDER;
use crate::head::Head;
use crate::head::files::Place;
use crate::head::ooo;
use crate::head::ooo::source::OooSource;

/// Out-of-order chunks that all are on disk, to be written as blocks.
struct Taken {
    /// How many chunks of each series.
    counts: Arc<FxHashMap<u64, usize>>,
    /// First and last times of the chunks.
    times: Vec<(i64, i64)>,
    /// The last of them.
    newest: Option<Place>,
    /// The segment of the log behind them.
    segment: u64,
}

impl Head {
    /// Moves all growing out-of-order chunks to disk.
    fn take_out_of_order(&self) -> std::io::Result<Option<Taken>> {
        let _log = self.log.lock();
        let mut state = self.state.write();
        let ids: Vec<u64> = state.ooo.ids().collect();
        if ids.is_empty() {
            return Ok(None);
        }
        let readers = self.readers.lock().oldest().is_some();
        ids.iter().for_each(|id| state.cut_out_of_order(*id, readers));
        state.files.flush()?;
        let counts = ids.into_iter().map(|id| (id, state.ooo.get(id).map_or(0, |entry| entry.mapped.len())));
        let counts = Arc::new(counts.collect());
        let times = state.ooo.mapped_times();
        let newest = state.ooo.newest_place();
        drop(state);
        let segment = self.late_log.lock().cut()?;
        Ok(Some(Taken { counts, times, newest, segment }))
    }
}

impl Db {
    /// From now on takes samples that are up to `window` milliseconds older than the head's newest one, whatever their
    /// series has; 0 takes none.
    pub fn set_out_of_order_window(&self, window: i64) {
        self.head.out_of_order_window.store(window.max(0), Ordering::Relaxed);
    }

    /// Writes all out-of-order samples as blocks, one per range that has some; their names.
    pub(super) fn compact_out_of_order(&self) -> Result<Vec<String>, BlockError> {
        let wal = self.dir.join(ooo::DIR);
        let Some(taken) = self.head.take_out_of_order().map_err(BlockError::io(&wal))? else {
            return Ok(Vec::new());
        };
        let source =
            |mint, maxt| OooSource::new(Arc::clone(&self.head), mint, maxt, Some(Arc::clone(&taken.counts)));
        let names = self.write_ranges(taken.times.iter().copied(), OUT_OF_ORDER, source)?;
        let forget = || -> std::io::Result<()> {
            if let Some(newest) = taken.newest {
                let _log = self.head.log.lock();
                self.head.late_log.lock().note_compacted(newest)?;
            }
            self.wait_for_readers()?;
            let mut state = self.head.state.write();
            state.ooo.forget_mapped(&taken.counts);
            state.ooo.pinned.clear();
            let mint = state.time_range().map_or(i64::MIN, |range| range.0);
            state.truncate_files(mint);
            drop(state);
            self.head.late_log.lock().truncate(taken.segment)
        };
        forget().map_err(BlockError::io(&wal))?;
        Ok(names)
    }
}
