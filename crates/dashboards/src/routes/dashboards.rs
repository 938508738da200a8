//! `api/dashboards`: list, show, save, add, and the files that cannot be used.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use http::StatusCode;
use http::header::CONTENT_TYPE;
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::Shared;
use crate::library::{Contents, Dashboard, Library, Problem, SaveError, Saved};
use crate::problem::Refusal;

/// Every dashboard, by folder and title.
pub(super) async fn list(State(shared): State<Shared>) -> Result<Json<Vec<Value>>, Refusal> {
    let contents = contents(shared).await?;
    let entry = |dashboard: &Arc<Dashboard>| {
        json!({
            "uid": dashboard.uid,
            "title": dashboard.title,
            "tags": dashboard.tags,
            "folder": dashboard.folder,
            "writable": dashboard.file.is_some(),
        })
    };
    Ok(Json(contents.dashboards.iter().map(entry).collect()))
}

/// A dashboard with what the server knows of it.
#[derive(Debug, Serialize)]
pub(super) struct Shown {
    meta: Value,
    dashboard: Box<RawValue>,
}

/// One dashboard, with the JSON of its file in the file's order.
pub(super) async fn show(
    State(shared): State<Shared>,
    Path(uid): Path<String>,
) -> Result<Json<Shown>, Refusal> {
    let contents = contents(shared).await?;
    let found = contents.dashboards.iter().find(|dashboard| dashboard.uid == uid);
    let dashboard = found.ok_or(SaveError::Unknown(uid))?;
    Ok(Json(Shown {
        meta: json!({
            "uid": dashboard.uid,
            "folder": dashboard.folder,
            "version": dashboard.version,
            "writable": dashboard.file.is_some(),
        }),
        dashboard: dashboard.json.clone(),
    }))
}

/// Replaces a dashboard.
pub(super) async fn save(
    State(shared): State<Shared>,
    Path(uid): Path<String>,
    headers: HeaderMap,
    body: String,
) -> Result<Json<Value>, Refusal> {
    is_json(&headers)?;
    Ok(answer(blocking(shared, move |library| library.save(&uid, &body)).await??))
}

/// Adds a dashboard.
pub(super) async fn create(
    State(shared): State<Shared>,
    headers: HeaderMap,
    body: String,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    is_json(&headers)?;
    Ok((StatusCode::CREATED, answer(blocking(shared, move |library| library.create(&body)).await??)))
}

/// Files that cannot be used, with the reason.
pub(super) async fn problems(State(shared): State<Shared>) -> Result<Json<Vec<Problem>>, Refusal> {
    Ok(Json(contents(shared).await?.problems.clone()))
}

fn answer(saved: Saved) -> Json<Value> {
    Json(json!({"uid": saved.uid, "version": saved.version}))
}

/// A form of another site can send text, but not this content type without asking first.
fn is_json(headers: &HeaderMap) -> Result<(), Refusal> {
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json")) {
        return Ok(());
    }
    Err(Refusal::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        format!("the content type is \"{kind}\""),
        "Send the dashboard as application/json.",
    ))
}

async fn contents(shared: Shared) -> Result<Arc<Contents>, Refusal> {
    blocking(shared, |library| library.contents()).await
}

async fn blocking<T: Send + 'static>(
    shared: Shared,
    work: impl FnOnce(&Library) -> T + Send + 'static,
) -> Result<T, Refusal> {
    tokio::task::spawn_blocking(move || work(&shared.library)).await.map_err(|error| {
        Refusal::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            format!("the dashboards could not be read: {error}"),
            "This is a fault of the program: please report it with the server's log.",
        )
    })
}

impl From<SaveError> for Refusal {
    fn from(error: SaveError) -> Self {
        let (status, hint) = match &error {
            SaveError::Unknown(_) => (
                StatusCode::NOT_FOUND,
                "The list on the start page shows all dashboards; put JSON files into a dashboards folder to add some.",
            ),
            SaveError::ReadOnly(_) => (
                StatusCode::FORBIDDEN,
                "Export a copy and change the file, or start the server with --dashboards.writable.",
            ),
            SaveError::NowhereToWrite => (
                StatusCode::FORBIDDEN,
                "Put the file into a dashboards folder, or start the server with --dashboards.writable.",
            ),
            SaveError::Conflict { .. } => {
                (StatusCode::CONFLICT, "Load it again and make your change in the newer one.")
            }
            SaveError::Taken { .. } => {
                (StatusCode::CONFLICT, "Give the new dashboard another \"uid\", or none to get one.")
            }
            SaveError::Invalid(_) => {
                (StatusCode::UNPROCESSABLE_ENTITY, "Send what Grafana's \"JSON model\" or \"Export\" shows.")
            }
            SaveError::Io { .. } => {
                (StatusCode::INTERNAL_SERVER_ERROR, "Check the folder's permissions and the free disk space.")
            }
        };
        Self::new(status, error.to_string().trim_start_matches(": ").to_owned(), hint)
    }
}
