//! The numbers of scraping: `prometheus_target_*`.

use narthex_client::Families;
use narthex_http_client::DialCounts;
use narthex_model::duration;
use narthex_scrape::{Counts, MetricsSnapshot};

use super::{counter, gauge};

/// Everything about scraping; `reloads_failed` configurations could not be applied.
pub(super) fn collect(families: &mut Families, snapshot: &MetricsSnapshot, reloads_failed: u64) {
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
            let values = [metrics.syncs.count, metrics.syncs_failed];
            family = family.sample(
                [("scrape_job", pool.as_str())],
                values.get(index).copied().unwrap_or_default() as f64,
            );
        }
    }
    let name = "prometheus_target_scrape_pool_reloads_failed_total";
    counter(families, name, "Total number of failed scrape pool reloads.", reloads_failed as f64);
    let name = "prometheus_target_scrape_pools_failed_total";
    // A job that cannot be made is a configuration that is not applied.
    counter(families, name, "Total number of scrape pool creations that failed.", reloads_failed as f64);
    let mut family =
        families.summary("prometheus_target_sync_length_seconds", "How long syncs of a job's targets took.");
    for (pool, metrics) in &snapshot.pools {
        let syncs = metrics.syncs;
        family = family.summary([("scrape_job", pool.as_str())], [], syncs.sum_seconds, syncs.count);
    }
    let mut family = families.histogram(
        "prometheus_target_sync_length_histogram_seconds",
        "How long syncs of a job's targets took.",
    );
    for (pool, metrics) in &snapshot.pools {
        let syncs = metrics.syncs;
        let labels = [("scrape_job", pool.as_str())];
        family = family.histogram(labels, syncs.buckets(), syncs.sum_seconds, syncs.count);
    }
    let scrapes = snapshot.scrapes;
    families
        .histogram(
            "prometheus_target_scrape_duration_seconds",
            "How long scrapes took, from their start to the end of their commit.",
        )
        .histogram([], scrapes.buckets(), scrapes.sum_seconds, scrapes.count);
    dials(families, snapshot);
    intervals(families, snapshot);
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
        (
            "narthex_target_scrapes_sample_refused_total",
            "Samples left out because the storage had no room for their new series.",
            counts.refused,
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
            lengths.all.sum_seconds,
            lengths.all.count,
        );
    }
    let mut family = families.histogram(
        "prometheus_target_interval_length_histogram_seconds",
        "Actual intervals between scrapes.",
    );
    for (interval, lengths) in &snapshot.intervals {
        let (interval, all) = (duration::format(*interval), lengths.all);
        let labels = [("interval", interval.as_str())];
        family = family.histogram(labels, all.buckets(), all.sum_seconds, all.count);
    }
}

/// The connections of each job's scrapes.
fn dials(families: &mut Families, snapshot: &MetricsSnapshot) {
    type Count = fn(&DialCounts) -> u64;
    let kinds: [(&str, &str, Count); 3] = [
        ("net_conntrack_dialer_conn_attempted_total", "Connections that were tried.", |counts| {
            counts.attempted
        }),
        ("net_conntrack_dialer_conn_established_total", "Connections that came to be.", |counts| {
            counts.established
        }),
        ("net_conntrack_dialer_conn_closed_total", "Connections that have ended.", |counts| counts.closed),
    ];
    for (name, help, count) in kinds {
        let mut family = families.counter(name, help);
        for (pool, metrics) in &snapshot.pools {
            family = family.sample([("dialer_name", pool.as_str())], count(&metrics.dials) as f64);
        }
    }
    let mut family = families
        .counter("net_conntrack_dialer_conn_failed_total", "Connections that did not come to be, by reason.");
    for (pool, metrics) in &snapshot.pools {
        let dials = &metrics.dials;
        for (reason, count) in [
            ("refused", dials.refused),
            ("resolution", dials.resolution),
            ("timeout", dials.timeout),
            ("unknown", dials.other),
        ] {
            family = family.sample([("dialer_name", pool.as_str()), ("reason", reason)], count as f64);
        }
    }
}
