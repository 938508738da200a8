//! Gauges: a value that goes up and down. `set` is one atomic store.

use std::marker::PhantomData;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use super::common;
use crate::cells::{self, Handle, Kind};
use crate::desc::{Desc, MetricType, RegisterError};
use crate::family::Family;
use crate::labels::{LabelSet, Labels};
use crate::series::LabelValues;

/// A gauge with labels `L`.
///
/// ```
/// use narthex_client::{Gauge, Registry};
/// let queued = Gauge::new("jobs_queued", "Jobs that wait for a worker.").register_in(&Registry::new());
/// queued.set(3.0);
/// queued.dec();
/// assert_eq!(queued.get(), 2.0);
/// ```
pub struct Gauge<L: LabelSet = ()> {
    family: Arc<Family>,
    single: Option<Handle>,
    marker: PhantomData<fn(L)>,
}

common!(Gauge, GaugeSeries, [], Kind::Gauge);

impl Gauge {
    /// A gauge without labels, not registered yet.
    pub fn new(name: impl Into<String>, help: impl Into<String>) -> Self {
        Self::from_desc(Desc::new(MetricType::Gauge, name, help))
    }

    fn series(&self) -> GaugeSeries {
        GaugeSeries { handle: self.single }
    }

    /// Sets the value.
    #[inline]
    pub fn set(&self, value: f64) {
        self.series().set(value);
    }

    /// Adds `amount`, which may be negative.
    #[inline]
    pub fn add(&self, amount: f64) {
        self.series().add(amount);
    }

    /// Adds 1.
    #[inline]
    pub fn inc(&self) {
        self.series().add(1.0);
    }

    /// Subtracts 1.
    #[inline]
    pub fn dec(&self) {
        self.series().add(-1.0);
    }

    /// Sets the value to the current time, in seconds since the Unix epoch.
    pub fn set_to_current_time(&self) {
        self.series().set_to_current_time();
    }

    /// Adds 1 now and subtracts it when the result is dropped.
    #[must_use = "the gauge goes down again when this is dropped"]
    pub fn track(&self) -> InFlight {
        self.series().track()
    }

    /// The value.
    pub fn get(&self) -> f64 {
        self.series().get()
    }
}

/// One series of a [`Gauge`]. Does nothing once the series is removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GaugeSeries {
    handle: Option<Handle>,
}

impl GaugeSeries {
    /// Sets the value.
    #[inline]
    pub fn set(self, value: f64) {
        if let Some(handle) = self.handle {
            cells::set_gauge(handle, value);
        }
    }

    /// Adds `amount`, which may be negative.
    #[inline]
    pub fn add(self, amount: f64) {
        if let Some(handle) = self.handle {
            cells::modify_gauge(handle, |value| value + amount);
        }
    }

    /// Adds 1.
    #[inline]
    pub fn inc(self) {
        self.add(1.0);
    }

    /// Subtracts 1.
    #[inline]
    pub fn dec(self) {
        self.add(-1.0);
    }

    /// Sets the value to the current time, in seconds since the Unix epoch.
    pub fn set_to_current_time(self) {
        self.set(SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64()));
    }

    /// Adds 1 now and subtracts it when the result is dropped.
    #[must_use = "the gauge goes down again when this is dropped"]
    pub fn track(self) -> InFlight {
        self.inc();
        InFlight(self)
    }

    /// The value; 0 once the series is removed.
    pub fn get(self) -> f64 {
        self.handle.and_then(cells::load_gauge).unwrap_or_default()
    }
}

/// Keeps a gauge one higher for as long as it lives.
#[derive(Debug)]
pub struct InFlight(GaugeSeries);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.dec();
    }
}
