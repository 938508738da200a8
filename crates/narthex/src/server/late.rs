//! [`LateDb`] and [`LateTargets`]: what requests see of the database and the targets while the start still reads the log.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use narthex_api::backend::{BlockStatus, Count, Database, HeadStatus, Targets, WalReplay};
use narthex_api::{ApiError, ErrorKind};
use narthex_model::relabel::Rule;
use narthex_model::{Exemplar, Labels, Matcher, Timestamp};
use narthex_scrape::{DroppedTarget, ScrapeManager, TargetMetadata, TargetSnapshot};
use narthex_storage::{Querier, Queryable, Storage, StorageError};
use narthex_tsdb::{BlockMeta, Db, ReplayProgress, StatEntry};

/// The database, once it is open.
#[derive(Default)]
pub(crate) struct LateDb {
    db: OnceLock<Arc<Db>>,
    /// How far the start has read the log.
    pub(crate) replay: Arc<ReplayProgress>,
    /// The data directory, for the blocks in it.
    pub(crate) dir: PathBuf,
}

impl LateDb {
    /// A database in `dir` that is not open yet.
    pub(crate) fn new(dir: PathBuf) -> Self {
        Self { dir, ..Self::default() }
    }

    /// From now on requests see `db`.
    pub(crate) fn opened(&self, db: Arc<Db>) {
        // Only the start calls this, once.
        let _ = self.db.set(db);
    }

    /// The database, if it is open.
    pub(crate) fn get(&self) -> Option<&Arc<Db>> {
        self.db.get()
    }
}

impl Queryable for LateDb {
    fn querier(&self, mint: Timestamp, maxt: Timestamp) -> Result<Box<dyn Querier>, StorageError> {
        match self.db.get() {
            Some(db) => db.querier(mint, maxt),
            None => Err(StorageError::Limit("the database is still being opened".to_owned())),
        }
    }
}

impl LateDb {
    fn open(&self) -> Result<&Arc<Db>, ApiError> {
        let closed = || ApiError::new(ErrorKind::Unavailable, "the database is still being opened");
        self.db.get().ok_or_else(closed)
    }
}

fn internal(error: impl std::fmt::Display) -> ApiError {
    ApiError::new(ErrorKind::Internal, error.to_string())
}

impl Database for LateDb {
    fn storage(&self) -> Option<&dyn Storage> {
        self.db.get().map(|db| &**db as &dyn Storage)
    }

    fn status(&self, limit: usize) -> HeadStatus {
        let Some(db) = self.db.get() else { return HeadStatus::default() };
        let stats = db.stats(limit);
        let counts = |entries: Vec<StatEntry>| {
            entries.into_iter().map(|entry| Count { name: entry.name, value: entry.value }).collect()
        };
        HeadStatus {
            series: stats.head.series,
            label_pairs: stats.head.label_pairs,
            chunks: stats.head.chunks,
            min_time: stats.head.min_time,
            max_time: stats.head.max_time,
            series_by_metric_name: counts(stats.series_by_metric_name),
            values_by_label_name: counts(stats.values_by_label_name),
            memory_by_label_name: counts(stats.memory_by_label_name),
            series_by_label_pair: counts(stats.series_by_label_pair),
        }
    }

    fn wal_replay(&self) -> WalReplay {
        let shown = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        WalReplay {
            min: shown(self.replay.first()),
            max: shown(self.replay.last()),
            current: shown(self.replay.current()),
        }
    }

    fn blocks(&self) -> Result<Vec<BlockStatus>, ApiError> {
        let block = |meta: BlockMeta| {
            serde_json::to_string(&meta).map(|meta_json| BlockStatus { meta_json }).map_err(internal)
        };
        self.open()?.block_metas().into_iter().map(block).collect()
    }

    fn exemplars(&self, mint: i64, maxt: i64, any: &[Vec<Matcher>]) -> Vec<(Labels, Vec<Exemplar>)> {
        self.db.get().map(|db| db.exemplars(mint, maxt, any)).unwrap_or_default()
    }

    fn snapshot(&self, skip_head: bool) -> Result<String, ApiError> {
        self.open()?.snapshot(skip_head).map_err(internal)
    }

    fn delete_series(&self, mint: i64, maxt: i64, matchers: &[Matcher]) -> Result<(), ApiError> {
        self.open()?.delete(mint, maxt, matchers).map_err(internal)
    }

    fn clean_tombstones(&self) -> Result<(), ApiError> {
        self.open()?.clean_tombstones().map_err(internal)
    }
}

/// The targets, once scraping has begun.
#[derive(Default)]
pub(crate) struct LateTargets(OnceLock<Arc<ScrapeManager>>);

impl LateTargets {
    /// From now on requests see the targets of `manager`.
    pub(crate) fn started(&self, manager: Arc<ScrapeManager>) {
        // Only the start calls this, once.
        let _ = self.0.set(manager);
    }

    /// The manager, if scraping has begun.
    pub(crate) fn get(&self) -> Option<&Arc<ScrapeManager>> {
        self.0.get()
    }
}

impl Targets for LateTargets {
    fn pools(&self) -> Vec<String> {
        self.0.get().map(|manager| manager.pools()).unwrap_or_default()
    }

    fn active(&self, pool: Option<&str>) -> Vec<TargetSnapshot> {
        self.0.get().map(|manager| manager.active(pool)).unwrap_or_default()
    }

    fn dropped(&self, pool: Option<&str>) -> Vec<DroppedTarget> {
        self.0.get().map(|manager| manager.dropped(pool)).unwrap_or_default()
    }

    fn dropped_counts(&self) -> BTreeMap<String, usize> {
        self.0.get().map(|manager| manager.dropped_counts()).unwrap_or_default()
    }

    fn metadata(&self, metric: Option<&str>, wanted: &dyn Fn(&Labels) -> bool) -> Vec<TargetMetadata> {
        self.0.get().map(|manager| manager.metadata(metric, wanted)).unwrap_or_default()
    }

    fn relabel_rules(&self, pool: &str) -> Option<Vec<Rule>> {
        self.0.get()?.relabel_rules(pool)
    }
}
