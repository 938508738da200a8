//! One sample of a placed series: timestamps, limits, append, exemplars.

use narthex_exposition::{ExemplarEntry, HistogramEntry, NativeHistogram};
use narthex_model::{Exemplar, LabelsBuilder, Timestamp, is_stale};
use narthex_storage::{AppendError, SampleValue, SeriesRef};

use super::resolution::fit;
use super::{AHEAD_MAX_MS, Ingest};
use crate::cache::Placed;
use crate::error::ScrapeError;

/// A sample as the page has it.
pub(super) struct Sample<'e> {
    value: SampleValue<'e>,
    timestamp: Option<Timestamp>,
    start: Timestamp,
    exemplars: Exemplars<'e>,
}

/// The exemplars of a sample.
pub(super) enum Exemplars<'e> {
    /// Of a float sample; without a time of its own it has the sample's.
    One(Option<&'e ExemplarEntry<'e>>),
    /// Of a native histogram; those without a time are left out.
    Many(&'e [ExemplarEntry<'e>]),
}

impl<'e> Sample<'e> {
    /// `times` are the timestamp and the start timestamp.
    #[inline]
    pub(super) fn new(
        value: SampleValue<'e>,
        (timestamp, start): (Option<Timestamp>, Option<Timestamp>),
        exemplars: Exemplars<'e>,
    ) -> Self {
        Self { value, timestamp, start: start.unwrap_or(0), exemplars }
    }

    fn is_stale(&self) -> bool {
        match self.value {
            SampleValue::Float(value) => is_stale(value),
            SampleValue::Histogram(histogram) => is_stale(histogram.sum),
            SampleValue::FloatHistogram(histogram) => is_stale(histogram.sum),
        }
    }
}

impl Ingest<'_, '_> {
    pub(super) fn histogram(&mut self, entry: &HistogramEntry<'_>) -> Result<(), ScrapeError> {
        let Some(placed) = self.place(entry.series(), entry.hash(), |builder| entry.labels_into(builder))?
        else {
            return Ok(());
        };
        let (fitted_int, fitted_float);
        let limits = &self.context.config.limits;
        let value = match entry.value {
            NativeHistogram::Int(histogram) => {
                fitted_int = self.outcome.fitted(fit(histogram, limits));
                SampleValue::Histogram(fitted_int.as_ref().unwrap_or(histogram))
            }
            NativeHistogram::Float(histogram) => {
                fitted_float = self.outcome.fitted(fit(histogram, limits));
                SampleValue::FloatHistogram(fitted_float.as_ref().unwrap_or(histogram))
            }
        };
        let times = (entry.timestamp, entry.start_timestamp);
        self.sample(placed, Sample::new(value, times, Exemplars::Many(entry.exemplars)))
    }

    /// Appends a float of a job without a sample limit that brings nothing but its value: what nearly all samples are.
    #[inline(always)]
    pub(super) fn plain(&mut self, placed: Placed, value: f64) -> Result<(), ScrapeError> {
        self.outcome.scraped += 1;
        let Some(series) = placed.series else { return Ok(()) };
        self.outcome.post_relabeling += 1;
        self.scan.track(placed, true);
        self.outcome.counted += u64::from(!is_stale(value));
        if placed.repeated {
            self.outcome.duplicates += 1;
            return Ok(());
        }
        match self.appender.append(series, 0, self.context.time, SampleValue::Float(value)) {
            Ok(()) => Ok(()),
            Err(error) => self.outcome.refused(error),
        }
    }

    /// Appends one sample and its exemplars.
    pub(super) fn sample(&mut self, placed: Placed, sample: Sample<'_>) -> Result<(), ScrapeError> {
        self.outcome.scraped += 1;
        let Some(series) = placed.series else { return Ok(()) };
        self.outcome.post_relabeling += 1;
        let config = self.context.config;
        let own_time = if config.honor_timestamps { sample.timestamp } else { None };
        self.scan.track(placed, own_time.is_none() || config.track_timestamps_staleness);
        if !sample.is_stale() {
            self.outcome.counted += 1;
        }
        // Behind a limit the page is only read for its counts: nothing of it will be kept.
        if self.outcome.is_over(&config.limits) {
            return Ok(());
        }
        if placed.repeated && own_time.is_none() {
            self.outcome.duplicates += 1;
            return Ok(());
        }
        let time = own_time.unwrap_or(self.context.time);
        if time > self.context.time.saturating_add(AHEAD_MAX_MS) {
            self.outcome.out_of_bounds += 1;
            return Ok(());
        }
        self.append(series, time, &sample)?;
        match sample.exemplars {
            Exemplars::One(None) | Exemplars::Many([]) => Ok(()),
            exemplars => self.exemplars(series, time, &exemplars),
        }
    }

    #[inline]
    fn append(&mut self, series: SeriesRef, time: Timestamp, sample: &Sample<'_>) -> Result<(), ScrapeError> {
        if sample.start != 0 && sample.start < time && self.context.options.start_timestamp_zeros {
            // Usually the storage has newer samples already.
            let _ = self.appender.append_start_zero(series, sample.start, zero(&sample.value));
        }
        let start = if self.context.options.start_timestamps { sample.start } else { 0 };
        match self.appender.append(series, start, time, sample.value) {
            Ok(()) => Ok(()),
            Err(error) => self.outcome.refused(error),
        }
    }

    fn exemplars(
        &mut self,
        series: SeriesRef,
        time: Timestamp,
        exemplars: &Exemplars<'_>,
    ) -> Result<(), ScrapeError> {
        let (list, default) = match exemplars {
            Exemplars::One(one) => (one.map(std::slice::from_ref).unwrap_or_default(), Some(time)),
            Exemplars::Many(many) => (*many, None),
        };
        let mut builder = LabelsBuilder::new();
        for entry in list {
            let Some(timestamp) = entry.timestamp.or(default) else { continue };
            builder.clear();
            entry.labels_into(&mut builder);
            let exemplar =
                Exemplar { labels: builder.build(), value: entry.value, timestamp: Some(timestamp) };
            match self.appender.append_exemplar(series, &exemplar) {
                Ok(()) | Err(AppendError::DuplicateExemplar) => {}
                Err(AppendError::OutOfOrderExemplar) => self.outcome.exemplars_out_of_order += 1,
                // An exemplar is an extra: it must not cost the sample it came with.
                Err(error) => tracing::debug!(%error, "exemplar not taken"),
            }
        }
        Ok(())
    }
}

/// A zero of the same kind.
fn zero<'z>(value: &SampleValue<'z>) -> SampleValue<'z> {
    use std::sync::LazyLock;

    use narthex_model::{FloatHistogram, Histogram};
    static ZERO: LazyLock<(Histogram, FloatHistogram)> = LazyLock::new(Default::default);
    match value {
        SampleValue::Float(_) => SampleValue::Float(0.0),
        SampleValue::Histogram(_) => SampleValue::Histogram(&ZERO.0),
        SampleValue::FloatHistogram(_) => SampleValue::FloatHistogram(&ZERO.1),
    }
}
