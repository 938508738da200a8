//! Counters of scraping, for the server's self-metrics. Names in the comments are Prometheus'.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use narthex_http_client::DialCounts;
use parking_lot::Mutex;

use crate::durations::Durations;
use crate::interval_stats::IntervalLengths;

/// One counter, counted by scrapes and read by the server.
#[derive(Debug, Default)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    pub(crate) fn add(&self, count: u64) {
        if count > 0 {
            self.0.fetch_add(count, Ordering::Relaxed);
        }
    }

    fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// What happens over all jobs.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    pub(crate) pools_created: Counter,
    pub(crate) pool_reloads: Counter,
    pub(crate) exceeded_target_limit: Counter,
    pub(crate) exceeded_label_limits: Counter,
    pub(crate) exceeded_sample_limit: Counter,
    pub(crate) exceeded_body_size: Counter,
    pub(crate) exceeded_bucket_limit: Counter,
    pub(crate) duplicates: Counter,
    pub(crate) out_of_order: Counter,
    pub(crate) out_of_bounds: Counter,
    pub(crate) exemplars_out_of_order: Counter,
    pub(crate) refused: Counter,
    intervals: Mutex<BTreeMap<Duration, IntervalLengths>>,
    scrapes: Mutex<Durations>,
}

impl Metrics {
    /// Notes how long it was from one scrape of a target to the next.
    pub(crate) fn observe_interval(&self, configured: Duration, actual: Duration) {
        self.intervals.lock().entry(configured).or_default().observe(actual);
    }

    /// Notes how long a scrape took, from its start to the end of its commit.
    pub(crate) fn observe_scrape(&self, took: Duration) {
        self.scrapes.lock().observe(took);
    }

    pub(crate) fn scrapes(&self) -> Durations {
        *self.scrapes.lock()
    }

    pub(crate) fn counts(&self) -> Counts {
        Counts {
            pools_created: self.pools_created.get(),
            pool_reloads: self.pool_reloads.get(),
            exceeded_target_limit: self.exceeded_target_limit.get(),
            exceeded_label_limits: self.exceeded_label_limits.get(),
            exceeded_sample_limit: self.exceeded_sample_limit.get(),
            exceeded_body_size: self.exceeded_body_size.get(),
            exceeded_bucket_limit: self.exceeded_bucket_limit.get(),
            duplicates: self.duplicates.get(),
            out_of_order: self.out_of_order.get(),
            out_of_bounds: self.out_of_bounds.get(),
            exemplars_out_of_order: self.exemplars_out_of_order.get(),
            refused: self.refused.get(),
        }
    }

    pub(crate) fn intervals(&self) -> BTreeMap<Duration, IntervalLengths> {
        self.intervals.lock().clone()
    }
}

/// Counters over all jobs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// `prometheus_target_scrape_pools_total`
    pub pools_created: u64,
    /// `prometheus_target_scrape_pool_reloads_total`
    pub pool_reloads: u64,
    /// `prometheus_target_scrape_pool_exceeded_target_limit_total`
    pub exceeded_target_limit: u64,
    /// `prometheus_target_scrape_pool_exceeded_label_limits_total`
    pub exceeded_label_limits: u64,
    /// `prometheus_target_scrapes_exceeded_sample_limit_total`
    pub exceeded_sample_limit: u64,
    /// `prometheus_target_scrapes_exceeded_body_size_limit_total`
    pub exceeded_body_size: u64,
    /// `prometheus_target_scrapes_exceeded_native_histogram_bucket_limit_total`
    pub exceeded_bucket_limit: u64,
    /// `prometheus_target_scrapes_sample_duplicate_timestamp_total`
    pub duplicates: u64,
    /// `prometheus_target_scrapes_sample_out_of_order_total`
    pub out_of_order: u64,
    /// `prometheus_target_scrapes_sample_out_of_bounds_total`
    pub out_of_bounds: u64,
    /// `prometheus_target_scrapes_exemplar_out_of_order_total`
    pub exemplars_out_of_order: u64,
    /// `narthex_target_scrapes_sample_refused_total`
    pub refused: u64,
}

/// Numbers of one job (label `scrape_job`).
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct PoolMetrics {
    /// `prometheus_target_scrape_pool_targets`
    pub targets: u64,
    /// `prometheus_target_scrape_pool_target_limit`
    pub target_limit: u64,
    /// `prometheus_target_scrape_pool_sync_total`, `prometheus_target_sync_length_seconds`
    pub syncs: Durations,
    /// `net_conntrack_dialer_*`
    pub dials: DialCounts,
    /// `prometheus_target_sync_failed_total`
    pub syncs_failed: u64,
    /// `prometheus_target_metadata_cache_entries`
    pub metadata_entries: u64,
    /// `prometheus_target_metadata_cache_bytes`
    pub metadata_bytes: u64,
}

/// All numbers at one time.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MetricsSnapshot {
    /// Over all jobs.
    pub counts: Counts,
    /// By job.
    pub pools: BTreeMap<String, PoolMetrics>,
    /// By configured interval: `prometheus_target_interval_length_seconds`
    pub intervals: BTreeMap<Duration, IntervalLengths>,
    /// `prometheus_target_scrape_duration_seconds`
    pub scrapes: Durations,
    /// Bytes of all scrape caches.
    pub cache_bytes: u64,
    /// Discovery's own numbers.
    pub discovery: narthex_discovery::Stats,
}
