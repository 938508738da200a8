//! Blocks that must not be compacted before something else has uploaded them, as the file says that Thanos' sidecar keeps.
//!
//! The file is JSON with a list `uploaded` of block names. Read before each compaction of blocks.

use std::sync::Arc;

use serde::Deserialize;

use super::Db;
use crate::block::Block;

/// The file's content, as far as it is needed.
#[derive(Deserialize)]
struct Uploads {
    uploaded: Vec<String>,
}

impl Db {
    /// The blocks that may be compacted, sorted by time. Blocks of the head wait for being uploaded, and every block that was
    /// made later waits with them, as in Prometheus. Without the file, or when it cannot be read, none waits.
    pub(super) fn compactable(&self) -> Vec<Arc<Block>> {
        let blocks = self.blocks.list();
        let Some(uploads) = self.uploads() else { return blocks.to_vec() };
        let waits = |block: &&Arc<Block>| {
            block.meta.compaction.level <= 1 && !uploads.uploaded.contains(&block.meta.ulid)
        };
        let first = blocks.iter().filter(waits).map(|block| block.meta.ulid.as_str()).min();
        let before = |block: &&Arc<Block>| first.is_none_or(|first| block.meta.ulid.as_str() < first);
        blocks.iter().filter(before).cloned().collect()
    }

    fn uploads(&self) -> Option<Uploads> {
        let path = self.options.uploads_file.as_ref()?;
        let read = self.options.fs.read(path).map_err(|error| error.to_string());
        let uploads = read.and_then(|bytes| serde_json::from_slice(&bytes).map_err(|e| e.to_string()));
        uploads
            .inspect_err(|error| {
                let path = path.display();
                tracing::warn!(
                    "{path}: cannot tell which blocks are uploaded, compaction does not wait: {error}"
                );
            })
            .ok()
    }
}
