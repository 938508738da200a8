//! [`Db::maintain`]: what a database does beside taking and giving samples. `narthex` calls it once a minute.
//!
//! Head → block when the head is one and a half ranges long; then log and head forget what the block has; then blocks
//! are put together, and those beyond the retention go. Each step leaves a state that a crash may end in.

use std::collections::BTreeSet;
use std::io;
use std::iter;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use super::Db;
use crate::block::meta::{self, BlockMeta, Compaction, Parent};
use crate::block::writer::replace_file;
use crate::block::{Block, BlockError};
use crate::blocks;
use crate::compact::merge::{Target, write_block};
use crate::compact::source::{BlockSource, ChunkSource};
use crate::compact::{plan, retention};
use crate::fs::Fs;
use crate::head::series::range_end;
use crate::head::snapshot;
use crate::head::source::HeadSource;
use crate::options::Options;
use crate::wal::checkpoint::{self, Keep};

/// How long truncation waits for queries that began before the new block was there.
const READERS_WAIT: Duration = Duration::from_secs(150);
/// Between two looks at the readers.
const READERS_POLL: Duration = Duration::from_millis(5);

/// A maintenance step that failed; the database goes on, the next round tries again.
#[derive(Debug, thiserror::Error)]
#[error("{step}: {reason}")]
pub struct MaintenanceError {
    /// What was being done.
    pub step: &'static str,
    /// What went wrong, with the file.
    pub reason: String,
}

impl MaintenanceError {
    fn at<E: ToString>(step: &'static str) -> impl Fn(E) -> Self {
        move |error| Self { step, reason: error.to_string() }
    }
}

/// What a round of maintenance did.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Maintained {
    /// Blocks written from the head.
    pub head_blocks: Vec<String>,
    /// Blocks written of stale series.
    pub stale_blocks: Vec<String>,
    /// Blocks made of other blocks.
    pub compacted: Vec<String>,
    /// Blocks removed by the retention.
    pub removed: Vec<String>,
}

impl Db {
    /// Does everything that is due. Only one caller at a time does something, others wait for it.
    pub fn maintain(&self) -> Result<Maintained, MaintenanceError> {
        let _one_at_a_time = self.maintaining.lock();
        let mut done = Maintained::default();
        let compacted = self.compact(&mut done);
        // Also when the rest failed: a full disk may be the reason, which only this can change.
        let removed = self.apply_retention().map_err(MaintenanceError::at("removing old blocks"));
        compacted?;
        done.removed = removed?;
        Ok(done)
    }

    /// Everything that makes blocks.
    fn compact(&self, done: &mut Maintained) -> Result<(), MaintenanceError> {
        self.reload_blocks().map_err(MaintenanceError::at("removing replaced blocks"))?;
        self.truncate_to_blocks().map_err(MaintenanceError::at("truncating the head"))?;
        let mut kept_from = None;
        while let Some((mint, maxt)) = self.head_range() {
            if let Some(name) =
                self.compact_head(mint, maxt).map_err(MaintenanceError::at("compacting the head"))?
            {
                done.head_blocks.push(name);
            }
            self.truncate_head(maxt).map_err(MaintenanceError::at("truncating the head"))?;
            kept_from = Some(maxt);
        }
        if kept_from.is_some() {
            *self.stale.head_compacted.lock() = Some(self.options.clock.now());
        } else if self.stale_are_due() {
            done.stale_blocks =
                self.compact_stale().map_err(MaintenanceError::at("compacting stale series"))?;
        }
        // Once for all blocks: each time a part of the log is read and written anew.
        if let Some(mint) = kept_from {
            self.truncate_log(mint).map_err(MaintenanceError::at("truncating the log"))?;
        }
        if !done.head_blocks.is_empty() {
            let late = self.compact_out_of_order();
            done.head_blocks.extend(late.map_err(MaintenanceError::at("compacting out-of-order samples"))?);
        }
        loop {
            let compacted = self.compact_blocks().map_err(MaintenanceError::at("compacting blocks"))?;
            match compacted {
                None => break,
                Some(name) => done.compacted.extend(name),
            }
        }
        Ok(())
    }

    /// The range to move out of the head, if it is long enough: half a range stays for late samples.
    fn head_range(&self) -> Option<(i64, i64)> {
        let range = self.options.min_block_duration;
        let state = self.head.state.read();
        let (min_t, max_t) = state.time_range()?;
        if max_t.saturating_sub(min_t) <= range / 2 * 3 {
            return None;
        }
        Some((min_t, range_end(min_t, range)))
    }

    /// Writes the head's samples in `[mint, maxt)` as a block; its name, if there were any.
    fn compact_head(&self, mint: i64, maxt: i64) -> Result<Option<String>, BlockError> {
        // From here on nobody writes into the range.
        self.head.state.write().refuse_before(maxt);
        let source = HeadSource::new(Arc::clone(&self.head), mint, maxt - 1);
        let compaction = Compaction { level: 1, ..Compaction::default() };
        let meta = BlockMeta { min_time: mint, max_time: maxt, compaction, ..BlockMeta::default() };
        let written = self.write_block(vec![Box::new(source)], meta)?;
        self.take_in(written)
    }

    /// Takes a new block into the list; its name. An error means that what it was written from must not be forgotten yet.
    pub(super) fn take_in(&self, written: Option<BlockMeta>) -> Result<Option<String>, BlockError> {
        let Some(BlockMeta { ulid, .. }) = written else { return Ok(None) };
        self.reload_blocks()?;
        if self.blocks.list().iter().any(|block| block.meta.ulid == ulid) {
            return Ok(Some(ulid));
        }
        let dir = self.dir.join(ulid);
        blocks::remove(&*self.options.fs, &self.dir, std::slice::from_ref(&dir))?;
        let reason = "cannot be opened after it was written; it is removed, the next round writes it again";
        Err(BlockError::corrupt(&dir, reason))
    }

    /// Writes a block for each aligned range that these chunks, given by their first and last times, reach into; their names.
    pub(super) fn write_ranges<S: ChunkSource + 'static>(
        &self,
        chunks: impl Iterator<Item = (i64, i64)>,
        hint: &str,
        source: impl Fn(i64, i64) -> S,
    ) -> Result<Vec<String>, BlockError> {
        let range = self.options.min_block_duration;
        let mut ends = BTreeSet::new();
        for (mint, maxt) in chunks {
            let ends_of_one = iter::successors(Some(range_end(mint, range)), |end| end.checked_add(range));
            ends.extend(ends_of_one.take_while(|end| end.saturating_sub(range) <= maxt));
        }
        let mut names = Vec::new();
        for end in ends {
            let start = end.saturating_sub(range);
            let hints = vec![hint.to_owned()];
            let compaction = Compaction { level: 1, hints, ..Compaction::default() };
            let meta = BlockMeta { min_time: start, max_time: end, compaction, ..BlockMeta::default() };
            let written = self.write_block(vec![Box::new(source(start, end - 1))], meta)?;
            names.extend(self.take_in(written)?);
        }
        Ok(names)
    }

    /// Writes a block into the data directory.
    pub(super) fn write_block(
        &self,
        sources: Vec<Box<dyn ChunkSource>>,
        meta: BlockMeta,
    ) -> Result<Option<BlockMeta>, BlockError> {
        self.work.add(|work| work.blocks_in_work += 1);
        let write = || write_block(&self.target(&self.dir), sources, meta);
        let written = self.work.timed(|work| &mut work.block_writes, write);
        self.work.add(|work| work.blocks_in_work -= 1);
        written
    }

    pub(super) fn target<'a>(&'a self, dir: &'a Path) -> Target<'a> {
        let encodings = self.head.state.read().encodings;
        Target { fs: &self.options.fs, dir, now: self.options.clock.now(), encodings }
    }

    /// Catches up when a block was written, but the head was not truncated.
    fn truncate_to_blocks(&self) -> io::Result<()> {
        let end = self.blocks.in_order_end();
        let behind = self.head.state.read().time_range().is_some_and(|(min_t, _)| min_t < end);
        if behind {
            self.truncate_head(end)?;
            self.truncate_log(end)?;
        }
        Ok(())
    }

    /// Forgets what is before `mint` in head and head chunk files.
    fn truncate_head(&self, mint: i64) -> io::Result<()> {
        let truncate = || -> io::Result<u64> {
            self.wait_for_readers()?;
            let _no_commit = self.head.log.lock();
            let mut state = self.head.state.write();
            let before = state.chunk_count();
            state.truncate(mint, self.blocks.in_order_end());
            Ok(before.saturating_sub(state.chunk_count()))
        };
        let removed = self.work.timed(|work| &mut work.head_truncations, truncate)?;
        self.work.add(|work| work.chunks_removed += removed);
        Ok(())
    }

    /// Forgets what is before `mint` in the log.
    fn truncate_log(&self, mint: i64) -> io::Result<()> {
        let current = {
            let mut log = self.head.log.lock();
            log.next_segment()?;
            log.segment()
        };
        // A memory snapshot has series that the checkpoint leaves out; after another start they would be written without
        // a record that names them.
        snapshot::remove_all(&*self.options.fs, &self.dir)?;
        let dir = self.dir.join("wal");
        let known = |series| self.head.state.read().knows(series);
        // What a range without a block had may be found in a head chunk file again.
        let end = mint.min(self.blocks.in_order_end());
        let stones_from = |series| if self.head.state.read().has_late(series) { i64::MIN } else { end };
        let keep = Keep { mint, series: &known, stones_from: &stones_from, version: self.head.version };
        let Options { wal_segment_size, wal_compression, fs, .. } = &self.options;
        let advanced = self.work.timed(
            |work| &mut work.log_truncations,
            || checkpoint::advance(fs, &dir, current, *wal_segment_size, *wal_compression, &keep),
        )?;
        self.work.add(|work| {
            work.checkpoints += advanced.written;
            work.checkpoints_removed += advanced.removed;
        });
        Ok(())
    }

    /// Waits until all readers are gone that may not know the newest block.
    pub(super) fn wait_for_readers(&self) -> io::Result<()> {
        let barrier = self.head.state.write().next_commit();
        let deadline = Instant::now() + READERS_WAIT;
        while self.head.readers.lock().oldest().is_some_and(|commit| commit < barrier) {
            if Instant::now() > deadline {
                let text =
                    "queries that began before the last block was written still run; trying again later";
                return Err(io::Error::new(io::ErrorKind::TimedOut, text));
            }
            thread::sleep(READERS_POLL);
        }
        Ok(())
    }

    /// Puts the next group of blocks together. `None` when there is none; an empty list when nothing was left of it.
    fn compact_blocks(&self) -> Result<Option<Vec<String>>, BlockError> {
        let blocks = self.compactable();
        let metas: Vec<BlockMeta> = blocks.iter().map(|block| block.meta.clone()).collect();
        let widths = plan::level_widths(self.options.min_block_duration, self.options.max_block_duration);
        let chosen = plan::plan(&metas, &widths, self.options.overlapping_compaction);
        if chosen.is_empty() {
            return Ok(None);
        }
        let vertical = plan::is_vertical(&metas, &chosen);
        let count = self.blocks.list().len();
        let parents: Vec<Arc<Block>> =
            chosen.iter().filter_map(|index| blocks.get(*index).cloned()).collect();
        match self.rewrite(&parents) {
            Ok(written) => {
                self.work.add(|work| work.vertical_compactions += u64::from(vertical));
                // Nothing was left, but the one block that there is must stay: the same would be chosen again.
                let stuck = written.is_empty() && self.blocks.list().len() == count;
                Ok(Some(written).filter(|_| !stuck))
            }
            Err(error) => {
                if !error.is_for_want_of_room() {
                    parents.iter().for_each(|parent| self.mark_failed(parent));
                }
                Err(error)
            }
        }
    }

    /// Notes in a block's description that compacting it failed, so that it is left alone from now on.
    fn mark_failed(&self, block: &Block) {
        let mut meta = block.meta.clone();
        if std::mem::replace(&mut meta.compaction.failed, true) {
            return;
        }
        let fs = &self.options.fs;
        let path = block.dir.join(meta::FILE);
        let marked = replace_file(&**fs, &path, &meta.to_json()).map_err(BlockError::io(&path));
        match marked.and_then(|()| Block::open(fs, &block.dir)) {
            Ok(block) => self.blocks.replace(block),
            Err(error) => tracing::warn!("a block that cannot be compacted is not marked: {error}"),
        }
    }

    /// Writes one block in place of others.
    pub(super) fn rewrite(&self, parents: &[Arc<Block>]) -> Result<Vec<String>, BlockError> {
        let mut sources: Vec<Box<dyn ChunkSource>> = Vec::new();
        let mut meta = BlockMeta { min_time: i64::MAX, max_time: i64::MIN, ..BlockMeta::default() };
        let mut by_precedence: Vec<&Arc<Block>> = parents.iter().collect();
        by_precedence.sort_by_key(|block| block.precedence());
        for parent in by_precedence {
            sources.push(Box::new(BlockSource::new(Arc::clone(parent))?));
        }
        for parent in parents {
            let old = &parent.meta;
            meta.min_time = meta.min_time.min(old.min_time);
            meta.max_time = meta.max_time.max(old.max_time);
            meta.compaction.level = meta.compaction.level.max(old.compaction.level);
            meta.compaction.sources.extend(old.compaction.sources.iter().cloned());
            let (min_time, max_time) = (old.min_time, old.max_time);
            meta.compaction.parents.push(Parent { ulid: old.ulid.clone(), min_time, max_time });
        }
        if parents.iter().all(|parent| parent.meta.is_partial()) {
            let hints = parents.iter().flat_map(|parent| parent.meta.compaction.hints.iter().cloned());
            meta.compaction.hints.extend(hints);
            meta.compaction.hints.sort_unstable();
            meta.compaction.hints.dedup();
        }
        meta.compaction.level += u32::from(parents.len() > 1);
        meta.compaction.sources.sort_unstable();
        meta.compaction.sources.dedup();
        let written = self.write_block(sources, meta)?;
        let name = self.take_in(written)?;
        if name.is_none() {
            self.remove_blocks(&self.dispensable(parents))?;
        }
        Ok(name.into_iter().collect())
    }

    /// Those of some blocks that can go: not the one whose end says how far the head's samples are in blocks, or the next start
    /// would find in the log what was deleted. It goes when there is a later one.
    fn dispensable(&self, blocks: &[Arc<Block>]) -> Vec<Arc<Block>> {
        let end = self.blocks.in_order_end();
        let says_end = |block: &Block| !block.meta.is_partial() && block.meta.max_time == end;
        let stays = |block: &Arc<Block>| !blocks.iter().any(|other| other.dir == block.dir);
        let mut needed = !self.blocks.list().iter().any(|block| stays(block) && says_end(block));
        let goes = |block: &&Arc<Block>| !(says_end(block) && std::mem::take(&mut needed));
        blocks.iter().filter(goes).cloned().collect()
    }

    fn apply_retention(&self) -> Result<Vec<String>, BlockError> {
        let limits = self.retention();
        let total = if limits.percentage > 0.0 { self.options.fs.total_bytes(&self.dir) } else { Ok(0) };
        let total = total.unwrap_or_else(|error| {
            let dir = self.dir.display();
            tracing::warn!(
                "{dir}: cannot find out how large the disk is, retention by percentage waits: {error}"
            );
            0
        });
        let (time_ms, bytes) = (limits.time_ms, limits.bytes_of(total));
        let beyond = retention::beyond(&self.blocks.list(), time_ms, bytes, self.other_bytes());
        let old = beyond.blocks;
        self.remove_blocks(&old)?;
        self.work.add(|work| {
            work.time_retentions += u64::from(beyond.too_old);
            work.size_retentions += u64::from(beyond.too_large);
        });
        Ok(old.iter().map(|block| block.meta.ulid.clone()).collect())
    }

    /// Bytes of the logs, their checkpoints and the head chunk files.
    fn other_bytes(&self) -> u64 {
        let dirs = ["wal", "wbl", "chunks_head"];
        dirs.iter().map(|dir| size_of(&*self.options.fs, &self.dir.join(dir)).unwrap_or_default()).sum()
    }

    /// Takes blocks from the disk and out of the list.
    fn remove_blocks(&self, blocks: &[Arc<Block>]) -> Result<(), BlockError> {
        let fs = &self.options.fs;
        let dirs: Vec<PathBuf> = blocks.iter().map(|block| block.dir.clone()).collect();
        let removed = blocks::remove(&**fs, &self.dir, &dirs);
        // The list follows the directory also when not all could be removed.
        self.reload_blocks()?;
        removed
    }
}

/// Bytes of the numbered files in a directory and in the checkpoints there.
fn size_of(fs: &dyn Fs, dir: &Path) -> io::Result<u64> {
    let mut total = 0;
    for name in fs.list(dir)? {
        let path = dir.join(&name);
        if name.starts_with("checkpoint.") {
            total += size_of(fs, &path)?;
        } else if name.bytes().all(|byte| byte.is_ascii_digit()) {
            total += fs.open(&path)?.size()?;
        }
    }
    Ok(total)
}
