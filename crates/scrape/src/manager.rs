//! The crate's front: jobs in, snapshots out.

use std::collections::BTreeMap;
use std::sync::Arc;

use narthex_discovery::{DiscoveryManager, Pools};
use narthex_model::relabel::Rule;
use narthex_storage::Storage;
use parking_lot::Mutex;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

use crate::buffers::Buffers;
use crate::config::ScrapeConfig;
use crate::error::ApplyError;
use crate::failure_log::FailureLogs;
use crate::metrics::{Metrics, MetricsSnapshot};
use crate::options::Options;
use crate::pool::ScrapePool;
use crate::runner::Shared;
use crate::snapshot::{DroppedTarget, TargetMetadata, TargetSnapshot};
use crate::workers::Workers;

/// Scrapes. Must be made inside a tokio runtime; dropping it without [`stop`](Self::stop) leaves running scrapes to end
/// with the runtime.
pub struct ScrapeManager {
    inner: Arc<Inner>,
    discovery: DiscoveryManager,
    syncing: JoinHandle<()>,
}

struct Inner {
    shared: Arc<Shared>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    pools: BTreeMap<String, ScrapePool>,
    /// Tasks of jobs that are gone, which may still write stale markers.
    leaving: Vec<JoinHandle<()>>,
    /// The groups that the pools were last brought in step with.
    synced: Pools,
}

impl ScrapeManager {
    /// Starts without jobs.
    pub fn new(storage: Arc<dyn Storage>, options: Options) -> Self {
        let discovery = DiscoveryManager::new(options.discovery);
        let workers = Workers::start(options.workers);
        let large_pages = Semaphore::new(options.workers.max(1));
        let shared = Shared {
            storage,
            options,
            metrics: Metrics::default(),
            buffers: Buffers::default(),
            failure_logs: FailureLogs::default(),
            workers,
            large_pages,
        };
        let inner = Arc::new(Inner { shared: Arc::new(shared), state: Mutex::default() });
        let syncing = tokio::spawn(follow_discovery(Arc::clone(&inner), discovery.subscribe()));
        Self { inner, discovery, syncing }
    }

    /// Makes `configs` the jobs that run. All or nothing: an error leaves everything as it was.
    ///
    /// Targets that stay what they were keep their schedule, their connection and their cache; with an unchanged job they
    /// notice nothing at all. Jobs that are gone end with stale markers.
    pub fn apply(&self, configs: Vec<ScrapeConfig>) -> Result<(), ApplyError> {
        let mut jobs = BTreeMap::new();
        for config in configs {
            if config.interval.is_zero() {
                return Err(ApplyError::ZeroInterval(config.job_name));
            }
            let name = config.job_name.clone();
            if jobs.insert(name.clone(), config).is_some() {
                return Err(ApplyError::DuplicateJob(name));
            }
        }
        let mut state = self.inner.state.lock();
        let discovered = jobs.iter().map(|(name, config)| (name.clone(), config.discovery.clone())).collect();
        let groups = self.discovery.apply(discovered);
        let gone: Vec<String> =
            state.pools.keys().filter(|name| !jobs.contains_key(*name)).cloned().collect();
        for name in gone {
            if let Some(pool) = state.pools.remove(&name) {
                state.leaving.extend(pool.end(true));
            }
        }
        state.leaving.retain(|task| !task.is_finished());
        for (name, config) in jobs {
            match state.pools.get_mut(&name) {
                Some(pool) => pool.reload(config),
                None => {
                    state.pools.insert(name, ScrapePool::new(Arc::clone(&self.inner.shared), config));
                }
            }
        }
        state.sync(groups);
        Ok(())
    }

    /// Ends all scraping. Scrapes that are ingesting end first; no stale markers are written, since the server may come
    /// back before they were true.
    pub async fn stop(&self) {
        self.syncing.abort();
        let (pools, leaving) = {
            let mut state = self.inner.state.lock();
            (std::mem::take(&mut state.pools), std::mem::take(&mut state.leaving))
        };
        for task in leaving {
            task.abort();
        }
        for task in pools.into_values().flat_map(|pool| pool.end(false)) {
            // A task that panicked has nothing more to end.
            let _ = task.await;
        }
    }

    /// The names of the jobs.
    pub fn pool_names(&self) -> Vec<String> {
        self.inner.state.lock().pools.keys().cloned().collect()
    }

    /// The rules over a job's targets, for showing what each does; `None` when there is no such job.
    pub fn relabel_rules(&self, pool: &str) -> Option<Vec<Rule>> {
        self.inner.state.lock().pools.get(pool).map(|pool| pool.relabel_rules().to_vec())
    }

    /// The scraped targets (of one job), sorted by job and labels.
    pub fn active_targets(&self, pool: Option<&str>) -> Vec<TargetSnapshot> {
        let state = self.inner.state.lock();
        let mut targets: Vec<TargetSnapshot> = state
            .selected(pool)
            .flat_map(|(_, pool)| pool.active().map(|target| target.snapshot()))
            .collect();
        targets.sort_by(|a, b| (&a.pool, &a.labels, &a.scrape_url).cmp(&(&b.pool, &b.labels, &b.scrape_url)));
        targets
    }

    /// The targets (of one job) that relabelling dropped.
    pub fn dropped_targets(&self, pool: Option<&str>) -> Vec<DroppedTarget> {
        let state = self.inner.state.lock();
        let mut dropped = Vec::new();
        for (name, pool) in state.selected(pool) {
            let name: Arc<str> = Arc::from(name.as_str());
            dropped.extend(
                pool.dropped().iter().map(|labels| DroppedTarget {
                    pool: Arc::clone(&name),
                    discovered_labels: labels.clone(),
                }),
            );
        }
        dropped
    }

    /// How many targets relabelling dropped, by job.
    pub fn dropped_target_counts(&self) -> BTreeMap<String, usize> {
        let state = self.inner.state.lock();
        state.pools.iter().map(|(name, pool)| (name.clone(), pool.dropped_count())).collect()
    }

    /// Metadata of all targets whose labels `wanted` accepts; of one metric family or of all.
    pub fn target_metadata(
        &self,
        metric: Option<&str>,
        mut wanted: impl FnMut(&narthex_model::Labels) -> bool,
    ) -> Vec<TargetMetadata> {
        let state = self.inner.state.lock();
        let mut found = Vec::new();
        for target in
            state.pools.values().flat_map(ScrapePool::active).filter(|target| wanted(&target.labels))
        {
            let lines = target.metadata();
            let families = lines.families().into_iter();
            found.extend(families.filter(|(name, _)| metric.is_none_or(|metric| metric == *name)).map(
                |(name, metadata)| TargetMetadata {
                    target: target.labels.clone(),
                    metric: name.to_owned(),
                    metadata,
                },
            ));
        }
        found
    }

    /// Numbers for the self-metrics.
    pub fn metrics(&self) -> MetricsSnapshot {
        let state = self.inner.state.lock();
        let metrics = &self.inner.shared.metrics;
        MetricsSnapshot {
            counts: metrics.counts(),
            pools: state.pools.iter().map(|(name, pool)| (name.clone(), pool.metrics())).collect(),
            intervals: metrics.intervals(),
            scrapes: metrics.scrapes(),
            cache_bytes: state
                .pools
                .values()
                .flat_map(ScrapePool::active)
                .map(|target| target.cache_bytes() as u64)
                .sum(),
            discovery: self.discovery.stats(),
        }
    }
}

impl State {
    fn selected(&self, pool: Option<&str>) -> impl Iterator<Item = (&String, &ScrapePool)> {
        self.pools.iter().filter(move |(name, _)| pool.is_none_or(|pool| pool == *name))
    }

    fn sync(&mut self, groups: Pools) {
        for (name, pool) in &mut self.pools {
            pool.sync(groups.get(name).map(Vec::as_slice).unwrap_or_default());
        }
        self.synced = groups;
    }
}

/// Takes over what discovery finds, until the manager stops.
async fn follow_discovery(inner: Arc<Inner>, mut found: tokio::sync::watch::Receiver<Pools>) {
    while found.changed().await.is_ok() {
        found.mark_unchanged();
        let inner = Arc::clone(&inner);
        let latest = found.clone();
        // Thousands of targets take a while: not on a thread that runs timers.
        let synced = tokio::task::spawn_blocking(move || {
            let mut state = inner.state.lock();
            // Read under the lock: a reload may have published and taken over newer ones meanwhile.
            let groups = Arc::clone(&latest.borrow());
            if !Arc::ptr_eq(&groups, &state.synced) {
                state.sync(groups);
            }
        });
        if synced.await.is_err() {
            return;
        }
    }
}
