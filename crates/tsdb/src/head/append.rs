//! Samples into series: cutting full chunks, floats, histograms, and changes between them. Called by commits and replay.
//!
//! Invariant: at most one chunk of a series grows; whatever needs another kind of chunk ends it first.

use narthex_chunkenc::histogram::{HistogramRef, NewChunk};
use narthex_chunkenc::{Encoding, HistogramBuilder};

use narthex_model::{FloatHistogram, Histogram, is_stale};
use narthex_storage::SampleValue;

use super::chunks::FullChunk;
use super::ooo::chunk::OooValue;
use super::series::{Appended, NO_HISTOGRAM, Series, range_end};
use super::state::{Applied, HeadState};
use crate::wal::record::histograms::{AnyHistogram, HistogramSample};
use crate::wal::record::samples::Sample;

/// A histogram chunk of this many bytes is ended, once it has [`HISTOGRAM_SAMPLES_MIN`] samples.
const HISTOGRAM_BYTES: usize = 1024;
const HISTOGRAM_SAMPLES_MIN: u16 = 10;

impl AnyHistogram {
    pub(super) fn borrow(&self) -> HistogramRef<'_> {
        match self {
            Self::Int(histogram) => HistogramRef::Int(histogram),
            Self::Float(histogram) => HistogramRef::Float(histogram),
        }
    }

    pub(super) fn as_sample(&self) -> SampleValue<'_> {
        match self {
            Self::Int(histogram) => SampleValue::Histogram(histogram),
            Self::Float(histogram) => SampleValue::FloatHistogram(histogram),
        }
    }
}

impl HeadState {
    /// Appends committed floats; `slots` are those of the samples, as found when they were appended.
    pub(super) fn apply(&mut self, samples: &[Sample], slots: &[u32], applied: &mut Applied) {
        let logging = self.commit_log.is_needed();
        for (sample, slot) in samples.iter().zip(slots) {
            let mut appended = self.append_to(*slot, sample.t, sample.v);
            if appended != Appended::InChunk {
                appended = self.late(*slot, sample.t, || OooValue::Float(sample.v));
                if appended == Appended::Late {
                    self.ooo.accepted.floats.push(*sample);
                }
            } else if logging {
                self.commit_log.note(self.commit, sample.series);
            }
            applied.count(appended);
        }
    }

    /// Appends committed histograms.
    pub(super) fn apply_histograms(&mut self, samples: &[HistogramSample], applied: &mut Applied) {
        let logging = self.commit_log.is_needed();
        for sample in samples {
            let slot = self.refs.get(sample.series).unwrap_or(u32::MAX);
            let mut appended = self.append_histogram(slot, sample.t, &sample.value);
            if appended != Appended::InChunk {
                appended = self.late(slot, sample.t, || OooValue::from(&sample.value));
                if appended == Appended::Late {
                    self.ooo.accepted.histograms.push(sample.clone());
                }
            } else if logging {
                self.commit_log.note(self.commit, sample.series);
            }
            applied.count(appended);
        }
    }

    /// What becomes of a sample that cannot be behind the newest one of its series.
    #[cold]
    fn late(&mut self, slot: u32, t: i64, value: impl FnOnce() -> OooValue) -> Appended {
        let Some(series) = self.series.get(slot) else { return Appended::OutOfBounds };
        let in_bounds = t >= self.floor();
        if in_bounds && t == series.chunk.last_t() {
            return Appended::Duplicate;
        }
        match self.takes_from.1 {
            Some(from) if t >= from => {
                let id = series.id;
                if self.insert_out_of_order(id, t, value()) { Appended::Late } else { Appended::Duplicate }
            }
            Some(_) => Appended::TooOld,
            None if in_bounds => Appended::OutOfOrder,
            None => Appended::OutOfBounds,
        }
    }

    /// Whether the newest sample of a series has this time and value.
    pub(super) fn newest_is(&self, series: &Series, t: i64, value: SampleValue<'_>) -> bool {
        let builder = self.histograms.get(series.histogram as usize).and_then(Option::as_ref);
        let histogram = match value {
            SampleValue::Float(v) => {
                return builder.is_none() && series.chunk.last_v().to_bits() == v.to_bits();
            }
            SampleValue::Histogram(histogram) => HistogramRef::Int(histogram),
            SampleValue::FloatHistogram(histogram) => HistogramRef::Float(histogram),
        };
        series.chunk.last_t() == t && builder.is_some_and(|builder| builder.ends_with(histogram))
    }

    /// Appends one float to the series in `slot`.
    #[inline]
    pub(super) fn append_to(&mut self, slot: u32, t: i64, v: f64) -> Appended {
        let floor = self.floor();
        let Some(series) = self.series.get_mut(slot) else { return Appended::OutOfOrder };
        if t <= series.chunk.last_t() || t < floor {
            return Appended::OutOfOrder;
        }
        if series.must_cut(t) || series.histogram != NO_HISTOGRAM {
            if is_stale(v)
                && let Some(marker) = self.stale_histogram(slot, v)
            {
                return self.append_histogram(slot, t, &marker);
            }
            self.cut(slot);
        }
        let Some(series) = self.series.get_mut(slot) else { return Appended::OutOfOrder };
        series.append(t, v, self.chunk_range);
        series.last_commit = self.commit as u32;
        self.min_t = self.min_t.min(t);
        self.max_t = self.max_t.max(t);
        Appended::InChunk
    }

    /// Appends one histogram to the series in `slot`.
    pub(super) fn append_histogram(&mut self, slot: u32, t: i64, value: &AnyHistogram) -> Appended {
        let value = value.borrow();
        let Some(series) = self.series.get(slot) else { return Appended::OutOfOrder };
        if t <= series.chunk.last_t() || t < self.floor() {
            return Appended::OutOfOrder;
        }
        if !series.chunk.is_empty() {
            self.cut(slot);
        }
        let mut builder = match self.take_builder(slot) {
            Some(builder) => builder,
            None => Box::new(HistogramBuilder::new(value.is_float())),
        };
        let full = builder.bytes().len() >= HISTOGRAM_BYTES && builder.count() >= HISTOGRAM_SAMPLES_MIN;
        if builder.count() > 0 && (full || self.series.get(slot).is_some_and(|series| t >= series.next_at)) {
            let header = builder.header_after(value);
            self.store(slot, builder.encoding(), builder.bytes());
            builder.restart(value.is_float(), header);
        }
        if let Err(NewChunk(header)) = builder.append(t, value) {
            if builder.count() > 0 {
                self.store(slot, builder.encoding(), builder.bytes());
            }
            builder.restart(value.is_float(), header);
            // An empty builder of the right kind takes every sample.
            let taken = builder.append(t, value);
            debug_assert!(taken.is_ok());
        }
        let first = builder.count() == 1;
        let index = self.put_builder(builder);
        let Some(series) = self.series.get_mut(slot) else { return Appended::OutOfOrder };
        series.histogram = index;
        if first {
            series.chunk_start = t;
            series.next_at = range_end(t, self.chunk_range);
        }
        series.chunk.set_last(t, f64::NAN);
        series.last_commit = self.commit as u32;
        self.min_t = self.min_t.min(t);
        self.max_t = self.max_t.max(t);
        Appended::InChunk
    }

    /// A stale marker for a series whose newest sample is a histogram: of its kind, as Prometheus has it.
    fn stale_histogram(&self, slot: u32, sum: f64) -> Option<AnyHistogram> {
        let series = self.series.get(slot)?;
        let builder = self.histograms.get(series.histogram as usize)?.as_ref()?;
        Some(match builder.encoding() {
            Encoding::FloatHistogram => {
                AnyHistogram::Float(FloatHistogram { sum, ..FloatHistogram::default() })
            }
            _ => AnyHistogram::Int(Histogram { sum, ..Histogram::default() }),
        })
    }

    /// Ends the growing chunk of a series, if it has one.
    pub(super) fn cut(&mut self, slot: u32) {
        if let Some(builder) = self.take_builder(slot) {
            if builder.count() > 0 {
                self.store(slot, builder.encoding(), builder.bytes());
            }
            return;
        }
        let Some(series) = self.series.get_mut(slot) else { return };
        if !series.chunk.is_empty() {
            let (data, len) = series.chunk.take();
            self.store(slot, Encoding::Xor, data.get(..len).unwrap_or_default());
        }
    }

    /// Moves the bytes of a chunk that starts at the series' `chunk_start` and ends with its newest sample to disk.
    fn store(&mut self, slot: u32, encoding: Encoding, data: &[u8]) {
        let Some(series) = self.series.get(slot) else { return };
        self.store_between(slot, (series.chunk_start, series.chunk.last_t()), encoding, data);
    }

    /// Moves the bytes of a chunk with these times to disk, as the newest full chunk of its series.
    pub(super) fn store_between(
        &mut self,
        slot: u32,
        (mint, maxt): (i64, i64),
        encoding: Encoding,
        data: &[u8],
    ) {
        let Some(series) = self.series.get_mut(slot) else { return };
        let place = self.files.push(series.id, mint, maxt, encoding.to_byte(), data);
        series.full = self.chunks.push(FullChunk::new(mint, maxt, place, series.full));
        self.chunks_created += 1;
    }

    /// Takes a series' histogram builder away from it.
    pub(super) fn take_builder(&mut self, slot: u32) -> Option<Box<HistogramBuilder>> {
        let series = self.series.get_mut(slot)?;
        let index = std::mem::replace(&mut series.histogram, NO_HISTOGRAM);
        let builder = self.histograms.get_mut(index as usize)?.take();
        self.free_histograms.push(index);
        builder
    }

    pub(super) fn put_builder(&mut self, builder: Box<HistogramBuilder>) -> u32 {
        if let Some(index) = self.free_histograms.pop()
            && let Some(place) = self.histograms.get_mut(index as usize)
        {
            *place = Some(builder);
            return index;
        }
        self.histograms.push(Some(builder));
        self.histograms.len() as u32 - 1
    }

    /// Encoding and bytes of the growing chunk.
    pub(super) fn growing<'a>(&'a self, series: &'a Series) -> Option<(u8, &'a [u8])> {
        if series.histogram != NO_HISTOGRAM {
            let builder = self.histograms.get(series.histogram as usize)?.as_ref()?;
            return Some((builder.encoding().to_byte(), builder.bytes()));
        }
        (!series.chunk.is_empty()).then(|| (Encoding::Xor.to_byte(), series.chunk.bytes()))
    }
}
