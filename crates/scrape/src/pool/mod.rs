//! The targets of one job: keeps the running tasks in step with what discovery finds and the configuration says.

mod build;

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;
use std::time::Instant;

use narthex_discovery::TargetGroup;
use narthex_http_client::{Client, Dials};
use narthex_model::Labels;
use narthex_model::relabel::Rule;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::config::ScrapeConfig;
use crate::durations::Durations;
use crate::metrics::PoolMetrics;
use crate::runner::{Control, Job, Order, Runner, Shared};
use crate::target::{MetadataInterner, Populated, Target};

/// One job's targets.
pub(crate) struct ScrapePool {
    name: Arc<str>,
    shared: Arc<Shared>,
    job: Arc<Job>,
    tasks: HashMap<u64, Task>,
    dropped: Vec<Labels>,
    dropped_count: usize,
    syncs: Durations,
    syncs_failed: u64,
}

/// A target and the task that scrapes it.
struct Task {
    target: Arc<Target>,
    control: watch::Sender<Control>,
    handle: JoinHandle<()>,
}

impl Task {
    fn is_active(&self) -> bool {
        matches!(*self.control.borrow(), Control::Run(_))
    }
}

impl ScrapePool {
    pub(crate) fn new(shared: Arc<Shared>, config: ScrapeConfig) -> Self {
        shared.metrics.pools_created.add(1);
        let name = Arc::from(config.job_name.as_str());
        let job = Arc::new(job(&shared, config, Arc::default(), Arc::default()));
        Self {
            name,
            shared,
            job,
            tasks: HashMap::new(),
            dropped: Vec::new(),
            dropped_count: 0,
            syncs: Durations::default(),
            syncs_failed: 0,
        }
    }

    /// Takes another configuration; targets follow at the next [`sync`](Self::sync). The same one changes nothing.
    pub(crate) fn reload(&mut self, config: ScrapeConfig) {
        if self.job.config == config {
            return;
        }
        self.shared.metrics.pool_reloads.add(1);
        let (metadata, dials) = (Arc::clone(&self.job.metadata), Arc::clone(self.job.client.dials()));
        self.job = Arc::new(job(&self.shared, config, metadata, dials));
    }

    /// Makes the running tasks those of `groups`: starts new ones, redirects those that changed, ends those that are gone.
    pub(crate) fn sync(&mut self, groups: &[Arc<TargetGroup>]) {
        let start = Instant::now();
        let built = build::targets(&self.job.config, groups);
        self.syncs_failed += built.failed;
        self.dropped_count = built.dropped_count;
        self.dropped = built.dropped;
        let limit = self.job.config.limits.targets;
        let count = built.targets.len() as u64;
        let too_many_targets = (limit > 0 && count > limit).then_some(count);
        self.shared.metrics.exceeded_target_limit.add(u64::from(too_many_targets.is_some()));
        for (hash, task) in &self.tasks {
            if !built.targets.contains_key(hash) {
                task.control.send_if_modified(|control| replace_if(control, Control::Gone));
            }
        }
        self.tasks.retain(|_, task| !task.handle.is_finished());
        for (hash, populated) in built.targets {
            self.ensure(hash, &populated, too_many_targets);
        }
        self.syncs.observe(start.elapsed());
    }

    fn ensure(&mut self, hash: u64, populated: &Populated, too_many_targets: Option<u64>) {
        let order = Order {
            job: Arc::clone(&self.job),
            interval: populated.interval,
            timeout: populated.timeout,
            too_many_targets,
        };
        match self.tasks.entry(hash) {
            Entry::Occupied(task) => {
                let task = task.get();
                task.target.update(populated);
                task.control.send_if_modified(|control| replace_if(control, Control::Run(order)));
            }
            Entry::Vacant(place) => {
                let target = Arc::new(Target::new(Arc::clone(&self.name), populated));
                let (control, receiver) = watch::channel(Control::Run(order));
                let runner = Runner::new(Arc::clone(&self.shared), Arc::clone(&target), hash, receiver);
                let handle = self.shared.workers.spawn(hash, runner.run());
                place.insert(Task { target, control, handle });
            }
        }
    }

    /// Ends all tasks: with stale markers when the job is gone, without when the server stops. Gives what to wait for.
    pub(crate) fn end(self, gone: bool) -> Vec<JoinHandle<()>> {
        let end = |task: Task| {
            let control = if gone { Control::Gone } else { Control::Stop };
            task.control.send_replace(control);
            task.handle
        };
        self.tasks.into_values().map(end).collect()
    }

    /// The rules over targets.
    pub(crate) fn relabel_rules(&self) -> &[Rule] {
        &self.job.config.relabel
    }

    /// The targets that are scraped.
    pub(crate) fn active(&self) -> impl Iterator<Item = &Arc<Target>> {
        self.tasks.values().filter(|task| task.is_active()).map(|task| &task.target)
    }

    /// The discovered labels of the targets that relabelling dropped; at most as many as the job keeps.
    pub(crate) fn dropped(&self) -> &[Labels] {
        &self.dropped
    }

    /// How many targets relabelling dropped.
    pub(crate) fn dropped_count(&self) -> usize {
        self.dropped_count
    }

    pub(crate) fn metrics(&self) -> PoolMetrics {
        let mut metrics = PoolMetrics {
            target_limit: self.job.config.limits.targets,
            syncs: self.syncs,
            dials: self.job.client.dials().counts(),
            syncs_failed: self.syncs_failed,
            ..PoolMetrics::default()
        };
        for target in self.active() {
            let metadata = target.metadata();
            metrics.targets += 1;
            metrics.metadata_entries += metadata.len() as u64;
            metrics.metadata_bytes += metadata.bytes() as u64;
        }
        metrics
    }
}

fn job(shared: &Shared, config: ScrapeConfig, metadata: Arc<MetadataInterner>, dials: Arc<Dials>) -> Job {
    let client = Client::counting(config.http.clone(), dials);
    let failure_log = config.failure_log.as_deref().and_then(|path| shared.failure_logs.get(path));
    Job { config, client, metadata, failure_log }
}

/// Wakes a task only when it is to do something else than before.
fn replace_if(control: &mut Control, new: Control) -> bool {
    let same = match (&*control, &new) {
        (Control::Run(old), Control::Run(new)) => old == new,
        (Control::Gone, Control::Gone) | (Control::Stop, _) => true,
        _ => false,
    };
    if !same {
        *control = new;
    }
    !same
}
