//! The HTTP side: one file a route; `serve` starts it, tests call [`router`] directly.

mod answer;
mod batch;
mod docs;
mod health;
mod index;
mod openapi;
mod predict;
mod problem;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodRouter, get, post};

use crate::metrics::Metrics;
use crate::model::Model;
use crate::request::{Around, around};

pub(crate) use problem::Problem;

/// The largest body of a request for one prediction, in bytes; a larger one gets a 413.
pub const BODY_SIZE_MAX: usize = 64 * 1024;

/// The largest body of a batch, in bytes.
pub const BATCH_SIZE_MAX: usize = 1024 * 1024;

/// What every route can use.
#[derive(Debug, Clone)]
pub struct Service {
    /// The model in use.
    pub model: Arc<Model>,
    /// The service's own measurements.
    pub metrics: Metrics,
    stopping: Arc<AtomicBool>,
}

impl Service {
    /// A service that predicts with `model`.
    pub fn new(model: Model) -> Self {
        Self { metrics: Metrics::new(&model), model: Arc::new(model), stopping: Arc::default() }
    }

    /// Makes `/ready` answer 503, so that no new requests are sent here while the last ones are answered.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }
}

/// All routes, measured.
pub fn router(service: Service) -> Router {
    let around = from_fn_with_state(Around::new(service.metrics.clone()), around);
    routes(service, post(predict::predict)).layer(around)
}

/// The routes with parts of their measuring only: of the requests, of the predictions, or of nothing. For `benches/instrumentation.rs`.
#[cfg(feature = "bench")]
pub fn partly_measured(service: Service, requests: bool, predictions: bool) -> Router {
    let state = Around::new(service.metrics.clone());
    let predict = if predictions { post(predict::predict) } else { post(predict::unmeasured) };
    let routes = routes(service, predict);
    if requests {
        routes.layer(from_fn_with_state(state, around))
    } else {
        routes.layer(from_fn_with_state(state, crate::request::around_unmeasured))
    }
}

fn routes(service: Service, predict: MethodRouter<Service>) -> Router {
    let metrics = service.metrics.clone();
    Router::new()
        .route("/", get(index::page))
        .route("/docs", get(docs::page))
        .route("/openapi.json", get(openapi::document))
        .route("/health", get(health::health))
        .route("/ready", get(health::ready))
        .route("/predict", predict)
        .route("/predict/batch", post(batch::predict).layer(DefaultBodyLimit::max(BATCH_SIZE_MAX)))
        .route("/metrics", metrics.route())
        .fallback(problem::not_found)
        .method_not_allowed_fallback(problem::method_not_allowed)
        .layer(DefaultBodyLimit::max(BODY_SIZE_MAX))
        .with_state(service)
}
