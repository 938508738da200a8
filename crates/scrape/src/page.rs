//! Fetching a page: the request as Prometheus makes it, the answer's checks, decompression, limits.

use std::time::Duration;

use http::StatusCode;
use http::header::{ACCEPT, ACCEPT_ENCODING, HeaderMap, HeaderName, HeaderValue, USER_AGENT};
use narthex_exposition::{ContentType, Protocol, accept_header};
use narthex_http_client::{Client, ClientError, Connection, DecodeError, Head, Request, decode};
use tokio::time::timeout;
use url::Url;

use crate::buffers::Buffers;
use crate::config::ScrapeConfig;
use crate::error::ScrapeError;
use crate::options::Options;

const TIMEOUT_HEADER: HeaderName = HeaderName::from_static("x-prometheus-scrape-timeout-seconds");

/// A page and how to read it.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) body: Vec<u8>,
    pub(crate) protocol: Protocol,
}

/// How the pages of one target are asked for.
#[derive(Debug)]
pub(crate) struct Fetcher {
    client: Client,
    request: Request,
    shown_url: String,
    timeout: Duration,
    /// In bytes, plain.
    limit: usize,
    fallback: Option<Protocol>,
}

impl Fetcher {
    pub(crate) fn new(
        config: &ScrapeConfig,
        options: &Options,
        client: Client,
        url: &Url,
        timeout: Duration,
    ) -> Self {
        let limit = match config.limits.body_bytes {
            0 => options.page_bytes_max,
            bytes => usize::try_from(bytes).unwrap_or(usize::MAX),
        };
        Self {
            client,
            request: Request::get(url.clone(), headers(config, options, timeout)),
            shown_url: url.to_string(),
            timeout,
            limit,
            fallback: config.fallback_protocol,
        }
    }

    /// Fetches one page. The body's buffer comes from `buffers` and goes back there by its last owner.
    pub(crate) async fn fetch(
        &self,
        connection: &mut Connection,
        buffers: &Buffers,
    ) -> Result<Page, ScrapeError> {
        match timeout(self.timeout, self.exchange(connection, buffers)).await {
            Ok(result) => result,
            Err(_) => Err(ScrapeError::Timeout { url: self.shown_url.clone(), timeout: self.timeout }),
        }
    }

    async fn exchange(&self, connection: &mut Connection, buffers: &Buffers) -> Result<Page, ScrapeError> {
        let fetch = self.client.fetch_late(connection, &self.request, self.limit, || buffers.take());
        let (head, body) = fetch.await.map_err(|error| match error {
            ClientError::BodyTooLarge { limit } => ScrapeError::BodyLimit(limit),
            source => ScrapeError::Request { url: self.shown_url.clone(), source },
        })?;
        let protocol = match self.protocol(&head) {
            Ok(protocol) => protocol,
            Err(error) => {
                buffers.give(body);
                return Err(error);
            }
        };
        let encoding = head.content_encoding();
        if encoding.is_empty() {
            return Ok(Page { body, protocol });
        }
        let mut plain = buffers.take();
        let decoded = decode(encoding, &body, self.limit, &mut plain);
        let (page, other) = if matches!(decoded, Ok(true)) { (plain, body) } else { (body, plain) };
        buffers.give(other);
        match decoded {
            Ok(_) => Ok(Page { body: page, protocol }),
            Err(error) => {
                buffers.give(page);
                Err(match error {
                    DecodeError::TooLarge { limit } => ScrapeError::BodyLimit(limit),
                    other => other.into(),
                })
            }
        }
    }

    /// How the page is to be read, if the answer is one.
    fn protocol(&self, head: &Head) -> Result<Protocol, ScrapeError> {
        if head.status != StatusCode::OK {
            return Err(ScrapeError::Status(head.status));
        }
        match (ContentType::parse(head.content_type()), self.fallback) {
            (Ok(content_type), _) => Ok(content_type.protocol),
            (Err(_), Some(fallback)) => Ok(fallback),
            (Err(error), None) => Err(error.into()),
        }
    }
}

fn headers(config: &ScrapeConfig, options: &Options, timeout: Duration) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let accept = accept_header(&config.protocols, config.escaping);
    let encoding = match (config.enable_compression, options.zstd) {
        (true, true) => "zstd,gzip",
        (true, false) => "gzip",
        (false, _) => "identity",
    };
    for (name, value) in [
        (USER_AGENT, options.user_agent.clone()),
        (ACCEPT, accept),
        (ACCEPT_ENCODING, encoding.to_owned()),
        (TIMEOUT_HEADER, timeout.as_secs_f64().to_string()),
    ] {
        match HeaderValue::from_str(&value) {
            Ok(value) => {
                headers.insert(name, value);
            }
            Err(_) => tracing::warn!(header = %name, "header left out: its value is not allowed in HTTP"),
        }
    }
    headers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_prometheus_headers() {
        let mut config = ScrapeConfig::new("j");
        config.protocols = Protocol::ALL.to_vec();
        let headers = headers(&config, &Options::default(), Duration::from_millis(1500));
        assert_eq!(headers["x-prometheus-scrape-timeout-seconds"], "1.5");
        assert_eq!(headers["accept-encoding"], "gzip");
        let zstd = Options { zstd: true, ..Options::default() };
        assert_eq!(super::headers(&config, &zstd, Duration::from_secs(1))["accept-encoding"], "zstd,gzip");
        config.enable_compression = false;
        assert_eq!(super::headers(&config, &zstd, Duration::from_secs(1))["accept-encoding"], "identity");
        let folder =
            concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/corpora/scrape/request_headers.json");
        match std::fs::read_to_string(folder) {
            Ok(recorded) => assert!(recorded.contains(headers["accept"].to_str().unwrap()), "{headers:?}"),
            Err(_) => println!("SKIPPED: no recorded request headers"),
        }
    }
}
