//! Numbers of the running discovery, for the server's self-metrics (`prometheus_sd_*`).

use std::collections::BTreeMap;

use super::State;

/// Numbers of one mechanism or configuration.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct MechanismStats {
    /// Group lists handed on (`prometheus_sd_received_updates_total`).
    pub updates: u64,
    /// Refreshes made.
    pub refreshes: u64,
    /// Seconds spent in refreshes (`prometheus_sd_refresh_duration_seconds`).
    pub refresh_seconds: f64,
    /// Refreshes that failed (`prometheus_sd_refresh_failures_total`).
    pub failures: u64,
    /// Refreshes that took no longer than each of [`REFRESH_BOUNDS`].
    pub refreshes_within: [u64; REFRESH_BOUNDS.len()],
}

/// The bounds in seconds of `prometheus_sd_refresh_duration_histogram_seconds`.
pub const REFRESH_BOUNDS: [f64; 4] = [0.01, 0.1, 1.0, 10.0];

impl MechanismStats {
    /// Adds those of another configuration.
    pub(super) fn add(&mut self, other: Self) {
        self.updates += other.updates;
        self.refreshes += other.refreshes;
        self.refresh_seconds += other.refresh_seconds;
        self.failures += other.failures;
        self.refreshes_within.iter_mut().zip(other.refreshes_within).for_each(|(sum, add)| *sum += add);
    }
}

/// How often something happened, and how long it took together.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Tally {
    /// How often.
    pub count: u64,
    /// How long, in seconds.
    pub seconds: f64,
}

/// A snapshot of the manager's numbers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Stats {
    /// By mechanism, since the start.
    pub mechanisms: BTreeMap<&'static str, MechanismStats>,
    /// By mechanism and pool, of what runs now. A configuration of several pools counts for the first of them.
    pub configs: BTreeMap<(&'static str, String), MechanismStats>,
    /// What mechanisms count of their own: by mechanism and two words.
    pub tallies: BTreeMap<(&'static str, &'static str, &'static str), Tally>,
    /// When each file of targets was changed, in seconds since 1970 (`prometheus_sd_file_mtime_seconds`).
    pub file_times: BTreeMap<String, f64>,
    /// Discovered targets by pool (`prometheus_sd_discovered_targets`).
    pub discovered_targets: BTreeMap<String, usize>,
    /// When a pool's last change was published, in seconds since 1970.
    pub last_updates: BTreeMap<String, f64>,
    /// Published changes (`prometheus_sd_updates_total`).
    pub updates_sent: u64,
    /// Changes that had to wait for the time between two publications (`prometheus_sd_updates_delayed_total`).
    pub updates_delayed: u64,
}

pub(super) fn collect(state: &State) -> Stats {
    let mut stats = Stats {
        mechanisms: state.retired.clone(),
        last_updates: state.last_updates.clone(),
        updates_sent: state.updates_sent,
        updates_delayed: state.updates_delayed,
        ..Stats::default()
    };
    for running in state.providers.values() {
        let provider = &running.provider;
        let (mechanism, add) = (provider.mechanism(), provider.stats());
        stats.mechanisms.entry(mechanism).or_default().add(add);
        stats.configs.entry((mechanism, provider.pool().to_owned())).or_default().add(add);
        for ((one, other), tally) in provider.tallies() {
            let sum = stats.tallies.entry((mechanism, one, other)).or_default();
            sum.count += tally.count;
            sum.seconds += tally.seconds;
        }
        stats.file_times.extend(provider.file_times());
    }
    for (pool, configs) in &state.pools {
        let targets = state.groups(configs).iter().map(|group| group.targets.len()).sum();
        stats.discovered_targets.insert(pool.clone(), targets);
    }
    stats
}
