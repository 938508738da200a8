//! [`QueryLog`]: a line for every evaluated query, in the file of `global.query_log_file`.
//!
//! A line is a JSON object with Prometheus' fields, which tools read:
//!
//! ```json
//! {"time":"2024-01-01T00:00:00.5Z","level":"INFO","source":"query_log.rs","msg":"promql query logged",
//!  "params":{"end":"2024-01-01T00:00:00.000Z","query":"up","start":"2024-01-01T00:00:00.000Z","step":0},
//!  "error":"only when it failed","stats":{"timings":{},"samples":{}},
//!  "httpRequest":{"clientIP":"127.0.0.1","method":"GET","path":"/api/v1/query"}}
//! ```
//!
//! `step` is whole seconds, 0 for an instant query. What does not parse is no query and is not logged.
//!
//! Invariants: a line is written by one call, so that lines of queries at the same time do not mix; a query never fails
//! because of its log, failures are counted and said once until a line succeeds; without a file a query pays one load.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use narthex_client::{Counter, Gauge, Registry};
use narthex_promql::QueryStats;
use parking_lot::Mutex;

use crate::json::Writer;
use crate::params::Source;
use crate::time::{rfc3339_ms, rfc3339_ns};
use crate::v1::write_stats;

/// The file that queries are logged to, if any; one per server.
#[derive(Debug)]
pub struct QueryLog {
    is_on: AtomicBool,
    file: Mutex<Option<QueryLogFile>>,
    enabled: Gauge,
    failures: Counter,
}

/// A file that was opened for [`QueryLog::log_to`].
#[derive(Debug)]
pub struct QueryLogFile {
    path: PathBuf,
    file: File,
    is_failing: bool,
}

/// A file that cannot be opened.
#[derive(Debug, thiserror::Error)]
#[error("global.query_log_file: cannot open {path}: {source}")]
pub struct QueryLogError {
    path: PathBuf,
    source: io::Error,
}

impl QueryLogFile {
    /// Opens or makes the file at `path`, to be appended to.
    ///
    /// # Errors
    /// When the file cannot be opened for writing.
    pub fn open(path: &Path) -> Result<Self, QueryLogError> {
        let opened = OpenOptions::new().create(true).append(true).open(path);
        let path = path.to_owned();
        match opened {
            Ok(file) => Ok(Self { path, file, is_failing: false }),
            Err(source) => Err(QueryLogError { path, source }),
        }
    }
}

/// What a query was, besides its text.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    /// Who asked.
    pub(crate) source: Source,
    /// First and last evaluation time and the step, milliseconds; a step of 0 is an instant query.
    pub(crate) times: (i64, i64, i64),
}

impl QueryLog {
    /// A log without a file, whose state `registry` exposes.
    pub fn new(registry: &Registry) -> Self {
        Self {
            is_on: AtomicBool::new(false),
            file: Mutex::new(None),
            enabled: Gauge::new("prometheus_engine_query_log_enabled", "Whether queries are logged.")
                .register_in(registry),
            failures: Counter::new(
                "prometheus_engine_query_log_failures_total",
                "Queries that could not be logged.",
            )
            .register_in(registry),
        }
    }

    /// From now on logs to this file, or no more. The file before is closed.
    pub fn log_to(&self, file: Option<QueryLogFile>) {
        self.is_on.store(file.is_some(), Ordering::Relaxed);
        self.enabled.set(if file.is_some() { 1.0 } else { 0.0 });
        *self.file.lock() = file;
    }

    /// Notes that a query waits for its turn, at most for `wait` (zero = for ever); `None` without a file.
    pub(crate) fn begin(self: &Arc<Self>, query: &str, entry: Entry, wait: Duration) -> Option<Pending> {
        self.is_on.load(Ordering::Relaxed).then(|| Pending {
            log: Arc::clone(self),
            query: query.to_owned(),
            entry,
            begun: Instant::now(),
            wait,
            is_logged: false,
        })
    }

    fn write(&self, query: &str, entry: &Entry, stats: &QueryStats, error: Option<&str>) {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let line = line(now.as_nanos().cast_signed(), query, entry, stats, error);
        let mut file = self.file.lock();
        let Some(open) = file.as_mut() else { return };
        match open.file.write_all(&line) {
            Ok(()) => open.is_failing = false,
            Err(error) => {
                self.failures.inc();
                if !open.is_failing {
                    tracing::error!(path = %open.path.display(), %error, "cannot write to the query log");
                }
                open.is_failing = true;
            }
        }
    }
}

/// A query that is not logged yet. Dropped before its turn has come, it is logged as one that waited in vain.
#[derive(Debug)]
pub(crate) struct Pending {
    log: Arc<QueryLog>,
    query: String,
    entry: Entry,
    begun: Instant,
    wait: Duration,
    is_logged: bool,
}

impl Pending {
    /// Logs that it was answered.
    pub(crate) fn answered(mut self, stats: Option<&QueryStats>) {
        self.is_logged = true;
        let stats = QueryStats { step_samples: None, ..stats.cloned().unwrap_or_default() };
        self.log.write(&self.query, &self.entry, &stats, None);
    }

    /// Logs that its evaluation failed after it had waited for so long.
    pub(crate) fn failed(mut self, queue_time: Duration, error: &str) {
        self.write_failure(queue_time, error);
    }

    fn write_failure(&mut self, queue_time: Duration, error: &str) {
        self.is_logged = true;
        let stats = QueryStats { queue_time, total_time: self.begun.elapsed(), ..QueryStats::default() };
        self.log.write(&self.query, &self.entry, &stats, Some(error));
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        if !self.is_logged {
            let waited = self.begun.elapsed();
            let is_late = !self.wait.is_zero() && waited >= self.wait;
            let what = if is_late { "timed out" } else { "was canceled" };
            self.write_failure(waited, &format!("query {what} in query queue"));
        }
    }
}

fn line(now_ns: i128, query: &str, entry: &Entry, stats: &QueryStats, error: Option<&str>) -> Vec<u8> {
    let (start, end, step_ms) = entry.times;
    let mut out = Writer::new();
    out.begin_object();
    out.key("time").plain_string(&rfc3339_ns(now_ns)).key("level").plain_string("INFO");
    out.key("source").plain_string("query_log.rs").key("msg").plain_string("promql query logged");
    out.key("params").begin_object();
    out.key("end").plain_string(&rfc3339_ms(end)).key("query").plain_string(query);
    out.key("start").plain_string(&rfc3339_ms(start)).key("step").int(step_ms / 1_000).end_object();
    if let Some(error) = error {
        out.key("error").plain_string(error);
    }
    write_stats(out.key("stats"), stats);
    let peer = entry.source.peer.map(|peer| peer.0.ip().to_canonical().to_string()).unwrap_or_default();
    out.key("httpRequest").begin_object().key("clientIP").plain_string(&peer);
    out.key("method").plain_string(entry.source.method.as_str());
    out.key("path").plain_string(entry.source.uri.path()).end_object();
    out.end_object();
    let mut line = out.into_bytes();
    line.push(b'\n');
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn entry() -> Entry {
        let peer = Some(narthex_web::Peer(([127, 0, 0, 1], 4_711).into()));
        let uri = http::Uri::from_static("/pre/api/v1/query_range?query=up");
        let source = Source { peer, method: http::Method::POST, uri };
        Entry { source, times: (1_700_000_000_123, 1_700_000_060_000, 15_500) }
    }

    #[test]
    fn a_line_has_the_fields_of_prometheus() {
        let stats = QueryStats {
            queue_time: Duration::from_micros(3),
            prepare_time: Duration::from_micros(20),
            eval_time: Duration::from_micros(500),
            total_time: Duration::from_micros(523),
            total_samples: 12,
            peak_samples: 7,
            ..QueryStats::default()
        };
        let line = line(1_700_000_061_500_000_000, "up{a=\"<b>\"}\n", &entry(), &stats, Some("too bad"));
        let expected = concat!(
            r#"{"time":"2023-11-14T22:14:21.5Z","level":"INFO","source":"query_log.rs","msg":"promql query logged","#,
            r#""params":{"end":"2023-11-14T22:14:20.000Z","query":"up{a=\"<b>\"}\n","start":"2023-11-14T22:13:20.123Z","step":15},"#,
            r#""error":"too bad","stats":{"timings":{"evalTotalTime":0.00052,"resultSortTime":0,"queryPreparationTime":0.00002,"#,
            r#""innerEvalTime":0.0005,"execQueueTime":0.000003,"execTotalTime":0.000523},"#,
            r#""samples":{"totalQueryableSamples":0,"samplesRead":12,"peakSamples":7}},"#,
            r#""httpRequest":{"clientIP":"127.0.0.1","method":"POST","path":"/pre/api/v1/query_range"}}"#,
            "\n"
        );
        assert_eq!(String::from_utf8(line).unwrap(), expected);
    }

    #[test]
    fn files_come_and_go() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("queries.log");
        let registry = Registry::new();
        let log = Arc::new(QueryLog::new(&registry));
        let write =
            || log.begin("up", entry(), Duration::ZERO).map(|pending| pending.answered(None)).is_some();
        let lines = || std::fs::read_to_string(&path).unwrap().lines().count();
        assert!(!write());
        log.log_to(Some(QueryLogFile::open(&path).unwrap()));
        assert!(write());
        // Rotated: the open file is the old one until the log is opened again.
        let old = folder.path().join("queries.log.1");
        std::fs::rename(&path, &old).unwrap();
        assert!(write());
        log.log_to(Some(QueryLogFile::open(&path).unwrap()));
        assert!(write() && lines() == 1);
        assert_eq!(std::fs::read_to_string(&old).unwrap().lines().count(), 2);
        log.log_to(None);
        assert!(!write() && lines() == 1);
        let error = QueryLogFile::open(&folder.path().join("nowhere/x")).unwrap_err().to_string();
        assert!(
            error.starts_with("global.query_log_file: cannot open ") && error.contains("nowhere"),
            "{error}"
        );
    }

    #[test]
    fn queries_that_fail_or_wait_in_vain() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("queries.log");
        let log = Arc::new(QueryLog::new(&Registry::new()));
        log.log_to(Some(QueryLogFile::open(&path).unwrap()));
        let begin = |wait| log.begin("up", entry(), wait).unwrap();
        begin(Duration::ZERO).failed(Duration::from_secs(2), "a \"bad\" day");
        drop(begin(Duration::from_nanos(1)));
        drop(begin(Duration::from_secs(3_600)));
        drop(begin(Duration::ZERO));
        let text = std::fs::read_to_string(&path).unwrap();
        let lines: Vec<serde_json::Value> =
            text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let errors: Vec<&str> = lines.iter().filter_map(|line| line["error"].as_str()).collect();
        let canceled = "query was canceled in query queue";
        assert_eq!(errors, ["a \"bad\" day", "query timed out in query queue", canceled, canceled]);
        assert_eq!(lines[0]["stats"]["timings"]["execQueueTime"], 2);
    }

    #[test]
    fn failures_are_counted() {
        // A device that is always full.
        let Ok(full) = QueryLogFile::open(Path::new("/dev/full")) else {
            eprintln!("SKIPPED: there is no /dev/full here");
            return;
        };
        let log = QueryLog::new(&Registry::new());
        log.log_to(Some(full));
        log.write("up", &entry(), &QueryStats::default(), None);
        log.write("up", &entry(), &QueryStats::default(), None);
        assert_eq!(log.failures.get(), 2);
    }
}
