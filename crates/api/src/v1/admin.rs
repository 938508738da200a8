//! `admin/tsdb`: deleting and copying; only with `--web.enable-admin-api`.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;

use crate::context::{Shared, State as ApiState};
use crate::error::{ApiError, ErrorKind};
use crate::params::{Params, TimeRange, required_matchers};
use crate::respond::{Answer, ApiResult};

fn require_admin(state: &ApiState) -> Result<(), ApiError> {
    if state.settings.admin {
        return Ok(());
    }
    Err(ApiError::new(ErrorKind::Unavailable, "admin APIs disabled"))
}

/// `delete_series`. Parameters: `match[]` (at least one), `start`, `end`. Answers 204.
pub(crate) async fn delete_series(State(state): Shared, params: Params) -> Result<Response, ApiError> {
    require_admin(&state)?;
    let range = TimeRange::parse(&params)?;
    let selectors = required_matchers(&params)?;
    let shared = std::sync::Arc::clone(&state);
    let delete = move |_| {
        for matchers in &selectors {
            shared.database.delete_series(range.mint, range.maxt, matchers)?;
        }
        Ok(StatusCode::NO_CONTENT.into_response())
    };
    state.lookups.run(state.engine.options().timeout, delete).await
}

/// `clean_tombstones`. Answers 204.
pub(crate) async fn clean_tombstones(State(state): Shared) -> Result<Response, ApiError> {
    require_admin(&state)?;
    let shared = std::sync::Arc::clone(&state);
    let clean = move |_| shared.database.clean_tombstones().map(|()| StatusCode::NO_CONTENT.into_response());
    state.lookups.run(state.engine.options().timeout, clean).await
}

/// `snapshot`. Parameter: `skip_head`.
pub(crate) async fn snapshot(State(state): Shared, params: Params) -> ApiResult {
    require_admin(&state)?;
    let skip_head = params.bool("skip_head")?;
    let shared = std::sync::Arc::clone(&state);
    let copy = move |_| {
        let name = shared.database.snapshot(skip_head)?;
        Ok(Answer::new(|out| {
            out.begin_object().key("name").string(&name).end_object();
        }))
    };
    state.lookups.run(state.engine.options().timeout, copy).await
}
