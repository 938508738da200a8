//! `query`: an expression at one time.

use axum::extract::State;

use super::evaluate::Asked;
use crate::context::Shared;
use crate::params::Params;
use crate::respond::ApiResult;

/// The endpoint. Parameters: `query`, `time` (now), `timeout`, `limit`, `lookback_delta`, `stats`.
pub(crate) async fn query(State(state): Shared, params: Params) -> ApiResult {
    let t = params.time_or("time", now_ms())?;
    let asked = Asked::parse(&state, &params)?;
    asked
        .answer(&state, (t, t, 0), move |state, expr, options| {
            state.engine.instant_expr(&*state.storage, expr, t, options)
        })
        .await
}

/// The wall clock in milliseconds.
pub(crate) fn now_ms() -> i64 {
    let elapsed = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(elapsed.as_millis()).unwrap_or(i64::MAX)
}
