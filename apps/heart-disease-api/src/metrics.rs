//! What the service measures of itself: one registry, exposed at `/metrics`.
//!
//! `http_requests_total` counts every answer, refused requests and `/metrics` itself included; a page therefore shows
//! the scrapes before it, not its own.

use std::time::Duration;

use axum::Router;
use axum::routing::{MethodRouter, get};
use narthex_client::axum::{handler_for, layer_for};
use narthex_client::{BuildInfo, Counter, Gauge, Histogram, InFlight, Plain, ProcessCollector, Registry};

/// Upper bounds of `prediction_duration_seconds`, in seconds.
const DURATION_BUCKETS: [f64; 9] = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0];

/// The service's metrics; clones share them.
#[derive(Debug, Clone)]
pub struct Metrics {
    registry: Registry,
    predictions: Counter<Plain<1>>,
    duration: Histogram,
    in_flight: Gauge,
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Metrics {
    /// Metrics in a registry of their own.
    pub fn new() -> Self {
        let registry = Registry::new();
        registry.collect_with(ProcessCollector::new());
        registry.collect_with(BuildInfo::new("heart_disease_api", env!("CARGO_PKG_VERSION")));
        Self {
            predictions: Counter::new(
                "predictions_total",
                "Predictions made, by outcome (1 disease, 0 none).",
            )
            .with_labels(["prediction"])
            .register_in(&registry),
            duration: Histogram::new("prediction_duration_seconds", "Time spent processing predictions.")
                .buckets(DURATION_BUCKETS)
                .register_in(&registry),
            in_flight: Gauge::new("predictions_in_flight", "Predictions that are being made.")
                .register_in(&registry),
            registry,
        }
    }

    /// Counts a prediction in flight until the guard is dropped.
    pub fn prediction_begins(&self) -> InFlight {
        self.in_flight.track()
    }

    /// Counts a prediction that was made.
    pub fn prediction_made(&self, disease: bool, took: Duration) {
        self.predictions.with([if disease { "1" } else { "0" }]).inc();
        self.duration.observe_duration(took);
    }

    /// Counts and times every request of `routes`.
    pub fn measure(&self, routes: Router) -> Router {
        routes.layer(layer_for(&self.registry))
    }

    /// `GET /metrics`.
    pub fn route<S: Clone + Send + Sync + 'static>(&self) -> MethodRouter<S> {
        get(handler_for(self.registry.clone()))
    }
}
