//! [`BlockBuilder`]: samples in any order → one block, for imports. Samples are kept compressed until it is written.
//!
//! Invariant: of two samples of a series with one time the one that came first stays.

use std::path::Path;
use std::sync::Arc;

use hashbrown::HashMap;
use narthex_chunkenc::{Encoding, XorBuilder};
use narthex_model::{Labels, Timestamp};
use narthex_storage::StorageError;
use rustc_hash::FxBuildHasher;

use super::meta::{BlockMeta, Compaction};
use super::tombstones::Ranges;
use super::writer::ChunkData;
use super::{Block, BlockError};
use crate::clock::{Clock, SystemClock};
use crate::compact::encode::Encodings;
use crate::compact::merge::{Target, write_block};
use crate::compact::source::{ChunkSource, SourceSeries};
use crate::db::BlockInfo;
use crate::fs::{Fs, RealFs};

const SAMPLES_PER_CHUNK: u16 = 120;

/// Collects the samples of one block.
#[derive(Default)]
pub struct BlockBuilder {
    series: HashMap<Labels, Growing, FxBuildHasher>,
    /// First and last time of all samples.
    range: Option<(Timestamp, Timestamp)>,
}

/// A series so far.
#[derive(Default)]
struct Growing {
    full: Vec<ChunkData>,
    chunk: XorBuilder,
    start: Timestamp,
}

impl Growing {
    fn append(&mut self, t: Timestamp, v: f64) {
        if self.chunk.count() >= SAMPLES_PER_CHUNK || (self.chunk.count() > 0 && t <= self.chunk.last_t()) {
            self.cut();
        }
        if self.chunk.is_empty() {
            self.start = t;
        }
        self.chunk.append(t, v);
    }

    fn cut(&mut self) {
        if self.chunk.is_empty() {
            return;
        }
        let data = self.chunk.to_vec();
        let (mint, maxt) = (self.start, self.chunk.last_t());
        self.full.push(ChunkData { mint, maxt, encoding: Encoding::Xor.to_byte(), data });
        self.chunk = XorBuilder::new();
    }
}

impl BlockBuilder {
    /// Adds a sample.
    pub fn append(&mut self, labels: Labels, t: Timestamp, v: f64) {
        self.series.entry(labels).or_default().append(t, v);
        let (mint, maxt) = self.range.unwrap_or((t, t));
        self.range = Some((mint.min(t), maxt.max(t)));
    }

    /// Writes the block into the data directory `dir`; `None` when there are no samples.
    pub fn finish(self, dir: &Path) -> Result<Option<BlockInfo>, StorageError> {
        let Some((mint, maxt)) = self.range else { return Ok(None) };
        let fs: Arc<dyn Fs> = Arc::new(RealFs);
        let mut series: Vec<_> = self.series.into_iter().collect();
        series.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        let source = Source { symbols: symbols(&series), series: series.into_iter() };
        let compaction = Compaction { level: 1, ..Compaction::default() };
        let meta = BlockMeta {
            min_time: mint,
            max_time: maxt.saturating_add(1),
            compaction,
            ..BlockMeta::default()
        };
        let target = Target { fs: &fs, dir, now: SystemClock.now(), encodings: Encodings::default() };
        let Some(meta) = write_block(&target, vec![Box::new(source)], meta)? else { return Ok(None) };
        let block = Block::open(&fs, &dir.join(&meta.ulid))?;
        Ok(Some(BlockInfo { size: block.size, meta }))
    }
}

fn symbols(series: &[(Labels, Growing)]) -> Vec<String> {
    let mut known = hashbrown::HashSet::<&str, FxBuildHasher>::default();
    for (name, value) in series.iter().flat_map(|(labels, _)| labels) {
        known.insert(name);
        known.insert(value);
    }
    known.into_iter().map(str::to_owned).collect()
}

struct Source {
    symbols: Vec<String>,
    series: std::vec::IntoIter<(Labels, Growing)>,
}

impl ChunkSource for Source {
    fn symbols(&self, visit: &mut dyn FnMut(&str)) -> Result<(), BlockError> {
        self.symbols.iter().for_each(|symbol| visit(symbol));
        Ok(())
    }

    fn next_series(&mut self) -> Option<Result<SourceSeries, BlockError>> {
        let (labels, mut growing) = self.series.next()?;
        growing.cut();
        Some(Ok(SourceSeries { labels, chunks: growing.full, deleted: Ranges::default() }))
    }
}
