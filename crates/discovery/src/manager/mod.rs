//! The manager: runs each distinct configuration once, merges groups per pool, publishes changes debounced.
//!
//! A change is published after a short settling time, and further changes not more often than
//! [`ManagerOptions::publish_interval`]; a reload publishes at once.

mod once;
mod provider;
mod publish;
mod stats;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use parking_lot::Mutex;
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;

pub use once::discover_once;
pub(crate) use provider::Provider;
pub use stats::{MechanismStats, REFRESH_BOUNDS, Stats, Tally};

use crate::refresh::Updates;
use crate::{DiscoveryConfig, TargetGroup};

/// The groups of every pool.
pub type Pools = Arc<BTreeMap<String, Vec<Arc<TargetGroup>>>>;

/// How the manager behaves.
#[derive(Debug, Clone, Copy)]
pub struct ManagerOptions {
    /// How long after a change others may join it before it is published.
    pub settle_time: Duration,
    /// The shortest time between two published changes.
    pub publish_interval: Duration,
}

impl Default for ManagerOptions {
    fn default() -> Self {
        Self { settle_time: Duration::from_millis(50), publish_interval: Duration::from_secs(5) }
    }
}

/// Runs mechanisms. Dropping it stops them.
#[derive(Debug)]
pub struct DiscoveryManager {
    shared: Arc<Shared>,
    publisher: JoinHandle<()>,
}

/// What the manager and its publishing task share.
#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    changed: Arc<Notify>,
    published: watch::Sender<Pools>,
}

#[derive(Debug, Default)]
struct State {
    providers: HashMap<DiscoveryConfig, Running>,
    /// Per pool the configurations that feed it, in order.
    pools: BTreeMap<String, Vec<DiscoveryConfig>>,
    updates_sent: u64,
    updates_delayed: u64,
    /// When a pool's last change was published, in seconds since 1970.
    last_updates: BTreeMap<String, f64>,
    /// The numbers of configurations that run no more.
    retired: BTreeMap<&'static str, MechanismStats>,
}

/// A configuration at work.
#[derive(Debug)]
struct Running {
    provider: Arc<Provider>,
    task: JoinHandle<()>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl DiscoveryManager {
    /// Starts with no pools. Must be called inside a tokio runtime.
    pub fn new(options: ManagerOptions) -> Self {
        let shared = Arc::new(Shared {
            state: Mutex::default(),
            changed: Arc::new(Notify::new()),
            published: watch::Sender::new(Pools::default()),
        });
        let publisher = tokio::spawn(publish::run(Arc::clone(&shared), options));
        Self { shared, publisher }
    }

    /// A receiver of the merged groups; sees the present ones as its first value.
    pub fn subscribe(&self) -> watch::Receiver<Pools> {
        self.shared.published.subscribe()
    }

    /// Makes `pools` what runs, and publishes what is known of them at once.
    ///
    /// Configurations that ran before go on undisturbed. One that is new to a pool starts with the groups that the
    /// pool's vanished configurations of the same mechanism had, until it has its own.
    pub fn apply(&self, pools: BTreeMap<String, Vec<DiscoveryConfig>>) -> Pools {
        let mut state = self.shared.state.lock();
        let mut before = std::mem::take(&mut state.providers);
        let old_pools = std::mem::take(&mut state.pools);
        let mut providers: HashMap<DiscoveryConfig, Running> = HashMap::new();
        let mut started = Vec::new();
        for (pool, config) in pools.iter().flat_map(|(pool, configs)| configs.iter().map(move |c| (pool, c)))
        {
            if providers.contains_key(config) {
                continue;
            }
            if let Some(running) = before.remove(config) {
                providers.insert(config.clone(), running);
            } else {
                started.push((pool, config.clone()));
            }
        }
        for (pool, config) in started {
            if providers.contains_key(&config) {
                continue;
            }
            let mut known = config.known_groups();
            if known.is_empty() {
                known = inherited(&config, old_pools.get(pool), &before);
            }
            providers.insert(config.clone(), self.start(config, pool, known));
        }
        for gone in before.values() {
            let provider = &gone.provider;
            state.retired.entry(provider.mechanism()).or_default().add(provider.stats());
        }
        state.last_updates.retain(|pool, _| pools.contains_key(pool));
        state.providers = providers;
        state.pools = pools;
        self.shared.publish(&mut state)
    }

    /// Numbers for the self-metrics.
    pub fn stats(&self) -> Stats {
        stats::collect(&self.shared.state.lock())
    }

    fn start(&self, config: DiscoveryConfig, pool: &str, known: Vec<Arc<TargetGroup>>) -> Running {
        let changed = Arc::clone(&self.shared.changed);
        let provider = Arc::new(Provider::new(config.mechanism(), pool, known, changed));
        let task = tokio::spawn(config.run(Updates::new(Arc::clone(&provider))));
        Running { provider, task }
    }
}

impl Drop for DiscoveryManager {
    fn drop(&mut self) {
        self.publisher.abort();
        self.shared.state.lock().providers.clear();
    }
}

impl Shared {
    /// Merges and publishes; the receivers are woken only if something changed.
    fn publish(&self, state: &mut State) -> Pools {
        let merged: BTreeMap<String, Vec<Arc<TargetGroup>>> =
            state.pools.iter().map(|(pool, configs)| (pool.clone(), state.groups(configs))).collect();
        let merged = Arc::new(merged);
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64();
        let sent = self.published.send_if_modified(|published| {
            let changed = *published != merged;
            if changed {
                let pools = merged.iter().filter(|(pool, groups)| published.get(*pool) != Some(*groups));
                state.last_updates.extend(pools.map(|(pool, _)| (pool.clone(), now)));
                *published = merged;
            }
            changed
        });
        state.updates_sent += u64::from(sent);
        self.published.borrow().clone()
    }
}

impl State {
    fn groups(&self, configs: &[DiscoveryConfig]) -> Vec<Arc<TargetGroup>> {
        configs
            .iter()
            .filter_map(|config| self.providers.get(config))
            .flat_map(|running| running.provider.groups())
            .collect()
    }
}

/// The groups of those configurations of a pool that are gone and of the mechanism of `config`.
fn inherited(
    config: &DiscoveryConfig,
    old_pool: Option<&Vec<DiscoveryConfig>>,
    gone: &HashMap<DiscoveryConfig, Running>,
) -> Vec<Arc<TargetGroup>> {
    old_pool
        .into_iter()
        .flatten()
        .filter(|old| old.mechanism() == config.mechanism() && !matches!(old, DiscoveryConfig::Static(_)))
        .filter_map(|old| gone.get(old))
        .flat_map(|running| running.provider.groups())
        .collect()
}
