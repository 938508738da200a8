//! Blocks: immutable directories of two hours or more, in Prometheus' format.
//!
//! `ULID/{meta.json, index, chunks/000001…, tombstones}`. [`Block`] opens one, `writer` makes one, `querier` reads
//! its series. Drawn in `docs/formats/index.md` and `docs/formats/chunks.md`.
//!
//! Invariants: a block's files never change except `tombstones` and `meta.json`, which are replaced whole; a directory
//! without a finished name (`….tmp-for-creation`) is not a block.

pub(crate) mod analyze;
pub(crate) mod builder;
pub(crate) mod chunks;
pub(crate) mod index;
pub(crate) mod meta;
pub(crate) mod querier;
pub(crate) mod tombstones;
pub(crate) mod ulid;
pub(crate) mod writer;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use self::chunks::reader::ChunkReader;
use self::index::reader::IndexReader;
use self::meta::BlockMeta;
use self::tombstones::Tombstones;
use crate::fs::Fs;

/// Why a block cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BlockError {
    /// The operating system refused.
    #[error("{path}: {source}")]
    Io { path: PathBuf, source: io::Error },
    /// A file is not what its format says.
    #[error("{path}: {reason}")]
    Corrupt { path: PathBuf, reason: String },
}

impl BlockError {
    pub(crate) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { path, source }
    }

    pub(crate) fn corrupt(path: &Path, reason: impl Into<String>) -> Self {
        Self::Corrupt { path: path.to_owned(), reason: reason.into() }
    }

    /// Whether there was no room on the disk, which says nothing about a block.
    pub(crate) fn is_for_want_of_room(&self) -> bool {
        let kinds = [io::ErrorKind::StorageFull, io::ErrorKind::QuotaExceeded];
        matches!(self, Self::Io { source, .. } if kinds.contains(&source.kind()))
    }
}

/// An open block.
pub(crate) struct Block {
    pub(crate) dir: PathBuf,
    pub(crate) meta: BlockMeta,
    pub(crate) index: IndexReader,
    pub(crate) chunks: ChunkReader,
    pub(crate) tombstones: Tombstones,
    /// Bytes of all its files.
    pub(crate) size: u64,
}

impl Block {
    /// Opens the block in `dir`.
    pub(crate) fn open(fs: &Arc<dyn Fs>, dir: &Path) -> Result<Self, BlockError> {
        let meta_path = dir.join(meta::FILE);
        let meta_bytes = fs.read(&meta_path).map_err(BlockError::io(&meta_path))?;
        let meta = BlockMeta::parse(&meta_bytes).map_err(|reason| BlockError::corrupt(&meta_path, reason))?;
        let index = IndexReader::open(&**fs, &dir.join(index::FILE))?;
        let chunks = ChunkReader::open(&**fs, &dir.join(chunks::DIR))?;
        let (tombstones, tombstone_bytes) = Tombstones::read(&**fs, &dir.join(tombstones::FILE))?;
        let size = index.size() + chunks.size() + meta_bytes.len() as u64 + tombstone_bytes;
        Ok(Self { dir: dir.to_owned(), meta, index, chunks, tombstones, size })
    }

    /// Blocks in this order say of samples with one time which stays: what came out of order came later than what was there,
    /// and newer blocks than older ones.
    pub(crate) fn precedence(&self) -> (bool, &str) {
        (self.meta.is_partial(), &self.meta.ulid)
    }

    /// Whether a sample in `[mint, maxt]` can be in the block, whose own end is exclusive.
    pub(crate) fn overlaps(&self, mint: i64, maxt: i64) -> bool {
        self.meta.min_time <= maxt && mint < self.meta.max_time
    }
}
