//! One target: its identity, and what is known of its last scrape. Written by its runner, read by the API.

mod metadata;
mod populate;

use std::sync::Arc;
use std::time::Duration;

use narthex_model::{Labels, Timestamp};
use parking_lot::Mutex;
use url::Url;

pub(crate) use metadata::{MetadataInterner, MetadataLines, MetadataScan};
pub use populate::{PopulateError, Populated, populate};

use crate::snapshot::{Health, TargetSnapshot};

/// One scraped target.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) pool: Arc<str>,
    /// Labels of its series.
    pub(crate) labels: Labels,
    pub(crate) url: Url,
    status: Mutex<Status>,
}

/// What changes.
#[derive(Debug, Clone, Default)]
struct Status {
    discovered: Labels,
    health: Health,
    last_error: Option<Arc<str>>,
    last_scrape: Option<Timestamp>,
    last_scrape_duration: Duration,
    interval: Duration,
    timeout: Duration,
    metadata: Arc<MetadataLines>,
    cache_bytes: usize,
}

impl Target {
    pub(crate) fn new(pool: Arc<str>, populated: &Populated) -> Self {
        let target = Self {
            pool,
            labels: populated.labels.clone(),
            url: populated.url.clone(),
            status: Mutex::default(),
        };
        target.update(populated);
        target
    }

    /// Takes over what may change without making it another target.
    pub(crate) fn update(&self, populated: &Populated) {
        let mut status = self.status.lock();
        status.discovered = populated.discovered.clone();
        status.interval = populated.interval;
        status.timeout = populated.timeout;
    }

    /// What makes a target the same target: its labels and its URL.
    pub(crate) fn hash(labels: &Labels, url: &Url) -> u64 {
        let mut hash = labels.hash64();
        for byte in url.as_str().bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        // Offsets are remainders: mix the high bits down.
        hash ^ (hash >> 29)
    }

    /// Notes a finished scrape.
    pub(crate) fn scraped(
        &self,
        at: Timestamp,
        took: Duration,
        (up, error): (bool, Option<Arc<str>>),
        cache_bytes: usize,
    ) {
        let mut status = self.status.lock();
        status.health = if up { Health::Up } else { Health::Down };
        status.last_error = error;
        status.last_scrape = Some(at);
        status.last_scrape_duration = took;
        status.cache_bytes = cache_bytes;
    }

    pub(crate) fn metadata(&self) -> Arc<MetadataLines> {
        Arc::clone(&self.status.lock().metadata)
    }

    pub(crate) fn set_metadata(&self, metadata: Arc<MetadataLines>) {
        self.status.lock().metadata = metadata;
    }

    pub(crate) fn cache_bytes(&self) -> usize {
        self.status.lock().cache_bytes
    }

    pub(crate) fn snapshot(&self) -> TargetSnapshot {
        let status = self.status.lock();
        TargetSnapshot {
            pool: Arc::clone(&self.pool),
            discovered_labels: status.discovered.clone(),
            labels: self.labels.clone(),
            scrape_url: self.url.clone(),
            last_error: status.last_error.clone(),
            last_scrape: status.last_scrape,
            last_scrape_duration: status.last_scrape_duration,
            health: status.health,
            interval: status.interval,
            timeout: status.timeout,
        }
    }
}
