//! Answers to requests that cannot be served: always JSON with an `error` that says what to do.

use axum::body::Body;
use axum::extract::rejection::BytesRejection;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Value, json};

use crate::patient::BadField;

/// The bad fields of one patient of a batch.
#[derive(Debug, Serialize)]
pub(crate) struct BadPatient {
    /// Its place in the list, from 0.
    pub(super) patient: usize,
    /// What is wrong.
    pub(super) fields: Vec<BadField>,
}

/// A refused request.
#[derive(Debug)]
pub(crate) enum Problem {
    /// The body is not JSON: 400.
    NotJson(String),
    /// The body could not be read: 400.
    Unreadable(String),
    /// Fields are missing or wrong: 422.
    Fields(Vec<BadField>),
    /// Fields of some patients of a batch are missing or wrong: 422.
    Patients(Vec<BadPatient>),
    /// A batch that is no list: 422.
    NoList,
    /// A batch with too many patients: 413.
    TooMany(usize),
    /// A body larger than this many bytes: 413.
    TooLarge(usize),
    /// Too many requests at once: 503.
    Busy,
}

impl Problem {
    /// A body that did not arrive, of a route that takes `limit` bytes.
    pub(super) fn unreadable(rejection: &BytesRejection, limit: usize) -> Self {
        match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Self::TooLarge(limit),
            _ => Self::Unreadable(rejection.body_text()),
        }
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::NotJson(_) | Self::Unreadable(_) => StatusCode::BAD_REQUEST,
            Self::Fields(_) | Self::Patients(_) | Self::NoList => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooMany(_) | Self::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Busy => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    fn error(&self) -> String {
        match self {
            Self::NotJson(reason) => format!("the body is not JSON: {reason}"),
            Self::Unreadable(reason) => format!("the body could not be read: {reason}"),
            Self::Fields(_) => "some fields cannot be used".to_owned(),
            Self::Patients(_) => "some fields cannot be used; nothing was predicted".to_owned(),
            Self::NoList => {
                "expected a list of patients, or an object with such a list as \"patients\"".to_owned()
            }
            Self::TooMany(found) => {
                let most = super::batch::PATIENTS_MAX;
                format!("{found} patients are more than a batch may have ({most}): send several")
            }
            Self::TooLarge(limit) => format!("the body is larger than {limit} bytes"),
            Self::Busy => "too many requests are being answered: try again in a second".to_owned(),
        }
    }
}

/// What the client reads.
#[derive(Serialize)]
struct Refusal<'a> {
    error: String,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    fields: &'a [BadField],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    patients: &'a [BadPatient],
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let fields = if let Self::Fields(fields) = &self { fields.as_slice() } else { &[] };
        let patients = if let Self::Patients(patients) = &self { patients.as_slice() } else { &[] };
        let body = Refusal { error: self.error(), fields, patients };
        let mut response = (self.status(), axum::Json(body)).into_response();
        if matches!(self, Self::Busy) {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}

/// A body as JSON, with status 200.
pub(super) fn json(body: &impl Serialize) -> Response {
    match serde_json::to_vec(body) {
        Ok(text) => {
            let mut response = Response::new(Body::from(text));
            response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            response
        }
        // Numbers and names cannot fail to be written; should they, that is the server's fault.
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, axum::Json(json!({"error": error.to_string()})))
            .into_response(),
    }
}

/// 404 for everything that is no route.
pub(super) async fn not_found(uri: Uri) -> (StatusCode, axum::Json<Value>) {
    let error = format!("nothing is served at {}; /docs names everything that is", uri.path());
    (StatusCode::NOT_FOUND, axum::Json(json!({"error": error})))
}

/// 405 for a route asked with another method.
pub(super) async fn method_not_allowed(method: Method, uri: Uri) -> (StatusCode, axum::Json<Value>) {
    let error = format!("{} does not answer {method}; POST to /predict, GET everything else", uri.path());
    (StatusCode::METHOD_NOT_ALLOWED, axum::Json(json!({"error": error})))
}
