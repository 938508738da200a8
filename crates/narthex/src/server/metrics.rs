//! [`SelfMetrics`]: what the server says of itself on `/metrics`, under the names that dashboards and alerts for
//! Prometheus use. Counted where things happen (`tsdb`, `scrape`, `discovery`), collected here at every scrape.

use std::sync::Arc;

use narthex_client::{Collector, Families};
use narthex_model::duration;
use narthex_scrape::{Counts, MetricsSnapshot};
use narthex_tsdb::HeadStats;

use super::late::{LateDb, LateTargets};
use super::state::ServerState;

/// The collector.
pub(super) struct SelfMetrics {
    state: Arc<ServerState>,
    db: Arc<LateDb>,
    targets: Arc<LateTargets>,
}

impl SelfMetrics {
    /// A collector over the parts of the server.
    pub(super) fn new(state: Arc<ServerState>, db: Arc<LateDb>, targets: Arc<LateTargets>) -> Self {
        Self { state, db, targets }
    }
}

impl Collector for SelfMetrics {
    fn collect(&self, families: &mut Families) {
        self.server(families);
        if let Some(db) = self.db.get() {
            let stats = db.head_stats();
            head(families, &stats);
            let repairs = db.replay_report().repairs.len() as f64;
            let replay_seconds = db.replay_report().duration_ms as f64 / 1000.0;
            gauge(
                families,
                "prometheus_tsdb_data_replay_duration_seconds",
                "Time taken to replay the data on disk.",
                replay_seconds,
            );
            counter(
                families,
                "prometheus_tsdb_wal_corruptions_total",
                "Total number of WAL corruptions.",
                repairs,
            );
        }
        if let Some(manager) = self.targets.get() {
            scraping(families, &manager.metrics());
        }
    }
}

fn gauge(families: &mut Families, name: &str, help: &str, value: f64) {
    families.gauge(name, help).value(value);
}

fn counter(families: &mut Families, name: &str, help: &str, value: f64) {
    families.counter(name, help).value(value);
}

impl SelfMetrics {
    fn server(&self, families: &mut Families) {
        use narthex_api::backend::Server as _;
        let info = self.state.build_info();
        let facts = [
            ("version", info.version.as_str()),
            ("revision", info.revision.as_str()),
            ("branch", info.branch.as_str()),
            ("goversion", info.compiler.as_str()),
            ("goos", std::env::consts::OS),
            ("goarch", std::env::consts::ARCH),
        ];
        let help = "Which Prometheus this server behaves as: a metric with the constant value 1.";
        families.gauge("prometheus_build_info", help).sample(facts, 1.0);
        families
            .gauge("narthex_build_info", "Which build of Narthex runs: a metric with the constant value 1.")
            .sample([("version", crate::cli::VERSION)], 1.0);
        let (ok, loaded, failures) = self.state.reload_status();
        let name = "prometheus_config_last_reload_successful";
        gauge(
            families,
            name,
            "Whether the last configuration reload attempt was successful.",
            f64::from(u8::from(ok)),
        );
        let name = "prometheus_config_last_reload_success_timestamp_seconds";
        gauge(families, name, "Timestamp of the last successful configuration reload.", loaded);
        let name = "narthex_config_reload_failures_total";
        counter(families, name, "Configuration reloads that failed.", failures as f64);
        gauge(
            families,
            "prometheus_ready",
            "Whether the server is ready to answer.",
            f64::from(u8::from(self.state.is_ready())),
        );
    }
}

fn head(families: &mut Families, stats: &HeadStats) {
    for (name, help, value) in [
        ("prometheus_tsdb_head_series", "Total number of series in the head block.", stats.series as f64),
        ("prometheus_tsdb_head_chunks", "Total number of chunks in the head block.", stats.chunks as f64),
        ("prometheus_tsdb_head_min_time", "Minimum time bound of the head block.", stats.min_time as f64),
        ("prometheus_tsdb_head_max_time", "Maximum timestamp of the head block.", stats.max_time as f64),
        (
            "prometheus_tsdb_head_min_time_seconds",
            "Minimum time bound of the head block.",
            (stats.min_time / 1000) as f64,
        ),
        (
            "prometheus_tsdb_head_max_time_seconds",
            "Maximum timestamp of the head block.",
            (stats.max_time / 1000) as f64,
        ),
        (
            "prometheus_tsdb_wal_segment_current",
            "Write log segment index that is currently written to.",
            stats.wal_segment as f64,
        ),
    ] {
        gauge(families, name, help, value);
    }
    // Without samples Thanos expects the largest time, in milliseconds that became seconds.
    let lowest =
        if stats.min_time == i64::MAX { i64::MAX as f64 / 1000.0 } else { (stats.min_time / 1000) as f64 };
    let name = "prometheus_tsdb_lowest_timestamp_seconds";
    gauge(families, name, "Lowest timestamp value stored in the database.", lowest);
    let name = "prometheus_tsdb_lowest_timestamp";
    gauge(
        families,
        name,
        "Lowest timestamp value stored in the database, milliseconds.",
        stats.min_time as f64,
    );
    for (name, help, value) in [
        (
            "prometheus_tsdb_head_series_created_total",
            "Total number of series created in the head.",
            stats.series_created,
        ),
        (
            "prometheus_tsdb_head_chunks_created_total",
            "Total number of chunks created in the head.",
            stats.chunks_created,
        ),
        (
            "prometheus_tsdb_out_of_order_samples_total",
            "Samples refused because they were out of order.",
            stats.out_of_order,
        ),
        (
            "prometheus_tsdb_out_of_bound_samples_total",
            "Samples refused because they were out of bounds.",
            stats.out_of_bounds,
        ),
        (
            "prometheus_tsdb_too_old_samples_total",
            "Samples refused because they were older than the out-of-order window.",
            stats.too_old,
        ),
        (
            "prometheus_tsdb_wal_writes_failed_total",
            "Total number of WAL writes that failed.",
            stats.failed_commits,
        ),
    ] {
        counter(families, name, help, value as f64);
    }
    families
        .counter("prometheus_tsdb_head_samples_appended_total", "Total number of appended samples.")
        .sample([("type", "float")], stats.samples_appended as f64);
}

fn scraping(families: &mut Families, snapshot: &MetricsSnapshot) {
    counts(families, &snapshot.counts);
    let pool_gauges = [
        ("prometheus_target_scrape_pool_targets", "Current number of targets in this scrape pool."),
        (
            "prometheus_target_scrape_pool_target_limit",
            "Maximum number of targets allowed in this scrape pool.",
        ),
        ("prometheus_target_metadata_cache_entries", "Total number of metric metadata entries in the cache."),
        (
            "prometheus_target_metadata_cache_bytes",
            "The number of bytes that are currently used for storing metric metadata in the cache.",
        ),
    ];
    for (index, (name, help)) in pool_gauges.into_iter().enumerate() {
        let mut family = families.gauge(name, help);
        for (pool, metrics) in &snapshot.pools {
            let values =
                [metrics.targets, metrics.target_limit, metrics.metadata_entries, metrics.metadata_bytes];
            family = family.sample(
                [("scrape_job", pool.as_str())],
                values.get(index).copied().unwrap_or_default() as f64,
            );
        }
    }
    let pool_counters = [
        (
            "prometheus_target_scrape_pool_sync_total",
            "Total number of syncs that were executed on a scrape pool.",
        ),
        ("prometheus_target_sync_failed_total", "Total number of target sync failures."),
    ];
    for (index, (name, help)) in pool_counters.into_iter().enumerate() {
        let mut family = families.counter(name, help);
        for (pool, metrics) in &snapshot.pools {
            let values = [metrics.syncs, metrics.syncs_failed];
            family = family.sample(
                [("scrape_job", pool.as_str())],
                values.get(index).copied().unwrap_or_default() as f64,
            );
        }
    }
    intervals(families, snapshot);
    discovery(families, snapshot);
    let name = "narthex_scrape_cache_bytes";
    gauge(families, name, "Bytes of the caches that recognise known pages.", snapshot.cache_bytes as f64);
}

fn counts(families: &mut Families, counts: &Counts) {
    for (name, help, value) in [
        (
            "prometheus_target_scrape_pools_total",
            "Total number of scrape pool creation attempts.",
            counts.pools_created,
        ),
        (
            "prometheus_target_scrape_pool_reloads_total",
            "Total number of scrape pool reloads.",
            counts.pool_reloads,
        ),
        (
            "prometheus_target_scrape_pool_exceeded_target_limit_total",
            "Times scrape pools hit the target limit.",
            counts.exceeded_target_limit,
        ),
        (
            "prometheus_target_scrape_pool_exceeded_label_limits_total",
            "Times scrapes hit the label limits.",
            counts.exceeded_label_limits,
        ),
        (
            "prometheus_target_scrapes_exceeded_sample_limit_total",
            "Scrapes that hit the sample limit and were rejected.",
            counts.exceeded_sample_limit,
        ),
        (
            "prometheus_target_scrapes_exceeded_body_size_limit_total",
            "Scrapes that hit the body size limit.",
            counts.exceeded_body_size,
        ),
        (
            "prometheus_target_scrapes_exceeded_native_histogram_bucket_limit_total",
            "Scrapes that hit the native histogram bucket limit and were rejected.",
            counts.exceeded_bucket_limit,
        ),
        (
            "prometheus_target_scrapes_sample_duplicate_timestamp_total",
            "Samples rejected due to duplicate timestamps but different values.",
            counts.duplicates,
        ),
        (
            "prometheus_target_scrapes_sample_out_of_order_total",
            "Samples rejected due to not being out of the expected order.",
            counts.out_of_order,
        ),
        (
            "prometheus_target_scrapes_sample_out_of_bounds_total",
            "Samples rejected due to timestamp falling outside of the time bounds.",
            counts.out_of_bounds,
        ),
        (
            "prometheus_target_scrapes_exemplar_out_of_order_total",
            "Exemplars rejected due to not being out of the expected order.",
            counts.exemplars_out_of_order,
        ),
    ] {
        counter(families, name, help, value as f64);
    }
}

fn intervals(families: &mut Families, snapshot: &MetricsSnapshot) {
    const QUANTILES: [f64; 5] = [0.01, 0.05, 0.5, 0.9, 0.99];
    let mut family =
        families.summary("prometheus_target_interval_length_seconds", "Actual intervals between scrapes.");
    for (interval, lengths) in &snapshot.intervals {
        let interval = duration::format(*interval);
        family = family.summary(
            [("interval", interval.as_str())],
            QUANTILES.map(|quantile| (quantile, lengths.quantile(quantile))),
            lengths.sum_seconds,
            lengths.count,
        );
    }
}

fn discovery(families: &mut Families, snapshot: &MetricsSnapshot) {
    let mut family =
        families.gauge("prometheus_sd_discovered_targets", "Current number of discovered targets.");
    for (pool, count) in &snapshot.discovery.discovered_targets {
        family = family.sample([("config", pool.as_str()), ("name", "scrape")], *count as f64);
    }
    families
        .counter("prometheus_sd_updates_total", "Total number of update events sent to the SD consumers.")
        .sample([("name", "scrape")], snapshot.discovery.updates_sent as f64);
    let mut family = families.counter(
        "prometheus_sd_refresh_failures_total",
        "Number of refresh failures for the given SD mechanism.",
    );
    for (mechanism, stats) in &snapshot.discovery.mechanisms {
        family = family.sample([("mechanism", *mechanism)], stats.failures as f64);
    }
}
