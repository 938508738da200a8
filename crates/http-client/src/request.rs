//! A request and the head of its answer.

use bytes::Bytes;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderMap};
use http::{Method, StatusCode};
use url::Url;

/// What is asked.
#[derive(Debug, Clone)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// Where to; a user and password in it become basic authentication.
    pub url: Url,
    /// Headers of this kind of request; `Host` and credentials are added by the client.
    pub headers: HeaderMap,
    /// The body, empty for GET.
    pub body: Bytes,
}

impl Request {
    /// A GET request.
    pub fn get(url: Url, headers: HeaderMap) -> Self {
        Self { method: Method::GET, url, headers, body: Bytes::new() }
    }
}

/// Status and headers of an answer.
#[derive(Debug, Clone)]
pub struct Head {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
}

impl Head {
    /// The content type as sent, empty when there is none.
    pub fn content_type(&self) -> &str {
        self.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The content encoding as sent, empty when there is none.
    pub fn content_encoding(&self) -> &str {
        self.headers.get(CONTENT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}
