//! What the endpoints ask of the rest of the server, as traits: the binary connects them, tests replace them.

use std::collections::BTreeMap;

use narthex_model::relabel::Rule;
use narthex_model::{Exemplar, Labels, Matcher};
use narthex_scrape::{DroppedTarget, ScrapeManager, TargetMetadata, TargetSnapshot};
use narthex_storage::Storage;

use tokio::sync::watch;

use crate::error::ApiError;

/// The targets of all jobs; of one job when `pool` names it.
pub trait Targets: Send + Sync {
    /// Names of all jobs.
    fn pools(&self) -> Vec<String>;
    /// What is scraped, sorted by job and labels.
    fn active(&self, pool: Option<&str>) -> Vec<TargetSnapshot>;
    /// What relabelling dropped, as far as it is remembered.
    fn dropped(&self, pool: Option<&str>) -> Vec<DroppedTarget>;
    /// How many targets relabelling dropped, by job.
    fn dropped_counts(&self) -> BTreeMap<String, usize>;
    /// What the pages of the targets with wanted labels say of their metrics; of one family only when `metric` is given.
    fn metadata(&self, metric: Option<&str>, wanted: &dyn Fn(&Labels) -> bool) -> Vec<TargetMetadata>;
    /// The relabelling rules over a job's targets; `None` when there is no such job.
    fn relabel_rules(&self, pool: &str) -> Option<Vec<Rule>>;
}

impl Targets for ScrapeManager {
    fn pools(&self) -> Vec<String> {
        self.pool_names()
    }

    fn active(&self, pool: Option<&str>) -> Vec<TargetSnapshot> {
        self.active_targets(pool)
    }

    fn dropped(&self, pool: Option<&str>) -> Vec<DroppedTarget> {
        self.dropped_targets(pool)
    }

    fn dropped_counts(&self) -> BTreeMap<String, usize> {
        self.dropped_target_counts()
    }

    fn metadata(&self, metric: Option<&str>, wanted: &dyn Fn(&Labels) -> bool) -> Vec<TargetMetadata> {
        self.target_metadata(metric, wanted)
    }

    fn relabel_rules(&self, pool: &str) -> Option<Vec<Rule>> {
        self.relabel_rules(pool)
    }
}

/// How far the replay of the write-ahead log is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WalReplay {
    /// The first segment.
    pub min: i64,
    /// The last segment.
    pub max: i64,
    /// The segment that is read.
    pub current: i64,
}

/// A name and a count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    /// What is counted.
    pub name: String,
    /// How many.
    pub value: u64,
}

/// The head in numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HeadStatus {
    /// Active series.
    pub series: u64,
    /// Distinct label pairs.
    pub label_pairs: u64,
    /// Chunks.
    pub chunks: u64,
    /// The oldest sample, milliseconds.
    pub min_time: i64,
    /// The newest sample, milliseconds.
    pub max_time: i64,
    /// Metric names with the most series.
    pub series_by_metric_name: Vec<Count>,
    /// Label names with the most values.
    pub values_by_label_name: Vec<Count>,
    /// Label names with the most bytes.
    pub memory_by_label_name: Vec<Count>,
    /// Label pairs with the most series.
    pub series_by_label_pair: Vec<Count>,
}

/// A block on disk.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BlockStatus {
    /// The block's `meta.json`.
    pub meta_json: String,
}

/// The database beside reading samples.
pub trait Database: Send + Sync {
    /// Where samples are written; `None` while the database is being opened.
    fn storage(&self) -> Option<&dyn Storage>;
    /// Numbers, with the `limit` largest entries of each kind.
    fn status(&self, limit: usize) -> HeadStatus;
    /// How far the replay is, or where it ended.
    fn wal_replay(&self) -> WalReplay;
    /// The blocks on disk, oldest first.
    fn blocks(&self) -> Result<Vec<BlockStatus>, ApiError>;
    /// The exemplars between two times of the series that satisfy one of the selectors, sorted by the series' labels.
    fn exemplars(&self, mint: i64, maxt: i64, any: &[Vec<Matcher>]) -> Vec<(Labels, Vec<Exemplar>)>;
    /// Copies everything into a new directory below `snapshots`; answers its name.
    fn snapshot(&self, skip_head: bool) -> Result<String, ApiError>;
    /// Marks the samples of the series that satisfy the matchers, between two times, as deleted.
    fn delete_series(&self, mint: i64, maxt: i64, matchers: &[Matcher]) -> Result<(), ApiError>;
    /// Removes what is marked as deleted from disk.
    fn clean_tombstones(&self) -> Result<(), ApiError>;
}

/// What `/api/v1/status/runtimeinfo` shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RuntimeInfo {
    /// When the process started, RFC 3339.
    pub start_time: String,
    /// The working directory.
    pub cwd: String,
    /// The machine's name.
    pub hostname: String,
    /// Whether the last reload succeeded.
    pub reload_success: bool,
    /// When the configuration in use was loaded, RFC 3339.
    pub last_config_time: String,
    /// Broken pieces of the log found since the start.
    pub corruptions: u64,
    /// Threads of the process.
    pub threads: u64,
    /// Processors in use.
    pub processors: u64,
    /// The memory that the process may use, in bytes.
    pub memory_limit: u64,
    /// How long and how much is kept, as text.
    pub retention: String,
}

/// What `/api/v1/status/buildinfo` shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BuildInfo {
    /// The Prometheus version that this server behaves as.
    pub version: String,
    /// The source revision.
    pub revision: String,
    /// The source branch.
    pub branch: String,
    /// Who built it.
    pub user: String,
    /// When it was built.
    pub date: String,
    /// The compiler.
    pub compiler: String,
}

/// The server around everything.
pub trait Server: Send + Sync {
    /// Whether requests can be answered: the log is replayed.
    fn is_ready(&self) -> bool;
    /// The configuration in use as YAML, without secrets.
    fn config_yaml(&self) -> String;
    /// All flags with their values, as texts.
    fn flags(&self) -> Vec<(String, String)>;
    /// Facts about the process.
    fn runtime_info(&self) -> RuntimeInfo;
    /// Facts about the binary.
    fn build_info(&self) -> BuildInfo;
    /// Reads the configuration file again and applies it; on an error everything stays as it was.
    fn reload(&self) -> Result<(), String>;
    /// Begins a graceful shutdown.
    fn quit(&self);
    /// `global.external_labels` of the configuration in use, sorted.
    fn external_labels(&self) -> Vec<(String, String)>;
    /// What users should know now: text, when it began, RFC 3339.
    fn notifications(&self) -> Vec<(String, String)>;
    /// Changes whenever [`notifications`](Self::notifications) may have.
    fn changes(&self) -> watch::Receiver<u64>;
    /// Becomes true when the server ends.
    fn stopping(&self) -> watch::Receiver<bool>;
}
