//! axum: a layer that measures every request, and a handler that serves the page.
//!
//! ```
//! use axum::{Router, routing::get};
//!
//! let app: Router = Router::new()
//!     .route("/", get(|| async { "hello" }))
//!     .layer(narthex_client::axum::layer())
//!     .route("/metrics", get(narthex_client::axum::handler));
//! ```
//!
//! A route added behind the layer, as `/metrics` here, is not measured.

mod handler;
mod layer;

pub use handler::{handler, handler_for, respond};
pub use layer::{HttpMetrics, Measure, MeasureFuture, layer, layer_for};
