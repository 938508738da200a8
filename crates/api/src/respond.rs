//! Answers: [`Answer`] is a successful one, written as it is computed.

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_TYPE, LOCATION};
use http::{HeaderValue, StatusCode};

use crate::error::ApiError;
use crate::json::Writer;

/// What an endpoint gives back.
pub(crate) type ApiResult = Result<Answer, ApiError>;

/// `{"status":"success","data":…}` with warnings and infos behind.
#[derive(Debug)]
pub(crate) struct Answer {
    out: Writer,
    warnings: Vec<String>,
    infos: Vec<String>,
}

impl Answer {
    /// An answer whose `data` is what `write` writes (exactly one value).
    pub(crate) fn new(write: impl FnOnce(&mut Writer)) -> Self {
        let mut out = Writer::new();
        out.begin_object().key("status").string("success").key("data");
        write(&mut out);
        Self { out, warnings: Vec::new(), infos: Vec::new() }
    }

    /// Adds warnings.
    pub(crate) fn with_warnings(mut self, warnings: Vec<String>) -> Self {
        self.warnings.extend(warnings);
        self
    }

    /// Adds infos.
    pub(crate) fn with_infos(mut self, infos: Vec<String>) -> Self {
        self.infos.extend(infos);
        self
    }
}

impl IntoResponse for Answer {
    fn into_response(mut self) -> Response {
        if !self.warnings.is_empty() {
            self.out.key("warnings").strings(&self.warnings);
        }
        if !self.infos.is_empty() {
            self.out.key("infos").strings(&self.infos);
        }
        self.out.end_object();
        json_response(StatusCode::OK, self.out)
    }
}

/// The text as a JSON response.
pub(crate) fn json_response(status: StatusCode, out: Writer) -> Response {
    let mut response = Response::new(Body::from(out.into_bytes()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// A redirect (302) to `place`, a path with or without a query.
pub(crate) fn found(place: &str) -> Response {
    let mut response = text_response(StatusCode::FOUND, "");
    // What comes of a parsed address is ASCII without control characters.
    if let Ok(place) = HeaderValue::from_str(place) {
        response.headers_mut().insert(LOCATION, place);
    }
    response
}

/// A plain text response.
pub(crate) fn text_response(status: StatusCode, text: impl Into<String>) -> Response {
    let mut response = Response::new(Body::from(text.into()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}
