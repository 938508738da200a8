//! `POST /predict`: one patient in, prediction and probability out.
//!
//! The body is read as JSON whatever its content type says, because `curl -d` sends another one by default.

use std::time::Instant;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::StatusCode;
use serde::Serialize;

use super::Service;
use super::problem::Problem;
use crate::model::Prediction;
use crate::patient::{FEATURES, Patient};

/// The answer.
#[derive(Debug, Serialize)]
pub(super) struct Answer {
    /// 1 disease, 0 no disease.
    prediction: u8,
    /// Probability of disease, 0 to 1.
    probability: f64,
    /// The model that answered.
    model: String,
    /// What each feature added to the log-odds of disease.
    contributions: serde_json::Map<String, serde_json::Value>,
}

/// Answers 200, or 400, 413 or 422 with the reason.
pub(super) async fn predict(
    State(service): State<Service>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Answer>, Problem> {
    let body = body.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::TooLarge,
        _ => Problem::Unreadable(rejection.body_text()),
    })?;
    let _in_flight = service.metrics.prediction_begins();
    let start = Instant::now();
    let body = serde_json::from_slice(&body).map_err(|error| Problem::NotJson(error.to_string()))?;
    let patient = Patient::from_json(&body).map_err(Problem::Fields)?;
    let prediction = service.model.predict(&patient);
    service.metrics.prediction_made(prediction.disease, start.elapsed());
    Ok(Json(answer(&prediction, service.model.version())))
}

fn answer(prediction: &Prediction, model: &str) -> Answer {
    let contributions = FEATURES
        .iter()
        .zip(prediction.contributions)
        .map(|(feature, log_odds)| (feature.name.to_owned(), log_odds.into()))
        .collect();
    Answer {
        prediction: u8::from(prediction.disease),
        probability: prediction.probability,
        model: model.to_owned(),
        contributions,
    }
}
