//! What both HTTP fronts of Narthex (server and dashboards) share: the embedded user interface, how it is served, and
//! the plumbing of an HTTP server.
//!
//! * [`assets`]: the files of the user interface, embedded at build time. [`Ui`] serves them, with a fallback page.
//! * [`server`]: listeners, connection limit, timeouts, graceful shutdown.
//! * [`secure`]: TLS, users and headers of a front (`--web.config.file`).
//! * [`compress`], [`headers`], [`prefix`]: layers around the routes.
//!
//! Invariant: nothing here knows what the routes mean; `api` and `dashboards` do.

mod activity;
pub mod assets;
pub mod compress;
mod connection;
pub mod headers;
mod placeholder;
pub mod prefix;
pub mod secure;
pub mod server;
mod tolerant;
mod ui;

pub use connection::Peer;
pub use ui::Ui;
