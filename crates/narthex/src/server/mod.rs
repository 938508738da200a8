//! The server: opens the database, scrapes, answers, reloads, ends. `run` is the whole life.

mod announce;
mod features;
mod late;
mod limits;
mod map;
mod metrics;
mod signals;
mod start;
mod state;
mod watch_file;

pub(crate) use announce::not_executed;
pub(crate) use map::{http_file, jobs, secure, web_config};
pub(crate) use start::run;
pub(crate) use state::open_query_log;

use narthex_tsdb::{FloatEncoding, Retention};

use crate::cli::Flags;
use crate::config::Config;

/// The machine's name.
pub(crate) fn hostname() -> String {
    let from_kernel = std::fs::read_to_string("/proc/sys/kernel/hostname");
    let name = from_kernel.or_else(|_| std::fs::read_to_string("/etc/hostname")).unwrap_or_default();
    let name = name.trim();
    if name.is_empty() { "localhost".to_owned() } else { name.to_owned() }
}

/// What is kept: what the configuration's `retention` says, if it is there (a field that is not there sets no limit), else
/// the flags. Without a word about either it is 15 days.
pub(crate) fn retention_limits(flags: &Flags, config: &Config) -> Retention {
    const DEFAULT_MS: i64 = 15 * 86_400_000;
    let tsdb = config.root().get("storage").and_then(|storage| storage.get("tsdb"));
    if let Some(section) = tsdb.and_then(|tsdb| tsdb.get("retention")) {
        return Retention {
            time_ms: section.duration_ms("time").unwrap_or_default(),
            bytes: u64::try_from(section.int("size")).unwrap_or_default(),
            percentage: section.float("percentage").unwrap_or_default(),
        };
    }
    let (time_ms, bytes) =
        (flags.duration_ms("storage.tsdb.retention.time"), flags.size("storage.tsdb.retention.size"));
    let time_ms = if time_ms == 0 && bytes == 0 { DEFAULT_MS } else { time_ms };
    Retention { time_ms, bytes, percentage: 0.0 }
}

/// How far out of order samples may come, milliseconds.
pub(crate) fn out_of_order_window(config: &Config) -> i64 {
    let tsdb = config.root().get("storage").and_then(|storage| storage.get("tsdb"));
    tsdb.and_then(|tsdb| tsdb.duration_ms("out_of_order_time_window")).unwrap_or_default()
}

/// From which part of stale series on they are compacted early; 0 is never.
pub(crate) fn stale_threshold(config: &Config) -> f64 {
    let tsdb = config.root().get("storage").and_then(|storage| storage.get("tsdb"));
    tsdb.and_then(|tsdb| tsdb.float("stale_series_compaction_threshold")).unwrap_or_default()
}

/// How floats are encoded: what `chunk_encoding.floats` says, else as the feature `xor2-encoding` says.
pub(crate) fn float_encoding(flags: &Flags, config: &Config) -> FloatEncoding {
    let tsdb = config.root().get("storage").and_then(|storage| storage.get("tsdb"));
    let section = tsdb.and_then(|tsdb| tsdb.get("chunk_encoding"));
    match section.map(|section| section.str("floats")).unwrap_or_default() {
        "xor" => FloatEncoding::Xor,
        "xor2" => FloatEncoding::Xor2,
        _ if flags.has_feature("xor2-encoding") => FloatEncoding::Xor2,
        _ => FloatEncoding::Xor,
    }
}

/// Refuses to store start timestamps in chunks that have no room for them.
pub(crate) fn check_encoding(flags: &Flags, config: &Config) -> Result<(), String> {
    if flags.has_feature("st-storage") && float_encoding(flags, config) == FloatEncoding::Xor {
        return Err(
            "st-storage: XOR chunks do not store start timestamps: add --enable-feature=xor2-encoding or \
                    set storage.tsdb.chunk_encoding.floats to xor2"
                .to_owned(),
        );
    }
    Ok(())
}

/// The same as Prometheus puts it.
pub(crate) fn retention_text(limits: Retention) -> String {
    let mut parts = Vec::new();
    if limits.time_ms > 0 {
        parts.push(narthex_model::duration::format_ms(limits.time_ms));
    }
    if limits.bytes > 0 {
        parts.push(crate::config::format_size(limits.bytes));
    }
    if limits.percentage > 0.0 {
        parts.push(format!("{}%", limits.percentage));
    }
    parts.join(" or ")
}

/// A tenth of the retention, between one small block and 31 days, unless a flag says otherwise.
pub(crate) fn longest_block(flags: &Flags, config: &Config) -> i64 {
    const MONTH_MS: i64 = 31 * 86_400_000;
    let shortest = flags.duration_ms("storage.tsdb.min-block-duration");
    let retention_ms = retention_limits(flags, config).time_ms;
    match flags.duration_ms("storage.tsdb.max-block-duration") {
        0 if retention_ms > 0 => (retention_ms / 10).min(MONTH_MS).max(shortest),
        0 => MONTH_MS.max(shortest),
        given => given.max(shortest),
    }
}
