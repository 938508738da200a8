//! A request as the bytes that are sent; called by `client`.

use http::header::{CONTENT_LENGTH, HOST, HeaderMap, HeaderValue};
use http::{HeaderName, Method};

use crate::http2;

/// What is sent, built from its parts: request line, headers, body.
#[derive(Debug)]
pub(crate) struct Message {
    bytes: Vec<u8>,
    /// Whether sending it twice does what sending it once does.
    pub(crate) idempotent: bool,
    /// Whether the answer has no body whatever its head says.
    pub(crate) bodiless: bool,
    /// The same request for a server that speaks HTTP/2, where one can.
    pub(crate) http2: Option<http2::Prepared>,
}

impl Message {
    /// A request for `target`, which is a path or, for a proxy, a whole URL.
    pub(crate) fn new(method: &Method, target: &str, host: &HeaderValue) -> Self {
        let mut bytes = Vec::with_capacity(512);
        for part in [method.as_str(), " ", target, " HTTP/1.1\r\n"] {
            bytes.extend_from_slice(part.as_bytes());
        }
        let mut message =
            Self { bytes, idempotent: method.is_idempotent(), bodiless: method == Method::HEAD, http2: None };
        message.header(&HOST, host);
        message
    }

    fn header(&mut self, name: &HeaderName, value: &HeaderValue) {
        self.bytes.extend_from_slice(name.as_str().as_bytes());
        self.bytes.extend_from_slice(b": ");
        // A header value never has a line break in it.
        self.bytes.extend_from_slice(value.as_bytes());
        self.bytes.extend_from_slice(b"\r\n");
    }

    /// Adds headers; a length among them is left out, [`finish`](Self::finish) knows it.
    pub(crate) fn headers(&mut self, headers: &HeaderMap) {
        for (name, value) in headers.iter().filter(|(name, _)| **name != CONTENT_LENGTH) {
            self.header(name, value);
        }
    }

    /// Ends the headers and adds the body; gives the bytes to send.
    pub(crate) fn finish(&mut self, method: &Method, body: &[u8]) {
        if !body.is_empty() || matches!(*method, Method::POST | Method::PUT | Method::PATCH) {
            self.header(&CONTENT_LENGTH, &HeaderValue::from(body.len()));
        }
        self.bytes.extend_from_slice(b"\r\n");
        self.bytes.extend_from_slice(body);
    }

    /// The bytes to send.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}
