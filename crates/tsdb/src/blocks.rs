//! The blocks of a data directory: which ones there are, newest state for readers, reloading.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::RwLock;

use crate::block::writer::TEMPORARY;
use crate::block::{Block, BlockError, meta, ulid};
use crate::fs::Fs;

/// A block that cannot be opened.
pub(crate) struct Broken {
    pub(crate) ulid: String,
    pub(crate) reason: String,
}

/// What in a data directory is not in the list.
#[derive(Default)]
pub(crate) struct LeftOut {
    pub(crate) broken: Vec<Broken>,
    /// Blocks that another one was made of: a crash came between its last step and their removal.
    pub(crate) replaced: Vec<PathBuf>,
}

/// The ending of a block's directory while it is removed.
const FOR_DELETION: &str = ".tmp-for-deletion";

/// The open blocks, sorted by time; readers take the list as it is.
#[derive(Default)]
pub(crate) struct Blocks {
    list: RwLock<Arc<Vec<Arc<Block>>>>,
}

impl Blocks {
    /// The blocks now.
    pub(crate) fn list(&self) -> Arc<Vec<Arc<Block>>> {
        Arc::clone(&self.list.read())
    }

    /// Brings the list in line with the directory: opens new blocks, forgets removed ones. A block that cannot be opened
    /// is left out and reported, the others are used. One that another was made of is left out too: what was deleted in the
    /// new one is still in it.
    pub(crate) fn reload(&self, fs: &Arc<dyn Fs>, dir: &Path) -> Result<LeftOut, BlockError> {
        let old = self.list();
        let mut blocks: Vec<Arc<Block>> = Vec::new();
        let mut left_out = LeftOut::default();
        for name in fs.list(dir).map_err(BlockError::io(dir))? {
            let path = dir.join(&name);
            if !ulid::is_ulid(&name) || !fs.exists(&path.join(meta::FILE)) {
                continue;
            }
            if let Some(known) = old.iter().find(|block| block.dir == path) {
                blocks.push(Arc::clone(known));
                continue;
            }
            match Block::open(fs, &path) {
                Ok(block) => blocks.push(Arc::new(block)),
                Err(error) => {
                    tracing::error!("block left out: {error}");
                    left_out.broken.push(Broken { ulid: name, reason: error.to_string() });
                }
            }
        }
        let parents = blocks.iter().flat_map(|block| &block.meta.compaction.parents);
        let parents: BTreeSet<String> = parents.map(|parent| parent.ulid.clone()).collect();
        let (replaced, mut blocks): (Vec<_>, Vec<_>) =
            blocks.into_iter().partition(|block| parents.contains(&block.meta.ulid));
        left_out.replaced.extend(replaced.iter().map(|block| block.dir.clone()));
        left_out.broken.retain(|broken| !parents.contains(&broken.ulid));
        blocks.sort_by(|a, b| {
            let key = |block: &Block| (block.meta.min_time, block.meta.max_time);
            key(a).cmp(&key(b)).then_with(|| a.meta.ulid.cmp(&b.meta.ulid))
        });
        *self.list.write() = Arc::new(blocks);
        Ok(left_out)
    }

    /// The end of what the blocks hold of the head's samples; `i64::MIN` without blocks. Partial blocks say
    /// nothing about it.
    pub(crate) fn in_order_end(&self) -> i64 {
        let blocks = self.list();
        let in_order = blocks.iter().filter(|block| !block.meta.is_partial());
        in_order.map(|block| block.meta.max_time).max().unwrap_or(i64::MIN)
    }

    /// Puts `block` in the place of the one with its directory.
    pub(crate) fn replace(&self, block: Block) {
        let mut list = self.list.write();
        let mut blocks = Vec::clone(&list);
        if let Some(place) = blocks.iter_mut().find(|other| other.dir == block.dir) {
            *place = Arc::new(block);
        }
        *list = Arc::new(blocks);
    }
}

/// Removes what a crash left of blocks that were being written or removed. Files of others stay.
pub(crate) fn clean_up(fs: &dyn Fs, dir: &Path) -> Result<(), BlockError> {
    for name in fs.list(dir).map_err(BlockError::io(dir))? {
        if [TEMPORARY, FOR_DELETION, ".tmp"].iter().any(|ending| name.ends_with(ending)) {
            let path = dir.join(name);
            match fs.remove_dir_all(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotADirectory => {
                    return Err(BlockError::io(&path)(error));
                }
                _ => {}
            }
        }
    }
    Ok(())
}

/// Takes the blocks in these directories of `dir` away: by name first, so that a crash leaves whole blocks or none.
pub(crate) fn remove(fs: &dyn Fs, dir: &Path, blocks: &[PathBuf]) -> Result<(), BlockError> {
    if blocks.is_empty() {
        return Ok(());
    }
    let mut doomed = Vec::with_capacity(blocks.len());
    for block in blocks {
        let mut away = block.clone().into_os_string();
        away.push(FOR_DELETION);
        let away = PathBuf::from(away);
        fs.rename(block, &away).map_err(BlockError::io(block))?;
        doomed.push(away);
    }
    // Before anything else happens: old blocks that come back would bring back what was deleted since.
    fs.sync_dir(dir).map_err(BlockError::io(dir))?;
    for away in doomed {
        fs.remove_dir_all(&away).map_err(BlockError::io(&away))?;
    }
    Ok(())
}
