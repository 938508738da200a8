//! The handler for `GET /metrics`.

use ::axum::http::{HeaderMap, HeaderValue, header};
use ::axum::response::{IntoResponse, Response};

use crate::{Registry, default_registry};

/// Serves the default registry in the format that the request asks for.
pub async fn handler(headers: HeaderMap) -> Response {
    respond(default_registry(), &headers)
}

/// A handler that serves `registry`.
///
/// ```
/// use axum::{Router, routing::get};
/// let registry = narthex_client::Registry::new();
/// let app: Router = Router::new().route("/metrics", get(narthex_client::axum::handler_for(registry)));
/// ```
pub fn handler_for(
    registry: Registry,
) -> impl Fn(HeaderMap) -> std::future::Ready<Response> + Clone + Send + Sync + 'static {
    move |headers| std::future::ready(respond(&registry, &headers))
}

/// The page of `registry` as a response to a request with these headers.
pub fn respond(registry: &Registry, headers: &HeaderMap) -> Response {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let page = registry.page_for(accept);
    ([(header::CONTENT_TYPE, HeaderValue::from_static(page.content_type))], page.body).into_response()
}
