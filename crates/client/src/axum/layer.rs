//! The layer: requests, durations and requests in flight, labelled by the matched route.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Instant;

use ::axum::extract::MatchedPath;
use ::axum::http::{Method, Request, Response};
use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;

use crate::{Counter, Gauge, Histogram, InFlight, Plain, Registry, default_registry};

/// What a request without a matched route is labelled with, so that invented paths make no series.
const UNMATCHED: &str = "unmatched";

/// The metrics of a [`layer`], and the layer itself.
///
/// * `http_requests_total{method, endpoint, status}`
/// * `http_request_duration_seconds{method, endpoint}`, until the response's head is ready
/// * `http_requests_in_flight`
#[derive(Debug, Clone)]
pub struct HttpMetrics {
    requests: Counter<Plain<3>>,
    duration: Histogram<Plain<2>>,
    in_flight: Gauge,
}

/// The layer with its metrics in the default registry.
pub fn layer() -> HttpMetrics {
    layer_for(default_registry())
}

/// The layer with its metrics in `registry`.
pub fn layer_for(registry: &Registry) -> HttpMetrics {
    HttpMetrics {
        requests: Counter::new("http_requests_total", "HTTP requests answered.")
            .with_labels(["method", "endpoint", "status"])
            .register_in(registry),
        duration: Histogram::new(
            "http_request_duration_seconds",
            "Time from a request's arrival to the head of its response.",
        )
        .with_labels(["method", "endpoint"])
        .unit("seconds")
        .register_in(registry),
        in_flight: Gauge::new("http_requests_in_flight", "HTTP requests that are being answered.")
            .register_in(registry),
    }
}

impl HttpMetrics {
    /// Counts one answered request: for servers that do not go through the layer.
    pub fn record(&self, method: &Method, endpoint: &str, status: u16, start: Instant) {
        let method = method_label(method);
        self.requests.with([method, endpoint, itoa::Buffer::new().format(status)]).inc();
        self.duration.with([method, endpoint]).observe_duration(start.elapsed());
    }
}

/// The method's name; methods that are not of HTTP itself share one name.
fn method_label(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "POST" => "POST",
        "PUT" => "PUT",
        "DELETE" => "DELETE",
        "HEAD" => "HEAD",
        "OPTIONS" => "OPTIONS",
        "PATCH" => "PATCH",
        "CONNECT" => "CONNECT",
        "TRACE" => "TRACE",
        _ => "other",
    }
}

impl<S> Layer<S> for HttpMetrics {
    type Service = Measure<S>;

    fn layer(&self, inner: S) -> Measure<S> {
        Measure { inner, metrics: self.clone() }
    }
}

/// The service that a [`layer`] makes of another.
#[derive(Debug, Clone)]
pub struct Measure<S> {
    inner: S,
    metrics: HttpMetrics,
}

impl<S, In, Out> Service<Request<In>> for Measure<S>
where
    S: Service<Request<In>, Response = Response<Out>>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = MeasureFuture<S::Future>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<In>) -> Self::Future {
        MeasureFuture {
            metrics: self.metrics.clone(),
            method: request.method().clone(),
            route: request.extensions().get::<MatchedPath>().cloned(),
            start: Instant::now(),
            in_flight: self.metrics.in_flight.track(),
            inner: self.inner.call(request),
        }
    }
}

pin_project! {
    /// The response of a measured request.
    pub struct MeasureFuture<F> {
        #[pin]
        inner: F,
        metrics: HttpMetrics,
        method: Method,
        route: Option<MatchedPath>,
        start: Instant,
        // Counts down when the future is dropped, also when the client went away before the answer.
        in_flight: InFlight,
    }
}

impl<F, Out, E> Future for MeasureFuture<F>
where
    F: Future<Output = Result<Response<Out>, E>>,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let result = ready!(this.inner.poll(context));
        let endpoint = this.route.as_ref().map_or(UNMATCHED, MatchedPath::as_str);
        let status = result.as_ref().map_or(500, |response| response.status().as_u16());
        this.metrics.record(this.method, endpoint, status, *this.start);
        Poll::Ready(result)
    }
}
