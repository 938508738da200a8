//! `series`: the label sets that satisfy selectors.

use axum::extract::State;

use super::select_series;
use crate::context::Shared;
use crate::json::write_labels;
use crate::params::{Params, TimeRange, required_matchers};
use crate::respond::{Answer, ApiResult};

/// The endpoint. Parameters: `match[]` (at least one), `start`, `end`, `limit`.
pub(crate) async fn series(State(state): Shared, params: Params) -> ApiResult {
    let limit = params.limit()?;
    let range = TimeRange::parse(&params)?;
    let selectors = required_matchers(&params)?;
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
