//! The full chunks of all series, as linked lists in one pool.
//!
//! A series holds the number of its newest full chunk; each entry links to the one before it in time. 24 bytes a chunk,
//! no allocation per series. The bytes are in [`files`](super::files).

use std::cmp::Reverse;

use super::files::Place;
use super::slab::Slab;

/// The end of a list.
pub(crate) const NO_CHUNK: u32 = u32::MAX;

/// The longest time from the first to the last sample of a chunk, milliseconds: 49 days. A chunk lies within one block range.
pub(crate) const SPAN_MAX: i64 = u32::MAX as i64;

/// One full chunk.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FullChunk {
    /// Time of the first sample.
    pub(crate) mint: i64,
    /// Time of the last sample minus `mint`, at most [`SPAN_MAX`].
    span: u32,
    file: u32,
    offset: u32,
    /// The chunk before this one, or [`NO_CHUNK`].
    pub(crate) older: u32,
}

impl FullChunk {
    pub(crate) fn new(mint: i64, maxt: i64, place: Place, older: u32) -> Self {
        let span = u32::try_from(maxt.saturating_sub(mint)).unwrap_or(u32::MAX);
        Self { mint, span, file: place.file, offset: place.offset, older }
    }

    /// Time of the last sample.
    pub(crate) fn maxt(&self) -> i64 {
        self.mint.saturating_add(i64::from(self.span))
    }

    pub(crate) fn place(&self) -> Place {
        Place { file: self.file, offset: self.offset }
    }
}

/// All full chunks.
#[derive(Debug, Default)]
pub(crate) struct ChunkPool {
    chunks: Slab<FullChunk>,
    free: Vec<u32>,
}

impl ChunkPool {
    /// Adds a chunk in front of the list that starts at `chunk.older`; returns the new start.
    pub(crate) fn push(&mut self, chunk: FullChunk) -> u32 {
        if let Some(index) = self.free.pop()
            && let Some(place) = self.chunks.get_mut(index)
        {
            *place = chunk;
            return index;
        }
        self.chunks.push(chunk)
    }

    /// The list that starts at `newest`, newest first.
    pub(crate) fn list(&self, newest: u32) -> impl Iterator<Item = &FullChunk> {
        let at = |index: u32| self.chunks.get(index);
        std::iter::successors(at(newest), move |chunk| at(chunk.older))
    }

    /// Removes the chunks of a list that end before `mint`; returns the new start.
    pub(crate) fn truncate(&mut self, newest: u32, mint: i64) -> u32 {
        let (mut start, mut at, mut newer) = (newest, newest, NO_CHUNK);
        while let Some(chunk) = self.chunks.get(at).copied() {
            if chunk.maxt() >= mint {
                newer = at;
                at = chunk.older;
                continue;
            }
            // Everything older ends earlier still.
            match self.chunks.get_mut(newer) {
                Some(newer) => newer.older = NO_CHUNK,
                None => start = NO_CHUNK,
            }
            self.release(at);
            break;
        }
        start
    }

    /// Two lists as one, in order of time; of chunks that overlap the first one stays. Returns the new start.
    pub(crate) fn merge(&mut self, a: u32, b: u32) -> u32 {
        if a == NO_CHUNK {
            return b;
        }
        let mut all: Vec<FullChunk> = self.list(a).chain(self.list(b)).copied().collect();
        all.sort_by_key(|chunk| (chunk.mint, Reverse(chunk.maxt())));
        self.release(a);
        self.release(b);
        let (mut newest, mut end) = (NO_CHUNK, i64::MIN);
        for chunk in all {
            if newest == NO_CHUNK || chunk.mint > end {
                end = chunk.maxt();
                newest = self.push(FullChunk { older: newest, ..chunk });
            }
        }
        newest
    }

    /// Frees a whole list.
    pub(crate) fn release(&mut self, newest: u32) {
        let mut at = newest;
        while let Some(chunk) = self.chunks.get(at) {
            self.free.push(at);
            at = chunk.older;
        }
    }

    /// How many chunks.
    pub(crate) fn len(&self) -> usize {
        self.chunks.len() - self.free.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_cut_at_the_old_end() {
        let mut pool = ChunkPool::default();
        let place = Place { file: 1, offset: 8 };
        let mut newest = NO_CHUNK;
        for start in [0, 10, 20] {
            newest = pool.push(FullChunk::new(start, start + 9, place, newest));
        }
        let starts = |pool: &ChunkPool, newest| pool.list(newest).map(|chunk| chunk.mint).collect::<Vec<_>>();
        assert_eq!(starts(&pool, newest), [20, 10, 0]);
        newest = pool.truncate(newest, 10);
        assert_eq!((starts(&pool, newest), pool.len()), (vec![20, 10], 2));
        let mut others = NO_CHUNK;
        for (start, end) in [(0, 5), (8, 9), (12, 15), (25, 28), (30, 31)] {
            others = pool.push(FullChunk::new(start, end, place, others));
        }
        newest = pool.merge(newest, others);
        assert_eq!((starts(&pool, newest), pool.len()), (vec![30, 20, 10, 8, 0], 5));
        newest = pool.truncate(newest, 10);
        let other = pool.push(FullChunk::new(5, 6, place, NO_CHUNK));
        assert_eq!((starts(&pool, other), starts(&pool, newest)), (vec![5], vec![30, 20, 10]));
        assert_eq!((pool.truncate(newest, 100), pool.len()), (NO_CHUNK, 1));
    }
}
