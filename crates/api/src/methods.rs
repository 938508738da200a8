//! The answer to a method that a route does not have, and to `OPTIONS` outside the API.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use http::header::ALLOW;
use http::{HeaderValue, Method, StatusCode};

use crate::respond::text_response;

/// The layer; give it to `axum::middleware::from_fn`.
pub(crate) async fn refuse_others(request: Request, next: Next) -> Response {
    let is_options = request.method() == Method::OPTIONS;
    let response = next.run(request).await;
    let Some(allow) =
        response.headers().get(ALLOW).filter(|_| response.status() == StatusCode::METHOD_NOT_ALLOWED)
    else {
        return response;
    };
    let methods = allow.to_str().unwrap_or_default().replace(',', ", ");
    let mut answer = if is_options {
        text_response(StatusCode::OK, "")
    } else {
        text_response(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed\n")
    };
    if let Ok(value) = HeaderValue::try_from(format!("{methods}, OPTIONS")) {
        answer.headers_mut().insert(ALLOW, value);
    }
    answer
}
