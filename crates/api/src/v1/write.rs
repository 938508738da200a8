//! `write`: takes remote write 1.0 and 2.0 (with `--web.enable-remote-write-receiver`); answers are plain text.

use std::sync::Arc;
use std::time::Duration;

use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use narthex_remote::receive::{BODY_BYTES_MAX, Message, Reply, Written};

use super::query::now_ms;
use crate::context::{Shared, State as ApiState};
use crate::error::{ApiError, ErrorKind};
use crate::respond::text_response;

const DISABLED: &str = "remote write receiver needs to be enabled with --web.enable-remote-write-receiver\n";
const SAMPLES: HeaderName = HeaderName::from_static("x-prometheus-remote-write-samples-written");
const HISTOGRAMS: HeaderName = HeaderName::from_static("x-prometheus-remote-write-histograms-written");
const EXEMPLARS: HeaderName = HeaderName::from_static("x-prometheus-remote-write-exemplars-written");

/// The endpoint.
pub(crate) async fn write(State(state): Shared, request: Request) -> Response {
    let Some(receiver) = &state.receiver else {
        return text_response(StatusCode::NOT_FOUND, DISABLED);
    };
    let (parts, body) = request.into_parts();
    let header = |name| parts.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let message = match receiver.message(header(CONTENT_TYPE), header(CONTENT_ENCODING)) {
        Ok(message) => message,
        Err(reason) => return text_response(StatusCode::UNSUPPORTED_MEDIA_TYPE, format!("{reason}\n")),
    };
    let announced = header(CONTENT_LENGTH).parse().unwrap_or(0_usize);
    let too_large = || {
        let text = format!(
            "the body has more than {BODY_BYTES_MAX} bytes, which is the limit; send smaller batches\n"
        );
        text_response(StatusCode::PAYLOAD_TOO_LARGE, text)
    };
    if announced > BODY_BYTES_MAX {
        return too_large();
    }
    let body = match to_bytes(body, BODY_BYTES_MAX).await {
        Ok(body) => body,
        Err(error) if is_limit(&error) => return too_large(),
        Err(error) => return text_response(StatusCode::BAD_REQUEST, format!("{error}\n")),
    };
    let shared = Arc::clone(&state);
    let receive = move |_| receive(&shared, message, &body);
    match state.writes.run(Duration::ZERO, receive).await {
        Ok(reply) => answer(&reply),
        Err(error) => text_response(error.kind.status(), format!("{error}\n")),
    }
}

fn is_limit(error: &axum::Error) -> bool {
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        if error.is::<http_body_util::LengthLimitError>() {
            return true;
        }
        source = error.source();
    }
    false
}

fn receive(state: &ApiState, message: Message, body: &[u8]) -> Result<Reply, ApiError> {
    let closed = || ApiError::new(ErrorKind::Unavailable, "the database is still being opened");
    let (Some(receiver), Some(storage)) = (&state.receiver, state.database.storage()) else {
        return Err(closed());
    };
    let reply = receiver.receive(storage, message, body, now_ms());
    state.write_metrics.observe(&reply);
    if reply.status >= 500 {
        tracing::error!(error = reply.text, "cannot store what was sent by remote write");
    }
    Ok(reply)
}

fn answer(reply: &Reply) -> Response {
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = match reply.text.as_str() {
        "" => status.into_response(),
        text => text_response(status, format!("{text}\n")),
    };
    if let Some(written) = reply.written {
        count(response.headers_mut(), written);
    }
    response
}

fn count(headers: &mut HeaderMap, written: Written) {
    headers.insert(SAMPLES, HeaderValue::from(written.samples));
    headers.insert(HISTOGRAMS, HeaderValue::from(written.histograms));
    headers.insert(EXEMPLARS, HeaderValue::from(written.exemplars));
}
