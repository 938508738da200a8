//! [`HeadState`]: everything the head's lock protects. Changed by commits and replay, read by queriers.
//!
//! Invariants: slots are dense and ascend with time of creation; every series is in the index, in the reference map
//! and in the postings of each of its pairs; `unlogged` holds the series whose record is not in the log yet, and every
//! commit writes them all, whoever created them, so no sample is ever in front of its series.

use hashbrown::HashTable;
use narthex_model::{Labels, Matcher, Metadata};
use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use super::chunks::ChunkPool;
use super::exemplars::Exemplars;
use super::files::HeadFiles;
use super::graves::Graves;
use super::growing::Others;
use super::isolation::CommitLog;
use super::label_lists::LabelLists;
use super::ooo::OutOfOrder;
use super::pairs::Pairs;
use super::postings::Postings;
use super::refs::RefMap;
use super::series::{Appended, Series};
use super::slab::Slab;
use crate::block::tombstones::Ranges;
use crate::compact::encode::Encodings;
use crate::wal::record::series;
use crate::wal::record::tombstones::Tombstone;

/// An entry of the label index: half the hash, and the slot.
pub(super) type IndexEntry = (u32, u32);

/// A limit of the head's numbers: 2^32 series, 4 GiB of label text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the head is full: no room for the labels of another series")]
pub(crate) struct HeadFull;

/// The series and chunks of the head.
pub(crate) struct HeadState {
    pub(crate) pairs: Pairs,
    /// By pair number.
    pub(super) postings: Vec<Postings>,
    pub(super) series: Slab<Series>,
    /// The pair numbers of all series.
    pub(super) labels: LabelLists,
    pub(super) index: HashTable<IndexEntry>,
    pub(super) refs: RefMap,
    pub(super) chunks: ChunkPool,
    /// The growing chunks that are not plain XOR.
    pub(super) others: Others,
    /// How new chunks are encoded.
    pub(crate) encodings: Encodings,
    pub(crate) files: HeadFiles,
    pub(super) exemplars: Exemplars,
    /// Samples older than the newest one of their series.
    pub(crate) ooo: OutOfOrder,
    /// What was removed while transactions were open.
    pub(super) graves: Graves,
    /// The earliest times of a sample in order, and of one out of order (`None` when none is taken), of the commit that
    /// runs.
    pub(super) takes_from: (i64, Option<i64>),
    /// Type, unit and help by series, as far as they were given.
    pub(super) metadata: FxHashMap<u64, Metadata>,
    /// Deleted ranges by series.
    pub(crate) deleted: FxHashMap<u64, Ranges>,
    /// Counts how often slots were given new numbers.
    pub(super) numbering: u64,
    /// Series from this reference on are kept although they have no sample yet.
    pub(super) kept_empty_from: u64,
    /// Other references of series, which the log has.
    pub(super) aliases: Aliases,
    pub(super) series_removed: u64,
    pub(super) unlogged: Vec<u32>,
    /// The largest reference handed out.
    pub(super) last_ref: u64,
    /// Smallest and largest sample time; `i64::MAX` and `i64::MIN` while empty.
    pub(super) min_t: i64,
    pub(super) max_t: i64,
    /// Samples before this are in blocks already.
    pub(super) min_valid_t: i64,
    pub(super) chunk_range: i64,
    /// The number of the last commit.
    pub(super) commit: u64,
    pub(super) commit_log: CommitLog,
    pub(super) series_created: u64,
    pub(super) chunks_created: u64,
}

/// References that series had before they were removed and came back; the log has samples by them.
#[derive(Debug)]
pub(super) struct Aliases {
    /// The present reference.
    pub(super) of: FxHashMap<u64, u64>,
    /// Behind a memory snapshot it is not known which references below this one there are: any may be one.
    pub(super) unknown_below: u64,
    /// The newest sample that may have been written by one of them, and the newest in a head chunk file.
    pub(super) until: i64,
    pub(super) chunks_until: i64,
}

impl Default for Aliases {
    fn default() -> Self {
        Self { of: FxHashMap::default(), unknown_below: 0, until: i64::MIN, chunks_until: i64::MIN }
    }
}

/// What a commit did with its samples.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Applied {
    pub(crate) appended: u64,
    /// Those of `appended` that are out of order.
    pub(crate) late: u64,
    pub(crate) out_of_order: u64,
    pub(crate) out_of_bounds: u64,
    pub(crate) too_old: u64,
}

impl Applied {
    pub(super) fn count(&mut self, appended: Appended) {
        match appended {
            Appended::InChunk => self.appended += 1,
            Appended::Late => {
                self.appended += 1;
                self.late += 1;
            }
            Appended::Duplicate => {}
            Appended::OutOfOrder => self.out_of_order += 1,
            Appended::OutOfBounds => self.out_of_bounds += 1,
            Appended::TooOld => self.too_old += 1,
        }
    }
}

impl HeadState {
    pub(crate) fn new(chunk_range: i64, min_valid_t: i64, chunks: ChunkPool, files: HeadFiles) -> Self {
        Self {
            pairs: Pairs::default(),
            postings: Vec::new(),
            series: Slab::default(),
            labels: LabelLists::default(),
            index: HashTable::new(),
            refs: RefMap::default(),
            chunks,
            others: Others::default(),
            encodings: Encodings::default(),
            files,
            exemplars: Exemplars::default(),
            ooo: OutOfOrder::default(),
            graves: Graves::default(),
            takes_from: (i64::MIN, None),
            metadata: FxHashMap::default(),
            deleted: FxHashMap::default(),
            numbering: 0,
            kept_empty_from: 0,
            aliases: Aliases::default(),
            series_removed: 0,
            unlogged: Vec::new(),
            last_ref: 0,
            min_t: i64::MAX,
            max_t: i64::MIN,
            min_valid_t,
            chunk_range,
            commit: 0,
            commit_log: CommitLog::default(),
            series_created: 0,
            chunks_created: 0,
        }
    }

    /// The slot of the series with these labels.
    pub(super) fn find(&self, labels: &Labels, hash: u64) -> Option<u32> {
        self.find_bytes(labels.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes())), hash)
    }

    /// The slot of the series with these labels, which may be no text.
    pub(super) fn find_bytes<'a>(
        &self,
        labels: impl Iterator<Item = (&'a [u8], &'a [u8])> + Clone,
        hash: u64,
    ) -> Option<u32> {
        let same = |entry: &IndexEntry| entry.0 == hash as u32 && self.has_labels(entry.1, labels.clone());
        self.index.find(spread(hash as u32), same).map(|entry| entry.1)
    }

    fn has_labels<'a>(&self, slot: u32, mut labels: impl Iterator<Item = (&'a [u8], &'a [u8])>) -> bool {
        let Some(series) = self.series.get(slot) else { return false };
        let mut pairs = self.pairs_of(series).iter();
        let prefix = labels.all(|label| {
            pairs.next().is_some_and(|pair| {
                let (name, value) = self.pairs.both(*pair);
                (name.as_bytes(), value.as_bytes()) == label
            })
        });
        prefix && pairs.next().is_none()
    }

    /// The pair numbers of a series, in order of the label names.
    #[inline]
    pub(super) fn pairs_of(&self, series: &Series) -> &[u32] {
        self.labels.get(series.labels_at, series.labels_len)
    }

    /// The series with this reference.
    #[inline]
    pub(super) fn by_ref(&self, id: u64) -> Option<&Series> {
        self.series.get(self.refs.get(id)?)
    }

    /// The labels of a series.
    pub(super) fn labels_of(&self, series: &Series) -> Labels {
        Labels::from_sorted(self.pairs_of(series).iter().map(|pair| self.pairs.both(*pair)))
    }

    /// Takes a series out of the index, so that its labels are not found.
    pub(super) fn unindex(&mut self, slot: u32) {
        let Some(hash) = self.series.get(slot).map(|series| self.labels_of(series).hash64() as u32) else {
            return;
        };
        if let Ok(entry) = self.index.find_entry(spread(hash), |entry| entry.1 == slot) {
            entry.remove();
        }
    }

    /// A new series with a reference of its own; its labels are not in the head yet.
    pub(super) fn create(&mut self, labels: &Labels, hash: u64) -> Result<u32, HeadFull> {
        let reference = self.last_ref.checked_add(1).ok_or(HeadFull)?;
        let slot = self.create_with_ref(reference, labels, hash)?;
        self.unlogged.push(slot);
        Ok(slot)
    }

    /// A new series with the reference of a log.
    pub(super) fn create_with_ref(&mut self, id: u64, labels: &Labels, hash: u64) -> Result<u32, HeadFull> {
        let slot = u32::try_from(self.series.len()).ok().filter(|slot| *slot < u32::MAX).ok_or(HeadFull)?;
        let mut pairs = SmallVec::<[u32; 32]>::new();
        let before = slot
            .checked_sub(1)
            .and_then(|before| self.series.get(before))
            .map_or((0, 0), |series| (series.labels_at, series.labels_len));
        for (index, (name, value)) in labels.iter().enumerate() {
            let like = self.labels.get(before.0, before.1).get(index).copied();
            pairs.push(self.pairs.intern(name, value, like).map_err(|_| HeadFull)?);
        }
        let labels_len = u16::try_from(pairs.len()).map_err(|_| HeadFull)?;
        let labels_at = self.labels.push(&pairs).ok_or(HeadFull)?;
        if self.pairs.end() > self.postings.len() {
            if self.pairs.end() > self.postings.capacity() {
                self.postings.reserve_exact(self.pairs.end() / 8 + 64);
            }
            self.postings.resize_with(self.pairs.end(), Postings::default);
        }
        for pair in pairs {
            if let Some(postings) = self.postings.get_mut(pair as usize) {
                postings.push(slot);
            }
        }
        self.series.push(Series::new(id, labels_at, labels_len));
        self.index.insert_unique(spread(hash as u32), (hash as u32, slot), |entry| spread(entry.0));
        self.refs.insert(id, slot);
        self.last_ref = self.last_ref.max(id);
        self.series_created += 1;
        Ok(slot)
    }

    /// Starts the memory phase of a commit.
    pub(super) fn begin_commit(&mut self, oldest_reader: Option<u64>, logged: usize) {
        self.note_logged(logged);
        self.commit_log.prepare(oldest_reader);
        self.commit += 1;
    }

    /// Ends the memory phase: chunks that became full go to disk.
    pub(super) fn end_commit(&mut self) {
        if let Err(error) = self.files.flush() {
            tracing::warn!("cannot write full chunks, keeping them in memory: {error}");
        }
    }

    /// Gives full chunks read from disk to a series that has no sample yet, or, when it had several references, more of them.
    pub(super) fn attach(&mut self, slot: u32, newest: u32, maxt: i64) {
        self.cut(slot);
        let Some(series) = self.series.get_mut(slot) else { return };
        let mint = self.chunks.list(newest).map(|chunk| chunk.mint).last().unwrap_or(maxt);
        series.full = self.chunks.merge(series.full, newest);
        series.chunk.set_last(series.chunk.last_t().max(maxt), f64::NAN);
        self.min_t = self.min_t.min(mint);
        self.max_t = self.max_t.max(maxt);
    }

    /// Notes a deleted range.
    pub(crate) fn delete(&mut self, stone: &Tombstone) {
        if self.refs.get(stone.series).is_some() && stone.mint <= stone.maxt {
            self.deleted.entry(stone.series).or_default().add(stone.mint, stone.maxt);
        }
    }

    /// What to note to delete the samples in `[mint, maxt]` of the series that match: never more than they have, so that
    /// later samples are not touched.
    pub(crate) fn to_delete(&self, mint: i64, maxt: i64, matchers: &[Matcher]) -> Vec<Tombstone> {
        let slots = self.select(matchers).into_iter();
        let stones = slots.filter_map(|slot| {
            let series = self.series.get(slot)?;
            let late = self.ooo.get(series.id).and_then(|entry| entry.range());
            let oldest = late.map_or(self.min_t, |late| late.0.min(self.min_t));
            let newest = late.map_or(series.chunk.last_t(), |late| late.1.max(series.chunk.last_t()));
            let (mint, maxt) = (mint.max(oldest), maxt.min(newest));
            (mint <= maxt).then_some(Tombstone { series: series.id, mint, maxt })
        });
        stones.collect()
    }

    /// What to note to delete these ranges of series. Those that left the head come back for it: the log still tells of them.
    pub(crate) fn stones_of(&mut self, ranges: &[(Labels, i64, i64)]) -> Result<Vec<Tombstone>, HeadFull> {
        let mut stones = Vec::with_capacity(ranges.len());
        for (labels, mint, maxt) in ranges {
            let hash = labels.hash64();
            let slot = self.find(labels, hash).map_or_else(|| self.create(labels, hash), Ok)?;
            let series = self.series.get(slot).map(|series| series.id);
            stones.extend(series.map(|series| Tombstone { series, mint: *mint, maxt: *maxt }));
        }
        Ok(stones)
    }

    /// Puts all series that the log does not have yet into a record; returns how many.
    pub(crate) fn encode_new_series(&self, record: &mut Vec<u8>) -> usize {
        series::begin(record);
        for slot in &self.unlogged {
            if let Some(entry) = self.series.get(*slot) {
                let pairs = self.pairs_of(entry).iter().map(|pair| self.pairs.both(*pair));
                series::push(record, entry.id, pairs);
            }
        }
        self.unlogged.len()
    }

    /// The log has so many of the series that it did not have.
    pub(crate) fn note_logged(&mut self, logged: usize) {
        self.unlogged.drain(..logged.min(self.unlogged.len()));
    }

    /// Times of the oldest and the newest sample.
    pub(crate) fn time_range(&self) -> Option<(i64, i64)> {
        (self.min_t <= self.max_t).then_some((self.min_t, self.max_t))
    }

    /// From now on takes no sample before `t`.
    pub(crate) fn refuse_before(&mut self, t: i64) {
        self.min_valid_t = self.min_valid_t.max(t);
    }

    /// Whether a log may still name a series by this reference.
    pub(crate) fn knows(&self, series: u64) -> bool {
        let known = |series: u64| self.refs.get(series).is_some();
        known(series)
            || series < self.aliases.unknown_below
            || self.aliases.of.get(&series).is_some_and(|series| known(*series))
            || self.ooo.pinned.contains(&series)
    }

    /// Whether a series, named by any of its references, has out-of-order samples.
    pub(crate) fn has_late(&self, series: u64) -> bool {
        self.ooo.has(self.aliases.of.get(&series).copied().unwrap_or(series))
    }

    /// Begins a commit without samples, so that readers from before can be told from later ones.
    pub(crate) fn next_commit(&mut self) -> u64 {
        self.commit += 1;
        self.commit
    }

    /// The earliest time that the commit that runs, or the replay, may write in order.
    #[inline]
    pub(super) fn floor(&self) -> i64 {
        self.min_valid_t.max(self.takes_from.0)
    }

    /// The earliest time an appender may write.
    pub(super) fn appendable_from(&self) -> i64 {
        self.min_valid_t.max(self.max_t.saturating_sub(self.chunk_range / 2))
    }
}

/// Spreads half a hash over the 64 bits the table looks at.
#[inline]
fn spread(half: u32) -> u64 {
    u64::from(half).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}
