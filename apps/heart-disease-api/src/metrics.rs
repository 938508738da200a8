//! What the service measures of itself: one registry, exposed at `/metrics`.
//!
//! `http_requests_total` counts every answer, refused requests and `/metrics` itself included; a page therefore shows
//! the scrapes before it, not its own.

use std::time::Duration;

use axum::Router;
use axum::routing::{MethodRouter, get};
use narthex_client::axum::{handler_for, layer_for};
use narthex_client::{
    BuildInfo, Counter, Gauge, Histogram, InFlight, LabelValue, Labels, ProcessCollector, Registry, metrics,
};

/// What the model says, as the label shows it.
#[derive(LabelValue)]
enum Outcome {
    #[label(name = "0")]
    NoDisease,
    #[label(name = "1")]
    Disease,
}

#[derive(Labels)]
struct Prediction {
    prediction: Outcome,
}

#[metrics]
#[derive(Debug, Clone)]
struct Predictions {
    /// Predictions made, by outcome (1 disease, 0 none).
    predictions: Counter<Prediction>,
    /// Time spent processing predictions.
    #[metric(unit = "seconds", buckets = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0])]
    prediction_duration: Histogram,
    /// Predictions that are being made.
    predictions_in_flight: Gauge,
}

/// The service's metrics; clones share them.
#[derive(Debug, Clone)]
pub struct Metrics {
    registry: Registry,
    of: Predictions,
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
        Self { of: Predictions::register_in(&registry), registry }
    }

    /// Counts a prediction in flight until the guard is dropped.
    pub fn prediction_begins(&self) -> InFlight {
        self.of.predictions_in_flight.track()
    }

    /// Counts a prediction that was made.
    pub fn prediction_made(&self, disease: bool, took: Duration) {
        let prediction = if disease { Outcome::Disease } else { Outcome::NoDisease };
        self.of.predictions.with(Prediction { prediction }).inc();
        self.of.prediction_duration.observe_duration(took);
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
