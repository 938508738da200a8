//! Fetching a page: the request as Prometheus makes it, the answer's checks, decompression, limits.

use std::time::Duration;

use http::StatusCode;
use http::header::{ACCEPT, ACCEPT_ENCODING, HeaderMap, HeaderName, HeaderValue, USER_AGENT};
use narthex_exposition::{ContentType, Protocol, accept_header};
use narthex_http_client::{Client, ClientError, Connection, DecodeError, Request, decode};
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
        let mut body = buffers.take();
        let result = timeout(self.timeout, self.exchange(connection, buffers, &mut body)).await;
        match result {
            Ok(Ok(protocol)) => Ok(Page { body, protocol }),
            Ok(Err(error)) => {
                buffers.give(body);
                Err(error)
            }
            Err(_) => {
                buffers.give(body);
                Err(ScrapeError::Timeout { url: self.shown_url.clone(), timeout: self.timeout })
            }
        }
    }

    async fn exchange(
        &self,
        connection: &mut Connection,
        buffers: &Buffers,
        body: &mut Vec<u8>,
    ) -> Result<Protocol, ScrapeError> {
        let head = self.client.fetch(connection, &self.request, self.limit, body).await;
        let head = head.map_err(|error| match error {
            ClientError::BodyTooLarge { limit } => ScrapeError::BodyLimit(limit),
            source => ScrapeError::Request { url: self.shown_url.clone(), source },
        })?;
        if head.status != StatusCode::OK {
            return Err(ScrapeError::Status(head.status));
        }
        let protocol = match (ContentType::parse(head.content_type()), self.fallback) {
            (Ok(content_type), _) => content_type.protocol,
            (Err(_), Some(fallback)) => fallback,
            (Err(error), None) => return Err(error.into()),
        };
        let mut plain = buffers.take();
        match decode(head.content_encoding(), body, self.limit, &mut plain) {
            Ok(true) => std::mem::swap(body, &mut plain),
            Ok(false) => {}
            Err(DecodeError::TooLarge { limit }) => {
                buffers.give(plain);
                return Err(ScrapeError::BodyLimit(limit));
            }
            Err(error) => return Err(error.into()),
        }
        buffers.give(plain);
        Ok(protocol)
    }
}

fn headers(config: &ScrapeConfig, options: &Options, timeout: Duration) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let accept = accept_header(&config.protocols, config.escaping);
    let encoding = if config.enable_compression { "gzip" } else { "identity" };
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
        let folder =
            concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/corpora/scrape/request_headers.json");
        match std::fs::read_to_string(folder) {
            Ok(recorded) => assert!(recorded.contains(headers["accept"].to_str().unwrap()), "{headers:?}"),
            Err(_) => println!("SKIPPED: no recorded request headers"),
        }
    }
}
