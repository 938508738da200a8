//! Checkpoints: what is still needed of the oldest segments, written anew so that they can go.
//!
//! `checkpoint.00000012/` holds segments that replace 0 to 12. Called after a head compaction. Invariant: the segments
//! and the checkpoint before are removed only after the new one has its final name and is synced.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::sync::Arc;

use narthex_model::{Exemplar, Labels, Metadata};

use super::record::histograms::HistogramSample;
use super::record::samples::Sample;
use super::record::{self, Version, exemplars, histograms, metadata, samples, series, tombstones, v2};
use super::{Compression, SegmentReader, WalWriter, segment};
use crate::fs::Fs;

/// The newest checkpoint in a log directory: its name and the last segment it covers.
pub(crate) fn newest(fs: &dyn Fs, dir: &Path) -> io::Result<Option<(String, u64)>> {
    Ok(all(fs, dir)?.into_iter().max_by_key(|entry| entry.1))
}

fn all(fs: &dyn Fs, dir: &Path) -> io::Result<Vec<(String, u64)>> {
    let names = fs.list(dir)?.into_iter();
    Ok(names
        .filter_map(|name| {
            let number = name.strip_prefix("checkpoint.")?.parse().ok()?;
            Some((name, number))
        })
        .collect())
}

/// The ending of a checkpoint's directory while it is written.
const TEMPORARY: &str = ".tmp";

/// Removes what failures left of checkpoints.
pub(crate) fn clean_up(fs: &dyn Fs, dir: &Path) -> io::Result<()> {
    let names = fs.list(dir)?.into_iter();
    names
        .filter(|name| name.starts_with("checkpoint.") && name.ends_with(TEMPORARY))
        .try_for_each(|name| fs.remove_dir_all(&dir.join(name)))
}

/// What a checkpoint keeps.
pub(crate) struct Keep<'a> {
    /// Samples and exemplars from this time on.
    pub(crate) mint: i64,
    /// Series that are still in the head.
    pub(crate) series: &'a dyn Fn(u64) -> bool,
    /// Which records samples are written into.
    pub(crate) version: Version,
    /// Deleted ranges of a series that end at this time or later.
    pub(crate) stones_from: &'a dyn Fn(u64) -> i64,
}

/// What [`advance`] did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Advanced {
    /// Checkpoints written: none or one.
    pub(crate) written: u64,
    /// Older checkpoints removed.
    pub(crate) removed: u64,
}

/// Replaces the older two thirds of the finished segments (up to, not including, `current`) by a checkpoint.
pub(crate) fn advance(
    fs: &Arc<dyn Fs>,
    dir: &Path,
    current: u64,
    segment_size: u64,
    compression: Compression,
    keep: &Keep<'_>,
) -> io::Result<Advanced> {
    let old = newest(&**fs, dir)?;
    // A power cut may bring back what the last checkpoint replaced. Its references may belong to other series now.
    let covered = old.as_ref().map(|(_, covered)| *covered);
    let (replaced, segments): (Vec<u64>, Vec<u64>) = segment::list(&**fs, dir)?
        .into_iter()
        .filter(|number| *number < current)
        .partition(|number| covered.is_some_and(|covered| *number <= covered));
    replaced.iter().try_for_each(|number| fs.remove_file(&segment::path(dir, *number)))?;
    let (Some(first), Some(last)) = (segments.first(), segments.last()) else {
        return Ok(Advanced::default());
    };
    let to = first + (last - first) * 2 / 3;
    if to <= *first {
        return Ok(Advanced::default());
    }
    // The next attempt has another name, as there are more segments then.
    clean_up(&**fs, dir)?;
    let name = format!("checkpoint.{to:08}");
    let temporary = dir.join(format!("{name}{TEMPORARY}"));
    let mut sources = Vec::new();
    if let Some((name, _)) = &old {
        let dir = dir.join(name);
        sources.extend(segment::list(&**fs, &dir)?.into_iter().map(|number| segment::path(&dir, number)));
    }
    let replaced = segments.iter().filter(|number| **number <= to);
    sources.extend(replaced.map(|number| segment::path(dir, *number)));
    let write = || -> io::Result<()> {
        fs.create_dir_all(&temporary)?;
        let out = WalWriter::create(Arc::clone(fs), temporary.clone(), 0, segment_size, compression)?;
        let mut writer =
            Writer { out, keep, buffer: Vec::new(), samples: Default::default(), metadata: BTreeMap::new() };
        sources.iter().try_for_each(|path| writer.segment(&**fs, path))?;
        writer.finish()?;
        fs.rename(&temporary, &dir.join(&name))
    };
    if let Err(error) = write() {
        // At once: the disk may be full. What cannot be removed is removed by the next attempt.
        let _ = clean_up(&**fs, dir);
        return Err(error);
    }
    fs.sync_dir(dir)?;
    for number in segments.iter().filter(|number| **number <= to) {
        fs.remove_file(&segment::path(dir, *number))?;
    }
    let mut advanced = Advanced { written: 1, removed: 0 };
    for (name, _) in all(&**fs, dir)?.into_iter().filter(|entry| entry.1 < to) {
        fs.remove_dir_all(&dir.join(name))?;
        advanced.removed += 1;
    }
    Ok(advanced)
}

struct Writer<'a> {
    out: WalWriter,
    keep: &'a Keep<'a>,
    buffer: Vec<u8>,
    /// Samples and their starts.
    samples: (Vec<Sample>, Vec<i64>),
    /// The newest metadata of each series.
    metadata: BTreeMap<u64, Metadata>,
}

impl Writer<'_> {
    fn segment(&mut self, fs: &dyn Fs, path: &Path) -> io::Result<()> {
        let mut reader = SegmentReader::open(fs, path)?;
        loop {
            match reader.next_record() {
                Ok(Some(bytes)) => self.record(bytes)?,
                Ok(None) => return Ok(()),
                Err(damage) => {
                    let damage = damage.repairable()?;
                    // What the replay could not read either is not worth stopping for.
                    tracing::warn!("{damage}; the rest of the segment is not in the checkpoint");
                    return Ok(());
                }
            }
        }
    }

    fn record(&mut self, bytes: &[u8]) -> io::Result<()> {
        let Some((kind, body)) = bytes.split_first() else { return Ok(()) };
        let kind = *kind;
        self.buffer.clear();
        match kind {
            record::SERIES => self.series(body),
            record::SAMPLES => self.samples(|visit| samples::decode(body, |sample| visit(0, sample))),
            record::SAMPLES_V2 => self.samples(|visit| v2::decode_samples(body, visit)),
            record::HISTOGRAMS
            | record::FLOAT_HISTOGRAMS
            | record::CUSTOM_HISTOGRAMS
            | record::CUSTOM_FLOAT_HISTOGRAMS => {
                return self.histograms(|visit| histograms::decode(kind, body, visit));
            }
            record::HISTOGRAMS_V2 | record::FLOAT_HISTOGRAMS_V2 => {
                return self.histograms(|visit| v2::decode_histograms(kind, body, visit));
            }
            record::TOMBSTONES => self.tombstones(body),
            record::EXEMPLARS => self.exemplars(body),
            record::METADATA => {
                let (known, all) = (self.keep.series, &mut self.metadata);
                note(metadata::decode(body, |series, metadata| {
                    if known(series) {
                        all.insert(series, metadata);
                    }
                }));
            }
            _ => {}
        }
        self.flush()
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.buffer.len() > 1 { self.out.log([self.buffer.as_slice()].into_iter()) } else { Ok(()) }
    }

    fn series(&mut self, body: &[u8]) {
        series::begin(&mut self.buffer);
        let (known, out) = (self.keep.series, &mut self.buffer);
        note(series::decode(body, |id, labels| {
            if known(id) {
                series::push(out, id, labels.iter().copied());
            }
        }));
    }

    fn samples(&mut self, decode: impl FnOnce(&mut dyn FnMut(i64, Sample)) -> Result<(), record::BadRecord>) {
        let (mut kept, mut starts) = std::mem::take(&mut self.samples);
        kept.clear();
        starts.clear();
        note(decode(&mut |start, sample| {
            if sample.t >= self.keep.mint && (self.keep.series)(sample.series) {
                kept.push(sample);
                starts.push(start);
            }
        }));
        self.keep.version.encode_samples(&mut self.buffer, &kept, &starts);
        self.samples = (kept, starts);
    }

    fn histograms(
        &mut self,
        decode: impl FnOnce(&mut dyn FnMut(HistogramSample)) -> Result<(), record::BadRecord>,
    ) -> io::Result<()> {
        let mut kept = Vec::new();
        note(decode(&mut |sample| {
            if sample.t >= self.keep.mint && (self.keep.series)(sample.series) {
                kept.push(sample);
            }
        }));
        for kind in self.keep.version.histogram_records() {
            self.keep.version.encode_histograms(&mut self.buffer, *kind, &kept);
            self.flush()?;
        }
        Ok(())
    }

    fn tombstones(&mut self, body: &[u8]) {
        let mut kept = Vec::new();
        note(tombstones::decode(body, |stone| {
            if stone.maxt >= (self.keep.stones_from)(stone.series) && (self.keep.series)(stone.series) {
                kept.push(stone);
            }
        }));
        tombstones::encode(&mut self.buffer, &kept);
    }

    fn exemplars(&mut self, body: &[u8]) {
        let mut kept = Vec::new();
        note(exemplars::decode(body, |entry| {
            if entry.t >= self.keep.mint && (self.keep.series)(entry.series) {
                let labels = Labels::from_pairs(entry.labels.iter().copied());
                kept.push((entry.series, Exemplar { labels, value: entry.v, timestamp: Some(entry.t) }));
            }
        }));
        exemplars::encode(&mut self.buffer, kept.iter().map(|(series, exemplar)| (*series, exemplar)));
    }

    fn finish(mut self) -> io::Result<()> {
        metadata::encode(
            &mut self.buffer,
            self.metadata.iter().map(|(series, metadata)| (*series, metadata)),
        );
        self.flush()?;
        self.out.sync()
    }
}

/// A damaged record gives what is in front of the damage.
fn note(result: Result<(), record::BadRecord>) {
    if let Err(bad) = result {
        tracing::warn!("checkpoint: {bad}; its rest is left out");
    }
}
