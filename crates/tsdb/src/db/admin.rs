//! Deleting series, cleaning up what was deleted, snapshots: the three admin calls of the HTTP API.

use std::io;
use std::path::Path;
use std::sync::Arc;

use narthex_model::{Labels, LabelsBuilder, Matcher, Timestamp};
use narthex_storage::StorageError;

use super::Db;
use crate::block::meta::{self, BlockMeta, Compaction};
use crate::block::writer::replace_file;
use crate::block::{Block, BlockError, chunks, index, tombstones, ulid};
use crate::compact::merge::write_block;
use crate::head::ooo::source::OooSource;
use crate::head::source::HeadSource;
use crate::postings;
use crate::wal::record::tombstones::encode;

/// The first and last times that series of a block have in a range.
fn times_in(
    block: &Block,
    mint: i64,
    maxt: i64,
    matchers: &[Matcher],
) -> Result<Vec<(Labels, i64, i64)>, BlockError> {
    let (mut symbols, mut chunks, mut all) = (Vec::new(), Vec::new(), Vec::new());
    for reference in postings::select(block, matchers)? {
        block.index.series(reference, &mut symbols, &mut chunks)?;
        let (Some(first), Some(last)) = (chunks.first(), chunks.last()) else { continue };
        let (mint, maxt) = (mint.max(first.mint), maxt.min(last.maxt));
        if mint <= maxt {
            let mut labels = LabelsBuilder::new();
            block.index.label_texts(&symbols, |name, value| labels.push(name, value))?;
            all.push((labels.build(), mint, maxt));
        }
    }
    Ok(all)
}

impl Db {
    /// Marks the samples in `[mint, maxt]` of all series that satisfy the matchers as deleted, at once and durably.
    pub fn delete(&self, mint: Timestamp, maxt: Timestamp, matchers: &[Matcher]) -> Result<(), StorageError> {
        let _one_at_a_time = self.maintaining.lock();
        // A block that could not be opened the last time may be readable now.
        self.blocks.reload(&self.options.fs, &self.dir)?;
        let mut in_log = Vec::new();
        for block in self.blocks.list().iter().filter(|block| block.overlaps(mint, maxt)) {
            self.delete_in_block(block, mint, maxt, matchers)?;
            if block.meta.is_partial() && block.meta.max_time > self.blocks.in_order_end() {
                in_log.extend(times_in(block, mint, maxt, matchers)?);
            }
        }
        self.delete_in_head(mint, maxt, matchers, &in_log)
            .map_err(|source| StorageError::Io { path: self.dir.join("wal"), source })
    }

    fn delete_in_block(
        &self,
        block: &Block,
        mint: i64,
        maxt: i64,
        matchers: &[Matcher],
    ) -> Result<(), BlockError> {
        let fs = &self.options.fs;
        let mut stones = block.tombstones.clone();
        let (mut labels, mut found) = (Vec::new(), Vec::new());
        for reference in postings::select(block, matchers)? {
            block.index.series(reference, &mut labels, &mut found)?;
            let (Some(first), Some(last)) = (found.first(), found.last()) else { continue };
            let (mint, maxt) = (mint.max(first.mint), maxt.min(last.maxt));
            if mint <= maxt {
                stones.add(u64::from(reference), mint, maxt);
            }
        }
        if stones == block.tombstones {
            return Ok(());
        }
        let path = block.dir.join(tombstones::FILE);
        replace_file(&**fs, &path, &stones.encode()).map_err(BlockError::io(&path))?;
        let mut meta = block.meta.clone();
        meta.stats.num_tombstones = stones.len();
        let path = block.dir.join(meta::FILE);
        replace_file(&**fs, &path, &meta.to_json()).map_err(BlockError::io(&path))?;
        self.blocks.replace(Block::open(fs, &block.dir)?);
        Ok(())
    }

    /// Deletes in the head, and what the next start would find in the log although it is in blocks of late samples: the log does
    /// not say that they came late.
    fn delete_in_head(
        &self,
        mint: i64,
        maxt: i64,
        matchers: &[Matcher],
        in_log: &[(Labels, i64, i64)],
    ) -> io::Result<()> {
        let mut log = self.head.log.lock();
        let (mut stones, mut series, mut record) = (Vec::new(), Vec::new(), Vec::new());
        let logged = {
            let mut state = self.head.state.write();
            stones.extend(state.to_delete(mint, maxt, matchers));
            stones.extend(state.stones_of(in_log).map_err(io::Error::other)?);
            state.encode_new_series(&mut series)
        };
        if stones.is_empty() {
            return Ok(());
        }
        encode(&mut record, &stones);
        log.log([series.as_slice(), record.as_slice()].into_iter().filter(|record| record.len() > 1))?;
        let mut state = self.head.state.write();
        state.note_logged(logged);
        stones.iter().for_each(|stone| state.delete(stone));
        Ok(())
    }

    /// Writes the blocks in which something was deleted anew, without it. The newest one stays as it is when nothing would be
    /// left of it.
    pub fn clean_tombstones(&self) -> Result<(), StorageError> {
        let _one_at_a_time = self.maintaining.lock();
        let clean = || -> Result<(), BlockError> {
            for block in self.blocks.list().iter().filter(|block| block.tombstones.len() > 0) {
                self.rewrite(std::slice::from_ref(block))?;
            }
            Ok(())
        };
        Ok(self.work.timed(|work| &mut work.tombstone_cleanups, clean)?)
    }

    /// Puts a copy of the database into a new directory in `snapshots/` of the data directory; the blocks as hard links,
    /// the head as a block unless `skip_head`. Returns the directory's name.
    pub fn snapshot(&self, skip_head: bool) -> Result<String, StorageError> {
        let _one_at_a_time = self.maintaining.lock();
        let now = self.options.clock.now();
        let name = format!("{now}-{}", ulid::generate(now));
        let dir = self.dir.join("snapshots").join(&name);
        if let Err(error) = self.copy_to(&dir, skip_head) {
            // Its links would keep blocks on the disk that the retention removes.
            if let Err(error) = self.options.fs.remove_dir_all(&dir) {
                tracing::warn!("{}: cannot remove an unfinished copy: {error}", dir.display());
            }
            return Err(error.into());
        }
        Ok(name)
    }

    fn copy_to(&self, dir: &Path, skip_head: bool) -> Result<(), BlockError> {
        let fs = &self.options.fs;
        fs.create_dir_all(dir).map_err(BlockError::io(dir))?;
        for block in self.blocks.list().iter() {
            self.link_block(block, &dir.join(&block.meta.ulid)).map_err(BlockError::io(dir))?;
        }
        let range = self.head.state.read().time_range();
        let late = self.head.state.read().ooo.range();
        let range = range.into_iter().chain(late).reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)));
        if let Some((mint, maxt)) = range.filter(|_| !skip_head) {
            let in_order = HeadSource::new(Arc::clone(&self.head), mint, maxt);
            let late = OooSource::new(Arc::clone(&self.head), mint, maxt, None);
            let compaction = Compaction { level: 1, ..Compaction::default() };
            let meta = BlockMeta {
                min_time: mint,
                max_time: maxt.saturating_add(1),
                compaction,
                ..BlockMeta::default()
            };
            write_block(&self.target(dir), vec![Box::new(in_order), Box::new(late)], meta)?;
        }
        // The names, from the new ones up to the data directory.
        for dir in [dir, &self.dir.join("snapshots"), &self.dir] {
            fs.sync_dir(dir).map_err(BlockError::io(dir))?;
        }
        Ok(())
    }

    fn link_block(&self, block: &Block, to: &Path) -> io::Result<()> {
        let fs = &self.options.fs;
        fs.create_dir_all(&to.join(chunks::DIR))?;
        for name in fs.list(&block.dir.join(chunks::DIR))? {
            fs.hard_link(&block.dir.join(chunks::DIR).join(&name), &to.join(chunks::DIR).join(&name))?;
        }
        for name in [index::FILE, meta::FILE, tombstones::FILE] {
            if fs.exists(&block.dir.join(name)) {
                fs.hard_link(&block.dir.join(name), &to.join(name))?;
            }
        }
        fs.sync_dir(&to.join(chunks::DIR))?;
        fs.sync_dir(to)
    }
}
