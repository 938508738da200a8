//! [`HeadAppender`]: one transaction against the head.
//!
//! `append` checks a sample against the newest committed one of its series and buffers it; `commit` writes the log and
//! then the series. The check reads through a small window of consecutive references (a page's series were created in
//! the order of the page), so that the head's lock is taken once per window and memory is read in order. While it goes
//! through a window it asks for the memory that comes next: the series of the next window, and the ends of the chunks
//! that the commit will write to.
//!
//! Invariants: nothing of a transaction is in a series before the log has it; a sample that another transaction made
//! invalid in the meantime is dropped and counted at commit, as in Prometheus.

use std::io;
use std::sync::atomic::Ordering;

use narthex_model::{Exemplar, Labels, Metadata, Timestamp};
use narthex_storage::{AppendError, Appender, CommitError, SampleValue, SeriesRef};

use super::cache_line::{CACHE_LINE, prefetch};
use super::check;
use super::runs::{self, RunEnd, RunRecord, runs};
use super::series::Series;
use super::state::{Applied, HeadFull, HeadState};
use super::{Counters, Head};
use crate::wal::WalWriter;
use crate::wal::record::histograms::{AnyHistogram, HistogramSample};
use crate::wal::record::samples::Sample;
use crate::wal::record::{self, Record, Version};

/// References looked up at once when a caller goes through them in order.
const WINDOW: u64 = 64;
/// How many sets of buffers are kept for later appenders.
const KEPT_BUFFERS: usize = 16;

/// What the window knows of a series.
#[derive(Debug, Clone, Copy)]
struct Known {
    /// [`UNKNOWN`] when there is no such series.
    slot: u32,
    last_t: i64,
    /// Where the commit will write.
    next_address: usize,
}

const UNKNOWN: u32 = u32::MAX;

/// The memory of a transaction, reused by the next ones.
#[derive(Debug, Default)]
pub(crate) struct Buffers {
    samples: Vec<Sample>,
    /// When start timestamps are stored, those of the samples.
    starts: Vec<i64>,
    slots: Vec<u32>,
    window: Vec<Known>,
    /// Labels that are looked up.
    label_bytes: Vec<u8>,
    series_record: Vec<u8>,
    histograms: Vec<HistogramSample>,
    /// For each histogram the number of floats appended before it.
    floats_before: Vec<usize>,
    exemplars: Vec<(u64, Exemplar)>,
    metadata: Vec<(u64, Metadata)>,
    /// Exemplar and metadata records.
    other_records: [Vec<u8>; 2],
}

/// One transaction.
pub(crate) struct HeadAppender<'a> {
    head: &'a Head,
    buffers: Buffers,
    /// The reference of the window's first entry.
    window_start: u64,
    window_len: u64,
    /// Where the series behind the window's last one is; 0 when unknown.
    ahead: usize,
    /// Its number among the open transactions.
    writer: u64,
    /// The numbering of the slots in the buffers.
    numbering: u64,
    /// Whether the head was looked at, which tells the times below.
    looked: bool,
    /// Earliest time that is taken in order.
    from_t: Timestamp,
    /// Earliest time that is taken out of order; `None` when none is.
    late_from: Option<Timestamp>,
    /// The newest time of the head then.
    newest: Timestamp,
}

impl<'a> HeadAppender<'a> {
    pub(crate) fn new(head: &'a Head) -> Self {
        let buffers = head.buffers.lock().pop().unwrap_or_default();
        let writer = head.writers.enter();
        Self {
            head,
            buffers,
            window_start: 0,
            window_len: 1,
            ahead: 0,
            writer,
            numbering: 0,
            looked: false,
            from_t: Timestamp::MIN,
            late_from: None,
            newest: Timestamp::MIN,
        }
    }

    /// What is known of a series; fills the window if it is not in it.
    #[inline]
    fn known(&mut self, series: u64) -> Option<Known> {
        let offset = usize::try_from(series.wrapping_sub(self.window_start)).unwrap_or(usize::MAX);
        match self.buffers.window.get(offset) {
            Some(known) if known.slot != UNKNOWN => {
                prefetch(known.next_address);
                let ahead = self.ahead.wrapping_add(offset * size_of::<Series>());
                prefetch(ahead);
                prefetch(ahead.wrapping_add(CACHE_LINE));
                Some(*known)
            }
            _ => self.fill_window(series),
        }
    }

    #[cold]
    fn fill_window(&mut self, series: u64) -> Option<Known> {
        let next = self.window_start + self.buffers.window.len() as u64;
        self.window_len = if series == next { (self.window_len * 4).min(WINDOW) } else { 1 };
        self.window_start = series;
        self.buffers.window.clear();
        let state = self.head.state.read();
        if !self.looked {
            self.looked = true;
            self.from_t = state.appendable_from();
            let window = self.head.out_of_order_window.load(Ordering::Relaxed);
            self.late_from = (window > 0).then(|| state.max_t.saturating_sub(window));
            self.numbering = state.numbering;
            self.newest = state.max_t;
        }
        let entries = (series..series.saturating_add(self.window_len)).map(|id| look_up(&state, id));
        self.buffers.window.extend(entries);
        let last = self.buffers.window.last().map_or(UNKNOWN, |known| known.slot);
        self.ahead = state.series.address(last.wrapping_add(1));
        let first = self.buffers.window.first().filter(|known| known.slot != UNKNOWN)?;
        prefetch(first.next_address);
        Some(*first)
    }

    #[inline]
    fn append_float(
        &mut self,
        series: u64,
        start: Timestamp,
        t: Timestamp,
        v: f64,
    ) -> Result<(), AppendError> {
        let known = self.known(series).ok_or(AppendError::UnknownSeries(SeriesRef(series)))?;
        if (t <= known.last_t || t < self.from_t)
            && !self.takes_late(series, known, t, SampleValue::Float(v))?
        {
            return Ok(());
        }
        self.buffers.samples.push(Sample { series, t, v });
        if self.head.version == Version::V2 {
            self.buffers.starts.push(start);
        }
        self.buffers.slots.push(known.slot);
        Ok(())
    }

    fn append_histogram(
        &mut self,
        series: u64,
        start: Timestamp,
        t: Timestamp,
        value: AnyHistogram,
    ) -> Result<(), AppendError> {
        let known = self.known(series).ok_or(AppendError::UnknownSeries(SeriesRef(series)))?;
        if (t <= known.last_t || t < self.from_t) && !self.takes_late(series, known, t, value.as_sample())? {
            return Ok(());
        }
        self.buffers.floats_before.push(self.buffers.samples.len());
        let start = if self.head.version == Version::V2 { start } else { 0 };
        self.buffers.histograms.push(HistogramSample { series, start, t, value });
        Ok(())
    }

    /// Whether a sample that is not newer than the newest one of its series, or older than what is taken in order, is
    /// taken as an out-of-order one; `false` when it is there already.
    #[cold]
    fn takes_late(
        &self,
        series: u64,
        known: Known,
        t: Timestamp,
        value: SampleValue<'_>,
    ) -> Result<bool, AppendError> {
        let counters = &self.head.counters;
        let in_bounds = t >= self.from_t;
        if in_bounds && t == known.last_t {
            let state = self.head.state.read();
            let same = state.by_ref(series).is_some_and(|series| state.newest_is(series, t, value));
            return if same { Ok(false) } else { Err(AppendError::DuplicateTimestamp) };
        }
        if self.late_from.is_some() || in_bounds {
            let behind = self.newest.saturating_sub(t);
            if behind > 0 {
                counters.out_of_order_delta.add(behind as f64 / 1000.0);
            }
        }
        let (counter, error) = match self.late_from {
            Some(from) if t >= from => return Ok(true),
            Some(_) => (&counters.too_old, AppendError::TooOld),
            None if in_bounds => (&counters.out_of_order, AppendError::OutOfOrder),
            None => (&counters.out_of_bounds, AppendError::OutOfBounds),
        };
        Counters::add(counter, 1);
        Err(error)
    }

    /// Brings back series that were removed since the transaction began.
    fn revive(&mut self) -> Result<(), HeadFull> {
        let head = self.head;
        let state = head.state.read();
        if state.numbering == self.numbering || !state.has_graves() {
            return Ok(());
        }
        drop(state);
        let mut state = head.state.write();
        let Buffers { samples, histograms, .. } = &mut self.buffers;
        let histograms = histograms.iter_mut().map(|sample| &mut sample.series);
        for series in samples.iter_mut().map(|sample| &mut sample.series).chain(histograms) {
            *series = state.revive(*series)?;
        }
        Ok(())
    }

    /// Writes the log; nothing is visible yet. Returns how many of the unlogged series are in it.
    fn write_log(&mut self, log: &mut WalWriter, ends: &[RunEnd]) -> io::Result<usize> {
        let Buffers {
            samples, starts, series_record, histograms, exemplars, metadata, other_records, ..
        } = &mut self.buffers;
        let logged = self.head.state.read().encode_new_series(series_record);
        let [exemplar_record, metadata_record] = other_records;
        record::exemplars::encode(
            exemplar_record,
            exemplars.iter().map(|(series, exemplar)| (*series, exemplar)),
        );
        record::metadata::encode(
            metadata_record,
            metadata.iter().map(|(series, metadata)| (*series, metadata)),
        );
        let samples = runs::records(self.head.version, ends, samples, starts, histograms);
        let records = [&*series_record, &*metadata_record].into_iter().map(|record| Record::Encoded(record));
        let records = records.chain(samples.iter().map(RunRecord::borrow));
        let records = records.chain([Record::Encoded(exemplar_record)]);
        let mut records = records.filter(|record| !record.is_empty()).peekable();
        if records.peek().is_some() {
            log.log(records)?;
        }
        Ok(logged)
    }

    fn give_back(&mut self) {
        let mut buffers = std::mem::take(&mut self.buffers);
        buffers.samples.clear();
        buffers.starts.clear();
        buffers.slots.clear();
        buffers.histograms.clear();
        buffers.floats_before.clear();
        buffers.exemplars.clear();
        buffers.metadata.clear();
        buffers.window.clear();
        let mut kept = self.head.buffers.lock();
        if kept.len() < KEPT_BUFFERS {
            kept.push(buffers);
        }
    }
}

impl Drop for HeadAppender<'_> {
    fn drop(&mut self) {
        self.head.writers.leave(self.writer);
    }
}

fn look_up(state: &HeadState, id: u64) -> Known {
    let found = state.refs.get(id).and_then(|slot| Some((slot, state.series.get(slot)?)));
    match found {
        Some((slot, series)) => {
            Known { slot, last_t: series.chunk.last_t(), next_address: series.chunk.next_address() }
        }
        None => Known { slot: UNKNOWN, last_t: 0, next_address: 0 },
    }
}

impl Appender for HeadAppender<'_> {
    fn known_series(&mut self, labels: &[(&[u8], &[u8])]) -> Option<SeriesRef> {
        let hash = Labels::hash64_of(labels, &mut self.buffers.label_bytes)?;
        let state = self.head.state.read();
        let slot = state.find_bytes(labels.iter().copied(), hash)?;
        state.series.get(slot).map(|series| SeriesRef(series.id))
    }

    fn series(&mut self, labels: &Labels) -> Result<SeriesRef, AppendError> {
        let hash = labels.hash64();
        if let Some(id) = find(&self.head.state.read(), labels, hash) {
            return Ok(SeriesRef(id));
        }
        check_labels(labels)?;
        self.head.budget.admit().map_err(AppendError::Limit)?;
        let mut state = self.head.state.write();
        if let Some(id) = find(&state, labels, hash) {
            return Ok(SeriesRef(id));
        }
        let slot = state.create(labels, hash).map_err(|full| AppendError::Limit(full.to_string()))?;
        let id = state.series.get(slot).map(|series| series.id).unwrap_or_default();
        Ok(SeriesRef(id))
    }

    fn append(
        &mut self,
        series: SeriesRef,
        start: Timestamp,
        t: Timestamp,
        value: SampleValue<'_>,
    ) -> Result<(), AppendError> {
        match value {
            SampleValue::Float(v) => self.append_float(series.0, start, t, v),
            SampleValue::Histogram(histogram) => {
                check::int(histogram)?;
                self.append_histogram(series.0, start, t, AnyHistogram::Int(histogram.clone()))
            }
            SampleValue::FloatHistogram(histogram) => {
                check::float(histogram)?;
                self.append_histogram(series.0, start, t, AnyHistogram::Float(histogram.clone()))
            }
        }
    }

    fn append_start_zero(
        &mut self,
        series: SeriesRef,
        t: Timestamp,
        zero: SampleValue<'_>,
    ) -> Result<(), AppendError> {
        let known = self.known(series.0).ok_or(AppendError::UnknownSeries(series))?;
        if t <= known.last_t || t < self.from_t {
            return Err(AppendError::OutOfOrder);
        }
        self.append(series, 0, t, zero)
    }

    fn append_exemplar(&mut self, series: SeriesRef, exemplar: &Exemplar) -> Result<(), AppendError> {
        let state = self.head.state.read();
        state.refs.get(series.0).ok_or(AppendError::UnknownSeries(series))?;
        if !state.exemplars.is_enabled() {
            return Ok(());
        }
        state.exemplars.check(series.0, exemplar)?;
        drop(state);
        self.buffers.exemplars.push((series.0, exemplar.clone()));
        Ok(())
    }

    fn update_metadata(&mut self, series: SeriesRef, metadata: &Metadata) -> Result<(), AppendError> {
        let state = self.head.state.read();
        state.refs.get(series.0).ok_or(AppendError::UnknownSeries(series))?;
        if state.metadata.get(&series.0) != Some(metadata) {
            drop(state);
            self.buffers.metadata.push((series.0, metadata.clone()));
        }
        Ok(())
    }

    fn commit(mut self: Box<Self>) -> Result<(), CommitError> {
        let head = self.head;
        let mut log = head.log.lock();
        let revived = self.revive().map_err(io::Error::other);
        let Buffers { samples, histograms, floats_before, .. } = &self.buffers;
        let ends = runs(samples, histograms, floats_before, head.version);
        let logged = match revived.and_then(|()| self.write_log(&mut log, &ends)) {
            Ok(logged) => logged,
            Err(error) => {
                drop(log);
                Counters::add(&head.counters.failed_commits, 1);
                self.give_back();
                return Err(CommitError(error));
            }
        };
        let mut state = head.state.write();
        // Behind the lock: a reader that appears now sees the commit whole.
        let oldest_reader = head.readers.lock().oldest();
        state.begin_commit(oldest_reader, logged);
        state.takes_from = (self.from_t, self.late_from);
        let buffers = &mut self.buffers;
        if self.numbering != state.numbering {
            let Buffers { samples, slots, .. } = buffers;
            slots.clear();
            slots.extend(samples.iter().map(|sample| state.refs.get(sample.series).unwrap_or(u32::MAX)));
        }
        let mut applied = Applied::default();
        let mut from = (0, 0);
        for to in ends {
            let floats = buffers.samples.get(from.0..to.0).unwrap_or_default();
            let slots = buffers.slots.get(from.0..to.0).unwrap_or_default();
            if state.encodings.floats_are_xor() {
                state.apply(floats, slots, &mut applied);
            } else {
                let starts = buffers.starts.get(from.0..to.0).unwrap_or_default();
                state.apply_with_starts(floats, starts, slots, &mut applied);
            }
            let histograms = buffers.histograms.get(from.1..to.1).unwrap_or_default();
            state.apply_histograms(histograms, &mut applied);
            from = to;
        }
        buffers.exemplars.drain(..).for_each(|(series, exemplar)| state.exemplars.add(series, exemplar));
        state.metadata.extend(buffers.metadata.drain(..));
        state.takes_from = (Timestamp::MIN, None);
        state.end_commit();
        let accepted = (applied.late > 0).then(|| state.take_accepted());
        drop(state);
        let late_logged = accepted.map_or(Ok(()), |accepted| head.late_log.lock().write(&accepted));
        drop(log);
        Counters::add(&head.counters.commits, 1);
        Counters::add(&head.counters.samples, applied.appended);
        Counters::add(&head.counters.out_of_order, applied.out_of_order);
        Counters::add(&head.counters.out_of_bounds, applied.out_of_bounds);
        Counters::add(&head.counters.too_old, applied.too_old);
        self.give_back();
        late_logged.map_err(|error| {
            Counters::add(&head.counters.failed_commits, 1);
            CommitError(error)
        })
    }

    fn rollback(mut self: Box<Self>) {
        self.give_back();
    }
}

fn find(state: &HeadState, labels: &Labels, hash: u64) -> Option<u64> {
    let slot = state.find(labels, hash)?;
    state.series.get(slot).map(|series| series.id)
}

fn check_labels(labels: &Labels) -> Result<(), AppendError> {
    if labels.is_empty() {
        return Err(AppendError::EmptyLabels);
    }
    let mut before = None;
    for (name, _) in labels {
        if before == Some(name) {
            return Err(AppendError::DuplicateLabel(name.to_owned()));
        }
        before = Some(name);
    }
    Ok(())
}
