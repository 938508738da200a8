//! HTTP discovery: target groups as JSON from a URL, asked for on schedule.

use std::time::Duration;

use http::header::{ACCEPT, ACCEPT_ENCODING, HeaderMap, HeaderName, HeaderValue, USER_AGENT};
use narthex_http_client::{Client, Connection, HttpOptions, Request, decode};
use tokio::time::timeout;
use url::Url;

use crate::group::WrittenGroup;
use crate::refresh::Refresh;
use crate::{DiscoveryError, Refresher, TargetGroup};

/// The label that holds the URL.
const URL_LABEL: &str = "__meta_url";
const USER_AGENT_VALUE: HeaderValue =
    HeaderValue::from_static(concat!("Narthex/", env!("CARGO_PKG_VERSION")));
/// The largest answer that is read, in bytes; a hundred thousand targets with labels stay below it.
const BODY_BYTES_MAX: usize = 256 << 20;

/// One `http_sd_configs` entry.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct HttpConfig {
    /// Where the targets are.
    pub url: Url,
    /// How often to ask.
    pub refresh_interval: Duration,
    /// How to ask.
    pub http: HttpOptions,
}

impl HttpConfig {
    /// A configuration with the defaults: every minute, no credentials.
    pub fn new(url: Url) -> Self {
        Self { url, refresh_interval: Duration::from_secs(60), http: HttpOptions::default() }
    }
}

/// The running HTTP discovery.
#[derive(Debug)]
pub(crate) struct HttpRefresher {
    client: Client,
    connection: Connection,
    request: Request,
    /// The URL without credentials.
    shown_url: String,
    refresh_interval: Duration,
}

impl HttpRefresher {
    pub(crate) fn new(config: HttpConfig) -> Self {
        let seconds = config.refresh_interval.as_secs_f64().to_string();
        let mut headers = HeaderMap::new();
        headers.insert(USER_AGENT, USER_AGENT_VALUE);
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
        if let Ok(seconds) = HeaderValue::from_str(&seconds) {
            headers.insert(HeaderName::from_static("x-prometheus-refresh-interval-seconds"), seconds);
        }
        Self {
            client: Client::new(config.http),
            connection: Connection::new(),
            shown_url: without_credentials(&config.url),
            request: Request::get(config.url, headers),
            refresh_interval: config.refresh_interval,
        }
    }

    async fn ask(&mut self) -> Result<Option<Vec<TargetGroup>>, DiscoveryError> {
        let url = || self.shown_url.clone();
        let mut body = Vec::new();
        let fetch = self.client.fetch(&mut self.connection, &self.request, BODY_BYTES_MAX, &mut body);
        let head = timeout(self.refresh_interval, fetch)
            .await
            .map_err(|_| DiscoveryError::Timeout(url(), self.refresh_interval))?
            .map_err(|source| DiscoveryError::Request { url: url(), source })?;
        let answer = |reason| DiscoveryError::Answer { url: url(), reason };
        if head.status != http::StatusCode::OK {
            return Err(answer(format!("server returned HTTP status {}", head.status)));
        }
        let content_type = head.content_type();
        let media_type = content_type.split(';').next().unwrap_or_default().trim();
        if !media_type.eq_ignore_ascii_case("application/json") {
            return Err(answer(format!(
                "unsupported content type \"{content_type}\", expected application/json"
            )));
        }
        let mut plain = Vec::new();
        let decoded = decode(head.content_encoding(), &body, BODY_BYTES_MAX, &mut plain)
            .map_err(|source| DiscoveryError::Decode { url: url(), source })?;
        let json = if decoded { &plain } else { &body };
        let written: Vec<WrittenGroup> = serde_json::from_slice(json)
            .map_err(|error| DiscoveryError::Parse { place: url(), reason: error.to_string() })?;
        let groups = written.into_iter().enumerate();
        let place = self.shown_url.as_str();
        Ok(Some(
            groups
                .map(|(index, group)| group.into_group(format!("{place}:{index}"), (URL_LABEL, place)))
                .collect(),
        ))
    }
}

impl Refresher for HttpRefresher {
    fn interval(&self) -> Duration {
        self.refresh_interval
    }

    fn refresh(&mut self) -> Refresh<'_> {
        Box::pin(self.ask())
    }
}

/// The URL as it may be shown and labelled.
fn without_credentials(url: &Url) -> String {
    let mut url = url.clone();
    // Refused only for URLs that cannot have credentials.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.to_string()
}
