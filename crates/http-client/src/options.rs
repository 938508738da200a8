//! The HTTP client's options, plain: the configuration file's forms are mapped to them by the binary.

use std::collections::BTreeMap;
use std::path::PathBuf;

use url::Url;

use crate::rsa::Algorithm;
use crate::secret::SecretSource;

/// How to reach an HTTP server.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct HttpOptions {
    /// User name and password.
    pub basic_auth: Option<BasicAuth>,
    /// An `Authorization` header of another kind, usually `Bearer`.
    pub authorization: Option<Authorization>,
    /// A token that is got from a token server.
    pub oauth2: Option<Box<OAuth2>>,
    /// Whom to trust, and who we are.
    pub tls: TlsOptions,
    /// Through whom.
    pub proxy: ProxyOptions,
    /// A Unix domain socket at which the server is, whatever the URL's host says.
    pub unix_socket: Option<PathBuf>,
    /// Whether redirects are followed (at most ten).
    pub follow_redirects: bool,
    /// Whether HTTP/2 is spoken with servers that choose it in the TLS handshake; plain connections speak HTTP/1.1.
    pub http2: bool,
    /// More headers, by name; each may have several values.
    pub headers: BTreeMap<String, Vec<SecretSource>>,
}

impl Default for HttpOptions {
    fn default() -> Self {
        Self {
            basic_auth: None,
            authorization: None,
            oauth2: None,
            tls: TlsOptions::default(),
            proxy: ProxyOptions::default(),
            unix_socket: None,
            follow_redirects: true,
            http2: true,
            headers: BTreeMap::new(),
        }
    }
}

/// Credentials of HTTP basic authentication.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct BasicAuth {
    /// The user.
    pub username: SecretSource,
    /// The password.
    pub password: SecretSource,
}

/// Any other `Authorization` header.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Authorization {
    /// The scheme, `Bearer` by default.
    pub kind: String,
    /// What follows the scheme.
    pub credentials: SecretSource,
}

/// A token of OAuth 2.0 for every request.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct OAuth2 {
    /// Who asks.
    pub client_id: String,
    /// What the asker shows.
    pub grant: Grant,
    /// What is asked for.
    pub scopes: Vec<String>,
    /// Where the token server is.
    pub token_url: Url,
    /// More form fields of the request. Only `grant_type` may be one that is there already.
    pub endpoint_params: BTreeMap<String, String>,
    /// How to reach the token server by TLS.
    pub tls: TlsOptions,
    /// How to reach the token server through a proxy.
    pub proxy: ProxyOptions,
}

/// What a token is given for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Grant {
    /// The asker's secret (RFC 6749, section 4.4).
    ClientCredentials(SecretSource),
    /// A statement that the asker signs (RFC 7523, section 2.1).
    JwtBearer(Statement),
}

/// What the asker says of itself when it signs for a token.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Statement {
    /// An RSA key (PEM).
    pub key: SecretSource,
    /// Which key it is, for the token server; may be empty.
    pub key_id: String,
    /// How the key signs.
    pub algorithm: Algorithm,
    /// Who says so; empty for the client's identifier.
    pub issuer: String,
    /// To whom; empty for the token server's URL.
    pub audience: String,
    /// More claims, or others in place of those that are made.
    pub claims: serde_json::Map<String, serde_json::Value>,
}

/// A version of TLS. Older ones than 1.2 do not exist here: they are broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TlsVersion {
    /// 1.2
    Tls12,
    /// 1.3
    Tls13,
}

/// How to speak TLS. Files are looked at before every new connection and read again when they changed.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct TlsOptions {
    /// The certificate authorities to trust (PEM) instead of the system's.
    pub ca: Option<SecretSource>,
    /// Our own certificate chain (PEM).
    pub cert: Option<SecretSource>,
    /// The key of our certificate (PEM).
    pub key: Option<SecretSource>,
    /// The name in the server's certificate, if it is not the URL's host.
    pub server_name: Option<String>,
    /// Whether any certificate is taken.
    pub insecure_skip_verify: bool,
    /// The oldest version to speak.
    pub min_version: Option<TlsVersion>,
    /// The newest version to speak.
    pub max_version: Option<TlsVersion>,
}

/// Which proxy to use.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct ProxyOptions {
    /// The proxy.
    pub url: Option<Url>,
    /// Hosts that are reached directly: names with their subdomains, addresses, networks, comma-separated.
    pub no_proxy: String,
    /// Whether `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` decide.
    pub from_environment: bool,
    /// Headers of the `CONNECT` request.
    pub connect_headers: BTreeMap<String, Vec<SecretSource>>,
}
