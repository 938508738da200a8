//! One series of the head: its labels' place, its growing chunk, the list of its full ones.

use narthex_chunkenc::XorBuilder;

use super::chunks::NO_CHUNK;

/// Samples after which the end of the chunk is planned anew.
const PLAN_AT: u16 = SAMPLES_PER_CHUNK / 4;
/// How many samples a chunk should have.
const SAMPLES_PER_CHUNK: u16 = 120;
/// A chunk of more bytes is ended, except for room for one more sample.
const MAX_CHUNK_BYTES: usize = 1024 - 19;

/// The series' growing chunk, if any, is plain XOR.
pub(crate) const NO_OTHER: u32 = u32::MAX;

/// A series; one per slot, in two cache lines: what the samples of a scrape touch.
#[derive(Debug)]
#[repr(align(64))]
pub(crate) struct Series {
    /// The reference in the log, unique for the life of the data directory.
    pub(crate) id: u64,
    /// The growing chunk, and the newest sample.
    pub(crate) chunk: XorBuilder,
    /// Time of the growing chunk's first sample.
    pub(crate) chunk_start: i64,
    /// From this time on a sample starts a new chunk.
    pub(crate) next_at: i64,
    /// Where the label pairs start in the arena.
    pub(crate) labels_at: u32,
    /// How many label pairs.
    pub(crate) labels_len: u16,
    /// The newest full chunk.
    pub(crate) full: u32,
    /// Which growing chunk that is not plain XOR, or [`NO_OTHER`].
    pub(crate) other: u32,
    /// The low bits of the number of the commit that wrote last.
    pub(crate) last_commit: u32,
}

/// What came of appending a sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Appended {
    /// It is in the growing chunk.
    InChunk,
    /// It is among the out-of-order samples.
    Late,
    /// There is a sample with its time.
    Duplicate,
    /// Not newer than the newest sample.
    OutOfOrder,
    /// Older than the head takes, or of a series that is gone.
    OutOfBounds,
    /// Older than the out-of-order window.
    TooOld,
}

impl Series {
    pub(crate) fn new(id: u64, labels_at: u32, labels_len: u16) -> Self {
        Self {
            id,
            chunk: XorBuilder::new(),
            chunk_start: 0,
            next_at: 0,
            labels_at,
            labels_len,
            full: NO_CHUNK,
            other: NO_OTHER,
            last_commit: 0,
        }
    }

    /// Whether the growing chunk must end before a sample at `t`; `Some` exactly when it has samples.
    #[inline(always)]
    pub(crate) fn must_cut(&self, t: i64) -> bool {
        self.ends(self.chunk.count(), self.chunk.len(), t)
    }

    /// Whether a growing float chunk of so many samples and bytes must end before a sample at `t`.
    #[inline(always)]
    pub(crate) fn ends(&self, count: u16, len: usize, t: i64) -> bool {
        count > 0 && (t >= self.next_at || count >= 2 * SAMPLES_PER_CHUNK || len > MAX_CHUNK_BYTES)
    }

    /// Whether a float at `t` can be appended just so: it is newer, and the growing chunk goes on.
    #[inline(always)]
    pub(crate) fn takes(&self, t: i64) -> bool {
        t > self.chunk.last_t() && self.other == NO_OTHER && !self.must_cut(t)
    }

    /// Appends a newer sample to the growing chunk, which was cut if [`must_cut`](Self::must_cut) said so.
    #[inline]
    pub(crate) fn append(&mut self, t: i64, v: f64, chunk_range: i64) {
        self.plan(self.chunk.count(), t, chunk_range);
        self.chunk.append(t, v);
    }

    /// Plans the end of the growing float chunk, which has `count` samples before one at `t`.
    #[inline]
    pub(crate) fn plan(&mut self, count: u16, t: i64, chunk_range: i64) {
        if count == 0 {
            self.chunk_start = t;
            self.next_at = range_end(t, chunk_range);
        } else if count == PLAN_AT {
            self.next_at = planned_end(self.chunk_start, self.chunk.last_t(), self.next_at);
        }
    }
}

/// The end of the aligned range of this width that holds `t`.
pub(crate) fn range_end(t: i64, width: i64) -> i64 {
    t.div_euclid(width).saturating_add(1).saturating_mul(width)
}

/// Where a chunk should end so that equally full chunks fill the time up to `end`, seen after a quarter of its samples.
fn planned_end(start: i64, now: i64, end: i64) -> i64 {
    let quarter = now.saturating_sub(start).saturating_add(1).saturating_mul(4);
    let chunks = end.saturating_sub(start) / quarter;
    if chunks <= 1 { end } else { start + (end - start) / chunks }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_share_the_range_evenly() {
        assert_eq!(planned_end(0, 0, 1000), 4);
        assert_eq!(planned_end(100, 200, 1000), 550);
        assert_eq!(planned_end(100, 500, 1000), 1000);
        assert_eq!(
            (range_end(0, 10), range_end(9, 10), range_end(10, 10), range_end(-1, 10)),
            (10, 10, 20, 0)
        );
    }
}
