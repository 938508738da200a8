//! Prometheus' HTTP API, its lifecycle endpoints and the pages of the server.
//!
//! * [`router`] makes all routes out of a [`Context`]: what the endpoints ask is behind the traits of [`backend`].
//! * `v1`: `/api/v1`, one endpoint per file. `root`: everything else (`/metrics`, `/federate`, `/-/ready`, …).
//! * [`json`]: the hand-written JSON of answers. `params`: query string and form body, times, durations, matchers.
//!
//! Invariants: an answer's bytes are what Prometheus sends (field order, number form, escapes, status codes); a query
//! stops when its client goes away; nothing blocks the threads that serve connections.

pub mod backend;
mod context;
mod cors;
mod engine_metrics;
mod error;
pub mod json;
mod methods;
mod observe;
mod params;
mod query_log;
mod quick;
mod respond;
mod root;
mod router;
mod time;
mod top_queries;
mod v1;
mod workers;
mod write_metrics;

pub use context::{Context, Features, Settings};
pub use cors::CorsOrigin;
pub use error::{ApiError, ErrorKind};
pub use query_log::{QueryLog, QueryLogError, QueryLogFile};
pub use router::router;
pub use time::rfc3339_ns;
