//! The service that measures another: requests and durations when the head of the answer is ready, the rest in `body`.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Instant;

use http::{Method, Request, Response};
use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;

use super::{Answering, HttpMetrics, MeasuredBody, Route};

impl<S> Layer<S> for HttpMetrics {
    type Service = Measure<S>;

    fn layer(&self, inner: S) -> Measure<S> {
        Measure { inner, metrics: self.clone() }
    }
}

/// The service that a [`layer`](super::layer) makes of another.
#[derive(Debug, Clone)]
pub struct Measure<S> {
    inner: S,
    metrics: HttpMetrics,
}

impl<S, In, Out> Service<Request<In>> for Measure<S>
where
    S: Service<Request<In>, Response = Response<Out>>,
{
    type Response = Response<MeasuredBody<Out>>;
    type Error = S::Error;
    type Future = MeasureFuture<S::Future>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<In>) -> Self::Future {
        MeasureFuture {
            metrics: self.metrics.clone(),
            method: request.method().clone(),
            route: Route::of_request(request.extensions()),
            start: Instant::now(),
            in_flight: Some(self.metrics.begin()),
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
        route: Option<Route>,
        start: Instant,
        // Counts down when the future is dropped, also when the client went away before the answer.
        in_flight: Option<Answering>,
    }
}

impl<F, Out, E> Future for MeasureFuture<F>
where
    F: Future<Output = Result<Response<Out>, E>>,
{
    type Output = Result<Response<MeasuredBody<Out>>, E>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let result = ready!(this.inner.poll(context));
        let answered = result.as_ref().ok();
        let route =
            this.route.take().or_else(|| answered?.extensions().get::<Route>().cloned()).unwrap_or_default();
        let status = answered.map_or(500, |response| response.status().as_u16());
        let size = this.metrics.record(this.method, route.as_str(), status, *this.start);
        let in_flight = this.in_flight.take();
        Poll::Ready(result.map(|response| response.map(|body| MeasuredBody::new(body, size, in_flight))))
    }
}
