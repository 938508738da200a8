//! HTTP discovery: target groups as JSON from a URL, asked for on schedule.

use std::time::Duration;

use http::header::HeaderValue;
use narthex_http_client::HttpOptions;
use url::Url;

use crate::group::WrittenGroup;
use crate::refresh::Refresh;
use crate::rest::{Rest, read_json, shown};
use crate::{DiscoveryError, Refresher, TargetGroup};

/// The label that holds the URL.
const URL_LABEL: &str = "__meta_url";
const INTERVAL_HEADER: &str = "x-prometheus-refresh-interval-seconds";

/// One `http_sd_configs` entry.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct HttpConfig {
    /// Where the targets are.
    pub url: Url,
    /// What the label `__meta_url` says: the URL as it was written.
    pub label: String,
    /// How often to ask.
    pub refresh_interval: Duration,
    /// How to ask.
    pub http: HttpOptions,
}

impl HttpConfig {
    /// A configuration with the defaults: every minute, no credentials.
    pub fn new(url: Url) -> Self {
        let label = shown(&url);
        Self { url, label, refresh_interval: Duration::from_secs(60), http: HttpOptions::default() }
    }
}

/// The running HTTP discovery.
#[derive(Debug)]
pub(crate) struct HttpRefresher {
    rest: Rest,
    url: Url,
    label: String,
    refresh_interval: Duration,
}

impl HttpRefresher {
    pub(crate) fn new(config: HttpConfig) -> Self {
        let mut rest = Rest::new(config.http, config.refresh_interval);
        if let Ok(seconds) = HeaderValue::from_str(&config.refresh_interval.as_secs_f64().to_string()) {
            rest = rest.with_header(INTERVAL_HEADER, seconds);
        }
        Self { rest, url: config.url, label: config.label, refresh_interval: config.refresh_interval }
    }

    async fn ask(&mut self) -> Result<Option<Vec<TargetGroup>>, DiscoveryError> {
        let place = shown(&self.url);
        let (head, body) = self.rest.get(&self.url).await?;
        let content_type = head.content_type();
        let media_type = content_type.split(';').next().unwrap_or_default().trim();
        if !media_type.eq_ignore_ascii_case("application/json") {
            let reason = format!("unsupported content type \"{content_type}\", expected application/json");
            return Err(DiscoveryError::Answer { url: place, reason });
        }
        let written: Vec<WrittenGroup> = read_json(&self.url, &body)?;
        let group = |(index, group): (usize, WrittenGroup)| {
            group.into_group(format!("{place}:{index}"), (URL_LABEL, &self.label))
        };
        Ok(Some(written.into_iter().enumerate().map(group).collect()))
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
