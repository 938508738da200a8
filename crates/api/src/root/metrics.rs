//! `/metrics`: the server's own metrics, in the format that the scraper prefers.

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue};

use crate::context::Shared;

/// The endpoint.
pub(crate) async fn metrics(State(state): Shared, headers: HeaderMap) -> Response {
    let accept = headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let _in_flight = state.http.pages_in_flight.track();
    let page = state.registry.page_for(accept);
    state.http.pages.inc();
    let mut response = Response::new(Body::from(page.body));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(page.content_type));
    response
}
