//! Several sources → one block: series that meet are put together, chunks that need no change are copied as bytes.

use std::path::Path;
use std::sync::Arc;

use narthex_storage::Samples;

use super::encode::{Encodings, encode};
use super::source::{ChunkSource, SourceSeries};
use crate::block::meta::BlockMeta;
use crate::block::tombstones::Ranges;
use crate::block::writer::{BlockWriter, ChunkData};
use crate::block::{BlockError, ulid};
use crate::chunk_read;
use crate::fs::Fs;

/// Where a new block goes.
pub(crate) struct Target<'a> {
    pub(crate) fs: &'a Arc<dyn Fs>,
    pub(crate) dir: &'a Path,
    /// For the name, milliseconds.
    pub(crate) now: i64,
    /// For samples that have to be encoded anew.
    pub(crate) encodings: Encodings,
}

/// Writes the samples of the sources in `[meta.min_time, meta.max_time)` as a block. `None` when there are none.
pub(crate) fn write_block(
    target: &Target<'_>,
    mut sources: Vec<Box<dyn ChunkSource + '_>>,
    mut meta: BlockMeta,
) -> Result<Option<BlockMeta>, BlockError> {
    let symbols = collect_symbols(&sources)?;
    let name = ulid::generate(target.now);
    if meta.compaction.sources.is_empty() {
        meta.compaction.sources.push(name.clone());
    }
    let mut writer = BlockWriter::create(target.fs, target.dir, name, symbols)?;
    write_series(&mut writer, &mut sources, &meta, target.encodings)?;
    if writer.stats().num_samples == 0 {
        return Ok(None);
    }
    writer.finish(meta).map(Some)
}

fn collect_symbols(sources: &[Box<dyn ChunkSource + '_>]) -> Result<Vec<String>, BlockError> {
    let mut symbols = Vec::new();
    for source in sources {
        source.symbols(&mut |symbol| symbols.push(symbol.to_owned()))?;
    }
    symbols.sort_unstable();
    symbols.dedup();
    Ok(symbols)
}

fn write_series(
    writer: &mut BlockWriter,
    sources: &mut [Box<dyn ChunkSource + '_>],
    meta: &BlockMeta,
    encodings: Encodings,
) -> Result<(), BlockError> {
    let mut heads = Vec::with_capacity(sources.len());
    for source in sources.iter_mut() {
        heads.push(source.next_series().transpose()?);
    }
    let mut labels = Vec::new();
    while let Some(smallest) = heads.iter().flatten().map(|head| &head.labels).min().cloned() {
        let mut chunks = Vec::new();
        for (head, source) in heads.iter_mut().zip(sources.iter_mut()) {
            if let Some(series) = head.take_if(|series| series.labels == smallest) {
                chunks.extend(clip(series, meta.min_time, meta.max_time.saturating_sub(1), encodings)?);
                *head = source.next_series().transpose()?;
            }
        }
        let chunks = settle(chunks, encodings)?;
        if chunks.is_empty() {
            continue;
        }
        labels.clear();
        let number = |symbol: &str| writer.number(symbol).unwrap_or_default();
        labels.extend(smallest.iter().map(|(name, value)| (number(name), number(value))));
        writer.add_series(&labels, &chunks)?;
    }
    Ok(())
}

fn decode(chunk: &ChunkData, mint: i64, maxt: i64, out: &mut Samples) -> Result<(), BlockError> {
    chunk_read::decode(chunk.encoding, &chunk.data, mint, maxt, out)
        .map_err(|error| BlockError::corrupt(Path::new("chunk to be compacted"), error.to_string()))
}

/// The chunks of a series in the range, without what is deleted.
fn clip(
    series: SourceSeries,
    mint: i64,
    maxt: i64,
    encodings: Encodings,
) -> Result<Vec<ChunkData>, BlockError> {
    let touched = |deleted: &Ranges, chunk: &ChunkData| {
        deleted.iter().any(|(from, to)| from <= chunk.maxt && to >= chunk.mint)
    };
    let mut out = Vec::with_capacity(series.chunks.len());
    for chunk in series.chunks {
        if chunk.maxt < mint || chunk.mint > maxt {
            continue;
        }
        if chunk.mint >= mint && chunk.maxt <= maxt && !touched(&series.deleted, &chunk) {
            out.push(chunk);
            continue;
        }
        let mut samples = Samples::default();
        decode(&chunk, mint, maxt, &mut samples)?;
        chunk_read::retain(&mut samples, 0, |t| !series.deleted.contains(t));
        out.extend(encode(&samples, encodings.keeping(&samples)));
    }
    Ok(out)
}

/// Sorts chunks by time; those that overlap are merged sample by sample. Of samples with one time that of the chunk which
/// stands first stays, as for readers.
fn settle(chunks: Vec<ChunkData>, encodings: Encodings) -> Result<Vec<ChunkData>, BlockError> {
    if chunks.is_sorted_by(|a, b| a.maxt < b.mint) {
        return Ok(chunks);
    }
    let mut chunks: Vec<(usize, ChunkData)> = chunks.into_iter().enumerate().collect();
    chunks.sort_by_key(|(_, chunk)| chunk.mint);
    let mut out = Vec::with_capacity(chunks.len());
    let mut group: Vec<(usize, ChunkData)> = Vec::new();
    let mut end = i64::MIN;
    for (place, chunk) in chunks {
        if chunk.mint > end {
            out.extend(merge(std::mem::take(&mut group), encodings)?);
        }
        end = end.max(chunk.maxt);
        group.push((place, chunk));
    }
    out.extend(merge(group, encodings)?);
    Ok(out)
}

/// Overlapping chunks with their places as one sequence; a single one stays as it is.
fn merge(mut group: Vec<(usize, ChunkData)>, encodings: Encodings) -> Result<Vec<ChunkData>, BlockError> {
    if group.len() <= 1 {
        return Ok(group.into_iter().map(|(_, chunk)| chunk).collect());
    }
    group.sort_by_key(|(place, _)| *place);
    let mut samples = Samples::default();
    for (_, chunk) in &group {
        let mut other = Samples::default();
        decode(chunk, i64::MIN, i64::MAX, &mut other)?;
        chunk_read::merge_into(&mut samples, 0, &other);
    }
    Ok(encode(&samples, encodings.keeping(&samples)))
}
