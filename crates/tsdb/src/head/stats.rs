//! Numbers about the head, for metrics and `/api/v1/status/tsdb`.

use std::sync::atomic::Ordering;

use super::Head;

/// The head as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct HeadStats {
    /// Active series.
    pub series: u64,
    /// Distinct label pairs.
    pub label_pairs: u64,
    /// Chunks in the head, growing ones included.
    pub chunks: u64,
    /// Time of the oldest sample in milliseconds; `i64::MAX` without samples.
    pub min_time: i64,
    /// Time of the newest sample in milliseconds; `i64::MIN` without samples.
    pub max_time: i64,
    /// Series made since the start.
    pub series_created: u64,
    /// Series removed since the start.
    pub series_removed: u64,
    /// Chunks that became full since the start.
    pub chunks_created: u64,
    /// Samples taken since the start.
    pub samples_appended: u64,
    /// Samples refused because they were not newer than the newest one.
    pub out_of_order: u64,
    /// Samples refused because they were older than the head takes.
    pub out_of_bounds: u64,
    /// Samples refused because they were older than the out-of-order window.
    pub too_old: u64,
    /// Samples taken that were older than the newest one of their series.
    pub out_of_order_appended: u64,
    /// The out-of-order window, milliseconds; 0 when such samples are refused.
    pub out_of_order_window: i64,
    /// Chunks of out-of-order samples in the head.
    pub out_of_order_chunks: u64,
    /// Writes of the out-of-order log that failed.
    pub out_of_order_log_failed: u64,
    /// Series refused since the start because of the memory limit.
    pub series_refused: u64,
    /// The memory limit in bytes; 0 without one.
    pub memory_limit: u64,
    /// Transactions committed.
    pub commits: u64,
    /// Transactions that failed at the log.
    pub failed_commits: u64,
    /// Transactions that are open now.
    pub open_transactions: u64,
    /// The number of the last transaction that changed the head.
    pub last_commit: u64,
    /// The oldest such number that a reader still looks at.
    pub oldest_read_commit: u64,
    /// Exemplars in memory.
    pub exemplars: u64,
    /// Series that have some.
    pub series_with_exemplars: u64,
    /// Time of the oldest exemplar in memory, milliseconds; 0 without one.
    pub oldest_exemplar: i64,
    /// Exemplars taken since the start.
    pub exemplars_appended: u64,
    /// Exemplars refused because they were older than the newest of their series.
    pub exemplars_out_of_order: u64,
    /// Bytes written to the log's current segment.
    pub wal_segment_bytes: u64,
    /// The segment of the log that is written.
    pub wal_segment: u64,
}

/// A name and a count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatEntry {
    /// What is counted.
    pub name: String,
    /// How many.
    pub value: u64,
}

/// The largest contributors, as `/api/v1/status/tsdb` shows them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stats {
    /// The head as a whole.
    pub head: HeadStats,
    /// Metric names with the most series.
    pub series_by_metric_name: Vec<StatEntry>,
    /// Label names with the most values.
    pub values_by_label_name: Vec<StatEntry>,
    /// Label names with the most bytes of values over all series.
    pub memory_by_label_name: Vec<StatEntry>,
    /// Label pairs (`name=value`) with the most series.
    pub series_by_label_pair: Vec<StatEntry>,
}

impl Head {
    /// The head in numbers; cheap.
    pub(crate) fn head_stats(&self) -> HeadStats {
        let (wal_segment, wal_segment_bytes) = {
            let log = self.log.lock();
            (log.segment(), log.offset())
        };
        let out_of_order_log_failed = self.late_log.lock().failed;
        let oldest_reader = self.readers.lock().oldest();
        let state = self.state.read();
        let count = |counter: &std::sync::atomic::AtomicU64| counter.load(Ordering::Relaxed);
        HeadStats {
            series: state.series.len() as u64,
            label_pairs: state.pairs.len() as u64,
            chunks: state.chunk_count(),
            min_time: state.min_t,
            max_time: state.max_t,
            series_created: state.series_created,
            series_removed: state.series_removed,
            chunks_created: state.chunks_created,
            samples_appended: count(&self.counters.samples),
            out_of_order: count(&self.counters.out_of_order),
            out_of_bounds: count(&self.counters.out_of_bounds),
            too_old: count(&self.counters.too_old),
            out_of_order_appended: state.ooo.appended,
            out_of_order_window: self.out_of_order_window.load(Ordering::Relaxed),
            out_of_order_chunks: state.ooo.chunks() as u64,
            out_of_order_log_failed,
            series_refused: self.budget.refused(),
            memory_limit: self.budget.limit(),
            commits: count(&self.counters.commits),
            failed_commits: count(&self.counters.failed_commits),
            open_transactions: self.writers.open() as u64,
            last_commit: state.commit,
            oldest_read_commit: oldest_reader.unwrap_or(state.commit),
            exemplars: state.exemplars.len() as u64,
            series_with_exemplars: state.exemplars.series_len() as u64,
            oldest_exemplar: state.exemplars.iter().next().and_then(|(_, e)| e.timestamp).unwrap_or_default(),
            exemplars_appended: state.exemplars.appended,
            exemplars_out_of_order: count(&state.exemplars.out_of_order),
            wal_segment,
            wal_segment_bytes,
        }
    }

    /// The `limit` largest entries of each kind.
    pub(crate) fn stats(&self, limit: usize) -> Stats {
        let head = self.head_stats();
        let state = self.state.read();
        let metric_name = state.pairs.name(narthex_model::names::METRIC_NAME);
        let (mut metrics, mut pairs) = (Vec::new(), Vec::new());
        let (mut values, mut memory) = (Vec::new(), Vec::new());
        for name in state.pairs.names() {
            let of_name = state.pairs.of_name(name);
            let mut bytes = 0;
            for pair in of_name {
                let count = state.postings_of(*pair).len() as u64;
                bytes += count * state.pairs.value(*pair).len() as u64;
                pairs.push((count, *pair));
                if Some(name) == metric_name {
                    metrics.push((count, *pair));
                }
            }
            values.push((of_name.len() as u64, name));
            memory.push((bytes, name));
        }
        let name = |name: u32| state.pairs.name_text(name).to_owned();
        let pair = |pair: u32| {
            let (name, value) = state.pairs.both(pair);
            format!("{name}={value}")
        };
        Stats {
            head,
            series_by_metric_name: top(metrics, limit, |pair| state.pairs.value(pair).to_owned()),
            values_by_label_name: top(values, limit, name),
            memory_by_label_name: top(memory, limit, name),
            series_by_label_pair: top(pairs, limit, pair),
        }
    }
}

/// The largest counts first; equal ones by name.
fn top(mut counts: Vec<(u64, u32)>, limit: usize, name: impl Fn(u32) -> String) -> Vec<StatEntry> {
    if limit < counts.len() {
        counts.select_nth_unstable_by(limit, |a, b| b.0.cmp(&a.0));
        counts.truncate(limit);
    }
    let mut entries: Vec<StatEntry> =
        counts.into_iter().map(|(value, index)| StatEntry { name: name(index), value }).collect();
    entries.sort_by(|a, b| b.value.cmp(&a.value).then_with(|| a.name.cmp(&b.name)));
    entries
}
