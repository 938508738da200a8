//! What the service measures of itself: one registry, exposed at `/metrics`.
//!
//! `http_requests_total` counts every answer, refused requests and `/metrics` itself included; a page therefore shows
//! the scrapes before it, not its own.

use std::cell::Cell;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::http::{Method, StatusCode};
use axum::routing::{MethodRouter, get};
use narthex_client::axum::{Answering, HttpMetrics, LayerOptions, handler_for};
use narthex_client::{
    BuildInfo, Counter, Histogram, HistogramSeries, Info, LabelValue, Labels, ProcessCollector, Registry,
    metrics,
};

use crate::model::{Model, Prediction};
use crate::patient::{FEATURES, Patient};
use crate::request::RequestId;

// ANCHOR: define (the book shows what lies between the two marks)
/// What the model says, as the label shows it.
#[derive(LabelValue)]
enum Outcome {
    #[label(name = "0")]
    NoDisease,
    #[label(name = "1")]
    Disease,
}

#[derive(Labels)]
struct ByOutcome {
    prediction: Outcome,
}

#[derive(Labels)]
struct ByFeature<'a> {
    feature: &'a str,
}

#[metrics]
#[derive(Debug, Clone)]
struct Predictions {
    /// Predictions made, by outcome (1 disease, 0 none).
    predictions: Counter<ByOutcome>,
    /// Time spent processing predictions.
    #[metric(unit = "seconds", buckets = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0], native = 1.1)]
    prediction_duration: Histogram,
    /// Predicted probability of disease.
    #[metric(buckets = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0])]
    prediction_probability: Histogram,
    /// Where a feature's value lies in the training data, 0 below all of it and 1 above. Patients like those of the training data
    /// have a mean of one half; a mean far from it is drift. Of busy threads one prediction in 32.
    #[metric(buckets = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0])]
    prediction_feature_rank: Histogram<ByFeature<'static>>,
    /// Requests that were refused because too many were being answered.
    requests_refused_busy: Counter,
}
// ANCHOR_END: define

/// The service's metrics; clones share them. Every request clones them, so a clone is one reference count and no more.
#[derive(Debug, Clone)]
pub struct Metrics(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    registry: Registry,
    of: Predictions,
    /// What the client library's layer would count, here counted by our own (`request::around`).
    requests: HttpMetrics,
    /// The series of each feature, looked up once.
    ranks: [HistogramSeries; FEATURES.len()],
}

impl Metrics {
    /// Metrics in a registry of their own, about `model`.
    pub fn new(model: &Model) -> Self {
        let registry = Registry::new();
        registry.collect_with(ProcessCollector::new());
        registry.collect_with(BuildInfo::new("heart_disease_api", env!("CARGO_PKG_VERSION")));
        let file = model.file();
        Info::new("heart_disease_model", "The model that predicts, and the data it was trained on.")
            .fact("version", &file.version)
            .fact("data_sha256", &file.data_sha256)
            .register_in(&registry);
        let of = Predictions::register_in(&registry);
        let ranks =
            FEATURES.map(|feature| of.prediction_feature_rank.with(ByFeature { feature: feature.name }));
        // An answer takes microseconds; the usual buckets begin at 5 ms.
        let requests = LayerOptions::new()
            .duration_buckets([0.000_025, 0.000_05, 0.000_1, 0.000_25, 0.001, 0.005, 0.025, 0.1, 0.5, 1.0])
            .register_in(&registry);
        Self(Arc::new(Inner { registry, of, requests, ranks }))
    }

    /// Counts a request in flight until the guard is dropped.
    pub fn request_begins(&self) -> Answering {
        self.0.requests.begin()
    }

    /// Counts what was answered, by method, route and status, how long that took and how large the body is.
    pub fn answered(
        &self,
        method: &Method,
        route: Option<&str>,
        status: StatusCode,
        took: Duration,
        bytes: Option<u64>,
    ) {
        let route = route.unwrap_or("unmatched");
        let size = self.0.requests.record_duration(method, route, status.as_u16(), took);
        if let Some(bytes) = bytes {
            size.observe(bytes as f64);
        }
    }

    /// Counts what was predicted for `patient` since `start`, and how its features lie in the training data.
    /// `request` is the exemplar by which the request's log line is found.
    pub fn predicted(
        &self,
        prediction: &Prediction,
        model: &Model,
        patient: &Patient,
        start: Instant,
        request: &RequestId,
    ) {
        let now = Instant::now();
        let took = now - start;
        let outcome = if prediction.disease { Outcome::Disease } else { Outcome::NoDisease };
        self.0.of.predictions.with(ByOutcome { prediction: outcome }).inc();
        self.0.of.prediction_probability.observe(prediction.probability);
        if is_compared(COUNTED.replace(COUNTED.get().wrapping_add(1))) {
            for (series, rank) in self.0.ranks.iter().zip(model.ranks(patient)) {
                series.observe(rank);
            }
        }
        if took >= SLOW || NEXT_EXEMPLAR.get().is_none_or(|next| now >= next) {
            NEXT_EXEMPLAR.set(Some(now + EXEMPLAR_EVERY));
            let exemplar = [("request_id", request.as_str())];
            self.0.of.prediction_duration.observe_with_exemplar((), took.as_secs_f64(), &exemplar);
        } else {
            self.0.of.prediction_duration.observe_duration(took);
        }
    }

    /// Counts a request that was refused because too many are being answered.
    pub fn refused_busy(&self) {
        self.0.of.requests_refused_busy.inc();
    }

    /// `GET /metrics`.
    pub fn route<S: Clone + Send + Sync + 'static>(&self) -> MethodRouter<S> {
        get(handler_for(self.0.registry.clone()))
    }
}

// What costs more than all the counting is done for some of a busy thread's predictions only.

/// A thread compares so many predictions with the training data, and then one in [`COMPARED_EVERY`]: a distribution needs no more.
const COMPARED_FIRST: u64 = 1_000;
const COMPARED_EVERY: u64 = 32;
/// An exemplar is a sample and no log: one in this time from each thread. Every slow prediction is one as well, as it is the slow
/// ones that somebody looks for.
const EXEMPLAR_EVERY: Duration = Duration::from_millis(100);
const SLOW: Duration = Duration::from_millis(1);

thread_local! {
    static COUNTED: Cell<u64> = const { Cell::new(0) };
    static NEXT_EXEMPLAR: Cell<Option<Instant>> = const { Cell::new(None) };
}

fn is_compared(number: u64) -> bool {
    number < COMPARED_FIRST || number.is_multiple_of(COMPARED_EVERY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_compares_its_first_predictions_and_then_some() {
        let compared = |from: u64, to: u64| (from..to).filter(|number| is_compared(*number)).count();
        assert_eq!((compared(0, 1_000), compared(1_000, 33_000)), (1_000, 1_000));
    }
}
