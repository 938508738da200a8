//! `scrape_pools`: the names of all jobs.

use axum::extract::State;

use crate::context::Shared;
use crate::respond::{Answer, ApiResult};

/// The endpoint.
pub(crate) async fn scrape_pools(State(state): Shared) -> ApiResult {
    let mut pools = state.targets.pools();
    pools.sort();
    Ok(Answer::new(|out| {
        out.begin_object().key("scrapePools").strings(&pools).end_object();
    }))
}
