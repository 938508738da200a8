//! `GET /health`: whether the process can answer, and with which model.

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use super::Service;

/// `{"status":"ok","model":"…"}`
pub(super) async fn health(State(service): State<Service>) -> Json<Value> {
    Json(json!({"status": "ok", "model": service.model.version()}))
}
