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
//! A route added behind the layer, as `/metrics` here, is not measured. Routes count by the path they were declared with;
//! what no route matches counts as `unmatched`.

use ::axum::body::Body;
use ::axum::http::HeaderMap;
use ::axum::response::Response;

pub use crate::http::{
    Answering, HttpMetrics, LayerOptions, Measure, MeasureFuture, MeasuredBody, Route, layer, layer_for,
};
use crate::{Registry, default_registry};

/// Serves the default registry in the format that the request asks for, after its asynchronous collectors have run.
pub async fn handler(headers: HeaderMap) -> Response {
    default_registry().refresh().await;
    respond(default_registry(), &headers)
}

/// A handler that serves `registry`, after its asynchronous collectors have run.
///
/// ```
/// use axum::{Router, routing::get};
/// let registry = narthex_client::Registry::new();
/// let app: Router = Router::new().route("/metrics", get(narthex_client::axum::handler_for(registry)));
/// ```
pub fn handler_for(
    registry: Registry,
) -> impl Fn(HeaderMap) -> std::pin::Pin<Box<dyn Future<Output = Response> + Send>> + Clone + Send + Sync + 'static
{
    move |headers| {
        let registry = registry.clone();
        Box::pin(async move {
            registry.refresh().await;
            respond(&registry, &headers)
        })
    }
}

/// The page of `registry` as a response to a request with these headers.
pub fn respond(registry: &Registry, headers: &HeaderMap) -> Response {
    crate::http::respond(registry, headers).map(Body::from)
}
