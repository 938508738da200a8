//! `status/walreplay`: how far the start has read the write-ahead log; answered before the server is ready.

use axum::extract::State;

use crate::context::Shared;
use crate::respond::{Answer, ApiResult};

/// The endpoint.
pub(crate) async fn walreplay(State(state): Shared) -> ApiResult {
    let replay = state.database.wal_replay();
    Ok(Answer::new(|out| {
        let shown = replay.unwrap_or_default();
        let state = if replay.is_some() { "in progress" } else { "done" };
        out.begin_object().key("min").int(shown.min).key("max").int(shown.max);
        out.key("current").int(shown.current).key("state").string(state).end_object();
    }))
}
