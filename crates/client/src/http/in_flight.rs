//! How many requests are being answered: counted up and down without anything that threads share, unlike a gauge.
//!
//! Beginnings and ends are counters, each in a cell of the calling thread; their difference goes into the gauge when a page is asked for.

use std::sync::{Mutex, PoisonError};

use crate::{Collector, Counter, CounterSeries, Families, Gauge, Registry};

#[derive(Debug)]
pub(super) struct InFlight {
    begun: Counter,
    ended: Counter,
    gauge: Gauge,
    /// What of the gauge is ours: a second layer in the same registry adds to the same gauge.
    shown: Mutex<u64>,
}

impl InFlight {
    pub(super) fn register_in(registry: &Registry) -> Self {
        let gauge = Gauge::new("http_requests_in_flight", "HTTP requests that are being answered.");
        Self {
            begun: Counter::new("begun", ""),
            ended: Counter::new("ended", ""),
            gauge: gauge.register_in(registry),
            shown: Mutex::new(0),
        }
    }

    #[inline]
    pub(super) fn begin(&self) -> Answering {
        self.begun.inc();
        Answering(self.ended.series())
    }
}

impl Collector for std::sync::Arc<InFlight> {
    fn collect(&self, _: &mut Families) {
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        // In this order, so that no end is seen without its beginning.
        let ended = self.ended.get();
        let now = self.begun.get().saturating_sub(ended);
        self.gauge.add(now as f64 - *shown as f64);
        *shown = now;
    }
}

/// Counts a request as being answered for as long as it lives; made by [`HttpMetrics::begin`](super::HttpMetrics::begin).
#[derive(Debug)]
pub struct Answering(CounterSeries);

impl Drop for Answering {
    #[inline]
    fn drop(&mut self) {
        self.0.inc();
    }
}
