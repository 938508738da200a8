//! Head chunk files and log → head: full chunks first, then the newest checkpoint, then the segments behind it; repairs
//! what a crash left.
//!
//! Called once by [`Db::open`](crate::Db::open). `layout`: what there is to read. `found`: full chunks that wait for their series.
//! `records`: the log into the head. `progress`: how far it is. A damaged segment is cut behind its last good record and reported; the segments after
//! it are still read, so what can be saved is saved: `docs/formats/wal.md`, "Damage".

mod found;
mod layout;
mod progress;
mod records;

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use rustc_hash::FxHashSet;

use self::found::FoundChunks;
use self::layout::Layout;
use self::progress::Follow;
pub use self::progress::ReplayProgress;
use self::records::Replay;
use super::exemplars::Exemplars;
use super::files::HeadFiles;
use super::ooo;
use super::ooo::Accepted;
use super::ooo::replay::OooReplay;
use super::snapshot::{self, Snapshot};
use super::state::{HeadFull, HeadState};
use crate::compact::encode::Encodings;
use crate::fs::Fs;

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
    /// Samples and histograms whose series no record has made known.
    pub unknown_refs: u64,
    /// Entries of the write-ahead log whose series no record has made known.
    pub unknown_wal: UnknownRefs,
    /// The same of the log of out-of-order samples.
    pub unknown_wbl: UnknownRefs,
    /// Records of types this version does not keep.
    pub skipped_records: u64,
    /// Segments that were cut, each with the reason.
    pub repairs: Vec<String>,
    /// How long it took, milliseconds.
    pub duration_ms: u64,
}

/// Entries by type whose series is not known.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct UnknownRefs {
    /// Float samples.
    pub samples: u64,
    /// Histogram samples.
    pub histograms: u64,
    /// Exemplars.
    pub exemplars: u64,
    /// Entries of metadata.
    pub metadata: u64,
    /// Deleted ranges.
    pub tombstones: u64,
    /// Notes that out-of-order samples are in head chunk files.
    pub markers: u64,
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

/// What a replay gives.
pub(crate) struct Replayed {
    pub(crate) state: HeadState,
    pub(crate) report: ReplayReport,
    /// The segment of the log to start with.
    pub(crate) next_segment: u64,
    /// The segment of the log of out-of-order samples to start with.
    pub(crate) next_out_of_order: u64,
    /// What that log must have before anything else: head chunk files lost it.
    pub(crate) out_of_order_again: Accepted,
}

/// How to replay.
pub(crate) struct ReplayOptions {
    pub(crate) chunk_range: i64,
    /// Samples before this are in blocks.
    pub(crate) min_valid_t: i64,
    pub(crate) max_exemplars: usize,
    /// Whether to begin with a memory snapshot, if there is one.
    pub(crate) memory_snapshot: bool,
    /// How new chunks are encoded.
    pub(crate) encodings: Encodings,
    /// Told how far it is.
    pub(crate) progress: Arc<ReplayProgress>,
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
    tracing::info!("Replaying head chunk files and the write-ahead log, this may take a while");
    let begun = Instant::now();
    let mut found = FoundChunks::new(min_valid_t);
    let (files, scanned) = HeadFiles::open(Arc::clone(fs), data_dir, &mut |c| found.add(c))?;
    let FoundChunks { pool, mut by_series, late, last_place, last_ref, too_long, overlapping, .. } = found;
    let mut state = HeadState::new(chunk_range, min_valid_t, pool, files);
    state.exemplars = Exemplars::new(options.max_exemplars);
    state.encodings = options.encodings;
    state.last_ref = last_ref;
    if overlapping && from_snapshot.is_some() {
        let reason =
            "chunks overlap in the head chunk files, and only the log tells which ones count".to_owned();
        return Err(ReplayError::Snapshot(reason));
    }
    if (scanned.damaged || !too_long.is_empty()) && from_snapshot.is_some() {
        let reason = "chunks are lost that the memory does not have".to_owned();
        return Err(ReplayError::Snapshot(reason));
    }
    let mut report =
        ReplayReport { chunks: scanned.chunks, repairs: scanned.repairs, ..ReplayReport::default() };
    tracing::info!(chunks = report.chunks, duration = ?begun.elapsed(), "Head chunk files scanned");
    let fs = &**fs;
    let dir = &*data_dir.join("wal");
    let layout = Layout::read(fs, dir)?;
    for gap in layout.gaps(dir) {
        tracing::warn!("{gap}");
        report.repairs.push(gap);
    }
    if let Some(snapshot) = from_snapshot {
        layout.check(fs, dir, snapshot)?;
        let begun = Instant::now();
        report.snapshot_series =
            snapshot::read::read(fs, snapshot, &mut state, &mut by_series).map_err(ReplayError::Snapshot)?;
        tracing::info!(series = report.snapshot_series, duration = ?begun.elapsed(), "Memory snapshot loaded");
    }
    let mut replay = Replay::new(state, by_series, report);
    let files = layout.segments(fs, dir, from_snapshot)?;
    let mut follow = Follow::new(&options.progress, dir, &files);
    replay.segments(fs, &files, &mut follow)?;
    replay.remove_unlinked();
    let aliases = std::mem::take(&mut replay.aliases);
    for (reference, chunks) in late {
        let slot = replay.state.refs.get(reference);
        if let Some(id) = slot.and_then(|slot| replay.state.series.get(slot)).map(|series| series.id) {
            replay.state.ooo.attach(id, chunks);
        }
    }
    let Replay { state, report, .. } = &mut replay;
    let lost = FxHashSet::default();
    let mut out_of_order = OooReplay { state, aliases: &aliases, report, last_place, lost };
    let (next_out_of_order, out_of_order_again) = out_of_order.run(fs, &data_dir.join(ooo::DIR))?;
    // The next checkpoints keep what the log has under them until blocks have it.
    for (alias, slot) in aliases {
        replay.state.refs.remove(alias);
        if let Some(series) = replay.state.series.get(slot) {
            replay.state.aliases.of.insert(alias, series.id);
        }
    }
    replay.state.aliases.until = replay.state.max_t;
    if from_snapshot.is_some() {
        replay.state.aliases.unknown_below = replay.state.last_ref + 1;
    }
    for (newest, _) in replay.found.into_values() {
        replay.state.chunks.release(newest);
    }
    replay.state.end_commit();
    let Replay { state, report, .. } = replay;
    let next_segment = layout.next_segment();
    Ok(Replayed { state, report, next_segment, next_out_of_order, out_of_order_again })
}
