//! Dashboards from Grafana's JSON files: found in folders, listed, served as they are, saved where that is allowed, with a
//! proxy to the data sources.
//!
//! Called by the binary (`narthex dash`, and the server under `/dashboards`). The web interface does the drawing: it reads old
//! and new schemas, this crate only finds the files and keeps addresses and credentials of data sources on the server.
//!
//! * [`Options`] → [`router`]: the whole front, mounted at a path prefix.
//! * [`library`]: folders to dashboards; a file that does not parse is a [`Problem`](library::Problem) and hides nothing else.
//! * [`DataSource`]: a Prometheus-compatible server behind the proxy, or a router in the same process.
//! * [`provisioning`]: Grafana's provisioning files to folders and data sources.
//!
//! Invariants: files are written only below a root that is writable, as a whole or not at all; a request body and an answer
//! of a data source have a limit with a name.

pub mod library;
mod problem;
pub mod provisioning;
mod proxy;
mod routes;
mod source;

use axum::Router;

use library::Root;

pub use source::{DataSource, SourceError};

/// What the front serves.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where the dashboards are.
    pub roots: Vec<Root>,
    /// The data sources; the first one is the default.
    pub sources: Vec<DataSource>,
    /// The path prefix of all routes, empty or `/a/b`.
    pub route_prefix: String,
}

/// All routes of the front.
pub fn router(options: Options) -> Router {
    routes::router(options)
}
