//! What the layer counts in.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use http::{Extensions, Method};

use super::Answering;
use super::in_flight::InFlight;
use super::known::{Answer, Known, Series};
use crate::{Counter, DEFAULT_BUCKETS, Histogram, HistogramSeries, Plain, Registry, default_registry};

/// What a request without a matched route is labelled with, so that invented paths make no series.
const UNMATCHED: &str = "unmatched";
/// Upper bounds of `http_response_size_bytes`.
const SIZE_BUCKETS: [f64; 7] = [100.0, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8];

/// The metrics of a [`layer`], and the layer itself.
///
/// * `http_requests_total{method, endpoint, status}`
/// * `http_request_duration_seconds{method, endpoint}`, until the response's head is ready
/// * `http_response_size_bytes{method, endpoint}`, the bytes of bodies that were sent
/// * `http_requests_in_flight`, until the response's body is sent
///
/// `endpoint` is the matched route (`/patients/{id}`): axum's, or the [`Route`] among the extensions of the request or of
/// the response. A request without one counts as `unmatched`, and a method that HTTP does not know as `other`, so that
/// nobody outside can make series. With the feature `tracing`, the duration has the current span as its exemplar.
// Clones go through every request, and through every box that a router makes of a service: one reference count for all.
#[derive(Debug, Clone)]
pub struct HttpMetrics(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    requests: Counter<Plain<3>>,
    duration: Histogram<Plain<2>>,
    size: Histogram<Plain<2>>,
    in_flight: Arc<InFlight>,
    known: Known,
}

/// The layer with its metrics in the default registry.
pub fn layer() -> HttpMetrics {
    layer_for(default_registry())
}

/// The layer with its metrics in `registry`.
pub fn layer_for(registry: &Registry) -> HttpMetrics {
    LayerOptions::new().register_in(registry)
}

/// A layer with other buckets than the usual ones.
///
/// ```
/// use narthex_client::{Registry, http::LayerOptions};
/// let layer = LayerOptions::new()
///     .duration_buckets([0.001, 0.01, 0.1, 1.0])
///     .native(1.1)
///     .register_in(&Registry::new().with_prefix("shop"));
/// ```
#[derive(Debug, Clone)]
pub struct LayerOptions {
    duration_buckets: Vec<f64>,
    size_buckets: Vec<f64>,
    native: Option<f64>,
}

impl Default for LayerOptions {
    fn default() -> Self {
        Self { duration_buckets: DEFAULT_BUCKETS.to_vec(), size_buckets: SIZE_BUCKETS.to_vec(), native: None }
    }
}

impl LayerOptions {
    /// The usual layer: durations from 5 ms to 10 s, sizes from 100 B to 100 MB, classic buckets.
    pub fn new() -> Self {
        Self::default()
    }

    /// Upper bounds of `http_request_duration_seconds`.
    #[must_use]
    pub fn duration_buckets(self, bounds: impl IntoIterator<Item = f64>) -> Self {
        Self { duration_buckets: bounds.into_iter().collect(), ..self }
    }

    /// Upper bounds of `http_response_size_bytes`.
    #[must_use]
    pub fn size_buckets(self, bounds: impl IntoIterator<Item = f64>) -> Self {
        Self { size_buckets: bounds.into_iter().collect(), ..self }
    }

    /// Makes both histograms native as well; see [`Histogram::native`].
    #[must_use]
    pub fn native(self, factor: f64) -> Self {
        Self { native: Some(factor), ..self }
    }

    /// The layer, with its metrics in `registry`.
    ///
    /// # Panics
    /// When a name is taken by a different metric, or the bounds do not ascend: mistakes in the program.
    #[track_caller]
    pub fn register_in(self, registry: &Registry) -> HttpMetrics {
        let histogram = |name: &str, help: &str, buckets: Vec<f64>, unit: &str| {
            let histogram =
                Histogram::new(name, help).with_labels(["method", "endpoint"]).buckets(buckets).unit(unit);
            self.native.into_iter().fold(histogram, Histogram::native).register_in(registry)
        };
        let in_flight = Arc::new(InFlight::register_in(registry));
        registry.collect_with(Arc::clone(&in_flight));
        HttpMetrics(Arc::new(Inner {
            requests: Counter::new("http_requests_total", "HTTP requests answered.")
                .with_labels(["method", "endpoint", "status"])
                .register_in(registry),
            duration: histogram(
                "http_request_duration_seconds",
                "Time from a request's arrival to the head of its response.",
                self.duration_buckets,
                "seconds",
            ),
            size: histogram(
                "http_response_size_bytes",
                "Size of the bodies of HTTP responses.",
                self.size_buckets,
                "bytes",
            ),
            in_flight,
            known: Known::new(),
        }))
    }
}

impl HttpMetrics {
    /// Counts one request whose head of the response is ready, and returns where the size of its body is to be counted, in bytes:
    /// for servers that do not go through the layer.
    pub fn record(&self, method: &Method, endpoint: &str, status: u16, start: Instant) -> HistogramSeries {
        self.record_duration(method, endpoint, status, start.elapsed())
    }

    /// As [`record`](Self::record), where the time is already known: reading the clock costs more than counting.
    pub fn record_duration(
        &self,
        method: &Method,
        endpoint: &str,
        status: u16,
        took: Duration,
    ) -> HistogramSeries {
        let series = self.series(Answer { method: method_label(method), endpoint, status });
        series.requests.inc();
        #[cfg(feature = "tracing")]
        self.0.duration.observe_traced_in(series.duration, took.as_secs_f64());
        #[cfg(not(feature = "tracing"))]
        series.duration.observe_duration(took);
        series.size
    }

    /// Counts a request in flight until the result is dropped: for servers that do not go through the layer.
    #[inline]
    pub fn begin(&self) -> Answering {
        self.0.in_flight.begin()
    }

    #[inline]
    fn series(&self, answer: Answer<'_>) -> Series {
        let Inner { requests, duration, size, known, .. } = &*self.0;
        let Answer { method, endpoint, status } = answer;
        // Read before the lookup; see `Family::removals`.
        let removals = [requests.removals(), duration.removals(), size.removals()];
        known.get(answer, removals, || Series {
            requests: requests.with([method, endpoint, itoa::Buffer::new().format(status)]),
            duration: duration.with([method, endpoint]),
            size: size.with([method, endpoint]),
        })
    }
}

/// The name of a route, for servers that match routes themselves: put it among the extensions of the request (before the
/// layer) or of the response (behind it). A name of few that the program knows, never a path that somebody sent.
#[derive(Debug, Clone)]
pub struct Route(Name);

#[derive(Debug, Clone)]
enum Name {
    Given(Cow<'static, str>),
    /// axum's own, shared and not copied.
    #[cfg(feature = "axum")]
    Matched(::axum::extract::MatchedPath),
}

impl PartialEq for Route {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Route {}

impl Route {
    /// A route of this name, for example `/patients/{id}`.
    pub fn new(name: impl Into<Cow<'static, str>>) -> Self {
        Self(Name::Given(name.into()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Name::Given(name) => name,
            #[cfg(feature = "axum")]
            Name::Matched(path) => path.as_str(),
        }
    }

    /// The route of a request, if it is known before it was answered.
    pub(super) fn of_request(extensions: &Extensions) -> Option<Self> {
        #[cfg(feature = "axum")]
        if let Some(path) = extensions.get::<::axum::extract::MatchedPath>() {
            return Some(Self(Name::Matched(path.clone())));
        }
        extensions.get::<Self>().cloned()
    }
}

impl Default for Route {
    fn default() -> Self {
        Self::new(UNMATCHED)
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
