//! What the server says of the queries that clients ask: counted by `v1::evaluate`, under Prometheus' names.

use narthex_client::{Counter, Gauge, Histogram, Registry, Summary};
use narthex_promql::QueryStats;

/// The metrics of the query engine.
#[derive(Debug)]
pub(crate) struct EngineMetrics {
    /// Queries that run now.
    pub(crate) running: Gauge,
    durations: Summary<[&'static str; 1]>,
    duration_histogram: Histogram<[&'static str; 1]>,
    samples: Counter,
    samples_read: Counter,
}

impl EngineMetrics {
    /// Metrics that `registry` exposes; at most `concurrent_max` queries run at once.
    pub(crate) fn new(registry: &Registry, concurrent_max: usize) -> Self {
        Gauge::new("prometheus_engine_queries_concurrent_max", "How many queries can run at once.")
            .register_in(registry)
            .set(concurrent_max as f64);
        Self {
            running: Gauge::new("prometheus_engine_queries", "Queries that run or wait for their turn.")
                .register_in(registry),
            durations: Summary::new(
                "prometheus_engine_query_duration_seconds",
                "How long the parts of queries took.",
            )
            .quantiles([0.5, 0.9, 0.99])
            .with_labels(["slice"])
            .register_in(registry),
            duration_histogram: Histogram::new(
                "prometheus_engine_query_duration_histogram_seconds",
                "How long the parts of queries took.",
            )
            .buckets([0.01, 0.1, 1.0, 10.0])
            .with_labels(["slice"])
            .register_in(registry),
            samples: Counter::new("prometheus_engine_query_samples_total", "Samples that queries read; one that several steps look at counts once, which is cheaper to know.")
                .register_in(registry),
            samples_read: Counter::new(
                "prometheus_engine_query_samples_read_total",
                "Samples that queries read; one that several steps look at counts once.",
            )
            .register_in(registry),
        }
    }

    /// Counts one query.
    pub(crate) fn observe(&self, stats: &QueryStats) {
        let slices = [
            ("queue_time", stats.queue_time),
            ("prepare_time", stats.prepare_time),
            ("inner_eval", stats.eval_time),
        ];
        for (slice, duration) in slices {
            self.durations.with([slice]).observe(duration.as_secs_f64());
            self.duration_histogram.with([slice]).observe(duration.as_secs_f64());
        }
        self.samples.inc_by(stats.total_samples as u64);
        self.samples_read.inc_by(stats.total_samples as u64);
    }
}
