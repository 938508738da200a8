//! The settings of a locked front as plain values; made by the binary from YAML, read by the other files of this room.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use http::{HeaderName, HeaderValue};

/// Everything that a web configuration file can ask for.
#[derive(Debug, Clone)]
pub struct WebConfig {
    /// TLS; plain HTTP without it.
    pub tls: Option<TlsConfig>,
    /// Whether HTTP/2 is offered (over TLS only).
    pub http2: bool,
    /// Headers of every answer.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// Users and the bcrypt hashes of their passwords; empty lets everybody in.
    pub users: BTreeMap<String, String>,
    /// How many requests are answered.
    pub rate_limit: Option<RateLimit>,
}

impl Default for WebConfig {
    fn default() -> Self {
        Self { tls: None, http2: true, headers: Vec::new(), users: BTreeMap::new(), rate_limit: None }
    }
}

/// One request per `interval` in the long run, `burst` of them at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimit {
    /// The time that one request stands for.
    pub interval: Duration,
    /// How many requests may come together.
    pub burst: u32,
}

/// PEM text, or the file that holds it.
#[derive(Clone, PartialEq, Eq)]
pub enum Pem {
    /// The text itself.
    Inline(String),
    /// A file.
    File(PathBuf),
}

impl std::fmt::Debug for Pem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Inline(_) => f.write_str("Inline(…)"),
            Self::File(path) => write!(f, "File({})", path.display()),
        }
    }
}

/// TLS of the server.
#[derive(Debug, Clone)]
pub struct TlsConfig {
    /// The certificate chain, the server's own first.
    pub cert: Pem,
    /// Its private key.
    pub key: Pem,
    /// What clients must show.
    pub client_auth: ClientAuth,
    /// The authorities that may vouch for clients; the system's without it.
    pub client_ca: Option<Pem>,
    /// If not empty: a client's certificate must name one of these (DNS name, e-mail address, IP address or URI).
    pub client_allowed_sans: Vec<String>,
    /// The oldest version.
    pub min_version: TlsVersion,
    /// The newest version.
    pub max_version: TlsVersion,
    /// Names from [`CIPHER_SUITES`](super::CIPHER_SUITES); empty means all. TLS 1.3 has its own, which are always on.
    pub cipher_suites: Vec<String>,
    /// Names from [`CURVES`](super::CURVES); empty means all.
    pub curves: Vec<String>,
}

/// A version of TLS that is spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TlsVersion {
    /// 1.2
    Tls12,
    /// 1.3
    Tls13,
}

/// What clients must show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ClientAuth {
    /// Nothing, and they are not asked.
    #[default]
    NoClientCert,
    /// They are asked for a certificate, and whatever they show is fine.
    RequestClientCert,
    /// Any certificate.
    RequireAnyClientCert,
    /// Nothing, or a certificate from an authority that is trusted.
    VerifyClientCertIfGiven,
    /// A certificate from an authority that is trusted.
    RequireAndVerifyClientCert,
}
