//! `GET /health` (the process lives) and `GET /ready` (it takes requests), for probes.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::Service;

/// `{"status":"ok","model":"…"}`, as long as the process can answer.
pub(super) async fn health(State(service): State<Service>) -> Json<Value> {
    Json(json!({"status": "ok", "model": service.model.version()}))
}

/// 200 while requests are welcome; 503 once the service was told to stop.
pub(super) async fn ready(State(service): State<Service>) -> (StatusCode, Json<Value>) {
    if service.is_stopping() {
        (StatusCode::SERVICE_UNAVAILABLE, Json(json!({"status": "stopping"})))
    } else {
        (StatusCode::OK, Json(json!({"status": "ready", "model": service.model.version()})))
    }
}
