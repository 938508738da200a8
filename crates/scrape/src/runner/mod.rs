//! The task of one target: waits for its grid time, fetches, ingests, reports; until it is told to stop.
//!
//! Invariants: the task owns the target's cache and connection; a scrape that has begun ingesting always ends; a target
//! that is gone gets its stale markers only after it stayed away for two intervals.

mod report;
mod scrape;

use std::sync::Arc;
use std::time::Duration;

use narthex_http_client::{Client, Connection};
use narthex_storage::{SeriesRef, Storage};
use tokio::sync::{Semaphore, watch};
use tokio::time::{Instant, sleep};

use crate::buffers::Buffers;
use crate::cache::ScrapeCache;
use crate::clock::NANOS_PER_MS;
use crate::config::ScrapeConfig;
use crate::failure_log::{FailureLog, FailureLogs};
use crate::metrics::Metrics;
use crate::options::Options;
use crate::page::Fetcher;
use crate::schedule::{Grid, Plan};
use crate::target::{MetadataInterner, Target};
use crate::workers::Workers;

/// What all targets share.
pub(crate) struct Shared {
    pub(crate) storage: Arc<dyn Storage>,
    pub(crate) options: Options,
    pub(crate) metrics: Metrics,
    pub(crate) buffers: Buffers,
    pub(crate) failure_logs: FailureLogs,
    /// The threads that the targets' tasks run on.
    pub(crate) workers: Workers,
    /// One permit per large page that is worked on beside them.
    pub(crate) large_pages: Semaphore,
}

/// What a target's task is to do.
#[derive(Debug, Clone)]
pub(crate) enum Control {
    /// Scrape.
    Run(Order),
    /// The target is gone: write stale markers, unless it comes back or the server stops.
    Gone,
    /// The server stops: leave everything as it is.
    Stop,
}

/// How to scrape.
#[derive(Debug, Clone)]
pub(crate) struct Order {
    pub(crate) job: Arc<Job>,
    pub(crate) interval: Duration,
    pub(crate) timeout: Duration,
    /// All scrapes fail because the job has so many targets.
    pub(crate) too_many_targets: Option<u64>,
}

impl PartialEq for Order {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.job, &other.job)
            && (self.interval, self.timeout, self.too_many_targets)
                == (other.interval, other.timeout, other.too_many_targets)
    }
}

/// A job's configuration made ready.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) config: ScrapeConfig,
    pub(crate) client: Client,
    pub(crate) metadata: Arc<MetadataInterner>,
    pub(crate) failure_log: Option<Arc<FailureLog>>,
}

/// The task's state.
pub(crate) struct Runner {
    shared: Arc<Shared>,
    target: Arc<Target>,
    hash: u64,
    control: watch::Receiver<Control>,
    connection: Connection,
    memory: Memory,
    /// The job by whose rules the cache was filled.
    cached_by: Option<Arc<Job>>,
    /// When to scrape next, under the last order.
    plan: Option<Plan>,
    last_start: Option<Instant>,
}

/// What is kept of a target from scrape to scrape.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    cache: ScrapeCache,
    /// The report's series, in the order of `report`.
    report: [Option<SeriesRef>; report::SERIES_COUNT],
}

/// Why waiting ended.
enum Woken {
    Time,
    Order,
}

impl Runner {
    pub(crate) fn new(
        shared: Arc<Shared>,
        target: Arc<Target>,
        hash: u64,
        control: watch::Receiver<Control>,
    ) -> Self {
        Self {
            shared,
            target,
            hash,
            control,
            connection: Connection::new(),
            memory: Memory::default(),
            cached_by: None,
            plan: None,
            last_start: None,
        }
    }

    /// Runs until the target is gone for good or the server stops.
    pub(crate) async fn run(mut self) {
        loop {
            let control = self.control.borrow_and_update().clone();
            match control {
                Control::Run(order) => self.run_order(order).await,
                Control::Gone => {
                    if self.end_of_run().await {
                        return;
                    }
                }
                Control::Stop => return,
            }
        }
    }

    /// Scrapes on schedule until another control arrives.
    async fn run_order(&mut self, order: Order) {
        let cached_by = self.cached_by.replace(Arc::clone(&order.job));
        if cached_by.is_some_and(|job| !job.config.makes_same_series(&order.job.config)) {
            self.memory.cache.forget_texts();
        }
        let seeded = self.hash ^ self.shared.options.offset_seed;
        let grid = Grid::new(order.interval, seeded);
        let fetcher = Fetcher::new(
            &order.job.config,
            &self.shared.options,
            order.job.client.clone(),
            &self.target.url,
            order.timeout,
        );
        let mut plan = Plan::resume(self.plan, grid, self.now());
        if self.plan.replace(plan) != Some(plan) {
            self.last_start = None;
        }
        loop {
            if let Woken::Order = self.wait(plan.wait(self.now())).await {
                return;
            }
            self.observe_interval(order.interval);
            let time = grid.align(self.now()).div_euclid(NANOS_PER_MS);
            let same_order = self.scrape(&order, &fetcher, time).await;
            plan = plan.after_scrape(self.now());
            self.plan = Some(plan);
            if !same_order {
                return;
            }
        }
    }

    /// Writes stale markers once the target stayed away for two intervals; `false` when it came back.
    ///
    /// The markers have the time of the scrape that did not happen: if another server or a re-created target wrote newer
    /// samples meanwhile, the storage refuses them.
    async fn end_of_run(&mut self) -> bool {
        // A target that only has other labels now is scraped by another task: one connection is enough for both.
        self.connection.close();
        self.plan = None;
        let interval = self.target.snapshot().interval;
        if let Woken::Order = self.wait(interval).await {
            return false;
        }
        let time = self.now().div_euclid(NANOS_PER_MS);
        if let Woken::Order = self.wait(interval + interval / 10).await {
            return false;
        }
        self.write_end_of_run(time);
        true
    }

    async fn wait(&mut self, duration: Duration) -> Woken {
        tokio::select! {
            biased;
            // A pool that is gone has dropped its end of the control: then there is only the time to wait for.
            Ok(()) = self.control.changed() => Woken::Order,
            () = sleep(duration) => Woken::Time,
        }
    }

    fn observe_interval(&mut self, configured: Duration) {
        let now = Instant::now();
        if let Some(last) = self.last_start.replace(now) {
            self.shared.metrics.observe_interval(configured, now - last);
        }
    }

    fn now(&self) -> i64 {
        self.shared.options.clock.now_nanos()
    }
}
