//! What can go wrong with a request.

use std::io;
use std::path::PathBuf;

use url::Url;

use crate::wire::WireError;

/// A request without an answer. The text names the place; the URL is added by the caller, who knows it.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// Neither `http` nor `https`, or no host.
    #[error("cannot request {0}: the URL needs the scheme http or https and a host")]
    BadUrl(Url),
    /// Name resolution or the TCP connection failed.
    #[error("cannot connect to {address}: {source}")]
    Connect {
        /// `host:port`
        address: String,
        /// The system's reason.
        source: io::Error,
    },
    /// The connection broke off.
    #[error("{0}")]
    Broken(io::Error),
    /// An exchange over HTTP/2 broke off.
    #[error("HTTP/2: {}", innermost(.0))]
    Http2(#[from] hyper::Error),
    /// The peer does not speak HTTP.
    #[error("{0}")]
    NotHttp(String),
    /// The body is larger than the caller allows.
    #[error("the body is larger than the limit of {limit} bytes")]
    BodyTooLarge {
        /// The limit in bytes.
        limit: usize,
    },
    /// More than ten redirects in a row.
    #[error("stopped after {0} redirects")]
    TooManyRedirects(usize),
    /// A redirect to something that is no URL.
    #[error("redirect to \"{0}\", which is not a URL")]
    BadRedirect(String),
    /// A configured header cannot be sent.
    #[error("header \"{0}\": the name or its value is not allowed in HTTP")]
    BadHeader(String),
    /// The TLS handshake failed.
    #[error("TLS with {host}: {reason}")]
    Tls {
        /// The server.
        host: String,
        /// What went wrong.
        reason: String,
    },
    /// The TLS options make no sense.
    #[error("tls_config: {0}")]
    TlsOptions(String),
    /// The proxy cannot help.
    #[error("proxy {proxy}: {reason}")]
    Proxy {
        /// The proxy, without credentials.
        proxy: String,
        /// What went wrong.
        reason: String,
    },
    /// No token.
    #[error("oauth2 token from {url}: {reason}")]
    OAuth2 {
        /// The token server.
        url: String,
        /// What went wrong.
        reason: String,
    },
    /// A file with a secret cannot be read.
    #[error("cannot read the secret file {path}: {source}")]
    SecretFile {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
}

/// The library's errors say "connection error" and keep the reason behind it.
fn innermost(error: &hyper::Error) -> String {
    let mut reason: &dyn std::error::Error = error;
    while let Some(source) = reason.source() {
        reason = source;
    }
    reason.to_string()
}

impl From<WireError> for ClientError {
    fn from(error: WireError) -> Self {
        match error {
            WireError::TooLarge { limit } => Self::BodyTooLarge { limit },
            WireError::Io(source) => Self::Broken(source),
            error @ WireError::NotHttp(_) => Self::NotHttp(error.to_string()),
        }
    }
}
