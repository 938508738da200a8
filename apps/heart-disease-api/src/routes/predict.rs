//! `POST /predict`: one patient in, prediction and probability out.
//!
//! The body is read as JSON whatever its content type says, because `curl -d` sends another one by default.

use std::time::Instant;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Extension, State};
use axum::response::Response;

use super::Service;
use super::answer::Answer;
use super::problem::{Problem, json};
use crate::patient::Patient;
use crate::request::RequestId;

/// Answers 200, or 400, 413 or 422 with the reason.
pub(super) async fn predict(
    State(service): State<Service>,
    Extension(request): Extension<RequestId>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Problem> {
    let body = body.map_err(|rejection| Problem::unreadable(&rejection, super::BODY_SIZE_MAX))?;
    let start = Instant::now();
    let patient = read(&body)?;
    let prediction = service.model.predict(&patient);
    service.metrics.predicted(&prediction, &service.model, &patient, start, &request);
    Ok(json(&Answer::new(&prediction, Some(service.model.version()))))
}

fn read(body: &[u8]) -> Result<Patient, Problem> {
    let patient = serde_json::from_slice(body).map_err(|error| Problem::NotJson(error.to_string()))?;
    Patient::from_json(&patient).map_err(Problem::Fields)
}

/// The same without a line of measuring, for `benches/instrumentation.rs`.
#[cfg(feature = "bench")]
pub(super) async fn unmeasured(
    State(service): State<Service>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Problem> {
    let body = body.map_err(|rejection| Problem::unreadable(&rejection, super::BODY_SIZE_MAX))?;
    let prediction = service.model.predict(&read(&body)?);
    Ok(json(&Answer::new(&prediction, Some(service.model.version()))))
}
