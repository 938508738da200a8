//! `status/config`: the configuration in use.

use axum::extract::State;

use crate::context::Shared;
use crate::respond::{Answer, ApiResult};

/// The endpoint.
pub(crate) async fn config(State(state): Shared) -> ApiResult {
    let yaml = state.server.config_yaml();
    Ok(Answer::new(|out| {
        out.begin_object().key("yaml").string(&yaml).end_object();
    }))
}
