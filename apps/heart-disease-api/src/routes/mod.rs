//! The HTTP side: one file a route; `serve` starts it, tests call [`router`] directly.

mod health;
mod index;
mod predict;
mod problem;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};

use crate::metrics::Metrics;
use crate::model::Model;

/// The largest request body, in bytes; a larger one gets a 413.
pub const BODY_SIZE_MAX: usize = 64 * 1024;

/// What every route can use.
#[derive(Debug, Clone)]
pub struct Service {
    /// The model in use.
    pub model: Arc<Model>,
    /// The service's own measurements.
    pub metrics: Metrics,
}

/// All routes, measured.
pub fn router(service: Service) -> Router {
    let metrics = service.metrics.clone();
    let routes = Router::new()
        .route("/", get(index::page))
        .route("/health", get(health::health))
        .route("/predict", post(predict::predict))
        .route("/metrics", metrics.route())
        .fallback(problem::not_found)
        .method_not_allowed_fallback(problem::method_not_allowed)
        .layer(DefaultBodyLimit::max(BODY_SIZE_MAX))
        .with_state(service);
    metrics.measure(routes)
}
