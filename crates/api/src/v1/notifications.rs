//! `notifications`: what a user should know now, such as a failed reload.

use axum::extract::State;

use crate::context::Shared;
use crate::respond::{Answer, ApiResult};

/// The endpoint.
pub(crate) async fn notifications(State(state): Shared) -> ApiResult {
    let notifications = state.server.notifications();
    Ok(Answer::new(|out| {
        out.begin_array();
        for (text, since) in &notifications {
            out.begin_object().key("text").string(text).key("date").string(since);
            out.key("active").bool(true).end_object();
        }
        out.end_array();
    }))
}
