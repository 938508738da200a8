//! `status/flags`: every flag with its value, all as strings.

use axum::extract::State;

use crate::context::Shared;
use crate::respond::{Answer, ApiResult};

/// The endpoint.
pub(crate) async fn flags(State(state): Shared) -> ApiResult {
    let mut flags = state.server.flags();
    flags.sort();
    Ok(Answer::new(|out| {
        out.begin_object();
        for (name, value) in &flags {
            out.key(name).string(value);
        }
        out.end_object();
    }))
}
