//! Making blocks: from the head, from other blocks, for snapshots.
//!
//! * [`source`]: what can be put into a block. [`merge`]: several sources into one block. [`encode`]: samples → chunks.
//! * [`plan`]: which blocks to put together. [`retention`]: which blocks to remove.
//!
//! Invariant: inputs are removed only after the new block has its final name and is synced.

pub(crate) mod encode;
pub(crate) mod merge;
pub(crate) mod plan;
pub(crate) mod retention;
pub(crate) mod source;
