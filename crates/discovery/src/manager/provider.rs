//! The groups of one running configuration; written by its task, read by the manager.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::Notify;

use super::{MechanismStats, REFRESH_BOUNDS, Tally};
use crate::TargetGroup;

/// The state of one configuration.
#[derive(Debug)]
pub(crate) struct Provider {
    mechanism: &'static str,
    /// The first pool that asked for it.
    pool: String,
    inner: Mutex<Inner>,
    changed: Arc<Notify>,
}

#[derive(Debug, Default)]
struct Inner {
    groups: BTreeMap<String, Arc<TargetGroup>>,
    stats: MechanismStats,
    tallies: BTreeMap<(&'static str, &'static str), Tally>,
    /// When each file of targets was changed, in seconds since 1970.
    file_times: Vec<(String, f64)>,
}

impl Provider {
    pub(super) fn new(
        mechanism: &'static str,
        pool: &str,
        known: Vec<Arc<TargetGroup>>,
        changed: Arc<Notify>,
    ) -> Self {
        let groups = known.into_iter().map(|group| (group.source.clone(), group)).collect();
        Self {
            mechanism,
            pool: pool.to_owned(),
            inner: Mutex::new(Inner { groups, ..Inner::default() }),
            changed,
        }
    }

    pub(super) fn pool(&self) -> &str {
        &self.pool
    }

    pub(crate) fn mechanism(&self) -> &'static str {
        self.mechanism
    }

    pub(super) fn groups(&self) -> Vec<Arc<TargetGroup>> {
        self.inner.lock().groups.values().cloned().collect()
    }

    pub(super) fn stats(&self) -> MechanismStats {
        self.inner.lock().stats
    }

    /// Takes `groups` as all there are; those that did not change keep their `Arc`.
    pub(crate) fn replace(&self, groups: Vec<TargetGroup>) {
        let mut inner = self.inner.lock();
        inner.stats.updates += 1;
        let mut before = std::mem::take(&mut inner.groups);
        let mut changed = false;
        for group in groups.into_iter().filter(|group| !group.targets.is_empty()) {
            let known = before.remove(&group.source).filter(|known| **known == group);
            changed |= known.is_none();
            let group = known.unwrap_or_else(|| Arc::new(group));
            inner.groups.insert(group.source.clone(), group);
        }
        if changed || !before.is_empty() {
            self.changed.notify_one();
        }
    }

    /// Takes `groups` in place of those with the same sources; one without targets removes its source.
    pub(crate) fn patch(&self, groups: Vec<TargetGroup>) {
        let mut inner = self.inner.lock();
        inner.stats.updates += 1;
        let mut changed = false;
        for group in groups {
            if group.targets.is_empty() {
                changed |= inner.groups.remove(&group.source).is_some();
            } else if inner.groups.get(&group.source).is_none_or(|known| **known != group) {
                inner.groups.insert(group.source.clone(), Arc::new(group));
                changed = true;
            }
        }
        if changed {
            self.changed.notify_one();
        }
    }

    pub(super) fn tallies(&self) -> BTreeMap<(&'static str, &'static str), Tally> {
        self.inner.lock().tallies.clone()
    }

    pub(super) fn file_times(&self) -> Vec<(String, f64)> {
        self.inner.lock().file_times.clone()
    }

    /// Counts something of the mechanism's own, by two words.
    pub(crate) fn count(&self, what: (&'static str, &'static str), took: Duration) {
        let mut inner = self.inner.lock();
        let tally = inner.tallies.entry(what).or_default();
        tally.count += 1;
        tally.seconds += took.as_secs_f64();
    }

    pub(crate) fn set_file_times(&self, times: Vec<(String, f64)>) {
        self.inner.lock().file_times = times;
    }

    pub(crate) fn count_failure(&self) {
        self.inner.lock().stats.failures += 1;
    }

    pub(crate) fn count_refresh(&self, took: Duration) {
        let mut inner = self.inner.lock();
        inner.stats.refreshes += 1;
        inner.stats.refresh_seconds += took.as_secs_f64();
        let within = inner.stats.refreshes_within.iter_mut().zip(REFRESH_BOUNDS);
        within.for_each(|(count, bound)| *count += u64::from(took.as_secs_f64() <= bound));
    }
}
