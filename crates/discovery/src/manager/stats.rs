//! Numbers of the running discovery, for the server's self-metrics (`prometheus_sd_*`).

use std::collections::BTreeMap;

use super::State;

/// Numbers of one mechanism since the start, over the configurations that run now.
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
}

/// A snapshot of the manager's numbers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Stats {
    /// By mechanism.
    pub mechanisms: BTreeMap<&'static str, MechanismStats>,
    /// Discovered targets by pool (`prometheus_sd_discovered_targets`).
    pub discovered_targets: BTreeMap<String, usize>,
    /// Published changes (`prometheus_sd_updates_total`).
    pub updates_sent: u64,
}

pub(super) fn collect(state: &State) -> Stats {
    let mut stats = Stats { updates_sent: state.updates_sent, ..Stats::default() };
    for running in state.providers.values() {
        let add = running.provider.stats();
        let sum = stats.mechanisms.entry(running.provider.mechanism()).or_default();
        sum.updates += add.updates;
        sum.refreshes += add.refreshes;
        sum.refresh_seconds += add.refresh_seconds;
        sum.failures += add.failures;
    }
    for (pool, configs) in &state.pools {
        let targets = state.groups(configs).iter().map(|group| group.targets.len()).sum();
        stats.discovered_targets.insert(pool.clone(), targets);
    }
    stats
}
