//! [`BlockWriter`]: a new block, written beside the others under a temporary name and renamed when it is whole.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use narthex_chunkenc::Encoding;

use super::chunks::writer::ChunkWriter;
use super::index::ChunkMeta;
use super::index::writer::IndexWriter;
use super::meta::{BlockMeta, BlockStats};
use super::tombstones::Tombstones;
use super::{BlockError, chunks, index, meta, tombstones};
use crate::fs::Fs;

/// The ending of a block's directory while it is written.
pub(crate) const TEMPORARY: &str = ".tmp-for-creation";

/// A chunk to write.
#[derive(Debug, Clone)]
pub(crate) struct ChunkData {
    pub(crate) mint: i64,
    pub(crate) maxt: i64,
    pub(crate) encoding: u8,
    pub(crate) data: Vec<u8>,
}

/// The directory of a block that is being written; it is removed if the block does not become whole, so that a full disk
/// does not become fuller with each attempt.
struct Unfinished {
    fs: Arc<dyn Fs>,
    dir: PathBuf,
    /// Whether it has its final name.
    renamed: bool,
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if self.renamed {
            return;
        }
        if let Err(error) = self.fs.remove_dir_all(&self.dir) {
            tracing::warn!("{}: cannot remove an unfinished block: {error}", self.dir.display());
        }
    }
}

/// Writes one block; dropping it removes what was written.
pub(crate) struct BlockWriter {
    unfinished: Unfinished,
    parent: PathBuf,
    ulid: String,
    chunks: ChunkWriter,
    index: IndexWriter,
    stats: BlockStats,
    metas: Vec<ChunkMeta>,
}

impl BlockWriter {
    /// Starts the block `ulid` in the data directory `parent`; `symbols` are sorted and unique.
    pub(crate) fn create(
        fs: &Arc<dyn Fs>,
        parent: &Path,
        ulid: String,
        symbols: Vec<String>,
    ) -> Result<Self, BlockError> {
        let dir = parent.join(format!("{ulid}{TEMPORARY}"));
        fs.create_dir_all(&dir).map_err(BlockError::io(&dir))?;
        let unfinished = Unfinished { fs: Arc::clone(fs), dir, renamed: false };
        let dir = &unfinished.dir;
        let start = || -> io::Result<_> {
            let chunks = ChunkWriter::create(Arc::clone(fs), dir.join(chunks::DIR))?;
            let index = IndexWriter::create(&**fs, &dir.join(index::FILE), symbols)?;
            Ok((chunks, index))
        };
        let (chunks, index) = start().map_err(BlockError::io(dir))?;
        let (parent, stats, metas) = (parent.to_owned(), BlockStats::default(), Vec::new());
        Ok(Self { unfinished, parent, ulid, chunks, index, stats, metas })
    }

    /// The number of a symbol.
    pub(crate) fn number(&self, symbol: &str) -> Option<u32> {
        self.index.number(symbol)
    }

    /// Adds the next series in order of the labels.
    pub(crate) fn add_series(
        &mut self,
        labels: &[(u32, u32)],
        chunks: &[ChunkData],
    ) -> Result<(), BlockError> {
        let mut add = || -> io::Result<()> {
            self.metas.clear();
            for chunk in chunks {
                let reference = self.chunks.write(chunk.encoding, &chunk.data)?;
                self.metas.push(ChunkMeta { reference, mint: chunk.mint, maxt: chunk.maxt });
                let encoding = Encoding::from_byte(chunk.encoding);
                let samples = encoding.map_or(0, |encoding| encoding.count(&chunk.data));
                self.stats.num_samples += u64::from(samples);
                let kind = if encoding.is_ok_and(Encoding::is_float) {
                    &mut self.stats.num_float_samples
                } else {
                    &mut self.stats.num_histogram_samples
                };
                *kind += u64::from(samples);
            }
            self.stats.num_chunks += chunks.len() as u64;
            self.stats.num_series += 1;
            self.index.add_series(labels, &self.metas)
        };
        add().map_err(BlockError::io(&self.unfinished.dir))
    }

    /// Counts so far.
    pub(crate) fn stats(&self) -> BlockStats {
        self.stats
    }

    /// Finishes the block; its directory has its final name when this returns. Name and counts of `meta` are filled in.
    pub(crate) fn finish(self, mut meta: BlockMeta) -> Result<BlockMeta, BlockError> {
        let Self { mut unfinished, parent, ulid, mut chunks, index, stats, .. } = self;
        let (fs, dir) = (Arc::clone(&unfinished.fs), unfinished.dir.clone());
        meta.ulid.clone_from(&ulid);
        meta.stats = stats;
        meta.version = 1;
        let finish = || -> io::Result<()> {
            chunks.finish()?;
            index.finish()?;
            write_file(&*fs, &dir.join(meta::FILE), &meta.to_json())?;
            write_file(&*fs, &dir.join(tombstones::FILE), &Tombstones::default().encode())?;
            fs.sync_dir(&dir.join(chunks::DIR))?;
            fs.sync_dir(&dir)?;
            fs.rename(&dir, &parent.join(&ulid))?;
            unfinished.renamed = true;
            fs.sync_dir(&parent)
        };
        finish().map_err(BlockError::io(&dir))?;
        Ok(meta)
    }
}

/// Writes a whole small file and syncs it.
fn write_file(fs: &dyn Fs, path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = fs.create(path)?;
    file.write_all(content)?;
    file.sync()
}

/// Replaces a whole small file so that a crash leaves the old one or the new one.
pub(crate) fn replace_file(fs: &dyn Fs, path: &Path, content: &[u8]) -> io::Result<()> {
    let temporary = path.with_extension("tmp");
    write_file(fs, &temporary, content)?;
    fs.rename(&temporary, path)?;
    path.parent().map_or(Ok(()), |dir| fs.sync_dir(dir))
}
