//! `series`: the label sets that satisfy selectors.

use axum::extract::State;

use super::select_series;
use crate::context::Shared;
use crate::error::{ApiError, ErrorKind};
use crate::json::write_labels;
use crate::params::{Params, TimeRange, parse_matchers};
use crate::respond::{Answer, ApiResult};

/// The endpoint. Parameters: `match[]` (at least one), `start`, `end`, `limit`.
pub(crate) async fn series(State(state): Shared, params: Params) -> ApiResult {
    if params.all("match[]").next().is_none() {
        return Err(ApiError::bad_data("no match[] parameter provided"));
    }
    let limit = params.limit()?;
    let range = TimeRange::parse(&params)?;
    let selectors = parse_matchers(&params)?;
    let shared = std::sync::Arc::clone(&state);
    let look_up = move |cancel| {
        let querier = shared.storage.querier(range.mint, range.maxt)?;
        let mut found = select_series(&*querier, range, &selectors, limit, &cancel)?;
        let truncated = limit > 0 && found.len() > limit;
        if truncated {
            found.truncate(limit);
        }
        let answer = Answer::new(|out| {
            out.begin_array();
            found.iter().for_each(|labels| write_labels(out, labels));
            out.end_array();
        });
        let warnings = if truncated { vec!["results truncated due to limit".to_owned()] } else { Vec::new() };
        Ok(answer.with_warnings(warnings))
    };
    state.lookups.run(state.engine.options().timeout, look_up).await
}

/// Deleting was moved to the admin endpoints long ago.
pub(crate) async fn delete() -> ApiError {
    ApiError::new(ErrorKind::Internal, "not implemented: use POST /api/v1/admin/tsdb/delete_series")
}
