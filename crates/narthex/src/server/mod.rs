//! The server: opens the database, scrapes, answers, reloads, ends. `run` is the whole life.

mod announce;
mod features;
mod late;
mod map;
mod metrics;
mod signals;
mod start;
mod state;
mod watch_file;

pub(crate) use announce::not_executed;
pub(crate) use map::{jobs, secure, web_config};
pub(crate) use start::run;

use crate::cli::Flags;
use crate::config::Config;

/// The machine's name.
pub(crate) fn hostname() -> String {
    let from_kernel = std::fs::read_to_string("/proc/sys/kernel/hostname");
    let name = from_kernel.or_else(|_| std::fs::read_to_string("/etc/hostname")).unwrap_or_default();
    let name = name.trim();
    if name.is_empty() { "localhost".to_owned() } else { name.to_owned() }
}

/// How long (milliseconds) and how much (bytes) is kept; 0 is no limit. Without a word about either it is 15 days.
pub(crate) fn retention_limits(flags: &Flags) -> (i64, u64) {
    const DEFAULT_MS: i64 = 15 * 86_400_000;
    match (flags.duration_ms("storage.tsdb.retention.time"), flags.size("storage.tsdb.retention.size")) {
        (0, 0) => (DEFAULT_MS, 0),
        limits => limits,
    }
}

/// How far out of order samples may come, milliseconds.
pub(crate) fn out_of_order_window(config: &Config) -> i64 {
    let tsdb = config.root().get("storage").and_then(|storage| storage.get("tsdb"));
    tsdb.and_then(|tsdb| tsdb.duration_ms("out_of_order_time_window")).unwrap_or_default()
}

/// The same as Prometheus puts it.
pub(crate) fn retention(flags: &Flags) -> String {
    let (time, size) = retention_limits(flags);
    let (time_text, size_text) = (narthex_model::duration::format_ms(time), crate::config::format_size(size));
    match (time, size) {
        (_, 0) => time_text,
        (0, _) => size_text,
        _ => format!("{time_text} or {size_text}"),
    }
}

/// A tenth of the retention, between one small block and 31 days, unless a flag says otherwise.
pub(crate) fn longest_block(flags: &Flags) -> i64 {
    const MONTH_MS: i64 = 31 * 86_400_000;
    let shortest = flags.duration_ms("storage.tsdb.min-block-duration");
    let (retention_ms, _) = retention_limits(flags);
    match flags.duration_ms("storage.tsdb.max-block-duration") {
        0 if retention_ms > 0 => (retention_ms / 10).min(MONTH_MS).max(shortest),
        0 => MONTH_MS.max(shortest),
        given => given.max(shortest),
    }
}
