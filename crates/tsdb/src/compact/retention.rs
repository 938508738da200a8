//! Which blocks are too old or too many.

use std::sync::Arc;

use crate::block::Block;

/// How long and how much is kept; 0 is no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Retention {
    /// Milliseconds before the newest block's end.
    pub time_ms: i64,
    /// Bytes of all blocks, log and head chunk files.
    pub bytes: u64,
}

/// The blocks to remove: of `blocks` (sorted by time) those beyond either limit; `other_bytes` are not in blocks.
pub(crate) fn beyond(blocks: &[Arc<Block>], retention: Retention, other_bytes: u64) -> Vec<Arc<Block>> {
    let newest = blocks.iter().map(|block| block.meta.max_time).max().unwrap_or_default();
    let mut total = other_bytes;
    let mut removed = Vec::new();
    let mut by_age: Vec<&Arc<Block>> = blocks.iter().collect();
    by_age.sort_by_key(|block| std::cmp::Reverse(block.meta.max_time));
    for block in by_age {
        total = total.saturating_add(block.size);
        let old = retention.time_ms > 0 && newest.saturating_sub(block.meta.max_time) >= retention.time_ms;
        let large = retention.bytes > 0 && total > retention.bytes;
        if old || large || block.meta.compaction.deletable {
            removed.push(Arc::clone(block));
        }
    }
    removed
}
