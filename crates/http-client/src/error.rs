//! What can go wrong with a request.

use std::error::Error;
use std::io;
use std::path::PathBuf;

use url::Url;

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
    /// The peer broke off or does not speak HTTP.
    #[error("{}", chain(.0))]
    Http(#[from] hyper::Error),
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

/// An error with its causes: hyper's own text says only that something failed.
fn chain(error: &hyper::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        source = cause.source();
    }
    text
}
