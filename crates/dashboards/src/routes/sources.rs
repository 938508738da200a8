//! `GET api/datasources`: which data sources there are, without addresses or credentials.

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use super::Shared;

/// In Grafana's form.
pub(super) async fn list(State(shared): State<Shared>) -> Json<Vec<Value>> {
    let entry = |(index, open): (usize, &crate::source::OpenSource)| {
        json!({
            "uid": open.source.uid,
            "name": open.source.name,
            "type": "prometheus",
            "isDefault": index == 0,
            "jsonData": {"timeInterval": open.source.scrape_interval},
        })
    };
    Json(shared.sources.iter().enumerate().map(entry).collect())
}
