//! What a tokio runtime says of itself: workers, tasks, queue, polls.

use tokio::runtime::Handle;

use super::{Collector, Families};

/// Exposes `tokio_*` metrics of one runtime.
///
/// ```
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// use narthex_client::{Registry, TokioCollector};
/// let registry = Registry::new();
/// registry.collect_with(TokioCollector::current());
/// assert!(registry.text().contains("tokio_workers "));
/// # });
/// ```
#[derive(Debug, Clone)]
pub struct TokioCollector {
    runtime: Handle,
}

impl TokioCollector {
    /// A collector for the runtime that the caller runs in.
    ///
    /// # Panics
    /// Outside of a runtime, as [`Handle::current`] does.
    #[track_caller]
    pub fn current() -> Self {
        Self::new(Handle::current())
    }

    /// A collector for this runtime.
    pub fn new(runtime: Handle) -> Self {
        Self { runtime }
    }
}

impl Collector for TokioCollector {
    fn collect(&self, families: &mut Families) {
        let metrics = self.runtime.metrics();
        families.gauge("tokio_workers", "Worker threads of the runtime.").value(metrics.num_workers() as f64);
        families
            .gauge("tokio_alive_tasks", "Tasks that were spawned and have not finished.")
            .value(metrics.num_alive_tasks() as f64);
        families
            .gauge("tokio_global_queue_depth", "Tasks that wait in the runtime's global queue.")
            .value(metrics.global_queue_depth() as f64);
        worker_metrics(&metrics, families);
    }
}

#[cfg(target_has_atomic = "64")]
fn worker_metrics(metrics: &tokio::runtime::RuntimeMetrics, families: &mut Families) {
    for worker in 0..metrics.num_workers() {
        let label = worker.to_string();
        let labels = || [("worker", label.as_str())];
        families
            .counter("tokio_worker_busy_seconds_total", "Time that the worker spent running tasks.")
            .sample(labels(), metrics.worker_total_busy_duration(worker).as_secs_f64());
        families
            .counter("tokio_worker_parks_total", "How often the worker went to sleep for want of work.")
            .sample(labels(), metrics.worker_park_count(worker) as f64);
    }
}

#[cfg(not(target_has_atomic = "64"))]
fn worker_metrics(_: &tokio::runtime::RuntimeMetrics, _: &mut Families) {}
