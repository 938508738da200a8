//! Counters: a value that only goes up. Integers by default, floats as [`FloatCounter`].

use std::marker::PhantomData;
use std::sync::Arc;

use super::common;
use crate::cells::{self, Handle, Kind, Layout};
use crate::desc::{Desc, MetricType, RegisterError};
use crate::exemplars;
use crate::family::Family;
use crate::labels::{LabelSet, Labels};
use crate::series::LabelValues;

/// A counter of whole numbers, with labels `L`.
///
/// An increment is a load and a store in a cell of the calling thread: no lock, no atomic read-modify-write, nothing
/// shared with other threads. On a page the name ends in `_total`, which is added if it is missing.
///
/// ```
/// use narthex_client::{Counter, Registry};
/// let registry = Registry::new();
/// let requests = Counter::new("http_requests_total", "Requests served.")
///     .with_labels(["method", "status"])
///     .register_in(&registry);
/// requests.with(["GET", "200"]).inc();
/// requests.with(["GET", "200"]).inc_by(2);
/// assert_eq!(requests.with(["GET", "200"]).get(), 3);
/// ```
pub struct Counter<L: LabelSet = ()> {
    family: Arc<Family>,
    single: Option<Handle>,
    marker: PhantomData<fn(L)>,
}

common!(Counter, CounterSeries, [], Kind::Value);

#[cfg(feature = "tower")]
impl<L: LabelSet> Counter<L> {
    /// See [`Family::removals`].
    #[inline]
    pub(crate) fn removals(&self) -> u64 {
        self.family.removals()
    }
}

impl Counter {
    /// A counter without labels, not registered yet.
    pub fn new(name: impl Into<String>, help: impl Into<String>) -> Self {
        Self::from_desc(Desc::new(MetricType::Counter, name, help))
    }

    #[inline]
    pub(crate) fn series(&self) -> CounterSeries {
        CounterSeries { handle: self.single }
    }

    /// Adds 1.
    #[inline]
    pub fn inc(&self) {
        self.series().inc();
    }

    /// Adds `amount`.
    #[inline]
    pub fn inc_by(&self, amount: u64) {
        self.series().inc_by(amount);
    }

    /// Adds `amount` and keeps these labels, usually of the trace, as the exemplar of the series.
    pub fn inc_by_with_exemplar(&self, amount: u64, labels: &[(&str, &str)]) {
        self.series().inc_by_with_exemplar(amount, labels);
    }

    /// Adds 1, with the current `tracing` span as the exemplar if it has a trace.
    #[cfg(feature = "tracing")]
    pub fn inc_traced(&self) {
        self.series().inc_traced();
    }

    /// The sum over all threads.
    pub fn get(&self) -> u64 {
        self.series().get()
    }
}

/// One series of a [`Counter`]. Counts nothing once the series is removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CounterSeries {
    handle: Option<Handle>,
}

impl CounterSeries {
    /// Adds 1.
    #[inline]
    pub fn inc(self) {
        self.inc_by(1);
    }

    /// Adds `amount`.
    #[inline]
    pub fn inc_by(self, amount: u64) {
        if let Some(handle) = self.handle {
            cells::add(handle, amount);
        }
    }

    /// Adds `amount` and keeps these labels, usually of the trace, as the exemplar of the series. Labels of more than 128
    /// characters are not kept.
    pub fn inc_by_with_exemplar(self, amount: u64, labels: &[(&str, &str)]) {
        if let Some(handle) = self.handle {
            cells::add(handle, amount);
            exemplars::keep(Kind::Value, handle, 0, labels, amount as f64);
        }
    }

    /// Adds 1, with the current `tracing` span as the exemplar if it has a trace.
    #[cfg(feature = "tracing")]
    pub fn inc_traced(self) {
        crate::tracing::with_current(|trace| self.inc_by_with_exemplar(1, trace));
    }

    /// The sum over all threads; 0 once the series is removed.
    pub fn get(self) -> u64 {
        self.handle.and_then(cells::read_value).unwrap_or_default()
    }
}

/// A counter of floats, for example of seconds, with labels `L`.
///
/// ```
/// use narthex_client::{FloatCounter, Registry};
/// let busy = FloatCounter::new("worker_busy_seconds_total", "Time spent working.").register_in(&Registry::new());
/// busy.inc_by(0.25);
/// assert_eq!(busy.get(), 0.25);
/// ```
pub struct FloatCounter<L: LabelSet = ()> {
    family: Arc<Family>,
    single: Option<Handle>,
    marker: PhantomData<fn(L)>,
}

common!(FloatCounter, FloatCounterSeries, [], Kind::Histogram);

impl FloatCounter {
    /// A counter without labels, not registered yet.
    pub fn new(name: impl Into<String>, help: impl Into<String>) -> Self {
        Self::from_desc(Desc::new(MetricType::Counter, name, help))
    }

    fn series(&self) -> FloatCounterSeries {
        FloatCounterSeries { handle: self.single }
    }

    /// Adds `amount`; a negative amount or NaN is ignored, because a counter never goes down.
    #[inline]
    pub fn inc_by(&self, amount: f64) {
        self.series().inc_by(amount);
    }

    /// Adds `amount` and keeps these labels, usually of the trace, as the exemplar of the series.
    pub fn inc_by_with_exemplar(&self, amount: f64, labels: &[(&str, &str)]) {
        self.series().inc_by_with_exemplar(amount, labels);
    }

    /// The sum over all threads.
    pub fn get(&self) -> f64 {
        self.series().get()
    }
}

/// One series of a [`FloatCounter`]. Counts nothing once the series is removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FloatCounterSeries {
    handle: Option<Handle>,
}

impl FloatCounterSeries {
    /// Adds `amount`; a negative amount or NaN is ignored, because a counter never goes down.
    #[inline]
    pub fn inc_by(self, amount: f64) {
        if let Some(handle) = self.handle
            && amount >= 0.0
        {
            cells::observe(handle, amount, 1);
        }
    }

    /// Adds `amount` and keeps these labels, usually of the trace, as the exemplar of the series. Labels of more than 128
    /// characters are not kept.
    pub fn inc_by_with_exemplar(self, amount: f64, labels: &[(&str, &str)]) {
        if let Some(handle) = self.handle
            && amount >= 0.0
        {
            cells::observe(handle, amount, 1);
            exemplars::keep(Kind::Histogram, handle, 0, labels, amount);
        }
    }

    /// Adds `amount`, with the current `tracing` span as the exemplar if it has a trace.
    #[cfg(feature = "tracing")]
    pub fn inc_by_traced(self, amount: f64) {
        crate::tracing::with_current(|trace| self.inc_by_with_exemplar(amount, trace));
    }

    /// The sum over all threads; 0 once the series is removed.
    pub fn get(self) -> f64 {
        self.handle.map_or(0.0, |handle| cells::read_histogram(handle, &Layout::new(&[], false, None)).sum)
    }
}
