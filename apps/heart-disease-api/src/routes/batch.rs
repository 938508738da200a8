//! `POST /predict/batch`: many patients in, as many predictions out, in the same order.
//!
//! A batch is answered as a whole or refused as a whole: one bad field refuses it, and every bad field is named with the number
//! of its patient.

use std::time::Instant;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Extension, State};
use axum::response::Response;
use serde::Serialize;
use serde_json::Value;

use super::Service;
use super::answer::Answer;
use super::problem::{BadPatient, Problem, json};
use crate::patient::Patient;
use crate::request::RequestId;

/// The most patients of one batch.
pub(super) const PATIENTS_MAX: usize = 1_000;

#[derive(Debug, Serialize)]
struct Answers<'a> {
    model_version: &'a str,
    predictions: Vec<Answer<'a>>,
}

/// Answers 200, or 400, 413 or 422 with the reason. The body is a list, or an object with the list as `patients`.
pub(super) async fn predict(
    State(service): State<Service>,
    Extension(request): Extension<RequestId>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Problem> {
    let body = body.map_err(|rejection| Problem::unreadable(&rejection, super::BATCH_SIZE_MAX))?;
    let mut body: Value =
        serde_json::from_slice(&body).map_err(|error| Problem::NotJson(error.to_string()))?;
    let list = match body.get_mut("patients") {
        Some(list) => list.take(),
        None => body,
    };
    let Value::Array(list) = list else { return Err(Problem::NoList) };
    if list.len() > PATIENTS_MAX {
        return Err(Problem::TooMany(list.len()));
    }
    let mut patients = Vec::with_capacity(list.len());
    let mut bad = Vec::new();
    for (patient, given) in list.iter().enumerate() {
        match Patient::from_json(given) {
            Ok(read) => patients.push(read),
            Err(fields) => bad.push(BadPatient { patient, fields }),
        }
    }
    if !bad.is_empty() {
        return Err(Problem::Patients(bad));
    }
    let predict = |patient: &Patient| {
        let start = Instant::now();
        let prediction = service.model.predict(patient);
        service.metrics.predicted(&prediction, &service.model, patient, start, &request);
        Answer::new(&prediction, None)
    };
    Ok(json(&Answers {
        model_version: service.model.version(),
        predictions: patients.iter().map(predict).collect(),
    }))
}
