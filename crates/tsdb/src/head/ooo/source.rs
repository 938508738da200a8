//! [`OooSource`]: the out-of-order samples as a source of a block, series sorted by labels.

use std::path::Path;
use std::sync::Arc;

use narthex_storage::Samples;
use rustc_hash::FxHashMap;

use crate::block::BlockError;
use crate::block::writer::ChunkData;
use crate::compact::encode::encode;
use crate::compact::source::{ChunkSource, SourceSeries};
use crate::head::Head;
use crate::head::files::ChunkBytes;

/// The samples in `[mint, maxt]`.
pub(crate) struct OooSource {
    head: Arc<Head>,
    mint: i64,
    maxt: i64,
    /// How many of the chunks on disk of each series to take; without it everything, growing chunks too.
    counts: Option<Arc<FxHashMap<u64, usize>>>,
    ids: std::vec::IntoIter<u64>,
}

impl OooSource {
    pub(crate) fn new(
        head: Arc<Head>,
        mint: i64,
        maxt: i64,
        counts: Option<Arc<FxHashMap<u64, usize>>>,
    ) -> Self {
        let state = head.state.read();
        let slots = state.ooo.ids().filter_map(|id| state.refs.get(id));
        let ids = state.sorted_ids(slots.collect());
        drop(state);
        Self { head, mint, maxt, counts, ids: ids.into_iter() }
    }

    fn read(&self, id: u64) -> Result<Option<SourceSeries>, BlockError> {
        let dir = Path::new("chunks_head");
        let mut found: Vec<ChunkBytes> = Vec::new();
        let mut times = Vec::new();
        let mut growing = Samples::default();
        let (labels, deleted, encodings) = {
            let state = self.head.state.read();
            let (Some(series), Some(entry)) = (state.by_ref(id), state.ooo.get(id)) else { return Ok(None) };
            let count = match &self.counts {
                Some(counts) => counts.get(&id).copied().unwrap_or_default(),
                None => usize::MAX,
            };
            for chunk in entry.mapped.iter().take(count) {
                if chunk.mint <= self.maxt && chunk.maxt >= self.mint {
                    found.push(state.files.get(chunk.place).map_err(BlockError::io(dir))?);
                    times.push((chunk.mint, chunk.maxt));
                }
            }
            if self.counts.is_none() {
                entry.growing.read(self.mint, self.maxt, None, &mut growing);
            }
            let deleted = state.deleted.get(&id).cloned().unwrap_or_default();
            (state.labels_of(series), deleted, state.encodings)
        };
        if found.is_empty() && growing.is_empty() {
            return Ok(None);
        }
        let mut chunks = encode(&growing, encodings);
        for (bytes, (mint, maxt)) in found.iter().zip(times) {
            let (encoding, data) =
                bytes.with(|encoding, data| (encoding, data.to_vec())).map_err(BlockError::io(dir))?;
            chunks.push(ChunkData { mint, maxt, encoding, data });
        }
        chunks.sort_by_key(|chunk| chunk.mint);
        Ok(Some(SourceSeries { labels, chunks, deleted }))
    }
}

impl ChunkSource for OooSource {
    fn symbols(&self, visit: &mut dyn FnMut(&str)) -> Result<(), BlockError> {
        let state = self.head.state.read();
        state.symbols_of(self.ids.as_slice(), visit);
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
