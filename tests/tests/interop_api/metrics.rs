//! The metrics of the newest Prometheus that Narthex does not have, and why: what does not exist here is not counted.

const GO: &str = "there is no Go runtime here";
const NEWER: &str = "newer than 3.14, which is the reference";
const RULES: &str = "rules are not evaluated yet, and no alerts are sent";
const REMOTE: &str = "there is no remote storage yet";
const INSIDE: &str = "something inside of the Go implementation that has no counterpart";
const WITH_LOG: &str = "part of cutting the log, whose failures are counted";
const NOT_MEASURED: &str = "would have to be looked at for each chunk or sample; nothing shows it";

/// By the start of their names.
const NOT_OURS: &[(&str, &str)] = &[
    ("go_", GO),
    ("process_network_", "the kernel counts for a network namespace and not for a process"),
    ("prometheus_notifications_", RULES),
    ("prometheus_rule_", RULES),
    ("prometheus_template_", RULES),
    ("prometheus_remote_", REMOTE),
    ("prometheus_sd_file_watcher_errors_total", "files are looked at, the system is not asked to watch them"),
    ("prometheus_target_scrape_pool_symboltable_items", INSIDE),
    (
        "prometheus_target_scrapes_cache_flush_forced_total",
        "a cache holds one page and cannot grow beyond it",
    ),
    ("prometheus_tsdb_checkpoint_creations_failed_total", WITH_LOG),
    ("prometheus_tsdb_checkpoint_deletions_failed_total", WITH_LOG),
    ("prometheus_tsdb_compaction_chunk_", NOT_MEASURED),
    ("prometheus_tsdb_compactions_skipped_total", "compaction cannot be switched off"),
    ("prometheus_tsdb_head_native_histogram_", NEWER),
    ("prometheus_tsdb_head_series_not_found_total", INSIDE),
    ("prometheus_tsdb_head_series_pending_commit_underflow_total", INSIDE),
    (
        "prometheus_tsdb_mmap_chunk_corruptions_total",
        "repairs of all files are in prometheus_tsdb_wal_corruptions_total",
    ),
    ("prometheus_tsdb_selected_series_compaction", NEWER),
    ("prometheus_tsdb_snapshot_replay_error_total", "a snapshot that cannot be read is a repair like others"),
    ("prometheus_tsdb_symbol_table_size_bytes", "symbols of blocks are mapped from their files"),
    ("prometheus_tsdb_wal_record_part_writes_total", "records are written in batches, which are counted"),
    ("prometheus_web_federation_warnings_total", "federation reads one storage, which has no warnings"),
];

const NOT_BUILT: &str = "of a mechanism that is left out of the peer's build";
const IN_USE: &str = "the peer shows it once an out-of-order window is open";

/// Metrics that the peer does not show, by their whole names, and why.
pub(crate) const ONLY_OURS: &[(&str, &str)] = &[
    ("prometheus_sd_azure_failures_total", NOT_BUILT),
    ("prometheus_sd_kuma_fetch_duration_seconds", NOT_BUILT),
    ("prometheus_sd_kuma_fetch_failures_total", NOT_BUILT),
    ("prometheus_sd_kuma_fetch_skipped_updates_total", NOT_BUILT),
    ("prometheus_sd_linode_failures_total", NOT_BUILT),
    ("prometheus_sd_nomad_failures_total", NOT_BUILT),
    ("prometheus_treecache_zookeeper_failures_total", NOT_BUILT),
    ("prometheus_tsdb_out_of_order_wbl_writes_failed_total", IN_USE),
];

/// Whether there is a reason for the lack of a metric.
pub(crate) fn is_explained(name: &str) -> bool {
    NOT_OURS.iter().any(|(start, _)| name.starts_with(start))
}
