//! `GET api/dashboards`, `api/dashboards/{uid}` and `api/dashboards/problems`.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use http::StatusCode;
use serde_json::{Value, json};

use super::Shared;
use crate::library::{Contents, Problem};
use crate::problem::Refusal;

/// Every dashboard, by folder and title.
pub(super) async fn list(State(shared): State<Shared>) -> Result<Json<Vec<Value>>, Refusal> {
    let contents = contents(shared).await?;
    let entry = |dashboard: &Arc<crate::library::Dashboard>| {
        json!({
            "uid": dashboard.uid,
            "title": dashboard.title,
            "tags": dashboard.tags,
            "folder": dashboard.folder,
            "writable": false,
        })
    };
    Ok(Json(contents.dashboards.iter().map(entry).collect()))
}

/// One dashboard, with the JSON of its file as it stands.
pub(super) async fn show(
    State(shared): State<Shared>,
    Path(uid): Path<String>,
) -> Result<Json<Value>, Refusal> {
    let contents = contents(shared).await?;
    let dashboard = contents.dashboards.iter().find(|dashboard| dashboard.uid == uid).ok_or_else(|| {
        Refusal::new(
            StatusCode::NOT_FOUND,
            format!("there is no dashboard \"{uid}\""),
            "The list on the start page shows all dashboards; put JSON files into a dashboards folder to add some.",
        )
    })?;
    Ok(Json(json!({
        "meta": {"uid": dashboard.uid, "folder": dashboard.folder, "writable": false},
        "dashboard": dashboard.json,
    })))
}

/// Files that cannot be used, with the reason.
pub(super) async fn problems(State(shared): State<Shared>) -> Result<Json<Vec<Problem>>, Refusal> {
    Ok(Json(contents(shared).await?.problems.clone()))
}

async fn contents(shared: Shared) -> Result<Arc<Contents>, Refusal> {
    tokio::task::spawn_blocking(move || shared.library.contents()).await.map_err(|error| {
        Refusal::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            format!("the dashboards could not be read: {error}"),
            "This is a fault of the program: please report it with the server's log.",
        )
    })
}
