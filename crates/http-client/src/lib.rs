//! The HTTP client of everything in Narthex that calls out: scraping, discovery, and later remote write and alerts.
//!
//! * [`HttpOptions`]: what Prometheus' configuration calls the HTTP client configuration.
//! * [`Client`]: those options made ready (secrets' sources, proxy); shared by all requests of a job.
//! * [`Connection`]: one keep-alive connection, owned by one caller (a scrape target has its own).
//! * [`Request`] goes in, [`Head`] comes out, the body lands in a buffer of the caller, limited.
//! * [`BodyStream`]: a body without an end, read piece by piece ([`Client::open`]).
//! * `wire`: HTTP/1.1 itself, straight between the socket and that buffer. `http2`: HTTP/2, for servers that choose it in
//!   the TLS handshake.
//! * [`rsa`]: keys, and statements signed with them, for token servers.
//! * [`decode`]: gzip and zstd bodies, limited by what comes out and not by what goes in.
//!
//! Invariants: a request that fails or is cancelled never leaves a half-used connection behind; credentials are sent
//! to the host they were configured for and never to a redirect's other host; a secret is never printed.

pub mod certificates;
mod client;
mod connect;
mod connection;
mod credentials;
mod decode;
mod dials;
mod error;
mod gunzip;
mod http2;
mod oauth2;
mod options;
mod proxy;
mod redirect;
mod request;
pub mod rsa;
mod secret;
mod stream;
mod tls;
mod verify;
mod wire;

pub use client::Client;
pub use connection::Connection;
pub use decode::{DecodeError, decode};
pub use dials::{DialCounts, Dials};
pub use error::ClientError;
pub use options::{
    Authorization, BasicAuth, Grant, HttpOptions, OAuth2, ProxyOptions, Statement, TlsOptions, TlsVersion,
};
pub use request::{Head, Request};
pub use secret::{Secret, SecretSource};
pub use stream::BodyStream;
