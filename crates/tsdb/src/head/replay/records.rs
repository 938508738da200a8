//! [`Replay`]: the records of a log, in order, into the head.
//!
//! Invariants: what was lost is never guessed (an entry whose series record is lost is counted and left out, its reference not
//! given away again); samples of a series keep their order.

use std::io;
use std::path::{Path, PathBuf};
use std::thread;

use narthex_model::{Exemplar, Labels};
use rustc_hash::{FxHashMap, FxHashSet};

use super::progress::Follow;
use super::{ReplayError, ReplayReport};
use crate::fs::Fs;
use crate::head::prefetch::{Batch, NewSeries, Prefetch, Then};
use crate::head::refs::RefMap;
use crate::head::shards::{Shards, Waiting};
use crate::head::state::{HeadFull, HeadState};
use crate::wal::record::exemplars::ExemplarEntry;
use crate::wal::record::histograms::HistogramSample;
use crate::wal::record::samples::Sample;
use crate::wal::record::tombstones::Tombstone;
use crate::wal::record::{self, BadRecord, histograms, v2};
use crate::wal::{Damage, PAGE_SIZE};

/// A head that is being filled.
pub(super) struct Replay {
    pub(super) state: HeadState,
    /// References of series that had another one before, to be forgotten at the end.
    pub(super) aliases: FxHashMap<u64, u32>,
    /// Full chunks whose series has not come yet.
    pub(super) found: FxHashMap<u64, (u32, i64)>,
    /// Float samples that are not in their series yet.
    shards: Shards,
    /// The slots of series that left the head.
    unlinked: FxHashSet<u32>,
    pub(super) report: ReplayReport,
}

impl Replay {
    pub(super) fn new(state: HeadState, found: FxHashMap<u64, (u32, i64)>, report: ReplayReport) -> Self {
        let (aliases, unlinked) = (FxHashMap::default(), FxHashSet::default());
        Self { state, aliases, found, shards: Shards::new(), unlinked, report }
    }

    /// Reads segments in order.
    pub(super) fn segments(
        &mut self,
        fs: &dyn Fs,
        segments: &[(PathBuf, u64)],
        follow: &mut Follow<'_>,
    ) -> Result<(), ReplayError> {
        thread::scope(|scope| {
            let prefetch = Prefetch::start(scope, fs, segments)?;
            let mut path = Path::new("");
            while let Some(batch) = prefetch.next() {
                let then = self.floats(batch, &prefetch);
                match then {
                    Then::More => {}
                    Then::Segment(number) => {
                        self.report.segments += 1;
                        path = segments.get(number).map_or(path, |(path, _)| path);
                        follow.begin(path);
                    }
                    Then::Series(series, end) => {
                        self.series(series)?;
                        if let Err(bad) = end {
                            self.bad(&bad, path);
                        }
                    }
                    Then::Record(bytes) => self.record(&bytes, path)?,
                    Then::Bad(bad) => self.bad(&bad, path),
                    Then::Damage(damage) => self.repair(fs, &damage)?,
                    Then::Failed(error) => return Err(error.into()),
                }
            }
            self.shards.append(&mut self.state);
            follow.end();
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
        let mut stones = Vec::new();
        let result = match *kind {
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
            record::TOMBSTONES => {
                let decoded = record::tombstones::decode(body, |stone| stones.push(stone));
                self.tombstones(&stones);
                decoded
            }
            record::EXEMPLARS => record::exemplars::decode(body, |entry| self.exemplar(&entry)),
            record::METADATA => record::metadata::decode(body, |series, metadata| {
                match self.state.by_ref(series).map(|series| series.id) {
                    Some(id) => {
                        self.state.metadata.insert(id, metadata);
                    }
                    None => {
                        self.state.last_ref = self.state.last_ref.max(series);
                        self.report.unknown_wal.metadata += 1;
                    }
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

    fn series(&mut self, series: Vec<NewSeries>) -> Result<(), HeadFull> {
        let Self { state, aliases, found, report, .. } = self;
        let mut more_chunks = Vec::new();
        for NewSeries { id, labels, hash } in series {
            report.series += 1;
            match state.find(&labels, hash) {
                Some(slot) => {
                    let known = state.series.get(slot).map(|series| series.id);
                    if known != Some(id) {
                        state.refs.insert(id, slot);
                        aliases.insert(id, slot);
                    }
                }
                None => {
                    state.create_with_ref(id, &labels, hash)?;
                }
            }
            if let (Some((newest, maxt)), Some(slot)) = (found.remove(&id), state.refs.get(id)) {
                if aliases.contains_key(&id) {
                    more_chunks.push((slot, newest, maxt));
                } else {
                    state.attach(slot, newest, maxt);
                }
            }
            state.last_ref = state.last_ref.max(id);
        }
        if !more_chunks.is_empty() {
            // What the series has by its other references comes first.
            self.shards.append(&mut self.state);
        }
        for (slot, newest, maxt) in more_chunks {
            self.state.attach(slot, newest, maxt);
            self.state.aliases.chunks_until = self.state.aliases.chunks_until.max(maxt);
        }
        Ok(())
    }

    /// Deleted ranges, and series that left the head.
    fn tombstones(&mut self, stones: &[Tombstone]) {
        if stones.iter().any(Tombstone::is_of_whole_series) {
            // What waits belongs to series that may go now.
            self.shards.append(&mut self.state);
        }
        let before = self.unlinked.len();
        for stone in stones {
            // The reference was in use, even when nothing else tells of it any more.
            self.state.last_ref = self.state.last_ref.max(stone.series);
            match self.state.refs.get(stone.series) {
                Some(slot) if stone.is_of_whole_series() => {
                    self.state.unlink(slot);
                    self.unlinked.insert(slot);
                }
                Some(slot) => {
                    let id = self.state.series.get(slot).map_or(stone.series, |series| series.id);
                    self.state.delete(&Tombstone { series: id, ..*stone });
                }
                None => self.report.unknown_wal.tombstones += 1,
            }
        }
        if self.unlinked.len() > before {
            let Self { state, aliases, unlinked, .. } = self;
            aliases.retain(|reference, slot| {
                let stays = !unlinked.contains(slot);
                if !stays {
                    state.refs.remove(*reference);
                }
                stays
            });
        }
    }

    /// Removes the series that left the head; the others have new slots then.
    pub(super) fn remove_unlinked(&mut self) {
        if self.unlinked.is_empty() {
            return;
        }
        let state = &mut self.state;
        let former: Vec<(u64, u64)> = self
            .aliases
            .drain()
            .filter_map(|(reference, slot)| Some((reference, state.series.get(slot)?.id)))
            .collect();
        state.remove_unlinked();
        for (reference, id) in former {
            if let Some(slot) = state.refs.get(id) {
                state.refs.insert(reference, slot);
                self.aliases.insert(reference, slot);
            }
        }
    }

    /// Finds the series of a batch's floats, which are appended a little later; gives what follows them. While many are
    /// appended, the batches behind are dealt out already, up to one that has something else.
    fn floats(&mut self, batch: Batch, prefetch: &Prefetch) -> Then {
        if !self.state.encodings.floats_are_xor() {
            self.report.samples += batch.floats.len() as u64;
            self.floats_with_starts(&batch.floats, &batch.starts);
            prefetch.give_back(batch.floats);
            return batch.then;
        }
        let mut dealer = Dealer::default();
        let mut then = dealer.deal(batch, prefetch, &self.state.refs, self.shards.waiting());
        while self.shards.waiting().is_due() {
            self.shards.append_while(&mut self.state, |refs, waiting| {
                while matches!(then, Then::More)
                    && !waiting.is_due()
                    && let Some(batch) = prefetch.next()
                {
                    then = dealer.deal(batch, prefetch, refs, waiting);
                }
            });
        }
        self.report.samples += dealer.samples;
        dealer.unknown.into_iter().for_each(|series| self.unknown_sample(series));
        then
    }

    /// Appends floats in an encoding that the shards do not know.
    fn floats_with_starts(&mut self, samples: &[Sample], starts: &[i64]) {
        let starts = starts.iter().copied().chain(std::iter::repeat(0));
        for (sample, start) in samples.iter().zip(starts) {
            match self.state.refs.get(sample.series) {
                Some(slot) => {
                    self.state.append_with_start(slot, start, sample.t, sample.v);
                }
                None => self.unknown_sample(sample.series),
            }
        }
    }

    /// Counts a sample of a series whose record is lost. Its reference is never given to another series, which would get the
    /// samples that are left.
    #[cold]
    fn unknown_sample(&mut self, series: u64) {
        self.state.last_ref = self.state.last_ref.max(series);
        self.report.unknown_refs += 1;
        self.report.unknown_wal.samples += 1;
    }

    fn exemplar(&mut self, entry: &ExemplarEntry<'_>) {
        let Some(id) = self.state.by_ref(entry.series).map(|series| series.id) else {
            self.state.last_ref = self.state.last_ref.max(entry.series);
            self.report.unknown_wal.exemplars += 1;
            return;
        };
        if self.state.exemplars.is_enabled() {
            let labels = Labels::from_pairs(entry.labels.iter().copied());
            let exemplar = Exemplar { labels, value: entry.v, timestamp: Some(entry.t) };
            self.state.exemplars.add(id, exemplar);
        }
    }

    fn histogram(&mut self, sample: &HistogramSample) {
        self.report.samples += 1;
        match self.state.refs.get(sample.series) {
            Some(slot) if sample.t >= self.state.min_valid_t => {
                self.state.append_histogram(slot, sample.start, sample.t, &sample.value);
            }
            Some(_) => {}
            None => {
                self.state.last_ref = self.state.last_ref.max(sample.series);
                self.report.unknown_refs += 1;
                self.report.unknown_wal.histograms += 1;
            }
        }
    }
}

/// Deals out the floats of batches.
#[derive(Default)]
struct Dealer {
    samples: u64,
    /// References without a series, one for each sample.
    unknown: Vec<u64>,
}

impl Dealer {
    /// Gives what follows the batch's floats.
    fn deal(&mut self, batch: Batch, prefetch: &Prefetch, refs: &RefMap, waiting: &mut Waiting) -> Then {
        self.samples += batch.floats.len() as u64;
        for sample in &batch.floats {
            match refs.get(sample.series) {
                Some(slot) => waiting.push(slot, sample.t, sample.v),
                None => self.unknown.push(sample.series),
            }
        }
        prefetch.give_back(batch.floats);
        batch.then
    }
}
