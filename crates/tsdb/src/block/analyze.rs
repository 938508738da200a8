//! [`Analysis`]: what is in a block, counted: which labels have how many values, which pairs come and go, how full its
//! chunks are. `narthex tsdb analyze` prints it.

use std::collections::HashMap;

use narthex_chunkenc::Encoding;
use narthex_model::Matcher;
use narthex_storage::{HistogramValue, Samples};
use rustc_hash::FxBuildHasher;

use super::meta::BlockMeta;
use super::{Block, BlockError};
use crate::chunk_read;
use crate::postings;

/// A number of something, and what.
pub type Ranked = (u64, String);

/// What is in a block. Every list is sorted, largest number first.
#[derive(Debug, Clone, Default)]
pub struct Analysis {
    /// The block's description.
    pub meta: BlockMeta,
    /// Series that satisfy the matchers.
    pub series: usize,
    /// Label names they have.
    pub label_names: usize,
    /// Different label pairs.
    pub pairs: usize,
    /// Label pairs of all series together.
    pub pair_entries: u64,
    /// By label pair: how many times the block's range its series are missing.
    pub pairs_by_churn: Vec<Ranked>,
    /// The same by label name.
    pub names_by_churn: Vec<Ranked>,
    /// By label pair: series.
    pub pairs_by_series: Vec<Ranked>,
    /// By label name: bytes of all its values.
    pub names_by_bytes: Vec<Ranked>,
    /// By label name: values.
    pub names_by_values: Vec<Ranked>,
    /// By metric name: series.
    pub metrics_by_series: Vec<Ranked>,
    /// The chunks, if they were asked for.
    pub chunks: Option<ChunkSizes>,
}

/// One entry per chunk.
#[derive(Debug, Clone, Default)]
pub struct ChunkSizes {
    /// Samples of chunks with floats.
    pub float_samples: Vec<u64>,
    /// Bytes of chunks with floats.
    pub float_bytes: Vec<u64>,
    /// Samples of chunks with histograms.
    pub histogram_samples: Vec<u64>,
    /// Bytes of chunks with histograms.
    pub histogram_bytes: Vec<u64>,
    /// Buckets of all histograms of a chunk.
    pub histogram_buckets: Vec<u64>,
}

#[derive(Default)]
struct Pair {
    series: u64,
    uncovered: u64,
}

/// Counts what is in `block`, and looks at its chunks too if `with_chunks`. Tells `progress` how many series of how many are
/// done.
pub(crate) fn analyze(
    block: &Block,
    matchers: &[Matcher],
    with_chunks: bool,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Analysis, BlockError> {
    let range = block.meta.max_time.wrapping_sub(block.meta.min_time) as u64;
    let mut pairs: HashMap<(u32, u32), Pair, FxBuildHasher> = HashMap::default();
    let mut out = Analysis { meta: block.meta.clone(), ..Analysis::default() };
    let mut sizes = ChunkSizes::default();
    let (mut labels, mut chunks) = (Vec::new(), Vec::new());
    let selected = postings::select(block, matchers)?;
    let total = selected.len() as u64;
    for reference in selected {
        progress(out.series as u64, total);
        block.index.series(reference, &mut labels, &mut chunks)?;
        out.series += 1;
        let (Some(first), Some(last)) = (chunks.first(), chunks.last()) else { continue };
        let covered = last.maxt.wrapping_sub(first.mint) as u64;
        for pair in &labels {
            let pair = pairs.entry(*pair).or_default();
            pair.series += 1;
            pair.uncovered = pair.uncovered.wrapping_add(range.wrapping_sub(covered));
            out.pair_entries += 1;
        }
        if with_chunks {
            for chunk in &chunks {
                let counted = block.chunks.with(chunk.reference, |kind, data| sizes.add(kind, data))?;
                counted.map_err(|reason| BlockError::corrupt(&block.dir, reason))?;
            }
        }
    }
    out.pairs = pairs.len();
    rank(block, &pairs, range, &mut out)?;
    out.chunks = with_chunks.then_some(sizes);
    Ok(out)
}

/// What is counted per label name.
#[derive(Default)]
struct Name {
    uncovered: u64,
    values: u64,
    bytes: u64,
}

fn rank(
    block: &Block,
    pairs: &HashMap<(u32, u32), Pair, FxBuildHasher>,
    range: u64,
    out: &mut Analysis,
) -> Result<(), BlockError> {
    let ranges = |uncovered: u64| (uncovered as f64 / range as f64) as u64;
    let mut names: HashMap<String, Name, FxBuildHasher> = HashMap::default();
    for (symbols, pair) in pairs {
        block.index.label_texts(&[*symbols], |name, value| {
            let text = format!("{name}={value}");
            out.pairs_by_churn.push((ranges(pair.uncovered), text.clone()));
            out.pairs_by_series.push((pair.series, text));
            if name == "__name__" {
                out.metrics_by_series.push((pair.series, value.to_owned()));
            }
            let counts = names.entry(name.to_owned()).or_default();
            counts.uncovered = counts.uncovered.wrapping_add(pair.uncovered);
            counts.values += 1;
            counts.bytes += value.len() as u64;
        })?;
    }
    out.label_names = names.len();
    for (name, counts) in names {
        out.names_by_churn.push((ranges(counts.uncovered), name.clone()));
        out.names_by_bytes.push((counts.bytes, name.clone()));
        out.names_by_values.push((counts.values, name));
    }
    for list in [
        &mut out.pairs_by_churn,
        &mut out.names_by_churn,
        &mut out.pairs_by_series,
        &mut out.names_by_bytes,
        &mut out.names_by_values,
        &mut out.metrics_by_series,
    ] {
        list.sort_unstable_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    }
    Ok(())
}

impl ChunkSizes {
    fn add(&mut self, kind: u8, data: &[u8]) -> Result<(), String> {
        let samples = u64::from(data.first_chunk().map_or(0, |count| u16::from_be_bytes(*count)));
        let encoding = Encoding::from_byte(kind).map_err(|error| error.to_string())?;
        if !matches!(encoding, Encoding::Histogram | Encoding::FloatHistogram) {
            self.float_samples.push(samples);
            self.float_bytes.push(data.len() as u64);
            return Ok(());
        }
        let mut decoded = Samples::default();
        chunk_read::decode(kind, data, i64::MIN, i64::MAX, &mut decoded)
            .map_err(|error| error.to_string())?;
        let buckets = decoded.histograms.iter().map(|(_, histogram)| match histogram {
            HistogramValue::Int(h) => h.positive_buckets.len() + h.negative_buckets.len(),
            HistogramValue::Float(h) => h.positive_buckets.len() + h.negative_buckets.len(),
        });
        self.histogram_buckets.push(buckets.sum::<usize>() as u64);
        self.histogram_samples.push(samples);
        self.histogram_bytes.push(data.len() as u64);
        Ok(())
    }
}
