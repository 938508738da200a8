//! [`ChunkSource`]: sorted series with their chunks, from a block or from the head.

use std::sync::Arc;

use narthex_model::{Labels, LabelsBuilder};

use crate::block::tombstones::Ranges;
use crate::block::writer::ChunkData;
use crate::block::{Block, BlockError};

/// One series to be written.
pub(crate) struct SourceSeries {
    pub(crate) labels: Labels,
    /// Sorted by time.
    pub(crate) chunks: Vec<ChunkData>,
    /// What to leave out.
    pub(crate) deleted: Ranges,
}

/// Series sorted by labels.
pub(crate) trait ChunkSource {
    /// Calls `visit` with every symbol that the labels can have; more than needed does no harm.
    fn symbols(&self, visit: &mut dyn FnMut(&str)) -> Result<(), BlockError>;
    /// The next series.
    fn next_series(&mut self) -> Option<Result<SourceSeries, BlockError>>;
}

/// A block as a source.
pub(crate) struct BlockSource {
    block: Arc<Block>,
    references: std::vec::IntoIter<u32>,
}

impl BlockSource {
    pub(crate) fn new(block: Arc<Block>) -> Result<Self, BlockError> {
        let references = block.index.all()?.into_iter();
        Ok(Self { block, references })
    }

    fn read(&self, reference: u32) -> Result<SourceSeries, BlockError> {
        let (mut symbols, mut metas) = (Vec::new(), Vec::new());
        self.block.index.series(reference, &mut symbols, &mut metas)?;
        let mut labels = LabelsBuilder::new();
        self.block.index.label_texts(&symbols, |name, value| labels.push(name, value))?;
        let mut chunks = Vec::with_capacity(metas.len());
        for meta in metas {
            chunks.push(self.block.chunks.with(meta.reference, |encoding, data| ChunkData {
                mint: meta.mint,
                maxt: meta.maxt,
                encoding,
                data: data.to_vec(),
            })?);
        }
        let deleted = self.block.tombstones.series.get(&u64::from(reference)).cloned().unwrap_or_default();
        Ok(SourceSeries { labels: labels.build(), chunks, deleted })
    }
}

impl ChunkSource for BlockSource {
    fn symbols(&self, visit: &mut dyn FnMut(&str)) -> Result<(), BlockError> {
        self.block.index.symbols(|_, symbol| visit(symbol))
    }

    fn next_series(&mut self) -> Option<Result<SourceSeries, BlockError>> {
        let reference = self.references.next()?;
        Some(self.read(reference))
    }
}
