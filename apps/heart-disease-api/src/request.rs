//! What is done around every request: an id, a log line, a limit on how many are answered at once, its measurements.
//!
//! The id is the caller's `x-request-id` when that can be used, else a new one; the answer carries it, the log line names it, and
//! the duration's exemplar does, so that one finds the request behind a point in a graph.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use axum::body::HttpBody as _;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use tokio::sync::Semaphore;

use crate::metrics::Metrics;
use crate::routes::Problem;

/// Requests that are answered at once; more get a 503.
pub const REQUESTS_MAX: usize = 1024;

/// The longest id of a caller that is taken over.
const ID_LENGTH_MAX: usize = 64;

const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// The id of one request.
#[derive(Debug, Clone)]
pub struct RequestId(Arc<str>);

impl RequestId {
    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn of(request: &Request) -> Self {
        let given = request.headers().get(HEADER).and_then(|value| value.to_str().ok()).filter(|value| {
            (1..=ID_LENGTH_MAX).contains(&value.len()) && value.bytes().all(|byte| byte.is_ascii_graphic())
        });
        given.map_or_else(Self::new, |given| Self(given.into()))
    }

    /// Sixteen hexadecimal digits that no other request of this process has, and hardly one of another.
    fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        static START: std::sync::OnceLock<u64> = std::sync::OnceLock::new();
        let start = *START.get_or_init(|| {
            use std::hash::{BuildHasher as _, RandomState};
            RandomState::new().hash_one(std::process::id())
        });
        let number = start.wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed));
        Self(format!("{number:016x}").into())
    }
}

/// What the layer needs.
#[derive(Debug, Clone)]
pub(crate) struct Around {
    free: Arc<Semaphore>,
    metrics: Metrics,
}

impl Around {
    pub(crate) fn new(metrics: Metrics) -> Self {
        Self { free: Arc::new(Semaphore::new(REQUESTS_MAX)), metrics }
    }
}

/// The layer. It measures with the clock that the log line reads anyway, and without another box around the service.
pub(crate) fn around(
    State(around): State<Around>,
    request: Request,
    next: Next,
) -> impl Future<Output = Response> + Send {
    let in_flight = around.metrics.request_begins();
    let route = request.extensions().get::<MatchedPath>().cloned();
    answer(around, request, next, move |metrics, method, response, took| {
        // The answer to HEAD has a body only until the server drops it.
        let bytes = if method == Method::HEAD { Some(0) } else { response.body().size_hint().exact() };
        metrics.answered(method, route.as_ref().map(MatchedPath::as_str), response.status(), took, bytes);
        drop(in_flight);
    })
}

/// The same without a line of measuring, for `benches/instrumentation.rs`.
#[cfg(feature = "bench")]
pub(crate) fn around_unmeasured(
    State(around): State<Around>,
    request: Request,
    next: Next,
) -> impl Future<Output = Response> + Send {
    answer(around, request, next, |_, _, _, _| {})
}

/// Everything but the measuring, which is `then`. What can be done before the future is: the future is in a box, and a small one
/// costs less.
fn answer(
    around: Around,
    mut request: Request,
    next: Next,
    then: impl FnOnce(&Metrics, &Method, &Response, Duration) + Send,
) -> impl Future<Output = Response> + Send {
    let start = Instant::now();
    let id = RequestId::of(&request);
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    request.extensions_mut().insert(id.clone());
    async move {
        let mut response = match around.free.try_acquire() {
            Ok(_permit) => next.run(request).await,
            Err(_) => {
                around.metrics.refused_busy();
                Problem::Busy.into_response()
            }
        };
        let status = response.status();
        let took = start.elapsed();
        // To the microsecond: what lies below is noise to the one who reads it.
        let took_ms = took.as_micros() as f64 / 1e3;
        let (request, status_code) = (id.as_str(), status.as_u16());
        if status.is_server_error() {
            tracing::warn!(request, %method, path, status = status_code, took_ms, "answered");
        } else if status.is_client_error() && status != StatusCode::NOT_FOUND {
            tracing::info!(request, %method, path, status = status_code, took_ms, "refused");
        } else {
            tracing::debug!(request, %method, path, status = status_code, took_ms, "answered");
        }
        if let Ok(value) = HeaderValue::from_str(id.as_str()) {
            response.headers_mut().insert(HEADER, value);
        }
        then(&around.metrics, &method, &response, took);
        response
    }
}
