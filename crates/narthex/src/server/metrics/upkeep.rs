//! The numbers of what keeps the database in shape: compaction, cuts, checkpoints, retention.

use narthex_client::Families;
use narthex_tsdb::{Db, Timings, Work};

use super::super::state::ServerState;
use super::{counter, gauge};

/// Everything about it.
pub(super) fn collect(families: &mut Families, db: &Db, state: &ServerState) {
    let work = db.work();
    counts(families, &work, state);
    let name = "prometheus_tsdb_compaction_populating_block";
    let writing = f64::from(u8::from(work.blocks_in_work > 0));
    gauge(families, name, "Whether a block is being written now.", writing);
    for (name, help, timings) in [
        ("prometheus_tsdb_compaction_duration_seconds", "How long writing blocks took.", work.block_writes),
        (
            "prometheus_tsdb_tombstone_cleanup_seconds",
            "How long writing blocks anew without what was deleted took.",
            work.tombstone_cleanups,
        ),
    ] {
        families.histogram(name, help).histogram([], timings.buckets(), timings.seconds, timings.count);
    }
    for (name, help, timings) in [
        (
            "prometheus_tsdb_head_gc_duration_seconds",
            "How long cutting the head took.",
            work.head_truncations,
        ),
        (
            "prometheus_tsdb_wal_truncate_duration_seconds",
            "How long cutting the log took.",
            work.log_truncations,
        ),
    ] {
        families.summary(name, help).summary([], [], timings.seconds, timings.count);
    }
}

fn counts(families: &mut Families, work: &Work, state: &ServerState) {
    let done = state.maintenance();
    let failed = |timings: &Timings| timings.failed;
    for (name, help, value) in [
        (
            "prometheus_tsdb_compactions_triggered_total",
            "How often work for compaction was looked for.",
            done.runs,
        ),
        (
            "prometheus_tsdb_compactions_total",
            "Blocks that were written or merged.",
            done.written + done.merged,
        ),
        ("prometheus_tsdb_compactions_failed_total", "Compactions that failed.", done.failed),
        (
            "prometheus_tsdb_vertical_compactions_total",
            "Total number of compactions done on overlapping blocks.",
            work.vertical_compactions,
        ),
        (
            "prometheus_tsdb_head_truncations_total",
            "How often the head was cut.",
            work.head_truncations.count,
        ),
        (
            "prometheus_tsdb_head_truncations_failed_total",
            "Cuts of the head that failed.",
            failed(&work.head_truncations),
        ),
        (
            "prometheus_tsdb_head_chunks_removed_total",
            "Total number of chunks removed in the head.",
            work.chunks_removed,
        ),
        ("prometheus_tsdb_wal_truncations_total", "How often the log was cut.", work.log_truncations.count),
        (
            "prometheus_tsdb_wal_truncations_failed_total",
            "Cuts of the log that failed.",
            failed(&work.log_truncations),
        ),
        ("prometheus_tsdb_checkpoint_creations_total", "Checkpoints that were written.", work.checkpoints),
        (
            "prometheus_tsdb_checkpoint_deletions_total",
            "Checkpoints that a newer one replaced.",
            work.checkpoints_removed,
        ),
        (
            "prometheus_tsdb_time_retentions_total",
            "Rounds in which blocks were removed because of their age.",
            work.time_retentions,
        ),
        (
            "prometheus_tsdb_size_retentions_total",
            "Rounds in which blocks were removed because there were too many bytes.",
            work.size_retentions,
        ),
        ("prometheus_tsdb_reloads_total", "Looks at which blocks there are.", work.block_reloads),
        ("prometheus_tsdb_reloads_failures_total", "Such looks that failed.", work.block_reloads_failed),
    ] {
        counter(families, name, help, value as f64);
    }
}
