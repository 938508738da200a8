//! `query_range`: an expression at every step of a range.

use axum::extract::State;

use super::evaluate::Asked;
use crate::context::Shared;
use crate::error::ApiError;
use crate::params::Params;
use crate::respond::ApiResult;

/// The most points per series: enough for a minute's resolution over a week, or an hour's over a year.
const POINTS_MAX: i64 = 11_000;

/// The endpoint. Parameters: `query`, `start`, `end`, `step`, `timeout`, `limit`, `lookback_delta`, `stats`.
pub(crate) async fn query_range(State(state): Shared, params: Params) -> ApiResult {
    let (start, end) = (params.time("start")?, params.time("end")?);
    if end < start {
        return Err(ApiError::parameter("end", "end timestamp must not be before start time"));
    }
    let step_ns = crate::time::parse_duration_ns(params.get("step"))
        .map_err(|error| ApiError::parameter("step", error))?;
    if step_ns <= 0 {
        let message =
            "zero or negative query resolution step widths are not accepted. Try a positive integer";
        return Err(ApiError::parameter("step", message));
    }
    if i128::from(end.saturating_sub(start)) * 1_000_000 / i128::from(step_ns) > i128::from(POINTS_MAX) {
        let message = "exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)";
        return Err(ApiError::bad_data(message));
    }
    // Times are milliseconds: over a range that short every finer step means its first point only.
    let step = (step_ns / 1_000_000).max(1);
    let asked = Asked::parse(&state, &params)?;
    asked
        .answer(&state, (start, end, step), move |state, expr, options| {
            state.engine.range_expr(&*state.storage, expr, (start, end, step), options)
        })
        .await
}
