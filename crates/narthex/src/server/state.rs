//! [`ServerState`]: the configuration in use, reloading, readiness, shutdown; what `/api/v1/status` asks about.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use narthex_api::backend::{BuildInfo, RuntimeInfo, Server};
use narthex_api::{QueryLog, QueryLogFile, rfc3339_ns};
use narthex_tsdb::Retention;
use parking_lot::Mutex;
use tokio::runtime::Handle;
use tokio::sync::watch;

use super::announce::not_executed;
use super::late::{LateDb, LateTargets};
use super::map::jobs;
use crate::cli::{COMPATIBLE_WITH, Flags};
use crate::config::Config;

/// The server's own state; one per process.
pub(crate) struct ServerState {
    flags: Flags,
    /// The prefix of all routes, empty or `/a/b`.
    route_prefix: String,
    config_path: PathBuf,
    config: Mutex<Arc<Config>>,
    /// One reload at a time.
    reloading: Mutex<()>,
    targets: Arc<LateTargets>,
    db: Arc<LateDb>,
    runtime: Handle,
    ready: AtomicBool,
    stop: watch::Sender<bool>,
    started_ns: i128,
    /// When the configuration in use was loaded.
    loaded_ms: AtomicI64,
    /// Whether the last reload succeeded.
    reload_ok: AtomicBool,
    /// When reloading began to fail.
    failing_since_ms: AtomicI64,
    /// Reloads that failed.
    reload_failures: AtomicU64,
    /// Counts changes of what [`Server::notifications`] answers.
    changes: watch::Sender<u64>,
    maintenance: Mutex<Maintenance>,
    /// Where queries are logged.
    pub(crate) query_log: Arc<QueryLog>,
}

/// What the maintenance of the database did since the start.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Maintenance {
    /// Rounds.
    pub(crate) runs: u64,
    /// Rounds that failed.
    pub(crate) failed: u64,
    /// Blocks written from the head.
    pub(crate) written: u64,
    /// Blocks merged from others.
    pub(crate) merged: u64,
}

impl ServerState {
    /// The state of a server that starts with `config`.
    pub(crate) fn new(
        flags: Flags,
        route_prefix: &str,
        config: Config,
        targets: Arc<LateTargets>,
        db: Arc<LateDb>,
        stop: watch::Sender<bool>,
        query_log: Arc<QueryLog>,
    ) -> Self {
        Self {
            config_path: PathBuf::from(flags.text("config.file")),
            flags,
            route_prefix: route_prefix.to_owned(),
            config: Mutex::new(Arc::new(config)),
            reloading: Mutex::new(()),
            targets,
            db,
            runtime: Handle::current(),
            ready: AtomicBool::new(false),
            stop,
            started_ns: now_ns(),
            loaded_ms: AtomicI64::new(now_ms()),
            reload_ok: AtomicBool::new(true),
            failing_since_ms: AtomicI64::new(0),
            reload_failures: AtomicU64::new(0),
            changes: watch::Sender::new(0),
            maintenance: Mutex::default(),
            query_log,
        }
    }

    /// The configuration in use.
    pub(crate) fn config(&self) -> Arc<Config> {
        Arc::clone(&self.config.lock())
    }

    /// From now on requests are answered.
    pub(crate) fn set_ready(&self) {
        self.ready.store(true, Ordering::Release);
        self.changed();
    }

    /// What the maintenance of the database did.
    pub(crate) fn maintenance(&self) -> Maintenance {
        *self.maintenance.lock()
    }

    /// Adds one round of maintenance.
    pub(crate) fn maintained(&self, add: impl FnOnce(&mut Maintenance)) {
        let mut numbers = self.maintenance.lock();
        numbers.runs += 1;
        add(&mut numbers);
    }

    /// How long and how much is kept.
    pub(crate) fn retention_limits(&self) -> Retention {
        super::retention_limits(&self.flags, &self.config())
    }

    fn changed(&self) {
        self.changes.send_modify(|count| *count += 1);
    }

    /// Whether the last reload succeeded, when the configuration in use was loaded (seconds), failed reloads.
    pub(crate) fn reload_status(&self) -> (bool, f64, u64) {
        let loaded = self.loaded_ms.load(Ordering::Relaxed) as f64 / 1000.0;
        (self.reload_ok.load(Ordering::Relaxed), loaded, self.reload_failures.load(Ordering::Relaxed))
    }

    /// Gives the jobs of a configuration to the scraper.
    pub(crate) fn apply_jobs(&self, config: &Config) -> Result<(), String> {
        let jobs = jobs(config).map_err(|error| error.to_string())?;
        let Some(manager) = self.targets.get() else { return Ok(()) };
        // New targets start tasks, and a reload may come from a thread that runs none.
        let _inside = self.runtime.enter();
        manager.apply(jobs).map_err(|error| error.to_string())
    }

    fn try_reload(&self) -> Result<(), String> {
        let config = Config::load_with(&self.config_path, self.flags.reads_start_timestamps())
            .map_err(|error| error.to_string())?;
        super::check_encoding(&self.flags, &config)?;
        // Opened again even if it is the same one: that is how a log is rotated.
        let query_log = open_query_log(&config)?;
        self.apply_jobs(&config)?;
        self.query_log.log_to(query_log);
        if let Some(db) = self.db.get() {
            db.set_out_of_order_window(super::out_of_order_window(&config));
            db.set_retention(super::retention_limits(&self.flags, &config));
            db.set_stale_series_threshold(super::stale_threshold(&config));
            db.set_float_encoding(super::float_encoding(&self.flags, &config));
        }
        for what in not_executed(&config) {
            tracing::warn!("accepted, but not executed: {what}");
        }
        *self.config.lock() = Arc::new(config);
        Ok(())
    }
}

/// The file that `global.query_log_file` names, opened.
pub(crate) fn open_query_log(config: &Config) -> Result<Option<QueryLogFile>, String> {
    let path = config.root().get("global").map_or("", |global| global.str("query_log_file"));
    let opened = (!path.is_empty()).then(|| QueryLogFile::open(Path::new(path)));
    opened.transpose().map_err(|error| error.to_string())
}

impl Server for ServerState {
    fn is_ready(&self) -> bool {
        self.ready.load(Ordering::Acquire)
    }

    fn config_yaml(&self) -> String {
        self.config().to_yaml()
    }

    fn flags(&self) -> Vec<(String, String)> {
        let mut flags = self.flags.all();
        for (name, value) in &mut flags {
            match name.as_str() {
                "storage.tsdb.max-block-duration" => {
                    let longest = super::longest_block(&self.flags, &self.config());
                    *value = narthex_model::duration::format_ms(longest);
                }
                "storage.tsdb.retention.time" if self.flags.duration_ms(name) == 0 => {
                    let kept = super::retention_limits(&self.flags, &self.config()).time_ms;
                    *value = narthex_model::duration::format_ms(kept);
                }
                "web.route-prefix" if self.route_prefix.is_empty() => *value = "/".to_owned(),
                "web.route-prefix" => value.clone_from(&self.route_prefix),
                _ => {}
            }
        }
        flags
    }

    fn runtime_info(&self) -> RuntimeInfo {
        let (reload_success, ..) = self.reload_status();
        let loaded = i128::from(self.loaded_ms.load(Ordering::Relaxed)) / 1000 * 1_000_000_000;
        let proc_status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let threads = proc_status.lines().find_map(|line| line.strip_prefix("Threads:"));
        RuntimeInfo {
            start_time: rfc3339_ns(self.started_ns),
            cwd: std::env::current_dir().map(|path| path.display().to_string()).unwrap_or_default(),
            hostname: super::hostname(),
            reload_success,
            last_config_time: rfc3339_ns(loaded),
            corruptions: self.db.get().map_or(0, |db| db.replay_report().repairs.len() as u64),
            threads: threads.and_then(|text| text.trim().parse().ok()).unwrap_or_default(),
            processors: std::thread::available_parallelism().map_or(1, |count| count.get() as u64),
            memory_limit: i64::MAX.unsigned_abs(),
            retention: super::retention_text(self.retention_limits()),
        }
    }

    fn build_info(&self) -> BuildInfo {
        BuildInfo {
            version: COMPATIBLE_WITH.to_owned(),
            revision: format!("narthex-{}", crate::cli::VERSION),
            branch: "HEAD".to_owned(),
            user: "narthex".to_owned(),
            date: String::new(),
            compiler: format!("rust{}", env!("CARGO_PKG_RUST_VERSION")),
        }
    }

    fn reload(&self) -> Result<(), String> {
        let _one = self.reloading.lock();
        let begun = std::time::Instant::now();
        tracing::info!(file = %self.config_path.display(), "Loading configuration file");
        let outcome = match self.try_reload() {
            Ok(()) => {
                self.reload_ok.store(true, Ordering::Relaxed);
                self.loaded_ms.store(now_ms(), Ordering::Relaxed);
                self.failing_since_ms.store(0, Ordering::Relaxed);
                tracing::info!(duration = ?begun.elapsed(), "Completed loading of configuration file");
                Ok(())
            }
            Err(error) => {
                self.reload_ok.store(false, Ordering::Relaxed);
                self.reload_failures.fetch_add(1, Ordering::Relaxed);
                let now = now_ms();
                let _ = self.failing_since_ms.compare_exchange(0, now, Ordering::Relaxed, Ordering::Relaxed);
                tracing::error!("reloading failed, the configuration in use stays: {error}");
                Err(error)
            }
        };
        self.changed();
        outcome
    }

    fn quit(&self) {
        tracing::warn!("Received termination request via web service, exiting gracefully...");
        self.stop.send_replace(true);
    }

    fn external_labels(&self) -> Vec<(String, String)> {
        self.config().external_labels()
    }

    fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    fn stopping(&self) -> watch::Receiver<bool> {
        self.stop.subscribe()
    }

    fn notifications(&self) -> Vec<(String, String)> {
        let mut found = Vec::new();
        let since = self.failing_since_ms.load(Ordering::Relaxed);
        if since > 0 {
            let text = "Configuration reload has failed.".to_owned();
            found.push((text, rfc3339_ns(i128::from(since) * 1_000_000)));
        }
        if !self.is_ready() {
            found.push((
                "Prometheus is starting and replaying the write-ahead log (WAL).".to_owned(),
                rfc3339_ns(self.started_ns),
            ));
        }
        found
    }
}

fn now_ns() -> i128 {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i128::try_from(elapsed.as_nanos()).unwrap_or_default()
}

fn now_ms() -> i64 {
    i64::try_from(now_ns() / 1_000_000).unwrap_or_default()
}
