//! Asking a JSON interface over HTTP: what the mechanisms that talk to one share.

use std::time::Duration;

use http::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, USER_AGENT};
use http::{Method, StatusCode};
use narthex_http_client::{Client, Connection, Head, HttpOptions, Request, decode};
use serde::de::DeserializeOwned;
use tokio::time::timeout;
use url::{Url, form_urlencoded};

use crate::DiscoveryError;

pub(crate) const USER_AGENT_VALUE: HeaderValue =
    HeaderValue::from_static(concat!("Narthex/", env!("CARGO_PKG_VERSION")));
const JSON: HeaderValue = HeaderValue::from_static("application/json");
/// The largest answer that is read, in bytes; a hundred thousand targets with labels stay below it.
const BODY_BYTES_MAX: usize = 256 << 20;
/// A refusal that is larger when decompressed says nothing that a person would read.
const MESSAGE_SOURCE_BYTES_MAX: usize = 64 << 10;

/// A server that is asked again and again over one connection.
#[derive(Debug)]
pub(crate) struct Rest {
    client: Client,
    connection: Connection,
    headers: HeaderMap,
    timeout: Duration,
    /// The one status besides 200 that is an answer.
    also: Option<StatusCode>,
}

impl Rest {
    pub(crate) fn new(options: HttpOptions, timeout: Duration) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(USER_AGENT, USER_AGENT_VALUE);
        headers.insert(ACCEPT, JSON);
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
        Self { client: Client::new(options), connection: Connection::new(), headers, timeout, also: None }
    }

    /// Adds a header to all requests.
    pub(crate) fn with_header(mut self, name: &'static str, value: HeaderValue) -> Self {
        self.headers.insert(HeaderName::from_static(name), value);
        self
    }

    /// Takes answers with this status too.
    pub(crate) fn accepting(mut self, status: StatusCode) -> Self {
        self.also = Some(status);
        self
    }

    /// Asks by GET; gives the answer's head and its plain body.
    pub(crate) async fn get(&mut self, url: &Url) -> Result<(Head, Vec<u8>), DiscoveryError> {
        self.send(Request::get(url.clone(), self.headers.clone())).await
    }

    /// Asks by GET for JSON.
    pub(crate) async fn get_json<T: DeserializeOwned>(&mut self, url: &Url) -> Result<T, DiscoveryError> {
        let (_, body) = self.get(url).await?;
        read_json(url, &body)
    }

    /// Asks by POST of JSON for JSON.
    pub(crate) async fn post_json<T: DeserializeOwned>(
        &mut self,
        url: &Url,
        body: &serde_json::Value,
    ) -> Result<T, DiscoveryError> {
        let mut headers = self.headers.clone();
        headers.insert(CONTENT_TYPE, JSON);
        let body = body.to_string().into();
        let (_, answer) =
            self.send(Request { method: Method::POST, url: url.clone(), headers, body }).await?;
        read_json(url, &answer)
    }

    /// Asks by POST of a form for JSON.
    pub(crate) async fn post_form<T: DeserializeOwned>(
        &mut self,
        url: &Url,
        fields: &[(&str, &str)],
    ) -> Result<T, DiscoveryError> {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let (_, answer) = self.request(Method::POST, url, headers, form).await?;
        read_json(url, &answer)
    }

    /// Asks with headers of this request alone, which take the place of the usual ones.
    pub(crate) async fn request(
        &mut self,
        method: Method,
        url: &Url,
        own: HeaderMap,
        body: impl Into<bytes::Bytes>,
    ) -> Result<(Head, Vec<u8>), DiscoveryError> {
        let mut headers = self.headers.clone();
        headers.extend(own);
        self.send(Request { method, url: url.clone(), headers, body: body.into() }).await
    }

    async fn send(&mut self, request: Request) -> Result<(Head, Vec<u8>), DiscoveryError> {
        let url = || shown(&request.url);
        let mut body = Vec::new();
        let fetch = self.client.fetch(&mut self.connection, &request, BODY_BYTES_MAX, &mut body);
        let head = timeout(self.timeout, fetch)
            .await
            .map_err(|_| DiscoveryError::Timeout(url(), self.timeout))?
            .map_err(|source| DiscoveryError::Request { url: url(), source })?;
        if head.status != StatusCode::OK && Some(head.status) != self.also {
            let mut plain = Vec::new();
            let decoded = decode(head.content_encoding(), &body, MESSAGE_SOURCE_BYTES_MAX, &mut plain);
            let message = one_line(if matches!(decoded, Ok(true)) { &plain } else { &body });
            return Err(DiscoveryError::Status { url: url(), status: head.status, message });
        }
        let mut plain = Vec::new();
        let decoded = decode(head.content_encoding(), &body, BODY_BYTES_MAX, &mut plain)
            .map_err(|source| DiscoveryError::Decode { url: url(), source })?;
        Ok((head, if decoded { plain } else { body }))
    }
}

/// The beginning of a refusal's text, on one line; nothing of a page for browsers.
fn one_line(body: &[u8]) -> String {
    const CHARS_MAX: usize = 300;
    let text = String::from_utf8_lossy(body);
    let words: Vec<&str> = text.split_whitespace().collect();
    let line = words.join(" ");
    let start = line.get(..20).unwrap_or(&line).to_ascii_lowercase();
    if start.starts_with("<!doctype") || start.starts_with("<html") {
        return String::new();
    }
    line.chars().filter(|c| !c.is_control()).take(CHARS_MAX).collect()
}

pub(crate) fn read_json<T: DeserializeOwned>(url: &Url, body: &[u8]) -> Result<T, DiscoveryError> {
    serde_json::from_slice(body)
        .map_err(|error| DiscoveryError::Parse { place: shown(url), reason: error.to_string() })
}

/// The URL as it may be shown and labelled: without credentials.
pub(crate) fn shown(url: &Url) -> String {
    let mut url = url.clone();
    // Refused only for URLs that cannot have credentials.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.to_string()
}

#[cfg(test)]
mod tests {
    use super::one_line;

    #[test]
    fn refusals() {
        assert_eq!(one_line(b" {\"message\":\n  \"no\"}\n"), "{\"message\": \"no\"}");
        assert_eq!(one_line(b"<!DOCTYPE html><html>a page"), "");
        assert_eq!(one_line(b"<HTML>"), "");
        assert_eq!(one_line(&[b'x'; 1000]).len(), 300);
        assert_eq!(one_line("nö\u{7}".as_bytes()), "nö");
        assert_eq!(one_line("ääääääääääää".as_bytes()), "ääääääääääää", "no cut inside a character");
        assert_eq!(one_line(b""), "");
    }
}
