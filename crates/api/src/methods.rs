//! The answer to a method that a route does not have, and to `OPTIONS` outside the API.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::{Method, StatusCode};
use http_body::Body as _;

use crate::respond::text_response;

/// The layer; give it to `axum::middleware::from_fn`.
pub(crate) async fn refuse_others(request: Request, next: Next) -> Response {
    let is_options = request.method() == Method::OPTIONS;
    let response = next.run(request).await;
    // A handler that says so itself has said why; the router's own answer is empty, and gets its `Allow` afterwards.
    let is_routers = response.body().size_hint().exact() == Some(0);
    match response.status() {
        StatusCode::METHOD_NOT_ALLOWED if is_routers && is_options => StatusCode::OK.into_response(),
        StatusCode::METHOD_NOT_ALLOWED if is_routers => {
            text_response(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed\n")
        }
        _ => response,
    }
}
