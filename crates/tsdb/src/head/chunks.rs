//! The full chunks of all series, as linked lists in one pool.
//!
//! A series holds the number of its newest full chunk; each entry links to the one before it in time. 24 bytes a chunk,
//! no allocation per series.

use std::sync::Arc;

/// The end of a list.
pub(crate) const NO_CHUNK: u32 = u32::MAX;

/// Where a full chunk's bytes are.
#[derive(Debug, Clone)]
pub(crate) enum ChunkBytes {
    /// On the heap.
    Heap(Arc<[u8]>),
}

/// One full chunk.
#[derive(Debug, Clone)]
pub(crate) struct FullChunk {
    /// Time of the first sample.
    pub(crate) mint: i64,
    /// Time of the last sample.
    pub(crate) maxt: i64,
    /// The bytes.
    pub(crate) bytes: ChunkBytes,
    /// The chunk before this one, or [`NO_CHUNK`].
    pub(crate) older: u32,
}

/// All full chunks.
#[derive(Debug, Default)]
pub(crate) struct ChunkPool {
    chunks: Vec<FullChunk>,
    live: usize,
}

impl ChunkPool {
    /// Adds a chunk in front of the list that starts at `chunk.older`; returns the new start.
    pub(crate) fn push(&mut self, chunk: FullChunk) -> u32 {
        super::pairs::tight_push(&mut self.chunks, chunk);
        self.live += 1;
        self.chunks.len() as u32 - 1
    }

    /// The list that starts at `newest`, newest first.
    pub(crate) fn list(&self, newest: u32) -> impl Iterator<Item = &FullChunk> {
        let at = |index: u32| self.chunks.get(index as usize);
        std::iter::successors(at(newest), move |chunk| at(chunk.older))
    }

    /// How many chunks.
    pub(crate) fn len(&self) -> usize {
        self.live
    }
}
