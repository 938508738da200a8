//! [`BlockQuerier`]: reads the series of one block, straight from the maps.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use narthex_model::{Labels, Matcher, Timestamp};
use narthex_storage::{LabelHints, Querier, Samples, SelectHints, Series, SeriesSet, StorageError};

use super::index::ChunkMeta;
use super::tombstones::Ranges;
use super::{Block, BlockError};
use crate::chunk_read;
use crate::postings::{self, Bits, ByLabel, PostingsSource, Values, few, settle};

impl From<BlockError> for StorageError {
    fn from(error: BlockError) -> Self {
        match error {
            BlockError::Io { path, source } => Self::Io { path, source },
            BlockError::Corrupt { path, reason } => {
                Self::Corrupt { place: path.display().to_string(), reason }
            }
        }
    }
}

impl PostingsSource for Block {
    type Error = BlockError;

    fn exact(&self, name: &str, value: &str) -> Result<Cow<'_, [u32]>, BlockError> {
        self.index.postings(name, value).map(Cow::Owned)
    }

    fn union_of(&self, name: &str, values: Values<'_>) -> Result<Vec<u32>, BlockError> {
        let mut lists = Vec::new();
        self.index.values_from(name, values.prefix, |value, offset| {
            if values.contain(value) {
                lists.push(offset);
            }
            // Values are sorted: behind those with the prefix there are no more of them.
            value.starts_with(values.prefix) || value < values.prefix
        })?;
        let mut all = Vec::new();
        for offset in &lists {
            self.index.postings_at(*offset, &mut all)?;
        }
        Ok(settle(all, lists.len()))
    }

    fn value_count(&self, name: &str) -> usize {
        self.index.value_count(name)
    }

    fn value_passes(&self, series: u32, name: &str, test: &dyn Fn(&str) -> bool) -> Result<bool, BlockError> {
        let (mut labels, mut chunks, mut passes) = (Vec::new(), Vec::new(), None);
        self.index.series(series, &mut labels, &mut chunks)?;
        self.index.label_texts(&labels, |label, value| {
            if label == name {
                passes = Some(test(value));
            }
        })?;
        Ok(passes.unwrap_or_else(|| test("")))
    }

    fn all(&self) -> Result<Vec<u32>, BlockError> {
        self.index.all()
    }
}

/// A reader of one block.
pub(crate) struct BlockQuerier {
    block: Arc<Block>,
    mint: Timestamp,
    maxt: Timestamp,
}

impl BlockQuerier {
    pub(crate) fn new(block: Arc<Block>, mint: Timestamp, maxt: Timestamp) -> Self {
        let maxt = maxt.min(block.meta.max_time.saturating_sub(1));
        let mint = mint.max(block.meta.min_time);
        Self { block, mint, maxt }
    }

    /// Calls `visit` with the label symbols of these series.
    fn each_labels(&self, series: &[u32], mut visit: impl FnMut(&[(u32, u32)])) -> Result<(), BlockError> {
        let (mut labels, mut chunks) = (Vec::new(), Vec::new());
        for reference in series {
            self.block.index.series(*reference, &mut labels, &mut chunks)?;
            visit(&labels);
        }
        Ok(())
    }

    /// Calls `visit` with every value of a label that is asked for, sorted, and where its postings are, as long as it says
    /// `true`.
    fn each_value(
        &self,
        name: &str,
        split: &ByLabel<'_>,
        mut visit: impl FnMut(&str, u64) -> bool,
    ) -> Result<(), BlockError> {
        let prefix = split.prefix();
        self.block.index.values_from(name, prefix, |value, offset| {
            // Values are sorted: behind those with the prefix there are no more of them.
            let more = value.starts_with(prefix) || value < prefix;
            more && (!split.accepts(value) || visit(value, offset))
        })
    }
}

fn limited(mut list: Vec<String>, limit: usize) -> Vec<String> {
    if limit > 0 {
        list.truncate(limit);
    }
    list
}

impl Querier for BlockQuerier {
    fn select(&self, hints: &SelectHints, matchers: &[Matcher]) -> Result<Box<dyn SeriesSet>, StorageError> {
        let references = postings::select(&*self.block, matchers)?.into_iter();
        let left = if hints.limit > 0 { hints.limit } else { usize::MAX };
        let (block, mint, maxt) = (Arc::clone(&self.block), self.mint, self.maxt);
        Ok(Box::new(BlockSeriesSet { block, mint, maxt, references, left }))
    }

    fn label_names(&self, hints: LabelHints, matchers: &[Matcher]) -> Result<Vec<String>, StorageError> {
        let names: Vec<String> = if matchers.is_empty() {
            self.block.index.names().map(str::to_owned).collect()
        } else {
            let mut symbols = BTreeSet::new();
            let series = postings::select(&*self.block, matchers)?;
            self.each_labels(&series, |labels| {
                symbols.extend(labels.iter().map(|(name, _)| (*name, *name)));
            })?;
            let mut names = Vec::new();
            let symbols: Vec<_> = symbols.into_iter().collect();
            self.block.index.label_texts(&symbols, |name, _| names.push(name.to_owned()))?;
            names
        };
        Ok(limited(names, hints.limit))
    }

    fn label_values(
        &self,
        name: &str,
        hints: LabelHints,
        matchers: &[Matcher],
    ) -> Result<Vec<String>, StorageError> {
        let split = ByLabel::split(name, matchers);
        let limit = if hints.limit > 0 { hints.limit } else { usize::MAX };
        let mut values = Vec::new();
        if split.others.is_empty() {
            self.each_value(name, &split, |value, _| {
                values.push(value.to_owned());
                values.len() < limit
            })?;
            return Ok(values);
        }
        let series = postings::select(&*self.block, &split.others)?;
        if !few(series.len(), self.block.index.value_count(name)) {
            let (bits, mut candidates, mut list) = (Bits::of(&series), Vec::new(), Vec::new());
            self.each_value(name, &split, |value, offset| {
                candidates.push((value.to_owned(), offset));
                true
            })?;
            for (value, offset) in candidates {
                list.clear();
                self.block.index.postings_at(offset, &mut list)?;
                if bits.meet(&list) {
                    values.push(value);
                }
                if values.len() == limit {
                    break;
                }
            }
            return Ok(values);
        }
        let mut pairs = BTreeSet::new();
        self.each_labels(&series, |labels| pairs.extend(labels.iter().copied()))?;
        let pairs: Vec<_> = pairs.into_iter().collect();
        self.block.index.label_texts(&pairs, |label, value| {
            if label == name && split.accepts(value) {
                values.push(value.to_owned());
            }
        })?;
        values.sort_unstable();
        Ok(limited(values, hints.limit))
    }
}

struct BlockSeriesSet {
    block: Arc<Block>,
    mint: Timestamp,
    maxt: Timestamp,
    references: std::vec::IntoIter<u32>,
    left: usize,
}

impl SeriesSet for BlockSeriesSet {
    fn next_series(&mut self) -> Option<Result<Box<dyn Series>, StorageError>> {
        while self.left > 0 {
            let reference = self.references.next()?;
            let (mut labels, mut chunks) = (Vec::new(), Vec::new());
            if let Err(error) = self.block.index.series(reference, &mut labels, &mut chunks) {
                return Some(Err(error.into()));
            }
            let deleted =
                self.block.tombstones.series.get(&u64::from(reference)).cloned().unwrap_or_default();
            chunks.retain(|chunk| {
                let (mint, maxt) = (chunk.mint.max(self.mint), chunk.maxt.min(self.maxt));
                mint <= maxt && !deleted.covers(mint, maxt)
            });
            if chunks.is_empty() {
                continue;
            }
            self.left -= 1;
            let (block, mint, maxt) = (Arc::clone(&self.block), self.mint, self.maxt);
            return Some(Ok(Box::new(BlockSeries { block, mint, maxt, labels, chunks, deleted })));
        }
        None
    }

    fn size_hint(&self) -> usize {
        self.references.len().min(self.left)
    }
}

/// A series of a block.
struct BlockSeries {
    block: Arc<Block>,
    mint: Timestamp,
    maxt: Timestamp,
    labels: Vec<(u32, u32)>,
    chunks: Vec<ChunkMeta>,
    deleted: Ranges,
}

impl Series for BlockSeries {
    fn labels(&self) -> Labels {
        let mut builder = narthex_model::LabelsBuilder::new();
        self.for_each_label(&mut |name, value| builder.push(name, value));
        builder.build()
    }

    fn for_each_label(&self, visit: &mut dyn FnMut(&str, &str)) {
        if let Err(error) = self.block.index.label_texts(&self.labels, visit) {
            tracing::error!("{error}");
        }
    }

    fn read(&self, mint: Timestamp, maxt: Timestamp, out: &mut Samples) -> Result<(), StorageError> {
        let (mint, maxt) = (mint.max(self.mint), maxt.min(self.maxt));
        let start = out.len();
        for chunk in self.chunks.iter().filter(|chunk| chunk.mint <= maxt && chunk.maxt >= mint) {
            // Chunks of one series may overlap when out-of-order samples were added.
            let overlaps = out.len() > start && out.timestamps.last().is_some_and(|last| chunk.mint <= *last);
            let decode = |out: &mut Samples| {
                self.block
                    .chunks
                    .with(chunk.reference, |encoding, data| {
                        chunk_read::decode(encoding, data, mint, maxt, out)
                    })?
                    .map_err(|error| BlockError::corrupt(&self.block.dir, error.to_string()))
            };
            if overlaps {
                let mut other = Samples::default();
                decode(&mut other)?;
                chunk_read::merge_into(out, start, &other);
            } else {
                decode(out)?;
            }
        }
        if !self.deleted.is_empty() {
            chunk_read::retain(out, start, |t| !self.deleted.contains(t));
        }
        Ok(())
    }
}
