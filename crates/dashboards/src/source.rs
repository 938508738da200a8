//! A data source: a Prometheus-compatible server that the proxy asks, somewhere else or in this process.

use std::time::Duration;

use axum::Router;
use narthex_http_client::{Client, Connection, HttpOptions};
use parking_lot::Mutex;
use url::Url;

/// An address that cannot be a data source.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{address}\" is no data source address: {reason}; expected for example http://127.0.0.1:9090")]
pub struct SourceError {
    address: String,
    reason: String,
}

/// One data source.
#[derive(Debug, Clone)]
pub struct DataSource {
    /// Its identifier in addresses and dashboards.
    pub uid: String,
    /// Its name in lists.
    pub name: String,
    /// Where its API is; `/api/v1/…` is added to the path.
    pub url: Url,
    /// Credentials and headers for it.
    pub http: HttpOptions,
    /// How often it scrapes, as a duration (`15s`): the least `$__rate_interval` follows from it.
    pub scrape_interval: String,
    /// How long one request may take.
    pub timeout: Duration,
    /// Whether dashboards that name no data source use it; else they use the first one.
    pub is_default: bool,
    /// The routes of a server in this process, which are asked instead of connecting to `url`.
    pub local: Option<Router>,
}

impl DataSource {
    /// A data source at `address`, without credentials.
    pub fn new(uid: &str, name: &str, address: &str) -> Result<Self, SourceError> {
        let fail = |reason: String| SourceError { address: address.to_owned(), reason };
        let url = Url::parse(address).map_err(|error| fail(error.to_string()))?;
        if !matches!(url.scheme(), "http" | "https") || url.cannot_be_a_base() {
            return Err(fail(format!("the scheme is {}", url.scheme())));
        }
        Ok(Self {
            uid: uid.to_owned(),
            name: name.to_owned(),
            url,
            http: HttpOptions::default(),
            scrape_interval: "15s".to_owned(),
            timeout: Duration::from_secs(60),
            is_default: false,
            local: None,
        })
    }

    /// The identifier of a data source that has only a name: `My Prometheus` → `my-prometheus`.
    pub fn uid_of(name: &str) -> String {
        name.to_lowercase().replace(|c: char| !c.is_ascii_alphanumeric(), "-")
    }

    /// The server in this process: `routes` with its API below the prefix `below` (empty or `/a/b`).
    pub fn local(uid: &str, name: &str, routes: Router, below: &str) -> Result<Self, SourceError> {
        let source = Self::new(uid, name, &format!("http://localhost{below}"))?;
        Ok(Self { local: Some(routes), ..source })
    }
}

/// A data source in use: its client and idle connections.
#[derive(Debug)]
pub(crate) struct OpenSource {
    pub(crate) source: DataSource,
    pub(crate) client: Client,
    idle: Mutex<Vec<Connection>>,
}

/// Idle connections kept per data source.
const IDLE_MAX: usize = 16;

impl OpenSource {
    pub(crate) fn new(source: DataSource) -> Self {
        Self { client: Client::new(source.http.clone()), source, idle: Mutex::default() }
    }

    /// An idle connection, or one that opens at its first use.
    pub(crate) fn connection(&self) -> Connection {
        self.idle.lock().pop().unwrap_or_default()
    }

    /// Keeps a connection for the next request.
    pub(crate) fn keep(&self, connection: Connection) {
        let mut idle = self.idle.lock();
        if idle.len() < IDLE_MAX {
            idle.push(connection);
        }
    }
}
