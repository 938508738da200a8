//! What the API shows of targets.

use std::sync::Arc;
use std::time::Duration;

use narthex_model::{Labels, Metadata, Timestamp};
use url::Url;

/// How a target fared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Health {
    /// Not scraped yet.
    #[default]
    Unknown,
    /// The last scrape went well.
    Up,
    /// The last scrape failed.
    Down,
}

impl Health {
    /// The name in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Up => "up",
            Self::Down => "down",
        }
    }
}

/// A target that is scraped.
#[derive(Debug, Clone)]
pub struct TargetSnapshot {
    /// The job that scrapes it.
    pub pool: Arc<str>,
    /// Labels as discovered, before relabelling.
    pub discovered_labels: Labels,
    /// Labels of its series.
    pub labels: Labels,
    /// What is requested.
    pub scrape_url: Url,
    /// Why the last scrape failed, if it did.
    pub last_error: Option<Arc<str>>,
    /// When the last scrape started.
    pub last_scrape: Option<Timestamp>,
    /// How long it took.
    pub last_scrape_duration: Duration,
    /// How it went.
    pub health: Health,
    /// Time from scrape to scrape.
    pub interval: Duration,
    /// The longest a scrape may take.
    pub timeout: Duration,
}

impl TargetSnapshot {
    /// The URL as others reach the target: a local address is replaced by the host of the server's own external URL (and
    /// the port too, if the target is the server itself, which listens on `own_port`).
    pub fn global_url(&self, external: &Url, own_port: Option<u16>) -> Url {
        let mut url = self.scrape_url.clone();
        let local = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
        if local {
            let itself = own_port.is_some() && url.port_or_known_default() == own_port;
            // Refused only for URLs without a host, which a target's URL has.
            let _ = url.set_host(external.host_str());
            if itself {
                let _ = url.set_port(external.port());
            }
        }
        url
    }
}

/// A target that relabelling dropped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DroppedTarget {
    /// The job that would have scraped it.
    pub pool: Arc<str>,
    /// Labels as discovered.
    pub discovered_labels: Labels,
}

/// Metadata of one metric family of one target.
#[derive(Debug, Clone, PartialEq)]
pub struct TargetMetadata {
    /// The target's labels.
    pub target: Labels,
    /// The metric family.
    pub metric: String,
    /// What the page says of it.
    pub metadata: Metadata,
}
