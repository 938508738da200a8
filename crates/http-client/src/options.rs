//! The HTTP client's options, plain: the configuration file's forms are mapped to them by the binary.

use std::collections::BTreeMap;

use crate::secret::SecretSource;

/// How to reach an HTTP server.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct HttpOptions {
    /// User name and password.
    pub basic_auth: Option<BasicAuth>,
    /// An `Authorization` header of another kind, usually `Bearer`.
    pub authorization: Option<Authorization>,
    /// Whether redirects are followed (at most ten).
    pub follow_redirects: bool,
    /// More headers, by name; each may have several values.
    pub headers: BTreeMap<String, Vec<SecretSource>>,
}

impl Default for HttpOptions {
    fn default() -> Self {
        Self { basic_auth: None, authorization: None, follow_redirects: true, headers: BTreeMap::new() }
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
