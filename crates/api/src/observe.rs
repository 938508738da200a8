//! What the server says of its own requests: counted around all routes, under Prometheus' names.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http_body::Body as _;
use narthex_client::{Counter, Gauge, Histogram, Registry, exponential_buckets};

use crate::context::State as ApiState;

/// The upper bounds of the durations, in seconds.
const SECONDS: [f64; 9] = [0.1, 0.2, 0.4, 1.0, 3.0, 8.0, 20.0, 60.0, 120.0];

/// The metrics of the HTTP side.
#[derive(Debug)]
pub(crate) struct HttpMetrics {
    requests: Counter<[&'static str; 2]>,
    durations: Histogram<[&'static str; 1]>,
    sizes: Histogram<[&'static str; 1]>,
    /// Readers of the live notifications.
    pub(crate) subscribers: Gauge,
    /// Events that went to them.
    pub(crate) updates_sent: Counter,
    /// Events for which a reader was too slow.
    pub(crate) updates_dropped: Counter,
    /// Federations that failed.
    pub(crate) federation_errors: Counter,
    /// Readers of `/metrics` now.
    pub(crate) pages_in_flight: Gauge,
    /// Answers of `/metrics`.
    pub(crate) pages: Counter,
}

impl HttpMetrics {
    /// Metrics that `registry` exposes.
    pub(crate) fn new(registry: &Registry) -> Self {
        let counter = |name: &str, help: &str| Counter::new(name, help).register_in(registry);
        Self {
            requests: Counter::new("prometheus_http_requests_total", "HTTP requests, by route and status.")
                .with_labels(["handler", "code"])
                .register_in(registry),
            durations: Histogram::new(
                "prometheus_http_request_duration_seconds",
                "How long answers took, by route.",
            )
            .buckets(SECONDS)
            .with_labels(["handler"])
            .register_in(registry),
            sizes: Histogram::new(
                "prometheus_http_response_size_bytes",
                "How large answers of known size were, by route.",
            )
            .buckets(exponential_buckets(100.0, 10.0, 8))
            .with_labels(["handler"])
            .register_in(registry),
            subscribers: Gauge::new(
                "prometheus_api_notification_active_subscribers",
                "Readers of the live notifications.",
            )
            .register_in(registry),
            updates_sent: counter(
                "prometheus_api_notification_updates_sent_total",
                "Live notifications that were sent.",
            ),
            updates_dropped: counter(
                "prometheus_api_notification_updates_dropped_total",
                "Live notifications for which a reader was too slow.",
            ),
            federation_errors: counter(
                "prometheus_web_federation_errors_total",
                "Federation requests that failed.",
            ),
            pages_in_flight: Gauge::new(
                "promhttp_metric_handler_requests_in_flight",
                "Requests for the page of metrics that are being answered.",
            )
            .register_in(registry),
            pages: Counter::new(
                "promhttp_metric_handler_requests_total",
                "Requests for the page of metrics, by status.",
            )
            .const_label("code", "200")
            .register_in(registry),
        }
    }
}

/// The layer; give it to `axum::middleware::from_fn_with_state`.
pub(crate) async fn observe(State(state): State<Arc<ApiState>>, request: Request, next: Next) -> Response {
    let prefix = state.settings.route_prefix.as_str();
    let matched = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
    let handler = handler(matched, prefix, request.uri().path());
    let begun = Instant::now();
    let response = next.run(request).await;
    let metrics = &state.http;
    metrics.requests.with([handler.as_str(), response.status().as_str()]).inc();
    metrics.durations.with([handler.as_str()]).observe(begun.elapsed().as_secs_f64());
    if let Some(bytes) = response.body().size_hint().exact() {
        metrics.sizes.with([handler.as_str()]).observe(bytes as f64);
    }
    response
}

/// The route's pattern as Prometheus writes it; whatever no route has counts as one of two kinds, so that nobody can make
/// series by asking for things.
fn handler(matched: Option<&str>, prefix: &str, path: &str) -> String {
    match matched {
        Some(pattern) => {
            let below = pattern.strip_prefix(prefix).filter(|_| !prefix.is_empty()).unwrap_or(pattern);
            below.replace("{name}", ":name").replace("{*path}", "*path")
        }
        None if path.contains("/assets/") => "/assets/*filepath".to_owned(),
        None => "/".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handlers() {
        for (matched, prefix, path, expected) in [
            (Some("/api/v1/query"), "", "/api/v1/query", "/api/v1/query"),
            (Some("/api/v1/label/{name}/values"), "", "", "/api/v1/label/:name/values"),
            (Some("/prom/metrics"), "/prom", "/prom/metrics", "/metrics"),
            (None, "", "/assets/index-1.js", "/assets/*filepath"),
            (None, "/prom", "/prom/anything", "/"),
        ] {
            assert_eq!(handler(matched, prefix, path), expected);
        }
    }
}
