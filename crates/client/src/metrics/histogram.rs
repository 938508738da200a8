//! Histograms: observations counted in buckets, with their sum.

use std::marker::PhantomData;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::common;
use crate::cells::{self, Handle, Kind, Native};
use crate::desc::{Desc, MetricType, RegisterError};
use crate::exemplars;
use crate::family::Family;
use crate::labels::{LabelSet, Labels};
use crate::series::LabelValues;

/// The buckets of a histogram that was given none: 5 ms to 10 s.
pub const DEFAULT_BUCKETS: [f64; 11] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// A histogram with labels `L`.
///
/// An observation writes into a buffer of the calling thread; a scrape always sees whole observations: the count is the
/// sum of the buckets, and the sum is theirs.
///
/// ```
/// use narthex_client::{Histogram, Registry};
/// let duration = Histogram::new("request_duration_seconds", "Time spent serving a request.")
///     .buckets([0.005, 0.05, 0.5])
///     .register_in(&Registry::new());
/// duration.observe(0.02);
/// let answer = duration.time(|| 6 * 7);
/// assert_eq!((answer, duration.count()), (42, 2));
/// ```
pub struct Histogram<L: LabelSet = ()> {
    family: Arc<Family>,
    single: Option<Handle>,
    marker: PhantomData<fn(L)>,
}

common!(Histogram, HistogramSeries, [], Kind::Histogram);

impl<L: LabelSet> Histogram<L> {
    /// The upper bounds of the buckets, inclusive and ascending; +Inf is always there. Call before registering.
    #[must_use]
    pub fn buckets(self, bounds: impl IntoIterator<Item = f64>) -> Self {
        self.described(|desc| desc.buckets = bounds.into_iter().collect())
    }
}

impl<L: LabelSet> Histogram<L> {
    /// Counts in exponential buckets as well, each at most `factor` times as wide as the one before (1.1 gives
    /// 8 buckets for each power of two). Call before registering.
    ///
    /// Only the protobuf format carries them; with `buckets([])` the other formats show sum and count alone.
    #[must_use]
    pub fn native(self, factor: f64) -> Self {
        self.described(|desc| desc.native = Some(Native::with_factor(factor)))
    }

    /// Values of the native form up to this size count as zero; 2^-128 if not called. Call after [`native`](Self::native).
    #[must_use]
    pub fn native_zero_threshold(self, threshold: f64) -> Self {
        self.described(|desc| {
            if let Some(native) = &mut desc.native {
                native.zero_threshold = threshold.abs();
            }
        })
    }

    /// Most buckets of the native form; beyond it the resolution is halved. 160 if not called. Call after
    /// [`native`](Self::native).
    #[must_use]
    pub fn native_max_buckets(self, max: usize) -> Self {
        self.described(|desc| {
            if let Some(native) = &mut desc.native {
                native.buckets_max = max;
            }
        })
    }

    /// See [`Family::removals`].
    #[cfg(feature = "tower")]
    #[inline]
    pub(crate) fn removals(&self) -> u64 {
        self.family.removals()
    }

    fn bucket(&self, value: f64) -> Option<usize> {
        self.family.layout.is_classic().then(|| self.family.layout.bucket(value))
    }

    /// Counts one value in the series with these label values and keeps `exemplar`, usually the trace, for its bucket.
    /// An exemplar of more than 128 characters is not kept.
    pub fn observe_with_exemplar(&self, labels: L::Borrowed<'_>, value: f64, exemplar: &[(&str, &str)]) {
        self.observe_in(self.with(labels), value, exemplar);
    }

    /// The same where the series was looked up before.
    fn observe_in(&self, series: HistogramSeries, value: f64, exemplar: &[(&str, &str)]) {
        let Some(handle) = series.handle else { return };
        cells::observe(handle, value, 1);
        if exemplar.is_empty() {
            return;
        }
        match self.bucket(value) {
            Some(bucket) => exemplars::keep(Kind::Histogram, handle, bucket, exemplar, value),
            None => exemplars::keep_recent(Kind::Histogram, handle, exemplar, value),
        }
    }

    /// Counts one value, with the current `tracing` span as the exemplar if it has a trace.
    #[cfg(feature = "tracing")]
    pub fn observe_traced(&self, labels: L::Borrowed<'_>, value: f64) {
        self.observe_traced_in(self.with(labels), value);
    }

    /// The same where the series was looked up before.
    #[cfg(feature = "tracing")]
    pub(crate) fn observe_traced_in(&self, series: HistogramSeries, value: f64) {
        crate::tracing::with_current(|trace| self.observe_in(series, value, trace));
    }
}

impl Histogram {
    /// A histogram without labels and with buckets for durations from 5 ms to 10 s, not registered yet.
    pub fn new(name: impl Into<String>, help: impl Into<String>) -> Self {
        let mut desc = Desc::new(MetricType::Histogram, name, help);
        desc.buckets = DEFAULT_BUCKETS.to_vec();
        Self::from_desc(desc)
    }

    fn series(&self) -> HistogramSeries {
        HistogramSeries { handle: self.single }
    }

    /// Counts one value.
    #[inline]
    pub fn observe(&self, value: f64) {
        self.series().observe(value);
    }

    /// Counts one duration, in seconds.
    #[inline]
    pub fn observe_duration(&self, duration: Duration) {
        self.series().observe(duration.as_secs_f64());
    }

    /// Runs `work` and counts how long it took, in seconds.
    pub fn time<T>(&self, work: impl FnOnce() -> T) -> T {
        self.series().time(work)
    }

    /// Starts a timer that counts the seconds until it is dropped.
    #[must_use = "the timer counts when it is dropped"]
    pub fn start_timer(&self) -> Timer {
        self.series().start_timer()
    }

    /// How many values were counted.
    pub fn count(&self) -> u64 {
        snapshot(&self.family, self.single).counts.iter().sum()
    }

    /// The sum of the counted values.
    pub fn sum(&self) -> f64 {
        snapshot(&self.family, self.single).sum
    }
}

fn snapshot(family: &Family, handle: Option<Handle>) -> cells::HistogramSnapshot {
    handle.map_or_else(
        || cells::HistogramSnapshot::empty(&family.layout),
        |handle| cells::read_histogram(handle, &family.layout),
    )
}

/// One series of a [`Histogram`]. Counts nothing once the series is removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HistogramSeries {
    handle: Option<Handle>,
}

impl HistogramSeries {
    /// Counts one value.
    #[inline]
    pub fn observe(self, value: f64) {
        if let Some(handle) = self.handle {
            cells::observe(handle, value, 1);
        }
    }

    /// Counts one duration, in seconds.
    #[inline]
    pub fn observe_duration(self, duration: Duration) {
        self.observe(duration.as_secs_f64());
    }

    /// Runs `work` and counts how long it took, in seconds.
    pub fn time<T>(self, work: impl FnOnce() -> T) -> T {
        let _timer = self.start_timer();
        work()
    }

    /// Starts a timer that counts the seconds until it is dropped.
    #[must_use = "the timer counts when it is dropped"]
    pub fn start_timer(self) -> Timer {
        Timer { series: Some(self), start: Instant::now() }
    }
}

/// Measures from its creation; see [`Histogram::start_timer`].
#[derive(Debug)]
pub struct Timer {
    series: Option<HistogramSeries>,
    start: Instant,
}

impl Timer {
    /// Counts now and says what it counted.
    pub fn stop(mut self) -> Duration {
        let elapsed = self.start.elapsed();
        if let Some(series) = self.series.take() {
            series.observe_duration(elapsed);
        }
        elapsed
    }

    /// Counts nothing.
    pub fn discard(mut self) {
        self.series = None;
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        if let Some(series) = self.series.take() {
            series.observe_duration(self.start.elapsed());
        }
    }
}

/// `count` bounds, each `width` above the one before.
pub fn linear_buckets(start: f64, width: f64, count: usize) -> Vec<f64> {
    (0..count).map(|step| start + width * step as f64).collect()
}

/// `count` bounds, each `factor` times the one before.
pub fn exponential_buckets(start: f64, factor: f64, count: usize) -> Vec<f64> {
    (0..count).map(|step| start * factor.powi(i32::try_from(step).unwrap_or(i32::MAX))).collect()
}
