//! [`ApiError`]: why a request has no answer; its JSON and its status code are Prometheus'.

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use narthex_promql::QueryError;
use narthex_storage::StorageError;

use crate::json::Writer;
use crate::respond::json_response;

/// The `errorType`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// The request is wrong.
    BadData,
    /// The query cannot be evaluated.
    Execution,
    /// The client went away.
    Canceled,
    /// It took too long.
    Timeout,
    /// Something is broken here.
    Internal,
    /// The feature is off, or the server is not ready.
    Unavailable,
    /// There is no such thing.
    NotFound,
    /// No form of the answer suits the client.
    NotAcceptable,
}

impl ErrorKind {
    /// The name in the answer.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BadData => "bad_data",
            Self::Execution => "execution",
            Self::Canceled => "canceled",
            Self::Timeout => "timeout",
            Self::Internal => "internal",
            Self::Unavailable => "unavailable",
            Self::NotFound => "not_found",
            Self::NotAcceptable => "not_acceptable",
        }
    }

    /// The status code of the answer.
    pub fn status(self) -> StatusCode {
        match self {
            Self::BadData => StatusCode::BAD_REQUEST,
            Self::Execution => StatusCode::UNPROCESSABLE_ENTITY,
            // What servers log for a client that closed the connection; there is no constant for it.
            Self::Canceled => StatusCode::from_u16(499).unwrap_or(StatusCode::BAD_REQUEST),
            Self::Timeout | Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::NotAcceptable => StatusCode::NOT_ACCEPTABLE,
        }
    }
}

/// A refused or failed request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ApiError {
    /// The type.
    pub kind: ErrorKind,
    /// What is wrong.
    pub message: String,
}

impl ApiError {
    /// An error.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }

    /// A wrong request.
    pub fn bad_data(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::BadData, message)
    }

    /// A wrong parameter.
    pub(crate) fn parameter(name: &str, message: impl std::fmt::Display) -> Self {
        Self::bad_data(format!("invalid parameter \"{name}\": {message}"))
    }
}

impl From<QueryError> for ApiError {
    fn from(error: QueryError) -> Self {
        let kind = match error.kind() {
            "bad_data" => ErrorKind::BadData,
            "execution" => ErrorKind::Execution,
            "canceled" => ErrorKind::Canceled,
            "timeout" => ErrorKind::Timeout,
            _ => ErrorKind::Internal,
        };
        if let QueryError::BadData(message) = &error {
            return Self::parameter("query", message);
        }
        Self::new(kind, error.to_string())
    }
}

impl From<StorageError> for ApiError {
    fn from(error: StorageError) -> Self {
        let kind = match &error {
            StorageError::Cancelled => ErrorKind::Canceled,
            StorageError::Limit(_) => ErrorKind::Execution,
            _ => ErrorKind::Internal,
        };
        Self::new(kind, error.to_string())
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut out = Writer::new();
        out.begin_object().key("status").string("error");
        out.key("errorType").string(self.kind.as_str()).key("error").string(&self.message).end_object();
        json_response(self.kind.status(), out)
    }
}
