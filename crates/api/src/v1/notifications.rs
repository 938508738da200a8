//! `notifications`: what a user should know now, such as a failed reload.

use axum::extract::State;

use crate::context::Shared;
use crate::json::Writer;
use crate::respond::{Answer, ApiResult};

/// The endpoint.
pub(crate) async fn notifications(State(state): Shared) -> ApiResult {
    let notifications = state.server.notifications();
    Ok(Answer::new(|out| {
        out.begin_array();
        notifications.iter().for_each(|(text, since)| write_notification(out, text, since, true));
        out.end_array();
    }))
}

/// Writes one notification.
pub(super) fn write_notification(out: &mut Writer, text: &str, since: &str, active: bool) {
    out.begin_object().key("text").string(text).key("date").string(since);
    out.key("active").bool(active).end_object();
}
