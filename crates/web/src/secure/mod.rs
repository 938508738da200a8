//! Locking a front: TLS, client certificates, users with bcrypt hashes, headers and a rate limit, from a web
//! configuration file (`--web.config.file`) that is read again whenever it or a file that it names changes.
//!
//! * `config`: the settings as plain values; the binary makes them, as only it knows YAML.
//! * [`Live`]: the settings in use. `tls`, `clients` and `san` turn them into TLS; `users`, `rate` and
//!   `guard` look at requests. `server` calls both.
//!
//! Invariants: a file that cannot be read or is wrong closes the front (connections and requests are refused, the log says
//! why), it never opens it; whether TLS is spoken is decided at the start and does not change with the file.

mod clients;
mod config;
mod guard;
mod live;
mod rate;
mod san;
mod tls;
mod users;

pub use config::{ClientAuth, Pem, RateLimit, TlsConfig, TlsVersion, WebConfig};
pub use live::{Live, SecureError};
pub use tls::{CIPHER_SUITES, CURVES};
pub use users::check_hash;

pub(crate) use guard::guard;
