//! The numbers of the database: `prometheus_tsdb_*`.

use std::fs;
use std::path::Path;

use narthex_client::Families;
use narthex_tsdb::{Compression, Db, Distribution, HeadStats, UnknownRefs};

use super::super::state::ServerState;
use super::{counter, gauge, upkeep};

/// Everything about the database.
pub(super) fn collect(families: &mut Families, db: &Db, state: &ServerState) {
    let stats = db.head_stats();
    head(families, &stats);
    log(families, db, &stats);
    blocks(families, db, state);
    upkeep::collect(families, db, state);
    stale(families, db);
}

/// Series that have ended, and what was done about them.
fn stale(families: &mut Families, db: &Db) {
    let name = "prometheus_tsdb_head_stale_series";
    gauge(families, name, "Total number of stale series in the head block.", db.stale_series() as f64);
    let stats = db.stale_stats();
    for (name, help, value) in [
        (
            "prometheus_tsdb_stale_series_compactions_triggered_total",
            "Total number of triggered stale series compactions.",
            stats.triggered,
        ),
        (
            "prometheus_tsdb_stale_series_compactions_failed_total",
            "Total number of stale series compactions that failed.",
            stats.failed,
        ),
    ] {
        counter(families, name, help, value as f64);
    }
    let name = "prometheus_tsdb_stale_series_compaction_duration_seconds";
    distribution(families, name, "Duration of stale series compaction runs.", stats.seconds);
}

fn distribution(families: &mut Families, name: &str, help: &str, seen: Distribution) {
    families.histogram(name, help).histogram([], seen.buckets, seen.sum, seen.count);
}

fn log(families: &mut Families, db: &Db, stats: &HeadStats) {
    let report = db.replay_report();
    let name = "prometheus_tsdb_data_replay_duration_seconds";
    gauge(families, name, "Time taken to replay the data on disk.", report.duration_ms as f64 / 1000.0);
    let name = "prometheus_tsdb_wal_corruptions_total";
    counter(families, name, "Total number of WAL corruptions.", report.repairs.len() as f64);
    let name = "prometheus_tsdb_clean_start";
    let help = "-1: lockfile is disabled. 0: a lockfile from a previous execution was replaced. 1: lockfile creation was clean";
    gauge(families, name, help, db.clean_start().map_or(-1.0, |clean| f64::from(u8::from(clean))));
    unknown(families, "prometheus_tsdb_wal_replay_unknown_refs_total", "WAL", &report.unknown_wal);
    unknown(families, "prometheus_tsdb_wbl_replay_unknown_refs_total", "WBL", &report.unknown_wbl);
    let help = "Delta in seconds by which a sample is considered out of order (reported regardless of OOO time window and \
                whether sample is accepted or not).";
    distribution(families, "prometheus_tsdb_sample_ooo_delta", help, db.out_of_order_delta());
    for (name, help, folder) in [
        ("prometheus_tsdb_wal_storage_size_bytes", "Size of the write-ahead log.", "wal"),
        (
            "prometheus_tsdb_head_chunks_storage_size_bytes",
            "Size of the head's full chunks on disk.",
            "chunks_head",
        ),
    ] {
        gauge(families, name, help, bytes_below(&db.dir().join(folder)) as f64);
    }
    written(families, db);
    exemplars(families, db, stats);
}

/// What was written to the log.
fn written(families: &mut Families, db: &Db) {
    let log = db.log_stats();
    for (name, help, value) in [
        ("prometheus_tsdb_wal_page_flushes_total", "Batches handed to the operating system.", log.batches),
        ("prometheus_tsdb_wal_completed_pages_total", "Total number of completed pages.", log.pages),
        (
            "prometheus_tsdb_wal_record_parts_bytes_written_total",
            "Bytes written to the log, framing included.",
            log.bytes,
        ),
    ] {
        counter(families, name, help, value as f64);
    }
    let compression = match db.options().wal_compression {
        Compression::None => "none",
        Compression::Snappy => "snappy",
        Compression::Zstd => "zstd",
    };
    families
        .counter("prometheus_tsdb_wal_record_bytes_saved_total", "Bytes that compressing records saved.")
        .sample([("compression", compression)], log.bytes_saved as f64);
    families
        .summary("prometheus_tsdb_wal_fsync_duration_seconds", "How long waiting for the medium took.")
        .summary([], [], log.sync_seconds, log.syncs);
}

fn exemplars(families: &mut Families, db: &Db, stats: &HeadStats) {
    for (name, help, value) in [
        ("prometheus_tsdb_exemplar_exemplars_in_storage", "Exemplars in memory.", stats.exemplars as f64),
        (
            "prometheus_tsdb_exemplar_max_exemplars",
            "How many exemplars are kept at most.",
            db.options().max_exemplars as f64,
        ),
        (
            "prometheus_tsdb_exemplar_series_with_exemplars_in_storage",
            "Series that have exemplars in memory.",
            stats.series_with_exemplars as f64,
        ),
        (
            "prometheus_tsdb_exemplar_last_exemplars_timestamp_seconds",
            "Time of the oldest exemplar in memory.",
            stats.oldest_exemplar as f64 / 1000.0,
        ),
    ] {
        gauge(families, name, help, value);
    }
    for (name, help, value) in [
        (
            "prometheus_tsdb_exemplar_exemplars_appended_total",
            "Total number of appended exemplars.",
            stats.exemplars_appended,
        ),
        (
            "prometheus_tsdb_exemplar_out_of_order_exemplars_total",
            "Exemplars refused because they were out of order.",
            stats.exemplars_out_of_order,
        ),
    ] {
        counter(families, name, help, value as f64);
    }
}

/// Entries of a log that name a series no record has made known; types without any are left out, as Prometheus does.
fn unknown(families: &mut Families, name: &str, log: &str, unknown: &UnknownRefs) {
    let help = format!("Total number of unknown series references encountered during {log} replay.");
    let UnknownRefs { samples, histograms, exemplars, metadata, tombstones, markers } = *unknown;
    let mut family = families.counter(name, &help);
    for (kind, count) in [
        ("samples", samples),
        ("histograms", histograms),
        ("exemplars", exemplars),
        ("metadata", metadata),
        ("tombstones", tombstones),
        ("mmap_markers", markers),
    ] {
        if count > 0 {
            family = family.sample([("type", kind)], count as f64);
        }
    }
}

fn blocks(families: &mut Families, db: &Db, state: &ServerState) {
    let all = db.blocks();
    gauge(families, "prometheus_tsdb_blocks_loaded", "Blocks on disk.", all.len() as f64);
    let bytes: u64 = all.iter().map(|block| block.size).sum();
    gauge(families, "prometheus_tsdb_storage_blocks_bytes", "Bytes of all blocks.", bytes as f64);
    let limits = state.retention_limits();
    let name = "prometheus_tsdb_retention_limit_bytes";
    gauge(families, name, "How many bytes of blocks are kept, 0 for no limit.", limits.bytes as f64);
    let name = "prometheus_tsdb_retention_limit_percentage";
    let help = "How much of the disk blocks may take in percent, 0 for no limit.";
    gauge(families, name, help, limits.percentage);
    let name = "prometheus_tsdb_retention_limit_seconds";
    gauge(families, name, "How long samples are kept, 0 for ever.", limits.time_ms as f64 / 1000.0);
    // Without samples Thanos expects the largest time, in milliseconds that became seconds.
    let lowest = db.lowest_timestamp();
    let seconds = if lowest == i64::MAX { i64::MAX as f64 / 1000.0 } else { (lowest / 1000) as f64 };
    let name = "prometheus_tsdb_lowest_timestamp_seconds";
    gauge(families, name, "Lowest timestamp value stored in the database.", seconds);
    let help = "Lowest timestamp value stored in the database, milliseconds.";
    gauge(families, "prometheus_tsdb_lowest_timestamp", help, lowest as f64);
}

/// The bytes of all files below a folder; files that vanish meanwhile count nothing.
fn bytes_below(folder: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(folder) else { return 0 };
    let size = |entry: fs::DirEntry| match entry.metadata() {
        Ok(metadata) if metadata.is_dir() => bytes_below(&entry.path()),
        Ok(metadata) => metadata.len(),
        Err(_) => 0,
    };
    entries.flatten().map(size).sum()
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
            "narthex_memory_limit_bytes",
            "Bytes of memory near which new series are refused; 0 means no limit.",
            stats.memory_limit as f64,
        ),
        (
            "prometheus_tsdb_wal_segment_current",
            "Write log segment index that is currently written to.",
            stats.wal_segment as f64,
        ),
        (
            "prometheus_tsdb_head_active_appenders",
            "Number of currently active appender transactions.",
            stats.open_transactions as f64,
        ),
        (
            "prometheus_tsdb_isolation_high_watermark",
            "The number of the last transaction that changed the head.",
            stats.last_commit as f64,
        ),
        (
            "prometheus_tsdb_isolation_low_watermark",
            "The oldest such number that a reader still looks at.",
            stats.oldest_read_commit as f64,
        ),
    ] {
        gauge(families, name, help, value);
    }
    for (name, help, value) in [
        (
            "prometheus_tsdb_head_series_created_total",
            "Total number of series created in the head.",
            stats.series_created,
        ),
        (
            "prometheus_tsdb_head_series_removed_total",
            "Total number of series removed from the head.",
            stats.series_removed,
        ),
        (
            "prometheus_tsdb_head_appenders_created_total",
            "Transactions that were written, or failed to be.",
            stats.commits + stats.failed_commits,
        ),
        (
            "prometheus_tsdb_head_chunks_created_total",
            "Total number of chunks created in the head.",
            stats.chunks_created,
        ),
        (
            "prometheus_tsdb_mmap_chunks_total",
            "Chunks that became full and went to files.",
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
            "prometheus_tsdb_out_of_order_wbl_writes_failed_total",
            "Total number of writes to the log of out-of-order samples that failed.",
            stats.out_of_order_log_failed,
        ),
        (
            "narthex_tsdb_series_refused_total",
            "New series refused because of the memory limit.",
            stats.series_refused,
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
        .counter(
            "prometheus_tsdb_head_out_of_order_samples_appended_total",
            "Total number of appended out of order samples.",
        )
        .sample([("type", "float")], stats.out_of_order_appended as f64);
    families
        .counter("prometheus_tsdb_head_samples_appended_total", "Total number of appended samples.")
        .sample([("type", "float")], stats.samples_appended as f64);
}
