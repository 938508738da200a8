//! `/-/healthy` and `/-/ready`, for orchestrators and load balancers.

use axum::extract::State;
use axum::response::Response;
use http::{HeaderValue, StatusCode};

use crate::context::Shared;
use crate::respond::text_response;

/// Whether the process lives.
pub(crate) async fn healthy() -> Response {
    text_response(StatusCode::OK, "Narthex Server is Healthy.\n")
}

/// Whether requests are answered.
pub(crate) async fn ready(State(state): Shared) -> Response {
    if state.server.is_ready() {
        return text_response(StatusCode::OK, "Narthex Server is Ready.\n");
    }
    not_ready()
}

/// What everything answers before the log is replayed; a header tells that from other unavailabilities.
pub(crate) fn not_ready() -> Response {
    let mut response = text_response(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable");
    response.headers_mut().insert("x-prometheus-stopping", HeaderValue::from_static("false"));
    response
}
