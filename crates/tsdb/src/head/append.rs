//! Samples into series: cutting full chunks, floats, histograms, and changes between them. Called by commits and replay.
//!
//! Invariant: at most one chunk of a series grows; whatever needs another kind of chunk ends it first.

use narthex_chunkenc::histogram::{HistogramRef, NewChunk};
use narthex_chunkenc::{Encoding, HistogramBuilder};

use super::chunks::FullChunk;
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
}

impl HeadState {
    /// Appends committed floats; `slots` are those of the samples, as found when they were appended.
    pub(super) fn apply(&mut self, samples: &[Sample], slots: &[u32]) -> Applied {
        let mut applied = Applied::default();
        let logging = self.commit_log.is_needed();
        for (sample, slot) in samples.iter().zip(slots) {
            let appended = self.append_to(*slot, sample.t, sample.v);
            applied.count(appended);
            if logging && appended == Appended::InChunk {
                self.commit_log.note(self.commit, sample.series);
            }
        }
        applied
    }

    /// Appends committed histograms.
    pub(super) fn apply_histograms(&mut self, samples: &[HistogramSample]) -> Applied {
        let mut applied = Applied::default();
        let logging = self.commit_log.is_needed();
        for sample in samples {
            let slot = self.refs.get(sample.series);
            let appended =
                slot.map_or(Appended::Rejected, |slot| self.append_histogram(slot, sample.t, &sample.value));
            applied.count(appended);
            if logging && appended == Appended::InChunk {
                self.commit_log.note(self.commit, sample.series);
            }
        }
        applied
    }

    /// Appends one float to the series in `slot`.
    #[inline]
    pub(super) fn append_to(&mut self, slot: u32, t: i64, v: f64) -> Appended {
        let Some(series) = self.series.get_mut(slot) else { return Appended::Rejected };
        if t <= series.chunk.last_t() || t < self.min_valid_t {
            return Appended::Rejected;
        }
        if series.must_cut(t) || series.histogram != NO_HISTOGRAM {
            self.cut(slot);
        }
        let Some(series) = self.series.get_mut(slot) else { return Appended::Rejected };
        series.append(t, v, self.chunk_range);
        series.last_commit = self.commit as u32;
        self.min_t = self.min_t.min(t);
        self.max_t = self.max_t.max(t);
        Appended::InChunk
    }

    /// Appends one histogram to the series in `slot`.
    pub(super) fn append_histogram(&mut self, slot: u32, t: i64, value: &AnyHistogram) -> Appended {
        let value = value.borrow();
        let Some(series) = self.series.get(slot) else { return Appended::Rejected };
        if t <= series.chunk.last_t() || t < self.min_valid_t {
            return Appended::Rejected;
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
        let Some(series) = self.series.get_mut(slot) else { return Appended::Rejected };
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
        let Some(series) = self.series.get_mut(slot) else { return };
        let (mint, maxt) = (series.chunk_start, series.chunk.last_t());
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

    fn put_builder(&mut self, builder: Box<HistogramBuilder>) -> u32 {
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
