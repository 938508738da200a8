//! Which blocks are too old or too many.

use std::sync::Arc;

use crate::block::Block;

/// How long and how much is kept; 0 is no limit.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Retention {
    /// Milliseconds before the newest block's end.
    pub time_ms: i64,
    /// Bytes of all blocks, log and head chunk files.
    pub bytes: u64,
    /// The same in percent of the file system's size; prevails over `bytes`.
    pub percentage: f64,
}

impl Retention {
    /// The limit in bytes on a file system of this size, 0 if that is not known.
    pub(crate) fn bytes_of(&self, total: u64) -> u64 {
        if self.percentage > 0.0 && total > 0 {
            return (total as f64 * self.percentage / 100.0) as u64;
        }
        self.bytes
    }
}

/// The blocks to remove, and why.
pub(crate) struct Beyond {
    pub(crate) blocks: Vec<Arc<Block>>,
    /// Whether one is too old.
    pub(crate) too_old: bool,
    /// Whether there are too many bytes.
    pub(crate) too_large: bool,
}

/// The blocks to remove: of `blocks` (sorted by time) those beyond either limit (`time_ms`, `bytes`; 0 is none);
/// `other_bytes` are not in blocks.
pub(crate) fn beyond(blocks: &[Arc<Block>], time_ms: i64, bytes: u64, other_bytes: u64) -> Beyond {
    let newest = blocks.iter().map(|block| block.meta.max_time).max().unwrap_or_default();
    let mut total = other_bytes;
    let mut beyond = Beyond { blocks: Vec::new(), too_old: false, too_large: false };
    let mut by_age: Vec<&Arc<Block>> = blocks.iter().collect();
    by_age.sort_by_key(|block| std::cmp::Reverse(block.meta.max_time));
    for block in by_age {
        total = total.saturating_add(block.size);
        let old = time_ms > 0 && newest.saturating_sub(block.meta.max_time) >= time_ms;
        let large = bytes > 0 && total > bytes;
        if old || large || block.meta.compaction.deletable {
            beyond.blocks.push(Arc::clone(block));
            beyond.too_old |= old;
            beyond.too_large |= large;
        }
    }
    beyond
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentage_prevails_where_the_size_of_the_disk_is_known() {
        let retention = Retention { bytes: 7, percentage: 12.5, ..Retention::default() };
        assert_eq!((retention.bytes_of(1000), retention.bytes_of(0)), (125, 7));
        assert_eq!(Retention { bytes: 7, ..Retention::default() }.bytes_of(1000), 7);
    }
}
