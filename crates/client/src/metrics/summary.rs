//! Summaries: quantiles over a sliding window, computed here and not by queries.

use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use super::common;
use crate::cells::{Handle, Kind};
use crate::desc::{Desc, MetricType, RegisterError};
use crate::family::Family;
use crate::labels::{LabelSet, Labels};
use crate::series::LabelValues;
use crate::summaries;

/// A summary with labels `L`: quantiles of the last ten minutes, within 1 % of the value.
///
/// Quantiles of several processes cannot be put together; a [`Histogram`](crate::Histogram) can. An observation takes
/// a lock of its series.
///
/// ```
/// use narthex_client::{Registry, Summary};
/// let registry = Registry::new();
/// let size = Summary::new("upload_bytes", "Size of uploads.").quantiles([0.5, 0.99]).register_in(&registry);
/// (1..=100).for_each(|kilobytes| size.observe(f64::from(kilobytes) * 1000.0));
/// assert!(registry.text().contains("upload_bytes_count 100\n"));
/// ```
pub struct Summary<L: LabelSet = ()> {
    family: Arc<Family>,
    single: Option<Handle>,
    marker: PhantomData<fn(L)>,
}

common!(Summary, SummarySeries, [], Kind::Summary);

impl<L: LabelSet> Summary<L> {
    /// The quantiles on the page, from 0 to 1; 0.5, 0.9 and 0.99 if not called. Call before registering.
    #[must_use]
    pub fn quantiles(self, quantiles: impl IntoIterator<Item = f64>) -> Self {
        self.described(|desc| {
            desc.quantiles = quantiles.into_iter().collect();
            desc.quantiles.sort_by(f64::total_cmp);
            desc.quantiles.dedup();
        })
    }

    /// How long the quantiles remember; ten minutes if not called. Call before registering.
    #[must_use]
    pub fn window(self, window: Duration) -> Self {
        self.described(|desc| desc.window = window)
    }
}

impl Summary {
    /// A summary without labels, not registered yet.
    pub fn new(name: impl Into<String>, help: impl Into<String>) -> Self {
        let mut desc = Desc::new(MetricType::Summary, name, help);
        desc.quantiles = vec![0.5, 0.9, 0.99];
        Self::from_desc(desc)
    }

    /// Counts one value.
    pub fn observe(&self, value: f64) {
        SummarySeries { handle: self.single }.observe(value);
    }

    /// Counts one duration, in seconds.
    pub fn observe_duration(&self, duration: Duration) {
        self.observe(duration.as_secs_f64());
    }
}

/// One series of a [`Summary`]. Counts nothing once the series is removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SummarySeries {
    handle: Option<Handle>,
}

impl SummarySeries {
    /// Counts one value.
    pub fn observe(self, value: f64) {
        if let Some(handle) = self.handle {
            summaries::observe(handle, value);
        }
    }

    /// Counts one duration, in seconds.
    pub fn observe_duration(self, duration: Duration) {
        self.observe(duration.as_secs_f64());
    }
}
