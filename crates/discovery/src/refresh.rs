//! The frame of a mechanism: [`Refresher`] lists groups, [`run`] repeats it, [`Updates`] hands the groups on.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::time::{MissedTickBehavior, interval};

use crate::manager::Provider;
use crate::{DiscoveryError, TargetGroup};

/// The future of one refresh: `Ok(None)` says that nothing changed since the last one.
pub type Refresh<'a> =
    Pin<Box<dyn Future<Output = Result<Option<Vec<TargetGroup>>, DiscoveryError>> + Send + 'a>>;

/// A mechanism: something that can list all its target groups.
pub trait Refresher: Send {
    /// The time from one refresh to the next.
    fn interval(&self) -> Duration;

    /// Lists all groups. An error keeps the groups of before.
    fn refresh(&mut self) -> Refresh<'_>;

    /// What went wrong in parts of the last refresh (one of several files) without spoiling the rest.
    fn take_errors(&mut self) -> Vec<DiscoveryError> {
        Vec::new()
    }

    /// When each file that was read was changed, in seconds since 1970, if the last refresh read files.
    fn take_file_times(&mut self) -> Option<Vec<(String, f64)>> {
        None
    }
}

/// Where a mechanism hands its groups.
#[derive(Debug, Clone)]
pub struct Updates {
    provider: Arc<Provider>,
}

impl Updates {
    pub(crate) fn new(provider: Arc<Provider>) -> Self {
        Self { provider }
    }

    /// These are all groups now: unchanged ones keep their `Arc`, those not listed are gone.
    pub fn replace(&self, groups: Vec<TargetGroup>) {
        self.provider.replace(groups);
    }

    /// These groups changed: each takes the place of the one with its source, one without targets removes it.
    pub fn patch(&self, groups: Vec<TargetGroup>) {
        self.provider.patch(groups);
    }

    /// Counts something of the mechanism's own, by two words, and how long it took.
    pub(crate) fn count(&self, what: (&'static str, &'static str), took: Duration) {
        self.provider.count(what, took);
    }

    /// The refresh failed: count it, log it, keep what is known.
    pub fn failed(&self, error: &DiscoveryError) {
        tracing::error!(mechanism = self.provider.mechanism(), %error, "unable to refresh target groups");
        self.provider.count_failure();
    }
}

/// Refreshes at once and then on schedule, until the task is aborted.
pub(crate) async fn run(mut refresher: Box<dyn Refresher>, updates: Updates) {
    let mut ticks = interval(refresher.interval().max(Duration::from_millis(10)));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let start = Instant::now();
        match refresher.refresh().await {
            Ok(Some(groups)) => updates.replace(groups),
            Ok(None) => {}
            Err(error) => updates.failed(&error),
        }
        for error in refresher.take_errors() {
            updates.failed(&error);
        }
        if let Some(times) = refresher.take_file_times() {
            updates.provider.set_file_times(times);
        }
        updates.provider.count_refresh(start.elapsed());
    }
}
