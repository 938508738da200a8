//! The blocks of a data directory: which ones there are, newest state for readers, reloading.

use std::path::Path;
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
    /// is left out and reported, the others are used.
    pub(crate) fn reload(&self, fs: &Arc<dyn Fs>, dir: &Path) -> Result<Vec<Broken>, BlockError> {
        let old = self.list();
        let mut blocks = Vec::new();
        let mut broken = Vec::new();
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
                    broken.push(Broken { ulid: name, reason: error.to_string() });
                }
            }
        }
        blocks.sort_by(|a, b| {
            let key = |block: &Block| (block.meta.min_time, block.meta.max_time);
            key(a).cmp(&key(b)).then_with(|| a.meta.ulid.cmp(&b.meta.ulid))
        });
        *self.list.write() = Arc::new(blocks);
        Ok(broken)
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

/// Removes what a crash left of blocks that were being written or removed.
pub(crate) fn clean_up(fs: &dyn Fs, dir: &Path) -> Result<(), BlockError> {
    for name in fs.list(dir).map_err(BlockError::io(dir))? {
        if [TEMPORARY, ".tmp-for-deletion", ".tmp"].iter().any(|ending| name.ends_with(ending)) {
            let path = dir.join(name);
            fs.remove_dir_all(&path).map_err(BlockError::io(&path))?;
        }
    }
    Ok(())
}
