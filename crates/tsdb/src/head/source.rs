//! The head as a source of a block: its series sorted, with their chunks in a range.

use std::sync::Arc;

use narthex_model::Timestamp;
use rustc_hash::{FxHashMap, FxHashSet};

use super::Head;
use super::state::HeadState;
use crate::block::BlockError;
use crate::block::writer::ChunkData;
use crate::compact::source::{ChunkSource, SourceSeries};

/// Up to so many series are sorted with memory of their own, 50 bytes a series.
const RANKED_MAX: usize = 1 << 17;

/// The head's samples in `[mint, maxt]`.
pub(crate) struct HeadSource {
    head: Arc<Head>,
    mint: Timestamp,
    maxt: Timestamp,
    ids: std::vec::IntoIter<u64>,
    /// Whether `ids` are all series of the head.
    all: bool,
}

impl HeadSource {
    pub(crate) fn new(head: Arc<Head>, mint: Timestamp, maxt: Timestamp) -> Self {
        let state = head.state.read();
        let ids = state.sorted_ids((0..state.series.len() as u32).collect());
        drop(state);
        Self { head, mint, maxt, ids: ids.into_iter(), all: true }
    }

    /// The same of some series.
    pub(crate) fn of(head: Arc<Head>, mint: Timestamp, maxt: Timestamp, ids: &FxHashSet<u64>) -> Self {
        let state = head.state.read();
        let ids = state.sorted_ids(ids.iter().filter_map(|id| state.refs.get(*id)).collect());
        drop(state);
        Self { head, mint, maxt, ids: ids.into_iter(), all: false }
    }

    fn read(&self, id: u64) -> Result<Option<SourceSeries>, BlockError> {
        let mut found = Vec::new();
        let (labels, deleted) = {
            let state = self.head.state.read();
            let Some(series) = state.by_ref(id) else { return Ok(None) };
            let dir = std::path::Path::new("chunks_head");
            for chunk in state.chunks.list(series.full).take_while(|chunk| chunk.maxt() >= self.mint) {
                if chunk.mint <= self.maxt {
                    let bytes = state.files.get(chunk.place()).map_err(BlockError::io(dir))?;
                    found.push((chunk.mint, chunk.maxt(), Ok(bytes)));
                }
            }
            found.reverse();
            if let Some((encoding, data)) = state.growing(series)
                && series.chunk_start <= self.maxt
                && series.chunk.last_t() >= self.mint
            {
                found.push((series.chunk_start, series.chunk.last_t(), Err((encoding, data.to_vec()))));
            }
            if found.is_empty() {
                return Ok(None);
            }
            (state.labels_of(series), state.deleted.get(&id).cloned().unwrap_or_default())
        };
        let mut chunks = Vec::with_capacity(found.len());
        for (mint, maxt, bytes) in found {
            let (encoding, data) = match bytes {
                Ok(bytes) => bytes
                    .with(|encoding, data| (encoding, data.to_vec()))
                    .map_err(BlockError::io(std::path::Path::new("chunks_head")))?,
                Err(growing) => growing,
            };
            chunks.push(ChunkData { mint, maxt, encoding, data });
        }
        Ok(Some(SourceSeries { labels, chunks, deleted }))
    }
}

impl HeadState {
    /// The references of the series in these slots, sorted by labels.
    pub(super) fn sorted_ids(&self, mut slots: Vec<u32>) -> Vec<u64> {
        self.sort_by_labels(&mut slots);
        slots.into_iter().filter_map(|slot| self.series.get(slot).map(|series| series.id)).collect()
    }

    /// Calls `visit` with the symbols of these series.
    pub(super) fn symbols_of(&self, ids: &[u64], visit: &mut dyn FnMut(&str)) {
        for pair in ids.iter().filter_map(|id| self.by_ref(*id)).flat_map(|series| self.pairs_of(series)) {
            let (name, value) = self.pairs.both(*pair);
            visit(name);
            visit(value);
        }
    }

    /// Sorts slots by the labels of their series.
    pub(super) fn sort_by_labels(&self, slots: &mut [u32]) {
        if slots.len() <= RANKED_MAX {
            return self.sort_by_ranks(slots);
        }
        slots.sort_by(|a, b| {
            let (a, b) = (self.pairs_at(*a), self.pairs_at(*b));
            // Equal pairs have equal numbers: the first difference decides.
            let same = a.iter().zip(b).take_while(|(a, b)| a == b).count();
            match (a.get(same), b.get(same)) {
                (Some(a), Some(b)) => self.pairs.both(*a).cmp(&self.pairs.both(*b)),
                _ => a.len().cmp(&b.len()),
            }
        });
    }

    fn pairs_at(&self, slot: u32) -> &[u32] {
        self.series.get(slot).map(|series| self.pairs_of(series)).unwrap_or_default()
    }

    /// The same with the texts compared once per pair, not once per two series: the pairs get ranks, and the series are
    /// sorted by the ranks of their pairs.
    fn sort_by_ranks(&self, slots: &mut [u32]) {
        let mut ranks = FxHashMap::<u32, u32>::default();
        let mut keys = Vec::with_capacity(slots.len() * 8);
        for slot in &*slots {
            keys.extend_from_slice(self.pairs_at(*slot));
        }
        ranks.extend(keys.iter().map(|pair| (*pair, 0)));
        let mut ranked: Vec<u32> = ranks.keys().copied().collect();
        ranked.sort_unstable_by(|a, b| self.pairs.both(*a).cmp(&self.pairs.both(*b)));
        for (rank, pair) in ranked.into_iter().enumerate() {
            ranks.insert(pair, rank as u32);
        }
        for key in &mut keys {
            *key = ranks.get(key).copied().unwrap_or_default();
        }
        let mut rest = keys.as_slice();
        let mut keyed: Vec<(&[u32], u32)> = Vec::with_capacity(slots.len());
        for slot in &*slots {
            let (key, behind) = rest.split_at_checked(self.pairs_at(*slot).len()).unwrap_or_default();
            keyed.push((key, *slot));
            rest = behind;
        }
        keyed.sort_by(|a, b| a.0.cmp(b.0));
        for (place, (_, slot)) in slots.iter_mut().zip(keyed) {
            *place = slot;
        }
    }
}

impl ChunkSource for HeadSource {
    fn symbols(&self, visit: &mut dyn FnMut(&str)) -> Result<(), BlockError> {
        let state = self.head.state.read();
        if !self.all {
            state.symbols_of(self.ids.as_slice(), visit);
            return Ok(());
        }
        for name in state.pairs.names() {
            visit(state.pairs.name_text(name));
            state.pairs.of_name(name).iter().for_each(|pair| visit(state.pairs.value(*pair)));
        }
        Ok(())
    }

    fn next_series(&mut self) -> Option<Result<SourceSeries, BlockError>> {
        loop {
            let id = self.ids.next()?;
            if let Some(series) = self.read(id).transpose() {
                return Some(series);
            }
        }
    }
}
