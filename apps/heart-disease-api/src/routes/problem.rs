//! Answers to requests that cannot be served: always JSON with an `error` that says what to do.

use axum::Json;
use axum::http::{Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::patient::BadField;

/// A refused request.
#[derive(Debug)]
pub(super) enum Problem {
    /// The body is not JSON: 400.
    NotJson(String),
    /// Fields are missing or wrong: 422.
    Fields(Vec<BadField>),
    /// The body is too large: 413.
    TooLarge,
    /// The body could not be read: 400.
    Unreadable(String),
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        match self {
            Self::NotJson(reason) => {
                (StatusCode::BAD_REQUEST, Json(json!({"error": format!("the body is not JSON: {reason}")})))
            }
            Self::Fields(fields) => (
                StatusCode::UNPROCESSABLE_ENTITY,
                Json(json!({"error": "some fields cannot be used", "fields": fields})),
            ),
            Self::TooLarge => (
                StatusCode::PAYLOAD_TOO_LARGE,
                Json(json!({"error": format!("the body is larger than {} bytes", super::BODY_SIZE_MAX)})),
            ),
            Self::Unreadable(reason) => (
                StatusCode::BAD_REQUEST,
                Json(json!({"error": format!("the body could not be read: {reason}")})),
            ),
        }
        .into_response()
    }
}

/// 404 for everything that is no route.
pub(super) async fn not_found(uri: Uri) -> (StatusCode, Json<serde_json::Value>) {
    let error = format!("nothing is served at {}; there are /, /health, /predict and /metrics", uri.path());
    (StatusCode::NOT_FOUND, Json(json!({"error": error})))
}

/// 405 for a route asked with another method.
pub(super) async fn method_not_allowed(method: Method, uri: Uri) -> (StatusCode, Json<serde_json::Value>) {
    let error = format!("{} does not answer {method}; POST to /predict, GET everything else", uri.path());
    (StatusCode::METHOD_NOT_ALLOWED, Json(json!({"error": error})))
}
