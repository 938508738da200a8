//! [`FoundChunks`]: the full chunks of the head chunk files, which wait for the records of their series.

use narthex_chunkenc::Encoding;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::head::chunks::{ChunkPool, FullChunk, NO_CHUNK, SPAN_MAX};
use crate::head::files::{Place, ScannedChunk};
use crate::head::ooo::MappedChunk;

/// The chunks of the head chunk files, put together per series.
pub(super) struct FoundChunks {
    pub(super) pool: ChunkPool,
    /// The newest chunk of each series reference, and the time of its last sample.
    pub(super) by_series: FxHashMap<u64, (u32, i64)>,
    /// The chunks of out-of-order samples of each series reference.
    pub(super) late: FxHashMap<u64, Vec<MappedChunk>>,
    pub(super) last_place: Place,
    /// The largest reference: it is not given to another series, whose log may be gone.
    pub(super) last_ref: u64,
    pub(super) min_valid_t: i64,
    /// Series with a chunk that is too long for the head; it and later ones are left to the log, which has their samples.
    pub(super) too_long: FxHashSet<u64>,
    /// Whether a chunk begins before the end of one in front of it, and was left out: a series that left the head and came
    /// back has those of both lives.
    pub(super) overlapping: bool,
}

impl FoundChunks {
    /// No chunks yet; those in order that end before `min_valid_t` are in blocks.
    pub(super) fn new(min_valid_t: i64) -> Self {
        Self {
            pool: ChunkPool::default(),
            by_series: FxHashMap::default(),
            late: FxHashMap::default(),
            last_place: Place::default(),
            last_ref: 0,
            min_valid_t,
            too_long: FxHashSet::default(),
            overlapping: false,
        }
    }

    /// Adds the next chunk of a file.
    pub(super) fn add(&mut self, chunk: ScannedChunk) {
        self.last_place = self.last_place.max(chunk.place);
        self.last_ref = self.last_ref.max(chunk.series);
        if Encoding::from_byte(chunk.encoding).is_err() {
            return;
        }
        let ScannedChunk { mint, maxt, place, .. } = chunk;
        if chunk.out_of_order {
            self.late.entry(chunk.series).or_default().push(MappedChunk { mint, maxt, place });
            return;
        }
        if maxt < self.min_valid_t {
            return;
        }
        if chunk.maxt.saturating_sub(chunk.mint) > SPAN_MAX {
            self.too_long.insert(chunk.series);
        }
        if self.too_long.contains(&chunk.series) {
            return;
        }
        let entry = self.by_series.entry(chunk.series).or_insert((NO_CHUNK, i64::MIN));
        if chunk.mint > entry.1 {
            let chunk_entry = FullChunk::new(chunk.mint, chunk.maxt, chunk.place, entry.0);
            *entry = (self.pool.push(chunk_entry), chunk.maxt);
        } else {
            self.overlapping = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chunk_that_is_too_long_is_left_out_with_those_behind_it() {
        let mut found = FoundChunks::new(0);
        for (series, mint, maxt) in
            [(1, 0, 9), (2, 0, SPAN_MAX), (1, 10, 11 + SPAN_MAX), (1, 1 << 40, 2 << 40)]
        {
            let place = Place { file: 1, offset: 8 };
            found.add(ScannedChunk { series, mint, maxt, encoding: 1, out_of_order: false, place });
        }
        let newest = |series| found.by_series.get(&series).map(|(_, maxt)| *maxt);
        assert_eq!((newest(1), newest(2)), (Some(9), Some(SPAN_MAX)));
        assert_eq!(found.too_long.into_iter().collect::<Vec<_>>(), [1]);
    }
}
