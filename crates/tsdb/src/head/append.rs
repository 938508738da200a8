//! Samples into series: floats, histograms, and changes between them. Called by commits and replay. `growing` ends chunks,
//! `append_starts` takes floats when they are stored with start timestamps.
//!
//! Invariant: at most one chunk of a series grows; whatever needs another kind of chunk ends it first.

use narthex_chunkenc::HistogramBuilder;
use narthex_chunkenc::histogram::{HistogramRef, NewChunk};

use narthex_model::{FloatHistogram, Histogram, STALE_NAN, is_stale};
use narthex_storage::SampleValue;

use super::growing::Other;
use super::ooo::chunk::OooValue;
use super::series::{Appended, NO_OTHER, Series, range_end};
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
        let (floor, chunk_range, commit) = (self.floor(), self.chunk_range, self.commit as u32);
        let (mut min_t, mut max_t) = (self.min_t, self.max_t);
        for (sample, slot) in samples.iter().zip(slots) {
            match self.series.get_mut(*slot) {
                Some(series) if sample.t >= floor && series.takes(sample.t) => {
                    series.append(sample.t, sample.v, chunk_range);
                    series.last_commit = commit;
                    min_t = min_t.min(sample.t);
                    max_t = max_t.max(sample.t);
                    applied.appended += 1;
                }
                _ => {
                    let appended = self.apply_one(*slot, sample);
                    applied.count(appended);
                    if appended != Appended::InChunk {
                        continue;
                    }
                }
            }
            if logging {
                self.commit_log.note(self.commit, sample.series);
            }
        }
        self.min_t = self.min_t.min(min_t);
        self.max_t = self.max_t.max(max_t);
    }

    /// Appends a float that may be late, or need a new chunk.
    #[cold]
    fn apply_one(&mut self, slot: u32, sample: &Sample) -> Appended {
        let appended = self.append_to(slot, sample.t, sample.v);
        if appended == Appended::InChunk {
            return appended;
        }
        let late = self.late(slot, 0, sample.t, || OooValue::Float(sample.v));
        if late == Appended::Late {
            self.ooo.accepted.push_float(*sample, 0);
        }
        late
    }

    /// Appends committed histograms.
    pub(super) fn apply_histograms(&mut self, samples: &[HistogramSample], applied: &mut Applied) {
        let logging = self.commit_log.is_needed();
        for sample in samples {
            let slot = self.refs.get(sample.series).unwrap_or(u32::MAX);
            let mut appended = self.append_histogram(slot, sample.start, sample.t, &sample.value);
            if appended != Appended::InChunk {
                appended = self.late(slot, sample.start, sample.t, || OooValue::from(&sample.value));
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
    pub(super) fn late(
        &mut self,
        slot: u32,
        start: i64,
        t: i64,
        value: impl FnOnce() -> OooValue,
    ) -> Appended {
        let Some(series) = self.series.get(slot) else { return Appended::OutOfBounds };
        let in_bounds = t >= self.floor();
        if in_bounds && t == series.chunk.last_t() {
            return Appended::Duplicate;
        }
        match self.takes_from.1 {
            Some(from) if t >= from => {
                let id = series.id;
                if self.insert_out_of_order(id, start, t, value()) {
                    Appended::Late
                } else {
                    Appended::Duplicate
                }
            }
            Some(_) => Appended::TooOld,
            None if in_bounds => Appended::OutOfOrder,
            None => Appended::OutOfBounds,
        }
    }

    /// Whether the newest sample of a series has this time and value.
    pub(super) fn newest_is(&self, series: &Series, t: i64, value: SampleValue<'_>) -> bool {
        let builder = self.histogram_of(series);
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
        if series.must_cut(t) || series.other != NO_OTHER {
            if is_stale(v)
                && let Some(marker) = self.stale_histogram(slot, v)
            {
                return self.append_histogram(slot, 0, t, &marker);
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
    pub(super) fn append_histogram(
        &mut self,
        slot: u32,
        start: i64,
        t: i64,
        value: &AnyHistogram,
    ) -> Appended {
        let value = value.borrow();
        let Some(series) = self.series.get(slot) else { return Appended::OutOfOrder };
        if t <= series.chunk.last_t() || t < self.floor() {
            return Appended::OutOfOrder;
        }
        if !series.chunk.is_empty() {
            self.cut(slot);
        }
        let starts = self.encodings.histogram_starts;
        let mut builder = match self.take_other(slot) {
            Some(Other::Histogram(builder)) if builder.encoding().has_starts() == starts => builder,
            other => {
                other.iter().for_each(|other| self.store_other(slot, other));
                Box::new(HistogramBuilder::new(value.is_float(), starts))
            }
        };
        let full = builder.bytes().len() >= HISTOGRAM_BYTES && builder.count() >= HISTOGRAM_SAMPLES_MIN;
        if builder.count() > 0 && (full || self.series.get(slot).is_some_and(|series| t >= series.next_at)) {
            let header = builder.header_after(value);
            self.store(slot, builder.encoding(), builder.bytes());
            builder.restart(value.is_float(), header);
        }
        if let Err(NewChunk(header)) = builder.append(start, t, value) {
            if builder.count() > 0 {
                self.store(slot, builder.encoding(), builder.bytes());
            }
            builder.restart(value.is_float(), header);
            // An empty builder of the right kind takes every sample.
            let taken = builder.append(start, t, value);
            debug_assert!(taken.is_ok());
        }
        let first = builder.count() == 1;
        let index = self.others.put(Other::Histogram(builder));
        let Some(series) = self.series.get_mut(slot) else { return Appended::OutOfOrder };
        series.other = index;
        if first {
            series.chunk_start = t;
            series.next_at = range_end(t, self.chunk_range);
        }
        // A stale marker is told from anything else by the value, whatever the kind of the samples.
        series.chunk.set_last(t, if is_stale(value.sum()) { STALE_NAN } else { f64::NAN });
        series.last_commit = self.commit as u32;
        self.min_t = self.min_t.min(t);
        self.max_t = self.max_t.max(t);
        Appended::InChunk
    }

    /// A stale marker for a series whose newest sample is a histogram: of its kind, as Prometheus has it.
    pub(super) fn stale_histogram(&self, slot: u32, sum: f64) -> Option<AnyHistogram> {
        let builder = self.histogram_of(self.series.get(slot)?)?;
        Some(if builder.encoding().is_float_histogram() {
            AnyHistogram::Float(FloatHistogram { sum, ..FloatHistogram::default() })
        } else {
            AnyHistogram::Int(Histogram { sum, ..Histogram::default() })
        })
    }
}
