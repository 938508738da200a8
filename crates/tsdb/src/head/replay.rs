//! Head chunk files and log → head: full chunks first, then the newest checkpoint, then the segments behind it; repairs
//! what a crash left.
//!
//! Called once by [`Db::open`](crate::Db::open). A damaged segment is cut behind its last good record and reported; the
//! segments after it are still read, so what can be saved is saved.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::Instant;

use narthex_chunkenc::Encoding;
use narthex_model::{Exemplar, Labels};
use rustc_hash::FxHashMap;

use super::chunks::{ChunkPool, FullChunk, NO_CHUNK};
use super::exemplars::Exemplars;
use super::files::{HeadFiles, Place, ScannedChunk};
use super::ooo;
use super::ooo::MappedChunk;
use super::ooo::replay::OooReplay;
use super::prefetch::{Batch, Prefetch, Then};
use super::shards::Shards;
use super::snapshot::{self, Snapshot};
use super::state::{HeadFull, HeadState};
use crate::fs::Fs;
use crate::wal::record::exemplars::ExemplarEntry;
use crate::wal::record::histograms::HistogramSample;
use crate::wal::record::samples::Sample;
use crate::wal::record::{self, BadRecord, histograms, series, v2};
use crate::wal::{Damage, PAGE_SIZE, checkpoint, segment};

/// What a replay found; shown in the log, in `/api/v1/status` and in metrics.
#[derive(Debug, Default, Clone)]
pub struct ReplayReport {
    /// Segments read, those of the checkpoint included.
    pub segments: u64,
    /// Series records.
    pub series: u64,
    /// Series read from a memory snapshot.
    pub snapshot_series: u64,
    /// Full chunks found in head chunk files.
    pub chunks: u64,
    /// Samples read.
    pub samples: u64,
    /// Samples read from the log of out-of-order samples.
    pub out_of_order_samples: u64,
    /// Entries whose series no record has made known.
    pub unknown_refs: u64,
    /// Records of types this version does not keep.
    pub skipped_records: u64,
    /// Segments that were cut, each with the reason.
    pub repairs: Vec<String>,
    /// How long it took, milliseconds.
    pub duration_ms: u64,
}

/// Why a log could not be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReplayError {
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error(transparent)]
    Full(#[from] HeadFull),
    /// The memory snapshot does not fit; without it the replay goes on.
    #[error("{0}")]
    Snapshot(String),
}

/// What a log directory holds.
struct Layout {
    /// The newest checkpoint: its name and the last segment it covers.
    checkpoint: Option<(String, u64)>,
    segments: Vec<u64>,
}

impl Layout {
    fn read(fs: &dyn Fs, dir: &Path) -> io::Result<Self> {
        Ok(Self { checkpoint: checkpoint::newest(fs, dir)?, segments: segment::list(fs, dir)? })
    }

    /// Whether the log goes on where the snapshot was taken.
    fn check(&self, fs: &dyn Fs, dir: &Path, snapshot: &Snapshot) -> Result<(), ReplayError> {
        let Snapshot { segment, offset, .. } = *snapshot;
        let covered = self.checkpoint.as_ref().is_some_and(|(_, number)| *number >= segment);
        let size = match self.segments.contains(&segment) {
            true => fs.open(&segment::path(dir, segment))?.size()?,
            false if covered => return Ok(()),
            false => 0,
        };
        if size >= offset && self.segments.contains(&segment) {
            return Ok(());
        }
        let name = snapshot.dir.display();
        let reason = format!("{name} is of byte {offset} of segment {segment}, which the log does not have");
        Err(ReplayError::Snapshot(reason))
    }

    /// The segments to read and the byte to begin at: those of the checkpoint first, nothing that the snapshot has.
    fn segments(
        &self,
        fs: &dyn Fs,
        dir: &Path,
        snapshot: Option<&Snapshot>,
    ) -> io::Result<Vec<(PathBuf, u64)>> {
        let (mut from, offset) = snapshot.map_or((0, 0), |snapshot| (snapshot.segment, snapshot.offset));
        let mut segments = Vec::new();
        if let Some((name, number)) = self.checkpoint.as_ref().filter(|(_, number)| *number >= from) {
            let dir = dir.join(name);
            let listed = segment::list(fs, &dir)?.into_iter();
            segments.extend(listed.map(|number| (segment::path(&dir, number), 0)));
            from = number + 1;
        }
        for number in self.segments.iter().filter(|number| **number >= from) {
            let at_snapshot = snapshot.is_some_and(|snapshot| snapshot.segment == *number);
            segments.push((segment::path(dir, *number), if at_snapshot { offset } else { 0 }));
        }
        Ok(segments)
    }

    /// The number of the segment to start with.
    fn next_segment(&self) -> u64 {
        let after_last = self.segments.last().map(|last| last + 1);
        let after_checkpoint = self.checkpoint.as_ref().map(|(_, number)| number + 1);
        after_last.max(after_checkpoint).unwrap_or_default()
    }
}

/// What a replay gives.
pub(crate) struct Replayed {
    pub(crate) state: HeadState,
    pub(crate) report: ReplayReport,
    /// The segment of the log to start with.
    pub(crate) next_segment: u64,
    /// The segment of the log of out-of-order samples to start with.
    pub(crate) next_out_of_order: u64,
}

/// How to replay.
pub(crate) struct ReplayOptions {
    pub(crate) chunk_range: i64,
    /// Samples before this are in blocks.
    pub(crate) min_valid_t: i64,
    pub(crate) max_exemplars: usize,
    /// Whether to begin with a memory snapshot, if there is one.
    pub(crate) memory_snapshot: bool,
}

/// A head with what is in the head chunk files, the memory snapshot and the logs of a data directory.
pub(crate) fn replay(
    fs: &Arc<dyn Fs>,
    data_dir: &Path,
    options: &ReplayOptions,
) -> Result<Replayed, ReplayError> {
    let started = Instant::now();
    let newest = if options.memory_snapshot { snapshot::list(&**fs, data_dir)?.pop() } else { None };
    let mut unused = None;
    let mut replayed = match replay_from(fs, data_dir, options, newest.as_ref()) {
        Err(ReplayError::Snapshot(reason)) => {
            tracing::warn!("the memory snapshot is not used, the write-ahead log is read instead: {reason}");
            unused = Some(format!("memory snapshot not used: {reason}"));
            replay_from(fs, data_dir, options, None)?
        }
        other => other?,
    };
    replayed.report.repairs.extend(unused);
    replayed.report.duration_ms = started.elapsed().as_millis() as u64;
    Ok(replayed)
}

fn replay_from(
    fs: &Arc<dyn Fs>,
    data_dir: &Path,
    options: &ReplayOptions,
    from_snapshot: Option<&Snapshot>,
) -> Result<Replayed, ReplayError> {
    let ReplayOptions { chunk_range, min_valid_t, .. } = *options;
    let mut found = FoundChunks {
        pool: ChunkPool::default(),
        by_series: FxHashMap::default(),
        late: FxHashMap::default(),
        last_place: Place::default(),
        min_valid_t,
    };
    let (files, scanned) =
        HeadFiles::open(Arc::clone(fs), data_dir.join("chunks_head"), &mut |c| found.add(c))?;
    let FoundChunks { pool, mut by_series, late, last_place, .. } = found;
    let mut state = HeadState::new(chunk_range, min_valid_t, pool, files);
    state.exemplars = Exemplars::new(options.max_exemplars);
    let mut report =
        ReplayReport { chunks: scanned.chunks, repairs: scanned.repairs, ..ReplayReport::default() };
    let fs = &**fs;
    let dir = &*data_dir.join("wal");
    let layout = Layout::read(fs, dir)?;
    if let Some(snapshot) = from_snapshot {
        layout.check(fs, dir, snapshot)?;
        report.snapshot_series =
            snapshot::read::read(fs, snapshot, &mut state, &mut by_series).map_err(ReplayError::Snapshot)?;
    }
    let mut replay =
        Replay { state, aliases: FxHashMap::default(), found: by_series, shards: Shards::new(), report };
    replay.segments(fs, &layout.segments(fs, dir, from_snapshot)?)?;
    let aliases = std::mem::take(&mut replay.aliases);
    for (reference, chunks) in late {
        let slot = replay.state.refs.get(reference);
        if let Some(id) = slot.and_then(|slot| replay.state.series.get(slot)).map(|series| series.id) {
            replay.state.ooo.attach(id, chunks);
        }
    }
    let Replay { state, report, .. } = &mut replay;
    let mut out_of_order = OooReplay { state, aliases: &aliases, report, last_place };
    let next_out_of_order = out_of_order.run(fs, &data_dir.join(ooo::DIR))?;
    for alias in aliases.keys() {
        replay.state.refs.remove(*alias);
    }
    for (newest, _) in replay.found.into_values() {
        replay.state.chunks.release(newest);
    }
    replay.state.end_commit();
    let Replay { state, report, .. } = replay;
    Ok(Replayed { state, report, next_segment: layout.next_segment(), next_out_of_order })
}

/// The chunks of the head chunk files, put together per series.
struct FoundChunks {
    pool: ChunkPool,
    /// The newest chunk of each series reference, and the time of its last sample.
    by_series: FxHashMap<u64, (u32, i64)>,
    /// The chunks of out-of-order samples of each series reference.
    late: FxHashMap<u64, Vec<MappedChunk>>,
    last_place: Place,
    min_valid_t: i64,
}

impl FoundChunks {
    fn add(&mut self, chunk: ScannedChunk) {
        self.last_place = self.last_place.max(chunk.place);
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
        let entry = self.by_series.entry(chunk.series).or_insert((NO_CHUNK, i64::MIN));
        if chunk.mint > entry.1 {
            let chunk_entry = FullChunk::new(chunk.mint, chunk.maxt, chunk.place, entry.0);
            *entry = (self.pool.push(chunk_entry), chunk.maxt);
        }
    }
}

struct Replay {
    state: HeadState,
    /// References of series that had another one before, to be forgotten at the end.
    aliases: FxHashMap<u64, u32>,
    /// Full chunks whose series has not come yet.
    found: FxHashMap<u64, (u32, i64)>,
    /// Float samples that are not in their series yet.
    shards: Shards,
    report: ReplayReport,
}

impl Replay {
    /// Reads segments in order.
    fn segments(&mut self, fs: &dyn Fs, segments: &[(PathBuf, u64)]) -> Result<(), ReplayError> {
        thread::scope(|scope| {
            let prefetch = Prefetch::start(scope, fs, segments)?;
            let mut path = Path::new("");
            while let Some(Batch { floats, then }) = prefetch.next() {
                self.floats(&floats);
                prefetch.give_back(floats);
                match then {
                    Then::More => {}
                    Then::Segment(number) => {
                        self.report.segments += 1;
                        path = segments.get(number).map_or(path, |(path, _)| path);
                    }
                    Then::Record(bytes) => self.record(&bytes, path)?,
                    Then::Bad(bad) => self.bad(&bad, path),
                    Then::Damage(damage) => self.repair(fs, &damage)?,
                    Then::Failed(error) => return Err(error.into()),
                }
            }
            self.shards.append(&mut self.state);
            Ok(())
        })
    }

    fn repair(&mut self, fs: &dyn Fs, damage: &Damage) -> io::Result<()> {
        tracing::warn!("{damage}; the rest of the segment is cut off");
        self.report.repairs.push(damage.to_string());
        fs.truncate(&damage.path, damage.offset)?;
        // Filled up to a whole page: readers that do not look for the next segment inside a page can go on too.
        fs.truncate(&damage.path, damage.offset.next_multiple_of(PAGE_SIZE as u64))
    }

    fn record(&mut self, bytes: &[u8], path: &Path) -> Result<(), ReplayError> {
        let Some((kind, body)) = bytes.split_first() else { return Ok(()) };
        let result = match *kind {
            record::SERIES => self.series(body)?,
            record::HISTOGRAMS
            | record::FLOAT_HISTOGRAMS
            | record::CUSTOM_HISTOGRAMS
            | record::CUSTOM_FLOAT_HISTOGRAMS => {
                self.shards.append(&mut self.state);
                histograms::decode(*kind, body, |sample| self.histogram(&sample))
            }
            record::HISTOGRAMS_V2 | record::FLOAT_HISTOGRAMS_V2 => {
                self.shards.append(&mut self.state);
                v2::decode_histograms(*kind, body, |sample| self.histogram(&sample))
            }
            record::TOMBSTONES => record::tombstones::decode(body, |stone| self.state.delete(&stone)),
            record::EXEMPLARS => record::exemplars::decode(body, |entry| self.exemplar(&entry)),
            record::METADATA => record::metadata::decode(body, |series, metadata| {
                if self.state.refs.get(series).is_some() {
                    self.state.metadata.insert(series, metadata);
                }
            }),
            _ => {
                self.report.skipped_records += 1;
                Ok(())
            }
        };
        if let Err(bad) = result {
            self.bad(&bad, path);
        }
        Ok(())
    }

    fn bad(&mut self, bad: &BadRecord, path: &Path) {
        tracing::warn!("{}: {bad}; its rest is left out", path.display());
        self.report.repairs.push(format!("{}: {bad}", path.display()));
    }

    fn series(&mut self, body: &[u8]) -> Result<Result<(), BadRecord>, HeadFull> {
        let Self { state, aliases, found, report, .. } = self;
        let mut full = None;
        let decoded = series::decode(body, |id, pairs| {
            report.series += 1;
            let sorted =
                pairs.is_sorted_by(|a, b| a.0 < b.0) && pairs.iter().all(|(_, value)| !value.is_empty());
            let pairs = pairs.iter().copied();
            let labels = if sorted { Labels::from_sorted(pairs) } else { Labels::from_pairs(pairs) };
            let hash = labels.hash64();
            match state.find(&labels, hash) {
                Some(slot) => {
                    let known = state.series.get(slot).map(|series| series.id);
                    if known != Some(id) {
                        state.refs.insert(id, slot);
                        aliases.insert(id, slot);
                    }
                }
                None => full = state.create_with_ref(id, &labels, hash).err().or(full),
            }
            if let (Some((newest, maxt)), Some(slot)) = (found.remove(&id), state.refs.get(id)) {
                state.attach(slot, newest, maxt);
            }
            state.last_ref = state.last_ref.max(id);
        });
        full.map_or(Ok(decoded), Err)
    }

    /// Finds the series of floats; they are appended a little later.
    fn floats(&mut self, samples: &[Sample]) {
        self.report.samples += samples.len() as u64;
        let mut due = false;
        for sample in samples {
            match self.state.refs.get(sample.series) {
                Some(slot) => due |= self.shards.push(slot, sample.t, sample.v),
                None => self.report.unknown_refs += 1,
            }
        }
        if due {
            self.shards.append(&mut self.state);
        }
    }

    fn exemplar(&mut self, entry: &ExemplarEntry<'_>) {
        if self.state.exemplars.is_enabled() && self.state.refs.get(entry.series).is_some() {
            let labels = Labels::from_pairs(entry.labels.iter().copied());
            let exemplar = Exemplar { labels, value: entry.v, timestamp: Some(entry.t) };
            self.state.exemplars.add(entry.series, exemplar);
        }
    }

    fn histogram(&mut self, sample: &HistogramSample) {
        self.report.samples += 1;
        match self.state.refs.get(sample.series) {
            Some(slot) if sample.t >= self.state.min_valid_t => {
                self.state.append_histogram(slot, sample.t, &sample.value);
            }
            Some(_) => {}
            None => self.report.unknown_refs += 1,
        }
    }
}
