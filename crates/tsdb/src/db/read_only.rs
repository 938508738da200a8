//! [`ReadOnlyDb`]: a data directory read as it is, beside a server that may be writing it; the tools open it.
//!
//! Invariant: no byte of the directory changes. What a replay of the log would repair or write goes to a sandbox
//! directory, which is removed with this value.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use narthex_model::{Matcher, Timestamp};
use narthex_storage::{Querier, Queryable, StorageError};

use super::{OpenError, open_head, querier};
use crate::block::analyze::{Analysis, analyze};
use crate::block::meta::BlockMeta;
use crate::block::{Block, ulid};
use crate::blocks::Blocks;
use crate::fs::overlay::Overlay;
use crate::fs::{Fs, RealFs};
use crate::head::Head;
use crate::head::replay::ReplayReport;
use crate::options::Options;

/// A block as the tools list it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlockInfo {
    /// What it says of itself.
    pub meta: BlockMeta,
    /// Bytes of all its files.
    pub size: u64,
}

/// A data directory, open for reading.
pub struct ReadOnlyDb {
    fs: Arc<dyn Fs>,
    dir: PathBuf,
    blocks: Blocks,
    log: Option<Log>,
}

/// The replayed log, and where what it had to write is.
struct Log {
    head: Arc<Head>,
    report: ReplayReport,
    _sandbox: Sandbox,
}

/// A directory that goes with this value.
struct Sandbox {
    fs: Arc<dyn Fs>,
    dir: PathBuf,
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        if let Err(error) = self.fs.remove_dir_all(&self.dir) {
            tracing::warn!("{}: cannot remove the sandbox: {error}", self.dir.display());
        }
    }
}

impl ReadOnlyDb {
    /// Opens the blocks in `dir`. One that cannot be read is an error, unless another one was made of it.
    pub fn open(dir: impl Into<PathBuf>) -> Result<Self, OpenError> {
        let dir = dir.into();
        let fs: Arc<dyn Fs> = Arc::new(RealFs);
        let blocks = Blocks::default();
        let left_out = blocks.reload(&fs, &dir).map_err(|error| OpenError::Block(error.to_string()))?;
        if let Some(broken) = left_out.broken.first() {
            return Err(OpenError::Block(format!("block {}: {}", broken.ulid, broken.reason)));
        }
        Ok(Self { fs, dir, blocks, log: None })
    }

    /// Replays the log too, so that samples that are in no block yet are seen. What has to be written for it goes to a
    /// new directory in `sandbox_root`, or in the data directory itself.
    pub fn replay_log(&mut self, sandbox_root: Option<&Path>) -> Result<&ReplayReport, OpenError> {
        let name = format!("tmp_dbro_sandbox{}", ulid::generate(0));
        let sandbox = Sandbox { fs: Arc::clone(&self.fs), dir: sandbox_root.unwrap_or(&self.dir).join(name) };
        self.fs
            .create_dir_all(&sandbox.dir)
            .map_err(|source| OpenError::Io { path: sandbox.dir.clone(), source })?;
        let overlay = Overlay::new(Arc::clone(&self.fs), &self.dir, &sandbox.dir);
        let wal_dir = self.dir.join("wal");
        overlay.create_dir_all(&wal_dir).map_err(|source| OpenError::Io { path: wal_dir, source })?;
        let options = Options { fs: Arc::new(overlay), ..Options::default() };
        let (head, report) = open_head(&self.dir, &options, &self.blocks)?;
        let log = self.log.insert(Log { head: Arc::new(head), report, _sandbox: sandbox });
        Ok(&log.report)
    }

    /// The first millisecond behind all blocks; `i64::MIN` without any.
    pub fn blocks_end(&self) -> Timestamp {
        self.blocks.list().iter().map(|block| block.meta.max_time).max().unwrap_or(Timestamp::MIN)
    }

    /// The blocks, sorted by time.
    pub fn blocks(&self) -> Vec<BlockInfo> {
        self.blocks.list().iter().map(|block| info(block)).collect()
    }

    /// Counts what is in one block: the named one, or the one made last. Tells `progress` how many series of how many are done.
    pub fn analyze(
        &self,
        block: Option<&str>,
        matchers: &[Matcher],
        chunks: bool,
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<Analysis, StorageError> {
        let list = self.blocks.list();
        let found = match block {
            Some(name) => list.iter().find(|block| block.meta.ulid == name),
            None => list.iter().max_by(|a, b| a.meta.ulid.cmp(&b.meta.ulid)),
        };
        match (found, block) {
            (Some(found), _) => Ok(analyze(found, matchers, chunks, progress)?),
            (None, Some(name)) => {
                Err(StorageError::Limit(format!("{}: there is no block {name}", self.dir.display())))
            }
            (None, None) => Err(StorageError::Limit(format!("{}: no blocks found", self.dir.display()))),
        }
    }
}

/// A block's description and size.
pub(super) fn info(block: &Block) -> BlockInfo {
    BlockInfo { meta: block.meta.clone(), size: block.size }
}

impl Queryable for ReadOnlyDb {
    fn querier(&self, mint: Timestamp, maxt: Timestamp) -> Result<Box<dyn Querier>, StorageError> {
        Ok(querier(self.log.as_ref().map(|log| &log.head), &self.blocks, mint, maxt))
    }
}
