//! The out-of-order part of the head: samples that are older than the newest one of their series, within a window.
//!
//! * [`chunk`]: the growing chunk of a series, a sorted list. [`log`]: its write-behind log. [`replay`]: log → memory.
//! * [`source`]: all of it as a source of blocks.
//!
//! Called by commits (`append`), readers (`querier`), replay and compaction. Series without such samples, which are
//! nearly all, cost nothing: everything is in a map beside the slab.
//!
//! Invariants: a series in the map has at least one sample, in its growing chunk or on disk; a growing chunk holds at most
//! as many samples as the option says; a chunk that was moved to disk while readers were open that must not see all of it
//! is in memory too until they are gone; a series with out-of-order samples is not removed from the head.

pub(crate) mod chunk;
pub(crate) mod log;
pub(crate) mod replay;
pub(crate) mod source;

use narthex_storage::Samples;
use rustc_hash::{FxHashMap, FxHashSet};

use self::chunk::{OooChunk, OooSample, OooValue};
use super::files::Place;
use super::state::HeadState;
use crate::compact::encode::encode;
use crate::wal::record::histograms::{AnyHistogram, HistogramSample};
use crate::wal::record::markers::Marker;
use crate::wal::record::samples::Sample;

/// The directory of the log of out-of-order samples.
pub(crate) const DIR: &str = "wbl";

/// A chunk in a head chunk file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct MappedChunk {
    pub(crate) mint: i64,
    pub(crate) maxt: i64,
    pub(crate) place: Place,
}

/// The out-of-order samples of one series.
#[derive(Debug, Default)]
pub(crate) struct OooSeries {
    pub(crate) growing: OooChunk,
    /// In order of writing; they may overlap.
    pub(crate) mapped: Vec<MappedChunk>,
    /// Chunks on disk with samples that open readers must not see.
    recent: Vec<RecentChunk>,
}

/// A growing chunk that was moved to disk, still in memory.
#[derive(Debug)]
struct RecentChunk {
    samples: OooChunk,
    /// Where its samples begin and end on disk.
    places: (Place, Place),
}

impl OooSeries {
    /// Times of the oldest and the newest sample.
    pub(crate) fn range(&self) -> Option<(i64, i64)> {
        let mapped = self.mapped.iter().map(|chunk| (chunk.mint, chunk.maxt));
        mapped.chain(self.growing.range()).reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
    }

    fn is_empty(&self) -> bool {
        self.growing.is_empty() && self.mapped.is_empty()
    }

    /// The samples of a chunk on disk in `[mint, maxt]` as far as the commit `seen` can see them, when that may not be all.
    pub(crate) fn seen_of(&self, chunk: &MappedChunk, mint: i64, maxt: i64, seen: u64) -> Option<Samples> {
        let holds = |recent: &&RecentChunk| (recent.places.0..=recent.places.1).contains(&chunk.place);
        let recent = self.recent.iter().find(holds)?;
        let mut samples = Samples::default();
        recent.samples.read(mint.max(chunk.mint), maxt.min(chunk.maxt), Some(seen), &mut samples);
        Some(samples)
    }
}

/// What was accepted by the commit that runs, for the log.
#[derive(Debug, Default)]
pub(crate) struct Accepted {
    pub(crate) floats: Vec<Sample>,
    /// The starts of the first floats; those of the others are not known.
    pub(crate) starts: Vec<i64>,
    pub(crate) histograms: Vec<HistogramSample>,
    /// Series that had a chunk moved to disk.
    cut: Vec<u64>,
    pub(crate) markers: Vec<Marker>,
}

impl Accepted {
    pub(super) fn push_float(&mut self, sample: Sample, start: i64) {
        if start != 0 {
            self.starts.resize(self.floats.len(), 0);
            self.starts.push(start);
        }
        self.floats.push(sample);
    }
}

/// All out-of-order samples.
#[derive(Debug)]
pub(crate) struct OutOfOrder {
    series: FxHashMap<u64, OooSeries>,
    /// From so many samples on a growing chunk is moved to disk.
    pub(crate) cap: usize,
    pub(crate) accepted: Accepted,
    /// Old references of series that the log still uses; the write-ahead log keeps their records.
    pub(crate) pinned: FxHashSet<u64>,
    /// Samples accepted since the start.
    pub(crate) appended: u64,
}

impl Default for OutOfOrder {
    fn default() -> Self {
        Self {
            series: FxHashMap::default(),
            cap: crate::options::OUT_OF_ORDER_CAP,
            accepted: Accepted::default(),
            pinned: FxHashSet::default(),
            appended: 0,
        }
    }
}

impl OutOfOrder {
    pub(crate) fn get(&self, series: u64) -> Option<&OooSeries> {
        if self.series.is_empty() { None } else { self.series.get(&series) }
    }

    /// Whether the series has out-of-order samples.
    pub(crate) fn has(&self, series: u64) -> bool {
        self.get(series).is_some()
    }

    /// The series that have some, in no order.
    pub(crate) fn ids(&self) -> impl Iterator<Item = u64> {
        self.series.keys().copied()
    }

    /// Gives a series chunks that are on disk already.
    pub(crate) fn attach(&mut self, series: u64, chunks: Vec<MappedChunk>) {
        if !chunks.is_empty() {
            self.series.entry(series).or_default().mapped.extend(chunks);
        }
    }

    /// Whether the series has this chunk on disk.
    fn has_chunk(&self, series: u64, place: Place) -> bool {
        self.get(series).is_some_and(|entry| entry.mapped.iter().any(|chunk| chunk.place == place))
    }

    /// The growing chunks of some series, for the log.
    fn growing_of(&self, series: impl Iterator<Item = u64>) -> Accepted {
        let mut all = Accepted::default();
        for (id, entry) in series.filter_map(|id| Some((id, self.get(id)?))) {
            for OooSample { t, start, value, .. } in entry.growing.iter() {
                match value {
                    OooValue::Float(v) => all.push_float(Sample { series: id, t: *t, v: *v }, *start),
                    OooValue::Histogram(value) => {
                        let value = AnyHistogram::from(value);
                        all.histograms.push(HistogramSample { series: id, start: *start, t: *t, value });
                    }
                }
            }
        }
        all
    }

    /// Forgets the growing chunk of a series: its samples are on disk.
    pub(crate) fn forget_growing(&mut self, series: u64) {
        if let Some(entry) = self.series.get_mut(&series) {
            entry.growing = OooChunk::default();
            if entry.is_empty() {
                self.series.remove(&series);
            }
        }
    }

    /// Forgets the chunks on disk up to `place`: they are in blocks.
    pub(crate) fn forget_up_to(&mut self, place: Place) {
        self.series.values_mut().for_each(|entry| entry.mapped.retain(|chunk| chunk.place > place));
        self.series.retain(|_, entry| !entry.is_empty());
    }

    /// Forgets the oldest `counts` chunks on disk of each series: they are in blocks.
    pub(crate) fn forget_mapped(&mut self, counts: &FxHashMap<u64, usize>) {
        for (id, count) in counts {
            if let Some(entry) = self.series.get_mut(id) {
                entry.mapped.drain(..(*count).min(entry.mapped.len()));
            }
        }
        self.series.retain(|_, entry| !entry.is_empty());
    }

    /// Times of the oldest and the newest sample.
    pub(crate) fn range(&self) -> Option<(i64, i64)> {
        self.series.values().filter_map(OooSeries::range).reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
    }

    /// First and last times of the chunks on disk.
    pub(crate) fn mapped_times(&self) -> Vec<(i64, i64)> {
        self.series.values().flat_map(|entry| &entry.mapped).map(|chunk| (chunk.mint, chunk.maxt)).collect()
    }

    /// The oldest head chunk file with a chunk that is not in a block.
    pub(crate) fn oldest_file(&self) -> Option<u32> {
        self.series.values().flat_map(|entry| &entry.mapped).map(|chunk| chunk.place.file).min()
    }

    /// The last chunk on disk.
    pub(crate) fn newest_place(&self) -> Option<Place> {
        self.series.values().flat_map(|entry| &entry.mapped).map(|chunk| chunk.place).max()
    }

    /// Chunks on disk and growing ones.
    pub(crate) fn chunks(&self) -> usize {
        let of = |entry: &OooSeries| entry.mapped.len() + usize::from(!entry.growing.is_empty());
        self.series.values().map(of).sum()
    }
}

impl HeadState {
    /// Inserts a sample that is not newer than the newest one of its series; `false` when the growing chunk has one with
    /// this time.
    pub(super) fn insert_out_of_order(&mut self, id: u64, start: i64, t: i64, value: OooValue) -> bool {
        let commit = self.commit as u32;
        let readers = self.commit_log.is_needed();
        let entry = self.ooo.series.entry(id).or_default();
        if !readers {
            entry.recent.clear();
        }
        if !entry.growing.insert(OooSample { t, start, commit, value }) {
            return false;
        }
        self.ooo.appended += 1;
        if entry.growing.len() >= self.ooo.cap {
            self.cut_out_of_order(id, readers);
            self.ooo.accepted.cut.push(id);
        }
        true
    }

    /// Moves the growing chunk of a series to disk, as one chunk or, when kinds of samples change, several. With open
    /// `readers` it stays in memory too: on disk nothing says which commit brought a sample.
    pub(crate) fn cut_out_of_order(&mut self, id: u64, readers: bool) {
        let Some(entry) = self.ooo.series.get_mut(&id) else { return };
        let mut samples = Samples::default();
        let growing = std::mem::take(&mut entry.growing);
        growing.read(i64::MIN, i64::MAX, None, &mut samples);
        let first_new = entry.mapped.len();
        for chunk in encode(&samples, self.encodings) {
            let place = self.files.push_out_of_order(id, chunk.mint, chunk.maxt, chunk.encoding, &chunk.data);
            entry.mapped.push(MappedChunk { mint: chunk.mint, maxt: chunk.maxt, place });
            self.chunks_created += 1;
        }
        let new = entry.mapped.get(first_new..).unwrap_or_default();
        if let (true, Some(first), Some(last)) = (readers, new.first(), new.last()) {
            entry.recent.push(RecentChunk { samples: growing, places: (first.place, last.place) });
        }
    }

    /// What the commit that ends accepted; for the log. A marker is made for each series all of whose samples are on disk
    /// now.
    pub(super) fn take_accepted(&mut self) -> Accepted {
        let mut accepted = std::mem::take(&mut self.ooo.accepted);
        accepted.cut.sort_unstable();
        accepted.cut.dedup();
        for id in accepted.cut.drain(..) {
            let entry = self.ooo.get(id).filter(|entry| entry.growing.is_empty());
            if let Some(last) = entry.and_then(|entry| entry.mapped.last()) {
                accepted.markers.push(Marker { series: id, place: last.place });
            }
        }
        accepted
    }
}
